import { addDays, clockText } from '../settings/hours.ts'
import { duration } from '../workspaces/card-words.ts'
import { isolated, oneLine } from '../workspaces/kit/text.ts'
import { mostTopics, type Numbers } from '../measures/numbers.ts'

/** "1,204" */
export const countText = (count: number): string => Math.round(count).toLocaleString('en')

/** "92 %". Neither all nor nothing is said where it isn't so. */
export function shareText(share: number): string {
  const percent = Math.round(share * 100)
  return `${share > 0 && share < 1 ? Math.min(99, Math.max(1, percent)) : percent} %`
}

/** "14 min" */
export const durationText = (ms: number): string => duration(ms)

/** "Friday 10:17", "3 November": it stays true whenever it is read. */
export function sinceText(at: Date, last: string, timeZone: string): string {
  const [date = '', time = ''] = clockText(at, timeZone).split(' ')
  const said = (parts: Intl.DateTimeFormatOptions) =>
    new Intl.DateTimeFormat('en-GB', { ...parts, timeZone: 'UTC' }).format(new Date(date))
  return date > addDays(last, -7) ? `${said({ weekday: 'long' })} ${time}` : said({ day: 'numeric', month: 'long' })
}

/** "complaints about delivery" */
export function themeText(theme: string, topic: string | null): string {
  const what = `${oneLine(theme, 30)}s`
  return topic === null ? what : `${what} about ${topicText(topic)}`
}

/** A topic within a sentence of ours: words written from right to left move nothing around them. */
export function topicText(topic: string): string {
  return /[\u0590-\u08FF]/.test(topic) ? isolated(topic, 40) : oneLine(topic, 40)
}

/** " but spam", after "nothing came in": what is counted apart. */
export function unreadOf({ spam, automatic }: Numbers): string {
  const kinds = [spam > 0 && 'spam', automatic > 0 && 'what needs no answer'].filter(Boolean)
  return kinds.length > 0 ? ` but ${kinds.join(' and ')}` : ''
}

/** "3 complaints", "1 compliment" */
export function themesText(count: number, theme: string): string {
  return `${countText(count)} ${count === 1 ? oneLine(theme, 30) : themeText(theme, null)}`
}

export const capitalised = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)

// What is read off a period's numbers; null where they don't tell.
export const receivedOf = ({ received }: Numbers): number => received
export const answeredOf = ({ answered }: Numbers): number => answered
export const waitingOf = ({ waiting }: Numbers): number => waiting.count
export const lateOf = ({ waiting }: Numbers): number => waiting.late
export const medianOf = ({ response }: Numbers): number | null => response?.calendar.median ?? null
export const slowestOf = ({ response }: Numbers): number | null => response?.calendar.p90 ?? null
export const withinOf = ({ target }: Numbers): number | null => shareOf(target?.within, target?.of)
export const satisfiedOf = ({ csat }: Numbers): number | null => shareOf(csat?.satisfied, csat?.of)
export const undeliveredOf = ({ undelivered }: Numbers): number => undelivered.failed + undelivered.unknown
/** Of 100: promoters less detractors. */
export const npsOf = ({ nps }: Numbers): number | null =>
  nps && nps.of > 0 ? Math.round(((nps.promoters - nps.detractors) / nps.of) * 100) : null
/** Drafts of the assistant that were sent: what began without one, or from a template, says nothing of them. */
export const draftsOf = ({ drafts }: Numbers): number => drafts.unedited + drafts.edited + drafts.rewritten

/** How many came in of a theme. */
export const themeCount = ({ themes }: Numbers, theme: string): number =>
  themes.find((one) => one.theme === theme)?.count ?? 0

/** How many came in of a topic of a theme; null where only the largest were counted, and it isn't one of them. */
export function topicCount({ themes }: Numbers, theme: string, topic: string): number | null {
  const topics = themes.find((one) => one.theme === theme)?.topics ?? []
  return topics.find((one) => one.topic === topic)?.count ?? (topics.length < mostTopics ? 0 : null)
}

function shareOf(part: number | undefined, of: number | undefined): number | null {
  return part === undefined || !of ? null : part / of
}
