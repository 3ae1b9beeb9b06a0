import { parseCommand } from '../../command.ts'
import { formNames } from '../../form.ts'
import { answerBlocks } from '../blocks/answer.ts'
import { commandName, shortcutId } from '../manifest.ts'
import { apologyFor, teammateOf, type Actor, type Desk } from './desk.ts'
import { formView, openForm, openModal, openSettings, type Trigger } from './modals.ts'
import { tell } from './tell.ts'

/** `/desk`, and the shortcut on messages. */
export function listenToCommands(desk: Desk): void {
  desk.app.command(commandName, async ({ ack, command, client, respond }) => {
    await ack()
    const actor: Actor = { user: command.user_id, team: command.team_id, name: command.user_name }
    const at: Trigger = { client, trigger: command.trigger_id, actor, stack: 'open', respond }
    try {
      const asked = parseCommand(command.text)
      if (asked.kind === 'form') return await openForm(desk, at, asked.form, asked.about)
      if (asked.kind === 'settings') return await openSettings(desk, at)
      const answer = await desk.handlers.onCommand(command.text, await teammateOf(desk, actor))
      await respond({ response_type: 'ephemeral', ...answerBlocks(answer) })
    } catch (error) {
      await tell(desk, at, apologyFor(desk, 'command', error))
    }
  })

  desk.app.shortcut(
    { type: 'message_action', callback_id: shortcutId },
    async ({ ack, body, shortcut, client, respond }) => {
      await ack()
      if (shortcut.type !== 'message_action') return
      const team = shortcut.user.team_id ?? shortcut.team?.id ?? ''
      const at: Trigger = {
        client,
        trigger: body.trigger_id,
        actor: { user: shortcut.user.id, team, name: shortcut.user.name },
        stack: 'open',
        respond,
      }
      try {
        // The same message logged twice is one interaction.
        const { channel, message } = shortcut
        await openModal(desk, at, formNames.log, async () => {
          const source = await desk.urlOf(team, channel.id, message.ts)
          const externalId = `slack:${team}/${channel.id}/${message.ts}`
          return formView(desk, at.actor, 'log', { text: plainOf(message.text ?? ''), externalId, source })
        })
      } catch (error) {
        await tell(desk, at, apologyFor(desk, 'shortcut', error))
      }
    },
  )
}

/** What people read where Slack writes markup: https://docs.slack.dev/messaging/formatting-message-text */
export function plainOf(text: string): string {
  return text
    .replace(/<([^<>|]*)\|([^<>]*)>/g, (_, target: string, label: string) => label || target)
    .replace(/<([^<>]*)>/g, (_, target: string) => target.replace(/^mailto:/, ''))
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&')
}
