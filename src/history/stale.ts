import { sql } from 'drizzle-orm'
import type { ConversationState, DismissReason } from '../conversations/conversation.ts'
import { rowsOf, type Db } from '../db/client.ts'
import type { Settlement } from '../measures/measures.ts'
import type { ExchangeState } from './exchange.ts'
import type { ExchangeWords } from './terms.ts'

/** A conversation that changed since it was indexed; `version` is what it is now. */
export interface Behind {
  id: string
  version: number
}

/** An exchange as it is now. */
export interface StaleExchange {
  interactionId: string
  conversationId: string
  customerId: string
  channel: string
  rating: number | null
  recommends: number | null
  state: ExchangeState
  replyId: string | null
  answeredBy: string | null
  answeredAt: string | null
  words: ExchangeWords
  /** The terms that it is indexed under; null: it isn't yet. */
  before: string[] | null
}

// `offset 0` keeps each row's own look-up: otherwise a table is read from end to end while it is small, by a plan that the database goes
// on with as it grows.

/** Of a conversation, what may have changed: its newest lines, whatever isn't settled, and what was never indexed. */
const newestLines = 100

/**
 * True of an interaction `i` that may be found: its words were not taken back, and they are the newest version, or were answered
 * as they stood.
 */
const isFindable = sql`(i.removed_at is null and (i.replaced_at is null or (i.seq > 0 and i.automatic is null and exists (
  select 1 from replies r where r.conversation_id = i.conversation_id and r.state in ('accepted', 'published')
    and r.answers_seq >= i.seq and r.answers_seq < coalesce((select min(n.seq) from interactions n
      where n.conversation_id = i.conversation_id and n.seq > i.seq
        and n.version_of = coalesce(i.version_of, i.external_id)), 2147483647)))))`

/** Ids of the interactions to be indexed again, and of those that are indexed and may not be found any more. */
export async function findStale(tx: Db, behind: readonly Behind[]): Promise<{ ids: string[]; gone: string[] }> {
  const rows = await rowsOf<{ id: string; is_findable: boolean; is_indexed: boolean }>(
    tx,
    sql`select i.id, ${isFindable} as is_findable, e.interaction_id is not null as is_indexed from jsonb_to_recordset(${JSON.stringify(behind)}::jsonb) as b(id uuid)
        cross join lateral (select id, customer_id, inbound_seq from conversations where id = b.id offset 0) c
        cross join lateral (select id, conversation_id, seq, external_id, version_of, replaced_at, removed_at, automatic
          from interactions where conversation_id = c.id offset 0) i
        left join lateral (select interaction_id, customer_id, state from exchanges where interaction_id = i.id offset 0) e on true
        where i.seq > c.inbound_seq - ${newestLines} or e.interaction_id is null
          or e.state in ('waiting', 'sending', 'snoozed') or e.customer_id <> c.customer_id
          or i.replaced_at is not null or i.removed_at is not null`,
  )
  return {
    ids: rows.flatMap((row) => (row.is_findable ? [row.id] : [])),
    gone: rows.flatMap((row) => (row.is_indexed && !row.is_findable ? [row.id] : [])),
  }
}

interface Row {
  id: string
  conversation_id: string
  customer_id: string
  channel: string
  account: string
  at: string
  said: (string | null)[]
  theme: string | null
  sentiment: string | null
  urgency: string | null
  language: string | null
  topics: string[] | null
  rating: number | null
  recommends: number | null
  automatic: string | null
  names: (string | null)[]
  addresses: (string | null)[]
  conversation_state: ConversationState
  conversation_reason: DismissReason | null
  settled_as: Settlement | null
  dismissed_reason: DismissReason | null
  reply_id: string | null
  approved_by: string | null
  accepted_at: string | null
  before: string[] | null
}

/** Reads everything that an exchange is made of. The conversations are locked by the caller. */
export async function readStale(tx: Db, interactionIds: readonly string[]): Promise<StaleExchange[]> {
  const ids = sql`(select value::uuid as id from jsonb_array_elements_text(${JSON.stringify(interactionIds)}::jsonb)) ids`
  const [rows, replies] = await Promise.all([
    // Instants as JSON tells them: the drivers each have their own way.
    rowsOf<{ row: Row }>(
      tx,
      sql`select jsonb_build_object(
            'id', i.id, 'conversation_id', c.id, 'customer_id', c.customer_id, 'channel', i.channel, 'account', i.account,
            'at', i.occurred_at, 'said', jsonb_build_array(i.text, i.translation, c.subject, i.summary),
            'theme', i.theme, 'sentiment', i.sentiment, 'urgency', i.urgency, 'language', i.language, 'topics', i.topics,
            'rating', i.rating, 'recommends', i.recommends, 'automatic', i.automatic,
            'names', jsonb_build_array(d.name, d.handle),
            'addresses', jsonb_build_array(d.email, d.phone, d.external_id),
            'conversation_state', c.state, 'conversation_reason', c.dismissed_reason,
            'settled_as', o.settled_as, 'dismissed_reason', o.dismissed_reason,
            'reply_id', o.reply_id, 'approved_by', o.approved_by, 'accepted_at', o.accepted_at,
            'before', (select to_jsonb(tsvector_to_array(e.terms)) from exchanges e where e.interaction_id = i.id)) as row
          from ${ids}
          cross join lateral (select * from interactions where id = ids.id offset 0) i
          cross join lateral (select * from conversations where id = i.conversation_id offset 0) c
          cross join lateral (select * from identities where id = i.identity_id offset 0) d
          left join lateral (select * from outcomes where interaction_id = i.id and undone_at is null order by since desc limit 1) o on true`,
    ),
    // The words of a reply are those of the newest that it answers; of automatic mail only where there is nothing else.
    // That one is found by the index, from its end: there may be thousands of both.
    rowsOf<{ interaction_id: string; text: string }>(
      tx,
      sql`select i.id as interaction_id, r.text
          from (select i.conversation_id, min(i.seq) as seq from ${ids}
            cross join lateral (select conversation_id, seq from interactions where id = ids.id offset 0) i group by 1) c
          cross join lateral (select * from replies
            where conversation_id = c.conversation_id and answers_seq >= c.seq and state in ('accepted', 'published') offset 0) r
          cross join lateral (select coalesce(
            (select id from interactions where conversation_id = r.conversation_id and seq <= r.answers_seq and automatic is null and removed_at is null
              order by seq desc, id desc limit 1),
            (select id from interactions where conversation_id = r.conversation_id and seq <= r.answers_seq and removed_at is null
              order by seq desc, id desc limit 1)) as id offset 0) i
          where i.id in (select id from ${ids})
          order by r.accepted_at, r.id`,
    ),
  ])
  const answers = Map.groupBy(replies, ({ interaction_id: id }) => id)
  return rows.map(({ row }) => staleOf(row, answers.get(row.id)?.map(({ text }) => text) ?? []))
}

function staleOf(row: Row, answered: string[]): StaleExchange {
  const { channel, theme, sentiment, urgency, language, rating, names, said } = row
  const state = stateOf(row)
  const isAnswered = state === 'answered'
  const answeredBy = isAnswered ? row.approved_by : null
  return {
    interactionId: row.id,
    conversationId: row.conversation_id,
    customerId: row.customer_id,
    channel,
    rating,
    recommends: row.recommends,
    state,
    replyId: isAnswered ? row.reply_id : null,
    answeredBy,
    answeredAt: isAnswered ? row.accepted_at : null,
    before: row.before,
    words: {
      channel,
      theme,
      sentiment,
      urgency,
      language,
      rating,
      state,
      names,
      said,
      answered,
      at: new Date(row.at),
      account: row.account,
      topics: row.topics ?? [],
      teammate: answeredBy,
      addresses: addressesOf(row),
    },
  }
}

/** Settled, it keeps its state whatever becomes of the conversation. */
function stateOf(row: Row): ExchangeState {
  if (row.automatic !== null || row.settled_as === 'automatic') return 'received'
  if (row.settled_as === 'answered') return 'answered'
  const reason = row.settled_as === 'dismissed' ? row.dismissed_reason : row.conversation_reason
  const state = row.settled_as === 'dismissed' ? 'dismissed' : row.conversation_state
  if (state === 'quarantined' || (state === 'dismissed' && reason === 'spam')) return 'spam'
  return state
}

/** A number is also found without its spaces. What a channel calls somebody is an address only where people would know it. */
function addressesOf({ addresses: [email, phone, externalId] }: Row): (string | null)[] {
  const isKnown = externalId && (externalId.includes('@') || /^\+?\d{7,15}$/.test(externalId))
  const all = [email ?? null, phone ?? null, phone?.replaceAll(/\D/g, '') ?? null, isKnown ? externalId : null]
  return [...new Set(all)]
}
