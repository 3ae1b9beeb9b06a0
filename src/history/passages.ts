import { sql } from 'drizzle-orm'
import { accountName, type Context } from '../context.ts'
import { rowsOf, type Db } from '../db/client.ts'
import type { Sentiment, Theme, Urgency } from '../interactions/interaction.ts'
import { epoch } from '../measures/counted.ts'
import { cardRefOf } from '../posts/queries.ts'
import type { PostRef } from '../workspaces/workspace.ts'
import { labelsOf, originOf } from '../workspaces/card-words.ts'
import type { Label } from '../workspaces/card.ts'
import type { Marked, Passage } from '../workspaces/found.ts'
import type { ExchangeState } from './exchange.ts'
import { excerptOf } from './marks.ts'
import type { Marks } from './query.ts'
import { stateText } from './state-text.ts'

interface Row {
  interactionId: string
  conversationId: string
  customerId: string
  customerName: string
  channel: string
  account: string
  atMs: number
  rating: number | null
  theme: Theme | null
  sentiment: Sentiment | null
  urgency: Urgency | null
  language: string | null
  topics: string[] | null
  subject: string | null
  summary: string | null
  text: string
  translation: string | null
  state: ExchangeState
  answeredMs: number | null
  answeredBy: string | null
  /** The one that answered it first, then others that came after it. */
  answers: string[]
  /** Where the conversation's card was posted. */
  ref: PostRef | null
}

/** What stands in these exchanges, in the order of the ids; those that are gone are left out. `marks`: what was looked for. */
export async function readPassages(
  ctx: Pick<Context, 'db' | 'clock' | 'channels' | 'workspaces'>,
  workspaceId: string,
  interactionIds: string[],
  marks: Marks | null,
): Promise<Passage[]> {
  if (interactionIds.length === 0) return []
  const rows = await readRows(ctx.db, workspaceId, interactionIds)
  const workspace = ctx.workspaces.get(workspaceId)
  return rows.map((row) => {
    const { interactionId, conversationId, customerId, customerName, channel, account, rating, ref } = row
    const active = ctx.channels.get(channel)
    const at = new Date(row.atMs)
    const answeredAt = row.answeredMs === null ? null : new Date(row.answeredMs)
    return {
      interactionId,
      conversationId,
      url: (ref && workspace?.urlOf(ref)) ?? null,
      customer: { id: customerId, name: customerName },
      origin: originOf({ name: active?.name ?? channel, account: accountName(active, account) }),
      at,
      labels: labelsOfRow(rating, row),
      state: stateText({ state: row.state, at, answeredAt, answeredBy: row.answeredBy }, ctx.clock.now()),
      said: saidIn(row, marks),
      answered: firstMarked(row.answers, marks),
    }
  })
}

async function readRows(db: Db, workspaceId: string, ids: string[]): Promise<Row[]> {
  return rowsOf<Row>(
    db,
    sql`
    select i.id as "interactionId", i.conversation_id as "conversationId", c.customer_id as "customerId", u.name as "customerName",
      i.channel, i.account, ${epoch(sql`i.occurred_at`)}::float8 as "atMs", i.rating, i.theme, i.sentiment, i.urgency, i.language, i.topics,
      c.subject, i.summary, left(i.text, 20000) as text, left(i.translation, 20000) as translation,
      e.state, ${epoch(sql`e.answered_at`)}::float8 as "answeredMs", t.name as "answeredBy", answers.texts as answers, ${cardRefOf(workspaceId, sql`i.conversation_id`)} as ref
    from (select value::uuid as id, place from jsonb_array_elements_text(${JSON.stringify(ids)}::jsonb) with ordinality as asked(value, place)) asked
    join interactions i on i.id = asked.id and i.removed_at is null
    join exchanges e on e.interaction_id = i.id
    join conversations c on c.id = i.conversation_id
    join customers u on u.id = c.customer_id
    left join teammates t on t.id = e.answered_by
    cross join lateral (
      select coalesce(jsonb_agg(text), '[]'::jsonb) as texts from (
        select left(r.text, 20000) as text from replies r
        where r.conversation_id = i.conversation_id and r.state in ('accepted', 'published') and (r.id = e.reply_id or (
          r.answers_seq >= i.seq and not exists (
            select from interactions later
            where later.conversation_id = i.conversation_id and later.seq > i.seq and later.seq <= r.answers_seq)))
        order by (r.id = e.reply_id) is true desc, r.approved_at limit 5
      ) r
    ) answers
    order by asked.place`,
  )
}

function labelsOfRow(rating: number | null, { theme, sentiment, urgency, language, topics }: Row): Label[] {
  if (theme === null || sentiment === null || urgency === null) return labelsOf(rating, null)
  return labelsOf(rating, { theme, sentiment, urgency, language: language ?? 'und', topics: topics ?? [] })
}

/** The customer's words, or their translation, or the subject, wherever what was looked for stands. */
function saidIn({ text, translation, subject, summary }: Row, marks: Marks | null): Marked {
  const subjectAndText = subject === null ? null : [subject, text].filter(Boolean).join(' · ')
  const texts = [text, translation, subjectAndText, summary].filter((one) => one !== null && one.trim() !== '')
  return firstMarked(texts as string[], marks) ?? [{ text: 'no words', isMarked: false }]
}

/** Of the first text in which something is marked; else of the first. Null: there is none. */
function firstMarked(texts: string[], marks: Marks | null): Marked | null {
  let first: Marked | null = null
  for (const text of texts) {
    const { pieces, isMarked } = excerptOf(text, marks)
    if (isMarked) return pieces
    first ??= pieces
  }
  return first
}
