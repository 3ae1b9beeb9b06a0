import { InteractionType } from 'discord.js'
import { noteOf } from './components/notes.ts'
import type { Incoming } from './incoming.ts'
import { suggestFor } from './listeners/autocomplete.ts'
import { answerPress } from './listeners/clicks.ts'
import { answerCommand } from './listeners/commands.ts'
import { apologyFor, askerOf, strangerWords, type Asker, type Desk } from './listeners/desk.ts'
import { answerSubmission } from './listeners/submissions.ts'
import { createTalk } from './listeners/talk.ts'

/** Hands on what somebody did, and sees to it that they get an answer: to them alone. Never rejects. */
export function createHandle(desk: Desk): (incoming: Incoming) => Promise<void> {
  return async (incoming) => {
    const { interaction } = incoming
    const talk = createTalk({ incoming, rest: desk.rest, log: desk.io.log })
    try {
      const asker = askerOf(desk, interaction, talk)
      if (asker) await answer(desk, asker, interaction)
      else await talk.say(noteOf(strangerWords))
    } catch (error) {
      await talk.say(noteOf(apologyFor(desk, InteractionType[interaction.type], error)))
    }
    await talk.finish()
  }
}

async function answer(desk: Desk, asker: Asker, interaction: Incoming['interaction']): Promise<void> {
  switch (interaction.type) {
    case InteractionType.ApplicationCommand:
      return answerCommand(desk, asker, interaction)
    case InteractionType.ApplicationCommandAutocomplete:
      return suggestFor(desk, asker, interaction)
    case InteractionType.MessageComponent:
      return answerPress(desk, asker, interaction)
    case InteractionType.ModalSubmit:
      return answerSubmission(desk, asker, interaction)
  }
}
