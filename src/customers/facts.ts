import { countText, themesText, topicText } from '../digests/words.ts'
import type { Theme } from '../interactions/interaction.ts'
import { dateOf } from '../settings/hours.ts'
import { duration, languageName } from '../workspaces/card-words.ts'
import type { CustomerPage } from '../workspaces/found.ts'
import { counted } from '../workspaces/kit/text.ts'
import { dateText } from './journey.ts'
import { tally } from './short-form.ts'

/** What is told of one thing that they did. */
export interface Heard {
  at: Date
  theme: Theme | null
  topics: string[]
  rating: number | null
  recommends: number | null
  answeredAt: Date | null
}

export interface Known {
  /** The newest of what they did, spam left out. */
  heard: Heard[]
  /** How many were looked at, as there are more; null: all of them. */
  newest: number | null
  /** Null: history has not heard of them yet. */
  firstAt: Date | null
  conversations: number
  /** Of a few of the newest: tags, one for each. */
  languages: string[]
}

const mostTopics = 4
const mostLanguages = 4
/** Conversations are counted so far. */
export const countedConversations = 1000

/** What is known of a customer, by what is looked at first; at most 8. */
export function factsOf({ heard, newest, firstAt, conversations, languages }: Known, timeZone: string): Fact[] {
  const values = <Key extends 'rating' | 'recommends'>(key: Key) => heard.flatMap((one) => one[key] ?? [])
  const [stars, recommends] = [values('rating'), values('recommends')]
  const waits = heard.flatMap(({ at, answeredAt }) => (answeredAt ? [answeredAt.getTime() - at.getTime()] : []))
  const topics = tally(heard.flatMap((one) => [...new Set(one.topics)])).slice(0, mostTopics)
  const spoken = tally(languages.filter((tag) => tag !== 'und')).slice(0, mostLanguages)
  const facts: [label: string, value: string | null][] = [
    [
      'First heard from',
      firstAt && dateText(dateOf(firstAt, timeZone), { day: 'numeric', month: 'long', year: 'numeric' }),
    ],
    ['Messages', messagesText(heard.length, newest, conversations)],
    [
      'Themes',
      tally(heard.flatMap(({ theme }) => theme ?? []))
        .map(([theme, count]) => themesText(count, theme))
        .join(', '),
    ],
    ['Topics', topics.map(([topic, count]) => `${topicText(topic)} (${count})`).join(', ')],
    ['Satisfaction', stars.length > 0 ? `★ ${mean(stars)} of 5 (${stars.length})` : null],
    ['Would recommend', recommends.length > 0 ? `${mean(recommends)} of 10 (${recommends.length})` : null],
    [
      'Answered in',
      waits.length > 1
        ? `${duration(median(waits))} (the median of ${waits.length})`
        : waits.length > 0
          ? duration(median(waits))
          : null,
    ],
    ['Languages', spoken.map(([tag]) => languageName(tag)).join(', ')],
  ]
  return facts.flatMap(([label, value]) => (value ? [{ label, value }] : []))
}

type Fact = CustomerPage['facts'][number]

function messagesText(messages: number, newest: number | null, conversations: number): string | null {
  if (messages === 0) return null
  const where =
    conversations < countedConversations
      ? counted(conversations, 'conversation')
      : `over ${countText(countedConversations)} conversations`
  if (newest === null) return `${countText(messages)} in ${where}`
  return `over ${countText(newest)} in ${where}; told here of the newest ${countText(newest)}`
}

/** "4", "3.5" */
const mean = (values: number[]): string =>
  String(Math.round((values.reduce((sum, value) => sum + value, 0) / values.length) * 10) / 10)

function median(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const [low = 0, high = 0] = [sorted[(sorted.length - 1) >> 1], sorted[sorted.length >> 1]]
  return (low + high) / 2
}
