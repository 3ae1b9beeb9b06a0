import { expect } from 'vitest'
import { eventually } from '../eventually.ts'
import type { Taken, ViewValues } from './payloads.ts'
import type { Person, SlackMessage, SlackPeer } from './peer.ts'
import { textOf } from './text-of.ts'

type Block = Record<string, unknown>
export type View = Record<string, unknown>

/** What people see in Slack, and what they press, by its words. */
export interface Screen {
  /** The one card in a channel that has this text, once it looks as `looks` says. */
  card(text: string, looks?: RegExp, channel?: string): Promise<SlackMessage>
  /** What stands in the card's thread, once it has this text. */
  thread(card: SlackMessage, looks: RegExp, channel?: string): Promise<string>
  /** Presses a button, or chooses from a menu, in a message, a modal or App Home. */
  press(person: Person, where: SlackMessage | View, label: string): Promise<Taken>
  /** The modal that is open, once it looks as `looks` says. */
  modal(looks: RegExp): Promise<View>
  /** Fills fields by their labels, and submits. A date is a Date; a choice is its words. */
  submit(person: Person, view: View, typed?: Record<string, string | string[] | Date>): Promise<Taken>
  /** What only the one who asked is told, once it looks as `looks` says; looks at what came since the last time. */
  told(looks: RegExp): Promise<string>
  home(looks: RegExp): Promise<View>
}

export function screenOf(peer: SlackPeer): Screen {
  let heard = 0
  return {
    card: (text, looks = /./, channel = peer.channels.support) =>
      eventually(async () => {
        const found = (await peer.messages(channel)).filter((message) => textOf(message).includes(text))
        expect(found.map(textOf)).toEqual([expect.stringMatching(looks)])
        return found[0] as SlackMessage
      }),
    thread: (card, looks, channel = peer.channels.support) =>
      eventually(async () => {
        const words = (await peer.messages(channel, card.ts)).map(textOf).join('\n\n')
        expect(words).toMatch(looks)
        return words
      }),
    async press(person, where, label) {
      const { actionId, chosen } = find(where, label)
      return person.click(where, actionId, chosen)
    },
    modal: (looks) =>
      eventually(() => {
        const view = peer.lastView()
        const words = `${titleOf(view)}\n${textOf(view)}`
        expect(words).not.toContain('One moment…')
        expect(words).toMatch(looks)
        return view as View
      }),
    submit: (person, view, typed = {}) => person.submit(view, filled(view, typed)),
    told: (looks) =>
      eventually(() => {
        const index = peer.responses.findIndex(({ said }, at) => at >= heard && looks.test(wordsOf(said)))
        expect(
          peer.responses
            .slice(heard)
            .map(({ said }) => wordsOf(said))
            .join('\n'),
        ).toMatch(looks)
        heard = index + 1
        return wordsOf(peer.responses[index]?.said)
      }),
    home: (looks) =>
      eventually(() => {
        const view = peer.callsOf('views.publish').at(-1)?.args['view'] as View | undefined
        expect(textOf(view)).toMatch(looks)
        return view as View
      }),
  }
}

function titleOf(view: View | null): string {
  const title = view?.['title'] as { text?: string } | undefined
  return title?.text ?? ''
}

function wordsOf(said: unknown): string {
  const { text } = (said ?? {}) as { text?: string }
  return `${text ?? ''}\n${textOf(said)}`
}

/** Throws when there is nothing with these words to press, as no person could. */
function find(where: SlackMessage | View, label: string): { actionId: string; chosen: Record<string, unknown> } {
  const seen: string[] = []
  for (const block of (where['blocks'] ?? []) as Block[]) {
    for (const element of [...((block['elements'] as Block[] | undefined) ?? []), block['accessory'] as Block]) {
      if (typeof element !== 'object' || element === null || !('action_id' in element)) continue
      const actionId = String(element['action_id'])
      const words = (element['text'] as { text?: string } | undefined)?.text
      if (words === label) return { actionId, chosen: {} }
      if (words) seen.push(words)
      for (const option of (element['options'] ?? []) as { text: { text: string } }[]) {
        if (option.text.text === label) return { actionId, chosen: { selected_option: option } }
        seen.push(option.text.text)
      }
    }
  }
  throw new Error(`There is no "${label}" to press; there are: ${seen.join(', ')}`)
}

/** The values as Slack sends them: what stood there, or what was typed instead. */
export function filled(view: View, typed: Record<string, string | string[] | Date>): ViewValues {
  const values: ViewValues = {}
  const known: string[] = []
  for (const block of (view['blocks'] ?? []) as Block[]) {
    if (block['type'] !== 'input') continue
    const label = (block['label'] as { text: string }).text
    known.push(label)
    const element = block['element'] as Block
    const state = label in typed ? stateFrom(element, typed[label]) : stateOf(element)
    values[String(block['block_id'])] = { [String(element['action_id'])]: { type: element['type'], ...state } }
  }
  const missing = Object.keys(typed).filter((label) => !known.includes(label))
  if (missing.length > 0) throw new Error(`There is no field ${missing.join(', ')}; there are: ${known.join(', ')}`)
  return values
}

function stateOf(element: Block): Record<string, unknown> {
  switch (element['type']) {
    case 'plain_text_input':
      return { value: element['initial_value'] ?? null }
    case 'datetimepicker':
      return { selected_date_time: element['initial_date_time'] ?? null }
    case 'users_select':
      return { selected_user: element['initial_user'] ?? null }
    case 'conversations_select':
      return { selected_conversation: element['initial_conversation'] ?? null }
    case 'checkboxes':
    case 'multi_static_select':
      return { selected_options: element['initial_options'] ?? [] }
    default:
      return { selected_option: element['initial_option'] ?? null }
  }
}

function stateFrom(element: Block, typed: string | string[] | Date | undefined): Record<string, unknown> {
  if (typed instanceof Date) return { selected_date_time: Math.floor(typed.getTime() / 1000) }
  const options = (element['options'] ?? []) as { text: { text: string } }[]
  const option = (label: string) => {
    const found = options.find(({ text }) => text.text === label)
    if (!found) throw new Error(`There is no "${label}"; there are: ${options.map(({ text }) => text.text).join(', ')}`)
    return found
  }
  if (Array.isArray(typed)) return { selected_options: typed.map(option) }
  switch (element['type']) {
    case 'plain_text_input':
      return { value: typed ?? null }
    case 'users_select':
      return { selected_user: typed ?? null }
    case 'conversations_select':
      return { selected_conversation: typed ?? null }
    default:
      return { selected_option: option(typed ?? '') }
  }
}
