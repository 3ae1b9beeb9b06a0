import { parseClick, type Click } from '../../kit/click.ts'
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
  /** All of what is behind a number, as a file. */
  | { kind: 'csv'; items: Items }
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
  csv: ({ reportId, index }: Items) => `csv:${reportId}:${index}`,
  here: 'here',
  settings: 'settings',
  log: 'log',
} as const

/** Null for what is none of ours, or of another version's. */
export function readPress(customId: string): Pressed | null {
  const colon = customId.indexOf(':')
  const kind = colon < 0 ? customId : customId.slice(0, colon)
  const rest = colon < 0 ? '' : customId.slice(colon + 1)
  const [, id, number] = /^(.+):(\d{1,6})$/.exec(rest) ?? []
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
    case 'csv':
      return id && number ? { kind, items: { reportId: id, index: Number(number) } } : null
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
