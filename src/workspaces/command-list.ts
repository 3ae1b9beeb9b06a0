import type { FindField } from './command-find.ts'

/** Those about one customer. */
export type CustomerCommandName = 'customer' | 'forget' | 'export'

/** What a command can be told, where a platform has a field for it; elsewhere it is typed as `theme:complaint`. */
export interface CommandOption {
  name: FindField | 'text' | 'date' | 'sort' | 'period' | 'at' | 'room' | 'by' | 'what'
  /** At most 100 characters. */
  about: string
  /**
   * What is offered while it is typed; null: nothing. `customers` are worth their names, `people` their ids; `rooms`: the
   * platform's own field for a room, worth its id here.
   */
  suggests:
    | 'themes'
    | 'channels'
    | 'accounts'
    | 'customers'
    | 'people'
    | 'sentiments'
    | 'urgencies'
    | 'topics'
    | 'languages'
    | 'ratings'
    | 'teammates'
    | 'states'
    | 'dates'
    | 'orders'
    | 'audits'
    | 'periods'
    | 'dimensions'
    | 'rooms'
    | null
}

interface CommandSpec {
  name:
    | 'help'
    | 'home'
    | 'open'
    | 'find'
    | 'history'
    | CustomerCommandName
    | 'log'
    | 'digest'
    | 'stats'
    | 'audit'
    | 'settings'
  /** At most 100 characters. */
  about: string
  example: string
  options: CommandOption[]
}

const found: CommandOption[] = [
  { name: 'text', about: 'Words, "a phrase", ship*, -voucher, since monday', suggests: null },
  { name: 'customer', about: 'Part of a name, a handle or an address', suggests: 'customers' },
  { name: 'date', about: 'since monday, last week, in october, 2026-11-01..2026-11-20', suggests: 'dates' },
  { name: 'theme', about: 'Any of these themes; -complaint: all others', suggests: 'themes' },
  { name: 'channel', about: 'What came in on this channel', suggests: 'channels' },
  { name: 'account', about: 'What came in to this mailbox, page or number', suggests: 'accounts' },
  { name: 'topic', about: 'What it is about', suggests: 'topics' },
  { name: 'rating', about: 'Stars: 5, 1..2, 4+', suggests: 'ratings' },
  { name: 'sentiment', about: 'How they felt', suggests: 'sentiments' },
  { name: 'urgency', about: 'How urgent it was', suggests: 'urgencies' },
  { name: 'language', about: 'What they wrote in', suggests: 'languages' },
  { name: 'teammate', about: 'Who answered', suggests: 'teammates' },
  { name: 'state', about: 'What became of it', suggests: 'states' },
  { name: 'sort', about: 'Best first, or newest first', suggests: 'orders' },
]

const whom: CommandOption = { name: 'customer', about: 'Part of a name, a handle or an address', suggests: 'people' }

export const commands: readonly CommandSpec[] = [
  { name: 'help', about: 'Shows this list', example: '/desk help', options: [] },
  { name: 'home', about: 'Shows what waits for you, and what you answered today', example: '/desk home', options: [] },
  {
    name: 'open',
    about: 'Shows who is waiting, the longest first',
    example: '/desk open theme:complaint channel:email customer:mia',
    options: [
      { name: 'theme', about: 'Only this theme', suggests: 'themes' },
      { name: 'channel', about: 'Only what came in on this channel', suggests: 'channels' },
      { name: 'customer', about: 'Only this customer: part of a name or a handle', suggests: 'customers' },
    ],
  },
  {
    name: 'find',
    about: 'Finds what was written and answered, best first; dates in quotation marks are words',
    example: '/desk find refund "lamp oil" -voucher ship* channel:email rating:1..2 since monday',
    options: found,
  },
  {
    name: 'history',
    about: 'Shows what was written and answered, newest first; takes all that find takes',
    example: '/desk history customer:"Mia Jansen" theme:complaint,question last 30 days',
    options: found,
  },
  {
    name: 'customer',
    about: 'Shows who somebody is: channels, journey, what they wait for, promises, notes',
    example: '/desk customer Mia Jansen',
    options: [whom],
  },
  {
    name: 'log',
    about: 'Writes down a phone call or a visit',
    example: '/desk log Mia called: her parcel came broken',
    options: [{ name: 'text', about: 'What was said, by whom', suggests: null }],
  },
  {
    name: 'digest',
    about: 'The numbers of a day, a week or any dates; or each working day: /desk digest at 08:30',
    example: '/desk digest week',
    options: [
      { name: 'period', about: 'now, yesterday, week, month, or dates: 2026-11-01..2026-11-20', suggests: 'periods' },
      { name: 'at', about: 'Has it come every working day at this time, such as 08:30; or off', suggests: null },
      { name: 'room', about: 'Where it comes then; else here', suggests: 'rooms' },
    ],
  },
  {
    name: 'stats',
    about: 'The numbers by channel, theme, topic, teammate, hour and more',
    example: '/desk stats by theme week',
    options: [
      { name: 'by', about: 'What is told apart', suggests: 'dimensions' },
      { name: 'period', about: 'now, yesterday, week, month, or dates: 2026-11-01..2026-11-20', suggests: 'periods' },
    ],
  },
  {
    name: 'export',
    about: 'Gives everything that is held about a customer as a file; for managers',
    example: '/desk export mia@example.com',
    options: [whom],
  },
  {
    name: 'forget',
    about: 'Erases a customer everywhere, for good, once you confirm; for managers',
    example: '/desk forget mia@example.com',
    options: [whom],
  },
  {
    name: 'audit',
    about: 'Shows who approved, read, shared, exported and erased; for managers',
    example: '/desk audit week @ana erased',
    options: [
      { name: 'what', about: 'Only this', suggests: 'audits' },
      { name: 'teammate', about: 'Only what they did', suggests: 'teammates' },
      { name: 'period', about: 'now, yesterday, week, month, or dates: 2026-11-01..2026-11-20', suggests: 'periods' },
    ],
  },
  {
    name: 'settings',
    about: 'Voice, rooms, hours, targets, digests and roles; for managers',
    example: '/desk settings',
    options: [],
  },
]
