import { sql, type SQL } from 'drizzle-orm'
import { PgDialect } from 'drizzle-orm/pg-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { rowsOf, type Db } from '../../src/db/client.ts'
import { findCustomers } from '../../src/history/find-customers.ts'
import { readPassages } from '../../src/history/passages.ts'
import { planOf } from '../../src/history/plan.ts'
import type { StoredAsk } from '../../src/history/query.ts'
import { searchExchanges } from '../../src/history/search.ts'
import { testClock } from '../support/clock.ts'
import { openTestDatabase, type TestDatabase } from '../support/db.ts'
import { fillHistory } from './library.ts'

const customerId = '00000000-0000-4000-8000-000000000007'

let database: TestDatabase
beforeAll(async () => {
  database = await openTestDatabase()
  await fillHistory(database.db, 20_500)
})
afterAll(() => database.close())

/** Runs it, and returns the raw statements that it ran, in order. */
async function statementsOf(run: (db: Db) => Promise<unknown>): Promise<SQL[]> {
  const ran: SQL[] = []
  const { db } = database
  await run(
    new Proxy(db, {
      get(target, key) {
        const value: unknown = Reflect.get(target, key)
        if (key !== 'execute') return typeof value === 'function' ? value.bind(target) : value
        return (query: SQL) => {
          ran.push(query)
          return target.execute(query)
        }
      },
    }),
  )
  return ran
}

/** As the driver has it: prepared, with a plan for these values, or one for any. */
async function explain(query: SQL, mode: 'force_custom_plan' | 'force_generic_plan'): Promise<string> {
  const { sql: text, params } = new PgDialect().sqlToQuery(query)
  const values = params.map((value) =>
    typeof value === 'number' || typeof value === 'boolean'
      ? String(value)
      : `'${String(value).replaceAll("'", "''")}'`,
  )
  const given = values.length > 0 ? `(${values.join(', ')})` : ''
  return database.db.transaction(async (tx) => {
    await tx.execute(sql.raw(`set local plan_cache_mode = ${mode}`))
    await tx.execute(sql.raw(`prepare asked as ${text}`))
    const rows = await rowsOf<Record<string, string>>(tx, sql.raw(`explain execute asked${given}`))
    await tx.execute(sql`deallocate asked`)
    return rows.map((row) => Object.values(row).join()).join('\n')
  })
}

const ask = (over: Partial<StoredAsk>): StoredAsk => ({
  words: [],
  where: {},
  customerId: null,
  from: null,
  until: '2026-11-20T12:00:00.001Z',
  order: 'newest',
  title: '',
  ...over,
})
const words = (...texts: string[]): StoredAsk['words'] =>
  texts.map((text) => ({
    kind: text.includes(' ') ? 'phrase' : 'word',
    text: text.replace(/^-/, ''),
    isExcluded: text.startsWith('-'),
  }))
const search =
  (over: Partial<StoredAsk>, before = false) =>
  async (db: Db) => {
    const { plan } = await planOf(db, ask(over))
    const options = { limit: 8, order: over.order ?? 'newest' }
    const { next } = await searchExchanges(db, plan, { before: null, ...options })
    if (before) await searchExchanges(db, plan, { before: next, ...options })
  }
const complaint = { theme: [{ value: 'complaint', isExcluded: false }] }

describe('in a long history', () => {
  it.each<[string, (db: Db) => Promise<unknown>]>([
    ['a word that is everywhere', search({ words: words('common') }, true)],
    ['a rare word', search({ words: words('rare7') }, true)],
    ['words that are never together', search({ words: words('half0', 'half1') })],
    ['a phrase', search({ words: words('common common') })],
    ['a mistyped word', search({ words: words('comon') })],
    ['a theme', search({ where: complaint }, true)],
    ['a theme on some days', search({ where: complaint, from: '2025-03-01T00:00:00Z', until: '2025-03-20T00:00:00Z' })],
    ['nothing of a word', search({ words: words('-tenth3') })],
    ['everything', search({}, true)],
    ['some days', search({ from: '2025-03-01T00:00:00Z', until: '2025-03-20T00:00:00Z' })],
    ['all of a customer', search({ customerId }, true)],
    ['a word of a customer', search({ customerId, words: words('common') }, true)],
    ['the best', search({ words: words('common', 'tenth3'), order: 'best' }, true)],
    ['a name', (db) => findCustomers(db, 'mia 17', 25)],
    ['nobody by name', (db) => findCustomers(db, '', 25)],
    [
      'what is shown',
      (db) => {
        const ctx = { db, clock: testClock(), channels: new Map(), workspaces: new Map() }
        const ids = Array.from({ length: 8 }, (_, n) => `00000000-0000-4000-8000-${String(n + 1).padStart(12, '0')}`)
        return readPassages(ctx, 'fake', ids, null)
      },
    ],
  ])('%s is found by indexes', async (_, run) => {
    const statements = await statementsOf(run)
    expect(statements.length).toBeGreaterThan(0)
    for (const statement of statements)
      for (const mode of ['force_custom_plan', 'force_generic_plan'] as const) {
        const plan = await explain(statement, mode)
        expect(plan).not.toMatch(/Seq Scan on (exchanges|terms|interactions|conversations|customers|identities)/)
        expect(plan).toMatch(/Index.* Scan.* (on|using) \w+/)
      }
  })
})
