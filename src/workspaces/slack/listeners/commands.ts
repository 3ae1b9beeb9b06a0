import { parseCommand } from '../../command.ts'
import { formNames } from '../../form.ts'
import { idOf } from '../ids.ts'
import { commandName, shortcutId } from '../manifest.ts'
import { apologyFor, teammateOf, type Actor, type Desk } from './desk.ts'
import { formView, openForm, openModal, openSettings, type Trigger } from './modals.ts'
import { roomOf } from './presses.ts'
import { show, tell } from './tell.ts'

/** `/desk`, and the shortcut on messages. */
export function listenToCommands(desk: Desk): void {
  desk.app.command(commandName, async ({ ack, command, client, respond }) => {
    await ack()
    const actor: Actor = { user: command.user_id, team: command.team_id, name: command.user_name }
    const at: Trigger = { client, trigger: command.trigger_id, actor, stack: 'open', respond }
    try {
      const typed = typedOf(command.text, command.team_id)
      const asked = parseCommand(typed)
      if (asked.kind === 'form') return await openForm(desk, at, asked.form, asked.about)
      if (asked.kind === 'settings') return await openSettings(desk, at)
      const room = roomOf(actor, command.channel_id)
      await show(desk, at, await desk.handlers.onCommand(typed, await teammateOf(desk, actor), room))
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

/** What was typed, before Slack turned names into ids. Where a digest goes, channels stay ids; whose answers are meant, people do. */
export function typedOf(text: string, team: string): string {
  const [, name = ''] = /^\s*(?:\/desk\s+)?(\w+)/i.exec(text.toLowerCase()) ?? []
  const isDigest = name === 'digest'
  const person = (before: string, id: string, called: string | undefined) =>
    name === 'audit' || (before === ':' && ['find', 'history'].includes(name))
      ? `${before}@${idOf(team, id)}`
      : `${before}@${called || id}`
  return plainOf(
    text
      .replace(/<#([A-Z0-9]+)(?:\|([^<>]*))?>/g, (_, id: string, called?: string) =>
        isDigest ? idOf(team, id) : `#${called || id}`,
      )
      .replace(/(:?)<@([A-Z0-9]+)(?:\|([^<>]*))?>/g, (_, before: string, id: string, called?: string) =>
        person(before, id, called),
      )
      .replace(
        /<!(?:subteam\^[A-Z0-9]+\|@?([^<>]*)|(channel|here|everyone)(?:\|[^<>]*)?)>/g,
        (_, group?: string, all?: string) => `@${group || all || 'group'}`,
      ),
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
