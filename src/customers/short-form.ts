import { sql } from 'drizzle-orm'
import type { ActiveChannel } from '../context.ts'
import { rowsOf, type Db } from '../db/client.ts'
import { themeText, themesText } from '../digests/words.ts'
import type { Theme } from '../interactions/interaction.ts'
import { duration } from '../workspaces/card-words.ts'
import { oneLine } from '../workspaces/kit/text.ts'

/** What there was with a customer before. */
export interface Past {
  /** Conversations, counted up to 100. */
  before: number
  /** Of their newest 100 messages. */
  heard: { theme: Theme | null; topics: string[] }[]
  /** The newest answer that they got, and how long they waited for it. */
  lastAnswer: { by: string; ms: number } | null
}

export const nothingBefore: Past = { before: 0, heard: [], lastAnswer: null }

const countedUpTo = 100

/** "4th time; 2 complaints about delivery; last answered by @Ana in 12 min" */
export function shortForm({ before, heard, lastAnswer }: Past): string {
  return [
    before === 0 ? 'first time' : before < countedUpTo ? `${nth(before + 1)} time` : `over ${countedUpTo} times before`,
    feltText(heard, 'complaint'),
    feltText(heard, 'compliment'),
    lastAnswer && `last answered by @${oneLine(lastAnswer.by, 40)} in ${duration(lastAnswer.ms)}`,
  ]
    .filter(Boolean)
    .join('; ')
}

/** "2 complaints about delivery": the topic that more than half of them are about. */
function feltText(heard: Past['heard'], theme: Theme): string | null {
  const felt = heard.filter((one) => one.theme === theme)
  if (felt.length === 0) return null
  const [topic] = tally(felt.flatMap(({ topics }) => [...new Set(topics)])).find(
    ([, count]) => count * 2 > felt.length,
  ) ?? [null]
  const all = themesText(felt.length, theme)
  return topic === null ? all : `${all}${themeText(theme, topic).slice(themeText(theme, null).length)}`
}

/** Each with how often it is there, the most frequent first; of equals, the one that comes first. */
export function tally(values: string[]): [value: string, count: number][] {
  const counts = new Map<string, number>()
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1)
  return [...counts].toSorted(([, a], [, b]) => b - a)
}

function nth(number: number): string {
  const isTeen = number % 100 >= 11 && number % 100 <= 13
  return `${number}${(isTeen ? undefined : { 1: 'st', 2: 'nd', 3: 'rd' }[number % 10]) ?? 'th'}`
}

/**
 * What there was with the customers of these conversations before each of them began, by conversation. In what is said on
 * public channels, only what was said on public channels counts: a channel that isn't known any more is none of them.
 */
export async function readShortForms(
  db: Db,
  channels: ReadonlyMap<string, ActiveChannel>,
  conversationIds: string[],
): Promise<Map<string, Past>> {
  const known = [...channels.values()]
  const idsOf = (isPublic: boolean) =>
    JSON.stringify(known.filter(({ limits }) => limits.isPublic === isPublic).map(({ id }) => id))
  const rows = await rowsOf<{ id: string; before: number; heard: Past['heard'] | null; last: Past['lastAnswer'] }>(
    db,
    sql`with c as (
        select id, customer_id, created_at, ${idsOf(false)}::jsonb ? channel as sees_all, ${idsOf(true)}::jsonb as public
        from conversations
        where id = any(array(select value::uuid from jsonb_array_elements_text(${JSON.stringify(conversationIds)}::jsonb))))
      select c.id, counted.before, past.heard, past.last
      from c
      cross join lateral (
        select count(*) filter (where c.sees_all or c.public ? o.channel)::int as before from (
          select channel from conversations
          where customer_id = c.customer_id and created_at < c.created_at
          order by created_at desc limit ${countedUpTo}) o) counted
      cross join lateral (
        select
          jsonb_agg(jsonb_build_object('theme', e.theme, 'topics', e.topics))
            filter (where e.theme in ('complaint', 'compliment') and e.state <> 'spam') as heard,
          (array_agg(
            jsonb_build_object('by', coalesce(t.name, e.answered_by), 'ms', extract(epoch from e.answered_at - e.at) * 1000)
            order by e.answered_at desc) filter (where e.answered_by is not null))[1] as last
        from (
          select theme, topics, state, channel, at, answered_at, answered_by from exchanges
          where customer_id = c.customer_id and at < c.created_at and conversation_id <> c.id
          order by at desc, interaction_id desc limit ${countedUpTo}) e
        left join teammates t on t.id = e.answered_by
        where c.sees_all or c.public ? e.channel) past`,
  )
  return new Map(
    rows.map(({ id, before, heard, last }) => [
      id,
      before === 0 ? nothingBefore : { before, heard: heard ?? [], lastAnswer: last },
    ]),
  )
}
