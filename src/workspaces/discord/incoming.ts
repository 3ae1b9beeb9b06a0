import type { APIInteraction, APIInteractionResponse } from 'discord.js'

/** Something that somebody did, whichever way it came in. https://docs.discord.com/developers/interactions/overview */
export interface Incoming {
  interaction: APIInteraction
  /**
   * The first answer, which Discord waits 3 s for; resolves once Discord has it. Rejects when it came too late, or could
   * not be delivered. Must be called once.
   */
  respond(first: APIInteractionResponse): Promise<void>
}

/** Never rejects: what goes wrong is told to the person, and logged. */
export type Take = (incoming: Incoming) => Promise<void>
