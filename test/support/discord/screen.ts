import { ComponentType, type APIMessage } from 'discord.js'
import { expect } from 'vitest'
import { eventually } from '../eventually.ts'
import type { OpenModal, Told } from './exchanges.ts'
import { componentsIn, type Component, type Filled } from './payloads.ts'
import { fieldsOf, standingIn, type Answered, type DiscordPeer, type Person } from './peer.ts'
import { readAsPerson } from './read-as-person.ts'

/** What is filled in by hand: the words of what is chosen; a person, a channel or a role by id. */
export type ByHand = Record<string, string | string[] | Date>

/** What people see in Discord, and what they press, by its words. */
export interface Screen {
  /** The one card in a channel that has this text, once it looks as `looks` says; replies to a card are none. */
  card(text: string, looks?: RegExp, channel?: string): Promise<APIMessage>
  /** What stands in the card's thread, once it has this text. */
  thread(card: APIMessage, looks: RegExp): Promise<string>
  /** Presses a button, or chooses from a menu, in a message. */
  press(person: Person, where: APIMessage | Told, label: string): Promise<Answered>
  /** The modal in front of somebody, once it looks as `looks` says. */
  modal(person: Person, looks: RegExp): Promise<OpenModal>
  /** Fills fields by their labels, and submits. Moments are typed as UTC. */
  submit(person: Person, modal: OpenModal, typed?: ByHand): Promise<Answered>
  /** What only this person is told, once it looks as `looks` says; looks at what came since the last time. */
  told(person: Person, looks: RegExp): Promise<Told>
  /** `text` is what follows `/desk`: `open theme:complaint`, `log Mia called`. */
  command(person: Person, text: string): Promise<Answered>
}

export function screenOf(peer: DiscordPeer): Screen {
  const heard = new Map<string, number>()
  return {
    card: (text, looks = /./, channel = peer.channels.support) =>
      eventually(async () => {
        const standing = (await peer.messages(channel)).filter((message) => !message.message_reference)
        const found = standing.filter((message) => textOf(message).includes(text))
        expect(found.map(textOf)).toEqual([expect.stringMatching(looks)])
        return found[0] as APIMessage
      }),
    thread: (card, looks) =>
      eventually(async () => {
        const words = (await peer.thread(card)).map(textOf).join('\n\n')
        expect(words).toMatch(looks)
        return words
      }),
    async press(person, where, label) {
      const { customId, values } = find('message' in where ? where.message : where, label)
      return person.press(where, customId, values)
    },
    modal: (person, looks) =>
      eventually(() => {
        const { modal } = person.screen
        expect(modal ? modalText(modal) : '').toMatch(looks)
        return modal as OpenModal
      }),
    submit: async (person, modal, typed = {}) => person.submit(modal, filled(modal, typed)),
    told: (person, looks) =>
      eventually(() => {
        const from = heard.get(person.id) ?? 0
        const { shown } = person.screen
        const index = shown.findIndex(({ message }, at) => at >= from && looks.test(textOf(message)))
        expect(
          shown
            .slice(from)
            .map(({ message }) => textOf(message))
            .join('\n'),
        ).toMatch(looks)
        heard.set(person.id, index + 1)
        return (shown[index] as { told: Told }).told
      }),
    command(person, text) {
      const { sub, options } = readTyped(peer, text)
      return person.command(sub, options)
    },
  }
}

/** What a person reads in a message. */
export const textOf = (message: APIMessage): string => readAsPerson(message).text.trim()

/** `open theme:complaint` as Discord's fields hold it: what has no key is for the first option. */
export function readTyped(peer: DiscordPeer, text: string): { sub: string; options: Record<string, string> } {
  const [sub = '', ...words] = text.split(' ')
  const desk = peer.commands.find(({ name }) => name === 'desk')
  const known = (desk?.options?.find(({ name }) => name === sub) as { options?: { name: string }[] } | undefined)
    ?.options
  const options: Record<string, string> = {}
  let name = known?.[0]?.name ?? 'text'
  for (const word of words) {
    const [, key, value] = /^([a-z]+):(.*)$/.exec(word) ?? []
    if (key && known?.some((option) => option.name === key)) {
      name = key
      options[name] = value ?? ''
    } else options[name] = options[name] === undefined ? word : `${options[name]} ${word}`
  }
  return { sub, options }
}

/** What a person reads in a modal: its title, what stands above the fields, and each field with what is in it. */
export function modalText({ data }: OpenModal): string {
  const parts = (data.components as unknown as Component[]).flatMap((part) => {
    if (part.type !== (ComponentType.Label as number)) return [readAsPerson([part]).text]
    const field = part['component'] as Component
    const options = (field['options'] ?? []) as { label: string; description?: string }[]
    return [
      part['label'],
      part['description'],
      field['value'],
      field['placeholder'],
      ...options.flatMap(({ label, description }) => [label, description]),
    ].flatMap((words) => (typeof words === 'string' ? [words] : []))
  })
  return [data.title, ...parts].join('\n').replace(/[\u2066-\u2069]/g, '')
}

interface Option {
  label: string
  value: string
}
const optionsOf = (component: Component) => (component['options'] ?? []) as Option[]

/** Throws when there is nothing with these words to press, as no person could. */
function find(message: APIMessage, label: string): { customId: string; values: string[] } {
  const seen: string[] = []
  for (const component of componentsIn(message.components)) {
    if (typeof component['custom_id'] !== 'string') continue
    const customId = component['custom_id']
    if (component['label'] === label) return { customId, values: [] }
    if (typeof component['label'] === 'string') seen.push(component['label'])
    for (const option of optionsOf(component)) {
      if (option.label === label) return { customId, values: [option.value] }
      seen.push(option.label)
    }
  }
  throw new Error(`There is no "${label}" to press; there are: ${seen.join(', ')}`)
}

function filled(modal: OpenModal, typed: ByHand): Filled {
  const labels = (modal.data.components as unknown as Component[]).flatMap((part) =>
    typeof part['label'] === 'string' ? [{ label: part['label'], field: part['component'] as Component }] : [],
  )
  const missing = Object.keys(typed).filter((label) => !labels.some((one) => one.label === label))
  if (missing.length > 0)
    throw new Error(
      `There is no field ${missing.join(', ')}; there are: ${labels.map(({ label }) => label).join(', ')}`,
    )
  return Object.fromEntries(
    fieldsOf(modal).map((field) => {
      const label = labels.find((one) => one.field === field)?.label ?? ''
      const value = typed[label]
      return [String(field['custom_id']), value === undefined ? standingIn(field) : typedInto(field, value)]
    }),
  )
}

function typedInto(field: Component, value: string | string[] | Date): string | string[] {
  if (value instanceof Date) return value.toISOString().slice(0, 16).replace('T', ' ')
  if (field.type === ComponentType.TextInput) return Array.isArray(value) ? value.join(', ') : value
  const chosen = typeof value === 'string' ? [value] : value
  if (field.type !== ComponentType.StringSelect) return chosen
  return chosen.map((label) => {
    const found = optionsOf(field).find((option) => option.label === label)
    if (!found)
      throw new Error(
        `There is no "${label}"; there are: ${optionsOf(field)
          .map((one) => one.label)
          .join(', ')}`,
      )
    return found.value
  })
}
