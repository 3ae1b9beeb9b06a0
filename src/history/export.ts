import { sql } from 'drizzle-orm'
import type { Context } from '../context.ts'
import { addEvent } from '../conversations/queries.ts'
import { rowsOf, type Db } from '../db/client.ts'
import { epoch } from '../measures/counted.ts'
import { fileOf, type Column } from '../measures/csv.ts'
import { dateOf } from '../settings/hours.ts'
import { readTuning } from '../settings/queries.ts'
import { refusalFor } from '../teammates/access.ts'
import { knowTeammate } from '../teammates/know.ts'
import type { Download, FileFormat } from '../workspaces/found.ts'
import type { Refusal, Teammate } from '../workspaces/workspace.ts'
import { readList, type List } from './lists.ts'
import { planOf } from './plan.ts'
import { searchExchanges, type Cursor } from './search.ts'

type ExportContext = Pick<Context, 'db' | 'clock' | 'newId' | 'workspaces'>

const pageSize = 500

/** Everything that a list finds as a file, the newest first, read while it is written; for managers. */
export async function listFile(
  ctx: ExportContext,
  workspaceId: string,
  listId: string,
  format: FileFormat,
  teammate: Teammate,
): Promise<Download | Refusal> {
  const refused = await refusalFor(ctx, workspaceId, teammate, 'manager')
  if (refused !== null) return { refused }
  const list = await readList(ctx, workspaceId, listId)
  if (!list) return { refused: 'This list is not kept any more. Ask again with /desk find, or /desk history' }
  const { hours } = await readTuning(ctx.db)
  const actor = await knowTeammate(ctx, workspaceId, teammate)
  const note = (rows?: number) =>
    addEvent(ctx, ctx.db, 'history.exported', {
      conversationId: null,
      actor,
      data: { list: listId, format, ...(rows === undefined ? {} : { rows }) },
    })
  // Before the first row leaves, and once more when the last did: whoever breaks it off has had some.
  await note()
  const name = `deskbell-history-${dateOf(ctx.clock.now(), hours.timeZone)}`
  return fileOf(name, format, columns, counting(readAll(ctx.db, list), note))
}

async function* counting(rows: AsyncIterable<Row>, done: (count: number) => Promise<unknown>): AsyncGenerator<Row> {
  let count = 0
  for await (const row of rows) {
    count += 1
    yield row
  }
  await done(count)
}

/** A page at a time, in a statement of its own each: nothing is held open, and memory is bounded by the page. */
async function* readAll(db: Db, { ask }: List): AsyncGenerator<Row> {
  const { plan, nowhere } = await planOf(db, ask)
  if (nowhere.length > 0) return
  let before: Cursor | null = null
  do {
    const page: Awaited<ReturnType<typeof searchExchanges>> = await searchExchanges(db, plan, {
      before,
      limit: pageSize,
      order: 'newest',
    })
    yield* await readRows(
      db,
      page.hits.map(({ interactionId }) => interactionId),
    )
    before = page.next
  } while (before)
}

interface Row {
  conversationId: string
  atMs: number
  channel: string
  account: string
  customer: string
  address: string | null
  theme: string | null
  sentiment: string | null
  urgency: string | null
  language: string | null
  topics: string[] | null
  rating: number | null
  recommends: number | null
  said: string
  state: string
  answeredBy: string | null
  answeredMs: number | null
  answer: string | null
}

async function readRows(db: Db, ids: string[]): Promise<Row[]> {
  return rowsOf<Row>(
    db,
    sql`
    select i.conversation_id as "conversationId", ${epoch(sql`i.occurred_at`)}::float8 as "atMs", i.channel, i.account, u.name as customer,
      coalesce(p.email, p.phone, p.handle) as address, i.theme, i.sentiment, i.urgency, i.language, i.topics, i.rating, i.recommends,
      i.text as said, e.state, coalesce(t.name, e.answered_by) as "answeredBy", ${epoch(sql`e.answered_at`)}::float8 as "answeredMs", r.text as answer
    from (select value::uuid as id, place from jsonb_array_elements_text(${JSON.stringify(ids)}::jsonb) with ordinality as asked(value, place)) asked
    join interactions i on i.id = asked.id and i.removed_at is null
    join exchanges e on e.interaction_id = i.id
    join conversations c on c.id = i.conversation_id
    join customers u on u.id = c.customer_id
    join identities p on p.id = i.identity_id
    left join teammates t on t.id = e.answered_by
    left join replies r on r.id = e.reply_id
    order by asked.place`,
  )
}

const timeText = (ms: number | null): string | null => (ms === null ? null : new Date(ms).toISOString())

const columns: Column<Row>[] = [
  { title: 'Written (UTC)', key: 'writtenAt', value: ({ atMs }) => timeText(atMs) },
  { title: 'Channel', key: 'channel', value: ({ channel }) => channel },
  { title: 'Account', key: 'account', value: ({ account }) => account },
  { title: 'Customer', key: 'customer', value: ({ customer }) => customer },
  { title: 'Address or handle', key: 'address', value: ({ address }) => address },
  { title: 'Theme', key: 'theme', value: ({ theme }) => theme },
  { title: 'Sentiment', key: 'sentiment', value: ({ sentiment }) => sentiment },
  { title: 'Urgency', key: 'urgency', value: ({ urgency }) => urgency },
  { title: 'Language', key: 'language', value: ({ language }) => language },
  { title: 'Topics', key: 'topics', value: ({ topics }) => topics ?? [] },
  { title: 'Stars', key: 'stars', value: ({ rating }) => rating },
  { title: 'Would recommend (0 to 10)', key: 'wouldRecommend', value: ({ recommends }) => recommends },
  { title: 'What they said', key: 'said', value: ({ said }) => said },
  { title: 'What became of it', key: 'state', value: ({ state }) => state },
  { title: 'Answered by', key: 'answeredBy', value: ({ answeredBy }) => answeredBy },
  { title: 'Answered (UTC)', key: 'answeredAt', value: ({ answeredMs }) => timeText(answeredMs) },
  { title: 'What we answered', key: 'answer', value: ({ answer }) => answer },
  { title: 'Conversation', key: 'conversation', value: ({ conversationId }) => conversationId },
]
