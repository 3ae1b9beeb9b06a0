import { fileFormats, type CustomerChange, type FileFormat, type FileSource, type ListPage } from '../../found.ts'
import type { FormAbout, FormId } from '../../form.ts'
import { parseClick, type Click } from '../../kit/click.ts'
import { aboutSchema, formIdSchema } from '../../kit/form-schemas.ts'
import type { Items } from '../../workspace.ts'

/** What a button or a menu stands for: its id says it all, in at most 100 characters. Shelf ids name what has no room. */
export type Pressed =
  /** Done at once, or opens a form. */
  | { kind: 'do'; click: Click }
  /** Asks whether it is really meant. */
  | { kind: 'ask'; click: Click }
  /** It is really meant; the question has served. */
  | { kind: 'yes'; click: Click }
  /** Opens a form that was refused, with what was typed. On the shelf: `ShelvedForm`. */
  | { kind: 'again'; shelfId: string }
  /** Opens the form of a settings page's link. On the shelf: `ShelvedLinks`. */
  | { kind: 'link'; shelfId: string; index: number }
  /** A menu of links to take out; the chosen option is the index. */
  | { kind: 'remove'; shelfId: string }
  /** It is really to be taken out. */
  | { kind: 'removed'; shelfId: string; index: number }
  | { kind: 'page'; conversationId: string; page: number }
  /** What is behind a number of a report. */
  | { kind: 'items'; items: Items }
  /** A menu of a report's numbers; the chosen option is the index. */
  | { kind: 'numbers'; reportId: string }
  /** All of it, as a file. */
  | { kind: 'file'; source: FileSource; format: FileFormat }
  /** Opens a form. */
  | { kind: 'open'; form: FormId; about: FormAbout }
  /** Another page of a list, in place of the one that is shown. */
  | { kind: 'turn'; page: ListPage }
  /** A page of a list, as a message of its own. */
  | { kind: 'list'; page: ListPage }
  /** Shows a page to everybody here. */
  | { kind: 'share'; page: ListPage }
  /** A menu of customers; the chosen option is the customer's id. */
  | { kind: 'who' }
  /** The customer's page, in place of what asked something about them. */
  | { kind: 'customer'; customerId: string }
  /** Asks whether they are really one person. */
  | { kind: 'same'; customerId: string; otherId: string }
  | { kind: 'change'; change: CustomerChange }
  /** A menu of a customer's notes; the chosen option is the note's id. */
  | { kind: 'unnote'; customerId: string }
  /** Cards are to go to this channel. */
  | { kind: 'here' }
  | { kind: 'settings' }
  | { kind: 'log' }

/** Of a modal: on the shelf lies a `ShelvedForm`. */
export const formPrefix = 'form:'

/** https://docs.discord.com/developers/components/reference: custom_id */
export const maxId = 100

/** `value`: as `clickValue` of the kit makes it. */
export const pressId = {
  do: (value: string) => `do:${value}`,
  ask: (value: string) => `ask:${value}`,
  yes: (value: string) => `yes:${value}`,
  again: (shelfId: string) => `again:${shelfId}`,
  link: (shelfId: string, index: number) => `link:${shelfId}:${index}`,
  /** `part`: of several menus on one page. */
  remove: (shelfId: string, part: number) => `remove:${shelfId}:${part}`,
  removed: (shelfId: string, index: number) => `removed:${shelfId}:${index}`,
  page: (conversationId: string, page: number) => `page:${conversationId}:${page}`,
  items: ({ reportId, index }: Items) => `items:${reportId}:${index}`,
  numbers: (reportId: string) => `numbers:${reportId}`,
  file: (source: FileSource, format: FileFormat) => `file:${format}:${sourceText(source)}`,
  /** May be longer than an id. */
  open: (form: FormId, about: FormAbout) => `open:${form}:${JSON.stringify(about)}`,
  turn: (page: ListPage) => `turn:${pageText(page)}`,
  list: (page: ListPage) => `list:${pageText(page)}`,
  share: (page: ListPage) => `share:${pageText(page)}`,
  /** `part`: of several menus on one page. */
  who: (part: string) => `who:${part}`,
  customer: (customerId: string) => `customer:${customerId}`,
  same: (customerId: string, otherId: string) => `same:${customerId}:${otherId}`,
  join: (customerId: string, otherId: string) => `join:${customerId}:${otherId}`,
  distinguish: (customerId: string, otherId: string) => `distinguish:${customerId}:${otherId}`,
  part: (customerId: string, mergeId: string) => `part:${customerId}:${mergeId}`,
  unnote: (customerId: string) => `unnote:${customerId}`,
  here: 'here',
  settings: 'settings',
  log: 'log',
} as const

const pageText = ({ listId, page }: ListPage) => `${listId}:${page}`

function sourceText(source: FileSource): string {
  switch (source.kind) {
    case 'items':
      return `items:${source.reportId}:${source.index}`
    case 'list':
      return `list:${source.listId}`
    case 'customer':
      return `customer:${source.customerId}`
  }
}

/** Null for what is none of ours, or of another version's. */
export function readPress(customId: string): Pressed | null {
  const colon = customId.indexOf(':')
  const kind = colon < 0 ? customId : customId.slice(0, colon)
  const rest = colon < 0 ? '' : customId.slice(colon + 1)
  const [, id, number] = /^(.+):(\d{1,6})$/.exec(rest) ?? []
  const [, one, two] = /^([^:]+):([^:]+)$/.exec(rest) ?? []
  switch (kind) {
    case 'do':
    case 'ask':
    case 'yes': {
      const click = parseClick(rest)
      return click && { kind, click }
    }
    case 'again':
      return rest === '' ? null : { kind, shelfId: rest }
    case 'link':
    case 'removed':
      return id && number ? { kind, shelfId: id, index: Number(number) } : null
    case 'remove':
      return id ? { kind, shelfId: id } : null
    case 'page':
      return id && number ? { kind, conversationId: id, page: Number(number) } : null
    case 'items':
      return id && number ? { kind, items: { reportId: id, index: Number(number) } } : null
    case 'turn':
    case 'list':
    case 'share':
      return id && number ? { kind, page: { listId: id, page: Number(number) } } : null
    case 'file':
      return readFilePress(rest)
    case 'open':
      return readOpening(rest)
    case 'who':
      return rest === '' ? null : { kind }
    case 'customer':
    case 'unnote':
      return rest === '' ? null : { kind, customerId: rest }
    case 'same':
      return one && two ? { kind, customerId: one, otherId: two } : null
    case 'join':
    case 'distinguish':
      return one && two ? { kind: 'change', change: { kind, customerId: one, otherId: two } } : null
    case 'part':
      return one && two ? { kind: 'change', change: { kind, customerId: one, mergeId: two } } : null
    case 'numbers':
      return rest === '' ? null : { kind, reportId: rest }
    case 'here':
    case 'settings':
    case 'log':
      return rest === '' ? { kind } : null
    default:
      return null
  }
}

function readFilePress(text: string): Pressed | null {
  const [, format, kind, id = '', index] = /^([a-z]+):([a-z]+):([^:]+)(?::(\d{1,6}))?$/.exec(text) ?? []
  const known = fileFormats.find((one) => one === format)
  if (!known) return null
  if (kind === 'items' && index)
    return { kind: 'file', format: known, source: { kind, reportId: id, index: Number(index) } }
  if (index) return null
  if (kind === 'list') return { kind: 'file', format: known, source: { kind, listId: id } }
  return kind === 'customer' ? { kind: 'file', format: known, source: { kind, customerId: id } } : null
}

function readOpening(text: string): Pressed | null {
  const colon = text.indexOf(':')
  const form = formIdSchema.safeParse(text.slice(0, colon))
  const about = aboutSchema.safeParse(jsonIn(text.slice(colon + 1)))
  return form.success && about.success ? { kind: 'open', form: form.data, about: about.data } : null
}

/** Undefined for what is none. */
function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
