import { inArray } from 'drizzle-orm'
import type { Context } from '../context.ts'
import { teammates } from '../db/schema.ts'
import { languageName } from '../workspaces/card-words.ts'
import { oneLine } from '../workspaces/kit/text.ts'
import type { Dimension, Measure } from '../measures/numbers.ts'
import { capitalised, topicText } from './words.ts'

/** "52 answered": what follows the count. */
export const measureNames: Record<Measure, string> = {
  received: 'came in',
  answered: 'answered',
  'within-target': 'answered in time',
  late: 'late',
  waiting: 'waiting',
  unedited: 'sent as drafted',
  edited: 'sent with an edited draft',
  rewritten: 'sent with a rewritten draft',
  'self-written': 'sent without a draft, or from a template',
  'by-hand': 'sent by hand',
  dismissed: 'dismissed',
  spam: 'taken for spam',
  automatic: 'automatic messages, reactions and what was answered elsewhere',
  undelivered: 'not delivered',
  csat: 'said how satisfied they are',
  nps: 'said whether they recommend you',
}

/** "By channel" */
export const dimensionNames: Record<Dimension, string> = {
  channel: 'channel',
  account: 'account',
  theme: 'theme',
  topic: 'topic',
  urgency: 'urgency',
  language: 'language',
  teammate: 'teammate',
  hour: 'hour of the week',
}

/** Names the values of a dimension; of what is not known, an empty one. */
export type LabelOf = (by: Dimension, key: string) => string

const weekdays = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday']

/** `names`: of teammates, by id. */
export function labelsWith(channels: Context['channels'], names: ReadonlyMap<string, string>): LabelOf {
  const channelName = (id: string) => channels.get(id)?.name ?? id
  return (by, key) => {
    if (key === '') return by === 'teammate' ? 'Somebody' : `Without a ${dimensionNames[by]}`
    switch (by) {
      case 'channel':
        return channelName(key)
      case 'account': {
        const [channel = '', ...rest] = key.split('/')
        const account = rest.join('/')
        const name = channels.get(channel)?.open.accounts.find(({ id }) => id === account)?.name ?? account
        return account === 'default' ? channelName(channel) : `${channelName(channel)} · ${oneLine(name, 60)}`
      }
      case 'theme':
        return capitalised(oneLine(key, 40))
      case 'topic':
        return capitalised(topicText(key))
      case 'urgency':
        return `${capitalised(oneLine(key, 40))} urgency`
      case 'language':
        return oneLine(languageName(key), 40)
      case 'teammate':
        return oneLine(names.get(key) ?? 'Somebody', 60)
      case 'hour':
        return `${weekdays[Math.floor(Number(key) / 24)] ?? key} ${String(Number(key) % 24).padStart(2, '0')}:00`
    }
  }
}

/** Of teammates, by id; unknown ids are left out. */
export async function readNames({ db }: Pick<Context, 'db'>, ids: string[]): Promise<Map<string, string>> {
  if (ids.length === 0) return new Map()
  const rows = await db
    .select({ id: teammates.id, name: teammates.name })
    .from(teammates)
    .where(inArray(teammates.id, ids))
  return new Map(rows.map(({ id, name }) => [id, name]))
}
