import { sql } from 'drizzle-orm'
import { rowsOf, type Db } from '../db/client.ts'
import type { ExchangeState } from '../history/exchange.ts'
import { epoch } from '../measures/counted.ts'
import { promisesIn } from '../replies/promises.ts'
import { countedConversations, type Heard } from './facts.ts'

/** However long a customer's history is: so much of it is looked at, the newest. */
export const mostExchanges = 500
const mostConversations = 500
const mostIdentities = 20
const mostWaiting = 5
const mostPromises = 5

export interface IdentityFacts {
  channel: string
  name: string | null
  handle: string | null
  email: string | null
  phone: string | null
  is_verified: boolean
}

interface Who {
  name: string
  identities: IdentityFacts[]
  /** Counted up to a thousand. */
  conversations: number
  firstAt: Date | null
}

export async function readWho(db: Db, customerId: string): Promise<Who | null> {
  const [row] = await rowsOf<{
    name: string
    identities: IdentityFacts[] | null
    conversations: number
    first_ms: number | null
  }>(
    db,
    sql`
    select c.name,
      (select jsonb_agg(i) from (
        select channel, name, handle, email, phone, is_email_verified or is_phone_verified as is_verified from identities
        where customer_id = c.id order by created_at, id limit ${mostIdentities}) i) as identities,
      (select count(*)::int from (
        select from conversations where customer_id = c.id limit ${countedConversations}) o) as conversations,
      (select ${epoch(sql`min(at)`)}::float8 from exchanges where customer_id = c.id) as first_ms
    from customers c where c.id = ${customerId}::uuid`,
  )
  if (!row) return null
  const { name, identities, conversations, first_ms: first } = row
  return { name, identities: identities ?? [], conversations, firstAt: first === null ? null : new Date(first) }
}

export interface Exchange extends Heard {
  id: string
  channel: string
  state: ExchangeState
  replyId: string | null
  answeredBy: string | null
}

/** The newest first. */
export async function readExchanges(db: Db, customerId: string): Promise<Exchange[]> {
  const rows = await rowsOf<Omit<Exchange, 'at' | 'answeredAt'> & { atMs: number; answeredMs: number | null }>(
    db,
    sql`
    select e.interaction_id as id, e.channel, ${epoch(sql`e.at`)}::float8 as "atMs", e.theme, e.topics, e.rating, e.recommends,
      e.state, e.reply_id as "replyId", ${epoch(sql`e.answered_at`)}::float8 as "answeredMs", t.name as "answeredBy"
    from (select * from exchanges where customer_id = ${customerId}::uuid
          order by at desc, interaction_id desc limit ${mostExchanges}) e
    left join teammates t on t.id = e.answered_by
    order by e.at desc, e.interaction_id desc`,
  )
  return rows.map(({ atMs, answeredMs, ...row }) => ({
    ...row,
    at: new Date(atMs),
    answeredAt: answeredMs === null ? null : new Date(answeredMs),
  }))
}

export interface Open {
  conversationId: string
  channel: string
  sinceMs: number | null
  about: string | null
}

/** Conversations in which they wait for us, the longest first. */
export async function readOpen(db: Db, customerId: string): Promise<Open[]> {
  return rowsOf<Open>(
    db,
    sql`
    select c.id as "conversationId", c.channel, ${epoch(sql`c.waiting_since`)}::float8 as "sinceMs",
      coalesce(nullif(i.summary, ''), c.subject, left(i.text, 400)) as about
    from (
      select * from (
        select id, channel, state, subject, waiting_since from conversations where customer_id = ${customerId}::uuid
        order by created_at desc limit ${mostConversations}) newest
      where state in ('waiting', 'sending', 'snoozed') order by waiting_since nulls last, id limit ${mostWaiting}) c
    left join lateral (
      select summary, text from interactions
      where conversation_id = c.id and replaced_at is null and removed_at is null order by seq desc, id desc limit 1) i on true
    order by c.waiting_since nulls last, c.id`,
  )
}

/** One tag for each of these that has one. */
export async function readLanguages(db: Db, ids: string[]): Promise<string[]> {
  const rows = await rowsOf<{ language: string }>(
    db,
    sql`
    select language from interactions where language is not null
      and id = any(array(select value::uuid from jsonb_array_elements_text(${JSON.stringify(ids)}::jsonb)))`,
  )
  return rows.map(({ language }) => language)
}

export interface Promised {
  conversationId: string
  sentence: string
  atMs: number
  by: string
}

/** What these replies promise, the newest first. */
export async function readPromised(db: Db, replyIds: string[]): Promise<Promised[]> {
  if (replyIds.length === 0) return []
  const rows = await rowsOf<Omit<Promised, 'sentence'> & { text: string }>(
    db,
    sql`
    select r.conversation_id as "conversationId", left(r.text, 10000) as text, t.name as by,
      ${epoch(sql`coalesce(r.accepted_at, r.approved_at)`)}::float8 as "atMs"
    from replies r join teammates t on t.id = r.approved_by
    where r.state in ('accepted', 'published')
      and r.id = any(array(select value::uuid from jsonb_array_elements_text(${JSON.stringify(replyIds)}::jsonb)))
    order by "atMs" desc`,
  )
  return rows
    .flatMap(({ text, ...row }) => promisesIn(text).map((sentence) => ({ ...row, sentence })))
    .slice(0, mostPromises)
}
