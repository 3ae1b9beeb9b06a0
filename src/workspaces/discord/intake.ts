import { InteractionType, type APIInteraction } from 'discord.js'
import { messageOf } from '../../errors.ts'
import type { Log } from '../../log.ts'
import { within } from '../../waiting.ts'
import type { Incoming, Take } from './incoming.ts'

export interface Intake {
  /** Hands it to `handle`. Resolves when that is done, however it ended. */
  take: Take
  /** Resolves when everything that came in is done with, or after `ms`. */
  idle(ms: number): Promise<void>
}

/** What both ways in lead to. Discord sends nothing twice: what goes wrong here is pressed again. */
export function createIntake({ log, handle }: { log: Log; handle: (incoming: Incoming) => Promise<void> }): Intake {
  const running = new Set<Promise<void>>()
  return {
    async take(incoming) {
      const work = handle(incoming).catch((error: unknown) => {
        log.warn('discord interaction not processed', {
          interactionId: incoming.interaction.id,
          kind: kindOf(incoming.interaction),
          reason: messageOf(error),
        })
      })
      running.add(work)
      await work
      running.delete(work)
    },
    async idle(ms) {
      await within(Promise.all(running), ms)
    },
  }
}

/** For the log. */
function kindOf({ type }: APIInteraction): string {
  switch (type) {
    case InteractionType.Ping:
      return 'ping'
    case InteractionType.ApplicationCommand:
      return 'command'
    case InteractionType.MessageComponent:
      return 'component'
    case InteractionType.ApplicationCommandAutocomplete:
      return 'autocomplete'
    case InteractionType.ModalSubmit:
      return 'modal'
    default:
      return 'unknown'
  }
}
