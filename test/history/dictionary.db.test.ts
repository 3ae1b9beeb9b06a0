import { sql } from 'drizzle-orm'
import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { isKnownAs } from '../../src/customers/search.ts'
import { rowsOf } from '../../src/db/client.ts'
import { conversations, customers, terms } from '../../src/db/schema.ts'
import { addTerms, endingsOf, readCounts, wordsBeginning, wordsLike } from '../../src/history/dictionary.ts'
import { fold, tokensOf } from '../../src/history/fold.ts'
import { exchangeTerms, quoted, tsvectorOf } from '../../src/history/terms.ts'
import { openTestDatabase, type TestDatabase } from '../support/db.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await openTestDatabase()
})
afterAll(() => database.close())

const hostile = ["'", '\\', '"', '\0', '\ud800', ':*', '%', '_', '<->', '&', '\u{10ffff}', 'a'.repeat(10_000), '']

describe('the dictionary', () => {
  beforeEach(async () => {
    await database.db.execute(sql`truncate terms`)
    await add({
      delivery: 9,
      deliver: 3,
      delivered: 5,
      deliveries: 2,
      delirious: 1,
      late: 4,
      plate: 8,
      'topic=delivery': 7,
      返金: 2,
      ab12: 1,
      "it''s": 1,
    })
  })

  const add = (counts: Record<string, number>) => addTerms(database.db, new Map(Object.entries(counts)))
  const names = (found: { word: string }[]) => found.map(({ word }) => word)

  it('counts up and down, and forgets what nothing has any more', async () => {
    await add({ delivery: -4, late: -4, fresh: 1, topic: 0 })
    expect(await readCounts(database.db, ['delivery', 'late', 'fresh', 'topic', ...hostile])).toEqual(
      new Map([
        ['delivery', 5],
        ['fresh', 1],
      ]),
    )
    await add({ late: 1 })
    expect(names(await wordsLike(database.db, 'lare', 5))).toEqual(['late'])
    const rows = await database.db.select().from(terms)
    for (const { term, near } of rows) expect([term, near.length > 0]).toEqual([term, /^[a-z]{4,}$/.test(term)])
  })

  it('knows what a mistyped word may have meant: fewest mistakes, then the most frequent', async () => {
    const like = async (word: string) => names(await wordsLike(database.db, word, 3))
    expect(await like('delviery')).toEqual(['delivery', 'deliver'])
    expect(await like('dilivery')).toEqual(['delivery', 'deliver'])
    expect(await like('dellivvery')).toEqual(['delivery'])
    expect(await like('plat')).toEqual(['plate'])
    expect(await like('deliverd')).toEqual(['delivery', 'delivered', 'deliver'])
    expect(await like('late')).toEqual(['plate'])
    expect(await like('zebra')).toEqual([])
    for (const word of hostile) expect(await wordsLike(database.db, word, 3)).toEqual([])
  })

  it('knows the words with a beginning, the most frequent first; facets where it is one', async () => {
    expect(names(await wordsBeginning(database.db, 'deli', 3))).toEqual(['delivery', 'delivered', 'deliver'])
    expect(await wordsBeginning(database.db, 'topic=', 9)).toEqual([{ word: 'topic=delivery', count: 7 }])
    expect(names(await wordsBeginning(database.db, '返', 9))).toEqual(['返金'])
    expect(names(await wordsBeginning(database.db, 't', 9))).toEqual([])
    for (const word of hostile.filter((one) => fold(one) !== ''))
      expect(await wordsBeginning(database.db, word, 9)).toEqual([])
  })

  it('knows a word’s endings', async () => {
    expect(names(await endingsOf(database.db, 'deliver'))).toEqual(['delivery', 'delivered', 'deliver'])
    expect(names(await endingsOf(database.db, 'delivery'))).toEqual(['delivery', 'deliver'])
    expect(names(await endingsOf(database.db, 'lates'))).toEqual(['late'])
    expect(names(await endingsOf(database.db, 'ab1'))).toEqual([])
    expect(names(await endingsOf(database.db, 'ab12'))).toEqual(['ab12'])
    expect(names(await endingsOf(database.db, '返金'))).toEqual(['返金'])
    for (const word of hostile) expect(await endingsOf(database.db, word)).toEqual([])
  })
})

const part = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.constantFrom('parcel', 'Straße', "don't", '返金して', 'สวัสดี', '환불을', 'AB-1234', 'mia@example.com'),
  },
  fc.constantFrom("'", '\\', '\\\\', "''", ':1A', ' & ', '=', '"', '\u3099', '½', '\ud800', '\0'),
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.string({ unit: 'grapheme', maxLength: 12 }),
)
const texts = fc
  .array(fc.tuple(part, fc.constantFrom('', ' ')), { maxLength: 25 })
  .map((parts) => parts.flat().join(''))

describe('any text', () => {
  it('is found by each of its words, and each phrase of them', async () => {
    await fc.assert(
      fc.asyncProperty(texts, async (text) => {
        const at = new Date('2026-03-02T09:00:00Z')
        const exchange = exchangeTerms({
          at,
          channel: text,
          account: text,
          theme: null,
          sentiment: null,
          urgency: null,
          language: null,
          topics: [text],

          rating: null,
          teammate: text,
          state: 'waiting',
          said: [text],
          answered: [],
          names: [text],
          addresses: [text],
        })
        const said = tokensOf(text).map(({ word }) => quoted(word))
        const queries = [
          ...new Set([
            ...said,
            ...said.slice(1).map((word, before) => `${said[before]} <-> ${word}`),
            said.join(' <-> '),
          ]),
        ]
        queries.push(...Array.from(exchange.keys(), quoted))
        const [found] = await rowsOf<{ missed: string[]; kept: string[] }>(
          database.db,
          sql`select coalesce((select jsonb_agg(q) from jsonb_array_elements_text(${JSON.stringify(queries.filter(Boolean))}::jsonb) q
                where not v @@ q::tsquery), '[]') as missed, to_jsonb(tsvector_to_array(v)) as kept
              from (select ${tsvectorOf(exchange)}::tsvector as v) t`,
        )
        expect(found?.missed).toEqual([])
        expect(found?.kept.toSorted()).toEqual([...exchange.keys()].toSorted())
      }),
      { numRuns: 150 },
    )
  })
})

describe('a customer', () => {
  it('is known by every part of a name, folded here or by the database', async () => {
    const { db } = database
    const id = '00000000-0000-4000-8000-000000000001'
    const at = new Date('2026-03-02T09:00:00Z')
    await db.insert(customers).values({ id, name: '', createdAt: at })
    await db.insert(conversations).values({
      id,
      channel: 'fake',
      account: 'main',
      externalId: 'one',
      customerId: id,
      state: 'waiting',
      inboundSeq: 1,
      version: 1,
      lastInboundAt: at,
      isDrafting: false,
      createdAt: at,
      updatedAt: at,
    })
    const letters = fc.oneof(
      fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }),
      fc.string({
        unit: fc.integer({ min: 0xc0, max: 0x590 }).map((code) => String.fromCharCode(code)),
        minLength: 1,
        maxLength: 20,
      }),
      fc.constantFrom('ÆRØSKØBING ẞ', 'ΟΔΟΣ', 'Ёжик', 'إلى ۴۲', 'ｶﾞ', '한글', 'ꙀꞀⰀ', '𐐀𞤀'),
    )
    await fc.assert(
      fc.asyncProperty(letters, async (name) => {
        await db.update(customers).set({ name: name.replaceAll('\0', '').toWellFormed() })
        const wanted = [name, name.toLowerCase(), fold(name)].filter((one) => fold(one) !== '')
        for (const one of wanted) {
          const found = await db
            .select({ id: conversations.id })
            .from(conversations)
            .where(isKnownAs(conversations.customerId, one))
          expect([name, one, found]).toEqual([name, one, [{ id }]])
        }
      }),
      { numRuns: 100 },
    )
  })
})
