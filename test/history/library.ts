import { sql } from 'drizzle-orm'
import type { Db } from '../../src/db/client.ts'
import { exchanges, terms } from '../../src/db/schema.ts'
import { insertAll } from '../../src/db/sets.ts'
import type { Expression, Plan } from '../../src/history/query.ts'
import { exchangeTerms, nearOf, tsvectorOf, type ExchangeTerms, type ExchangeWords } from '../../src/history/terms.ts'

export interface Shelved {
  id: string
  customerId: string
  at: Date
  terms: ExchangeTerms
}

export const idOf = (number: number): string => `00000000-0000-7000-8000-${String(number).padStart(12, '0')}`

/** An exchange of which nothing is known but what is given. */
export function wordsOf(over: Partial<ExchangeWords> & { at: Date }): ExchangeWords {
  return {
    channel: 'email',
    account: 'main',
    theme: null,
    sentiment: null,
    urgency: null,
    language: null,
    topics: [],
    rating: null,
    teammate: null,
    state: 'waiting',
    said: [],
    answered: [],
    names: [],
    addresses: [],
    ...over,
  }
}

/** Puts exchanges into the index as they are, with nothing behind them. */
export async function shelve(db: Db, all: (ExchangeWords & { customer?: number })[]): Promise<Shelved[]> {
  const shelved = all.map((words, index) => ({
    id: idOf(index + 1),
    customerId: idOf(900_000 + (words.customer ?? index)),
    at: words.at,
    terms: exchangeTerms(words),
    words,
  }))
  for (let from = 0; from < shelved.length; from += 1000)
    await insertAll(
      db,
      exchanges,
      shelved.slice(from, from + 1000).map((one) => ({
        interactionId: one.id,
        conversationId: one.id,
        customerId: one.customerId,
        channel: one.words.channel,
        at: one.at,
        topics: [],
        state: one.words.state,
        terms: tsvectorOf(one.terms),
      })),
    )
  const counts = new Map<string, number>()
  for (const one of shelved) for (const term of one.terms.keys()) counts.set(term, (counts.get(term) ?? 0) + 1)
  await insertAll(
    db,
    terms,
    [...counts].map(([term, count]) => ({ term, count, near: nearOf(term) })),
  )
  await db.execute(sql`analyze exchanges`)
  return shelved
}

/** What a plan finds, the newest first, by looking at everything. */
export function findIn(all: Shelved[], plan: Plan): string[] {
  return all
    .filter(
      ({ at, customerId, terms: has }) =>
        (plan.customerId === null || plan.customerId === customerId) &&
        (plan.from === null || at >= plan.from) &&
        at < plan.until &&
        plan.must.every((one) => fits(has, one)) &&
        !plan.not.some((one) => fits(has, one)),
    )
    .toSorted((a, b) => b.at.getTime() - a.at.getTime() || (a.id < b.id ? 1 : -1))
    .map(({ id }) => id)
}

function fits(has: ExchangeTerms, expression: Expression): boolean {
  switch (expression.kind) {
    case 'any':
      return expression.terms.some((term) => has.has(term))
    case 'all':
      return expression.parts.every((part) => fits(has, part))
    case 'either':
      return expression.parts.some((part) => fits(has, part))
    case 'phrase': {
      const places = expression.steps.map(({ terms: some }) =>
        some.flatMap((term) => (has.get(term) ?? []).map((place) => Number.parseInt(place, 10))),
      )
      const ends = expression.steps.reduce<number[]>(
        (before, { distance }, step) =>
          (places[step] ?? []).filter((place) => step === 0 || before.includes(place - distance)),
        [],
      )
      return ends.length > 0
    }
  }
}

/** Conversations of 6,000 customers with all that is behind them, over years: a few words that are everywhere, many that are rare, some that are never together. */
export async function fillHistory(db: Db, size: number): Promise<void> {
  const id = (n: string) => sql.raw(`('00000000-0000-4000-8000-' || lpad((${n})::text, 12, '0'))::uuid`)
  const at = sql.raw(`(timestamptz '2026-11-20T12:00:00Z' - interval '1 hour' * (n * 1.5))`)
  const numbers = sql`generate_series(1, ${size}::int) n`
  const inserts = [
    sql`insert into customers select ${id('n')}, 'Mia ' || n, now() from generate_series(0, 5999) n`,
    sql`insert into identities (id, customer_id, channel, external_id, name, created_at)
      select ${id('n')}, ${id('n')}, 'email', n::text, 'Mia ' || n, now() from generate_series(0, 5999) n`,
    sql`insert into conversations (id, channel, account, external_id, customer_id, state, inbound_seq, version, last_inbound_at, is_drafting, created_at, updated_at)
      select ${id('n')}, 'email', 'main', n::text, ${id('n % 6000')}, 'answered', 1, 1, ${at}, false, ${at}, ${at} from ${numbers}`,
    sql`insert into interactions (id, conversation_id, identity_id, channel, account, external_id, kind, seq, text, notes, occurred_at, received_at, last_line_at)
      select ${id('n')}, ${id('n')}, ${id('n % 6000')}, 'email', 'main', n::text, 'message', 1, 'common text', '[]', ${at}, ${at}, ${at} from ${numbers}`,
    sql`insert into exchanges (interaction_id, conversation_id, customer_id, channel, at, topics, state, terms)
      select ${id('n')}, ${id('n')}, ${id('n % 6000')}, 'email', ${at}, '[]', 'answered',
        (format('''common'':1A,2A ''half%s'':3A ''tenth%s'':4B ''rare%s'':5A ''name=mia'' ''name=%s'' ''theme=%s'' ''channel=email'' ''day=%s'' ''month=%s''',
          n % 2, n % 10, n % 3000, n % 6000, (array['question', 'complaint'])[1 + n % 2],
          to_char(${at} at time zone 'UTC', 'YYYY-MM-DD'), to_char(${at} at time zone 'UTC', 'YYYY-MM')))::tsvector from ${numbers}`,
    sql`insert into terms select term, count(*), '{}' from (select unnest(tsvector_to_array(terms)) as term from exchanges) t group by term`,
  ]
  for (const insert of inserts) await db.execute(insert)
  await db.execute(sql`analyze`)
}
