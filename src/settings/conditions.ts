import type { Flag } from '../drafts/draft.ts'
import { themes, urgencies } from '../interactions/interaction.ts'
import { languageName } from '../workspaces/card-words.ts'
import type { Option } from '../workspaces/form.ts'

/** A channel that is switched on, as the settings name it. */
export interface TunableChannel {
  id: string
  name: string
  accounts: { id: string; name: string }[]
}

/** Which conversations a rule is about; what is empty or missing doesn't matter. */
export interface Conditions {
  channels?: string[]
  accounts?: string[]
  themes?: string[]
  urgencies?: string[]
  languages?: string[]
}

/** How many options a platform shows. */
const mostOptions = 100
const commonLanguages = 'en de fr es it pt nl pl sv da no fi cs tr ru uk ar zh ja ko'.split(' ')

/** The common languages, and `others` that are already chosen. */
export function languageOptions(others: string[] = []): Option[] {
  return [...new Set([...commonLanguages, ...others])].map((value) => ({ value, label: languageName(value) }))
}

export const themeOptions: Option[] = themes.map((value) => ({ value, label: capital(value) }))
export const urgencyOptions: Option[] = urgencies.map((value) => ({ value, label: `${capital(value)} urgency` }))

/** `others`: chosen before, and perhaps switched off now. */
export function channelOptions(channels: TunableChannel[], others: string[] = []): Option[] {
  const off = others.filter((other) => channels.every(({ id }) => id !== other))
  return [
    ...channels.map(({ id, name }) => ({ value: id, label: name })),
    ...off.map((id) => ({ value: id, label: id })),
  ]
}

/** Channels, and the accounts of those that have several: `email`, `email/support`. */
export function placeOptions(channels: TunableChannel[]): Option[] {
  const several = channels.filter(({ accounts }) => accounts.length > 1)
  return [...channelOptions(channels), ...accountOptions(several)].slice(0, mostOptions)
}

function accountOptions(channels: TunableChannel[]): Option[] {
  return channels.flatMap(({ id, name, accounts }) =>
    accounts.map((account) => ({ value: `${id}/${account.id}`, label: `${name} · ${account.name}` })),
  )
}

const flagLabels: Record<Flag['code'], string> = {
  promise: 'Promises something',
  'personal-data': 'Shows personal data in public',
  'unknown-link': 'Has a link that nobody knows',
  'no-private-channel': 'Answers a complaint only in public',
  'too-long': 'Too long for the channel',
  instructed: 'Follows the customer’s instructions',
  fallback: 'Written without the language model',
  caution: 'The assistant is not sure',
}
export const flagOptions: Option[] = Object.entries(flagLabels).map(([value, label]) => ({ value, label }))

/** "complaint or question · high urgency · Email · German"; null: everything. */
export function conditionsText(conditions: Conditions, channels: TunableChannel[]): string | null {
  const { themes: wanted = [], urgencies: urgent = [], languages = [], accounts = [], channels: wide = [] } = conditions
  const parts = [
    wanted.join(' or '),
    urgent.length > 0 ? `${urgent.join(' or ')} urgency` : '',
    wide.map((id) => nameOf(id, channelOptions(channels))).join(' or '),
    accounts.map((id) => nameOf(id, accountOptions(channels))).join(' or '),
    languages.map(languageName).join(' or '),
  ].filter((part) => part !== '')
  return parts.length > 0 ? parts.join(' · ') : null
}

export function nameOf(value: string, options: Option[]): string {
  return options.find((option) => option.value === value)?.label ?? value
}

function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1)
}
