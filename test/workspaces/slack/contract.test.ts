import { afterAll, beforeAll } from 'vitest'
import { readClick } from '../../../src/workspaces/slack/blocks/click.ts'
import { fieldBlock, type FieldNote } from '../../../src/workspaces/slack/blocks/fields.ts'
import { formCallback } from '../../../src/workspaces/slack/blocks/modal.ts'
import { readModal } from '../../../src/workspaces/slack/blocks/read-modal.ts'
import { openSlack } from '../../../src/workspaces/slack/open-slack.ts'
import { peerConfig } from '../../support/slack/connect.ts'
import { overHttp, type Taken, type ViewValues } from '../../support/slack/payloads.ts'
import { startSlackPeer, type SlackMessage, type SlackPeer } from '../../support/slack/peer.ts'
import { filled, type View } from '../../support/slack/screen.ts'
import type { ActionId } from '../../../src/workspaces/card.ts'
import { testWorkspace, type Person, type SeenCard } from '../contract/test-workspace.ts'
import { readAsPerson } from './read-as-person.ts'

let peer: SlackPeer
beforeAll(async () => {
  peer = await startSlackPeer()
})
afterAll(() => peer.close())

testWorkspace({
  name: 'Slack',
  async open({ io, handlers }) {
    for (const { ts } of await peer.messages(peer.channels.support))
      await peer.bot('chat.delete', { channel: peer.channels.support, ts }).catch(() => {})
    const workspace = openSlack(peerConfig(peer), io)
    await workspace.start(handlers)
    const deliver = overHttp(
      (request) => Promise.resolve(workspace.fetch?.(request, { address: '127.0.0.1' }) ?? null),
      {
        url: peer.url,
        secret: peer.signingSecret,
        clock: io.clock,
      },
    )
    const idle = () => workspace.idle(5000)
    const [ana, ben] = [personNamed('ana'), personNamed('ben')]
    return {
      workspace,
      room: `${peer.team}/${peer.channels.support}`,
      ana,
      ben,
      close: () => workspace.stop(),
    }

    function personNamed(name: 'ana' | 'ben'): Person {
      const person = peer.person(name, deliver)
      const firstResponse = peer.responses.length
      /** The modal in front of them, with what stands in it and what is wrong. */
      let open: { view: View; values: ViewValues; errors: Record<string, string> } | null = null
      let said = ''

      function show(view: View): void {
        open = { view, values: filled(view, {}), errors: {} }
        if (view['callback_id'] !== formCallback) said += `\n${readAsPerson(view).text}`
        else said += `\n${readAsPerson({ blocks: warningsOf(view) }).text}`
      }
      /** Does something, and sees which modals come of it. */
      async function doing(act: () => Promise<Taken>): Promise<Taken> {
        const before = peer.calls.length
        const taken = await act()
        await idle()
        for (const { method, answer } of peer.calls.slice(before)) {
          const view = answer?.['view'] as View | undefined
          if (view && /^views\.(open|push|update)$/.test(method) && !isLoading(view)) show(view)
        }
        return taken
      }

      return {
        teammate: { id: `${peer.team}/${person.id}`, name },
        async looks(conversationId) {
          const cards = (await peer.messages(peer.channels.support)).filter(
            (message) => keyOf(message) === `card:${conversationId}`,
          )
          return cards.map((message): SeenCard => {
            const { text, links } = readAsPerson(message)
            return { text, links, actions: actionsOf(message).map(({ action }) => action), source: message }
          })
        },
        async click({ source }, action) {
          const message = source as SlackMessage
          const found = actionsOf(message).find((one) => one.action === action)
          if (!found) throw new Error(`The card has no ${action}`)
          await doing(() => person.click(message, found.actionId, found.chosen))
        },
        async form() {
          if (!open || open.view['callback_id'] !== formCallback) return null
          const { view, values, errors } = open
          const { values: read, note } = readModal({ ...view, state: { values } }, peer.team)
          return {
            text: readAsPerson(view).text,
            fields: note.fields.map(({ id }, index) => ({
              id,
              value: Array.isArray(read[id]) ? read[id] : String(read[id] ?? ''),
              error: errors[fieldBlock(index, 0, note.digest)] ?? null,
            })),
          }
        },
        async submit(typed) {
          if (!open) throw new Error('No form is open')
          const { view, values } = open
          const { note } = readModal({ ...view, state: { values } }, peer.team)
          for (const [id, value] of Object.entries(typed)) {
            const index = note.fields.findIndex((field) => field.id === id)
            const block = fieldBlock(index, 0, note.digest)
            const [action = ''] = Object.keys(values[block] ?? {})
            values[block] = { [action]: stateOf(note.fields[index], value) }
          }
          const taken = await doing(() => person.submit(view, values))
          const answer = taken.body as { response_action?: string; errors?: Record<string, string>; view?: View } | null
          if (answer?.response_action === 'errors') open = { view, values, errors: answer.errors ?? {} }
          else if (answer?.view) show({ ...view, ...answer.view, callback_id: answer.view['callback_id'] })
          else open = null
        },
        command: async (text) => void (await doing(() => person.command(text))),
        async heard() {
          const told = peer.responses.slice(firstResponse).filter(({ user }) => user === person.id)
          return [...told.map((one) => readAsPerson(one.said).text), said].join('\n').trim()
        },
      }
    }
  },
})

function stateOf(field: FieldNote | undefined, value: unknown): Record<string, unknown> {
  switch (field?.kind) {
    case 'choice':
      return { selected_option: { value } }
    case 'choices':
      return { selected_options: (value as string[]).map((one) => ({ value: one })) }
    case 'moment':
      return { selected_date_time: (value as Date).getTime() / 1000 }
    case 'teammate':
      return { selected_user: (value as Person).teammate.id.split('/')[1] }
    default:
      return { value }
  }
}

const isLoading = (view: View) => readAsPerson(view).text.includes('One moment…')

/** What a form says besides its questions. */
function warningsOf(view: View): unknown[] {
  return (view['blocks'] as unknown[]).filter((block) => readAsPerson({ blocks: [block] }).text.startsWith('⚠️'))
}

function keyOf(message: SlackMessage): string {
  const { metadata } = message as { metadata?: { event_payload?: { key?: string } } }
  return metadata?.event_payload?.key ?? ''
}

type Block = Record<string, unknown>
interface Pressable {
  action: ActionId
  actionId: string
  chosen: Record<string, unknown>
}

/** Everything that decides something, in menus as well. */
function actionsOf(message: SlackMessage): Pressable[] {
  const elements = ((message.blocks ?? []) as Block[]).flatMap((block) => [
    ...((block['elements'] as Block[] | undefined) ?? []),
    ...(block['accessory'] ? [block['accessory'] as Block] : []),
  ])
  return elements.flatMap((element) => {
    const actionId = String(element['action_id'] ?? '')
    const options = (element['options'] ?? []) as { value: string }[]
    return [
      { value: element['value'] as string | undefined, chosen: {} },
      ...options.map((option) => ({ value: option.value, chosen: { selected_option: option } })),
    ].flatMap(({ value, chosen }) => {
      const click = readClick(actionId, value)
      return click && click.action !== 'read' ? [{ action: click.action, actionId, chosen }] : []
    })
  })
}
