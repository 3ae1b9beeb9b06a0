import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sql } from 'drizzle-orm'
import { rowsOf } from '../../src/db/client.ts'
import { terms } from '../../src/db/schema.ts'
import { planOf } from '../../src/history/plan.ts'
import { tsqueriesOf, type Plan, type StoredAsk } from '../../src/history/query.ts'
import { searchExchanges, type Cursor, type FoundExchanges } from '../../src/history/search.ts'
import type { ExchangeWords } from '../../src/history/terms.ts'
import { themes } from '../../src/interactions/interaction.ts'
import type { FindOrder } from '../../src/workspaces/command-find.ts'
import { createRandom } from '../chaos/random.ts'
import { openTestDatabase, type TestDatabase } from '../support/db.ts'
import { findIn, idOf, shelve, wordsOf, type Shelved } from './library.ts'

const dayMs = 86_400_000
const end = Date.parse('2026-11-20T12:00:00Z')
const common = ['parcel', 'the', 'refund', 'lamp']
const rare = ['voucher', 'broken', 'refunds', 'refunded', 'ship', 'shipping', '返金', '返金保証', 'hôtel', "l'huile"]
const names = ['Mia Jansen', 'Jan de Boer', '佐藤 愛子', 'Ana Ruiz']

/** Half of it in the last days, the rest long ago; some at the same moment. */
function write(size: number, days: number, seed: number): (ExchangeWords & { customer?: number })[] {
  const random = createRandom(seed)
  const { pick, chance } = random
  /** 0 to 1, mostly near 0. */
  const near = () => (random.between(0, 1_000_000) / 1_000_001) ** 3
  return Array.from({ length: size }, () => {
    const customer = Math.floor(near() * 40)
    const age = Math.floor(near() * days * 24) / 24
    return {
      ...wordsOf({ at: new Date(end - age * dayMs) }),
      theme: pick(themes),
      channel: pick(['email', 'email', 'email', 'form']),
      rating: chance(0.1) ? random.between(1, 5) : null,
      said: [
        Array.from({ length: 6 }, () => (chance(0.8) ? pick(common) : pick(rare))).join(' '),
        // Never together with the next, however common both are.
        chance(0.5) ? 'left' : 'right',
      ],
      names: [names[customer % names.length] ?? ''],
      addresses: [`c${customer}@example.com`],
      customer,
    }
  })
}

const word = fc.record({
  kind: fc.constantFrom('word' as const, 'word' as const, 'prefix' as const),
  text: fc.constantFrom(...common, ...rare, 'refnud', 'left', 'right', 'ref', '保証', '証', 'xyzzy'),
  isExcluded: fc.boolean(),
})
const phrase = fc.record({
  kind: fc.constant('phrase' as const),
  text: fc.array(fc.constantFrom(...common, ...rare), { minLength: 1, maxLength: 3 }).map((words) => words.join(' ')),
  isExcluded: fc.boolean(),
})
const valuesOf = (...all: string[]) =>
  fc.array(fc.record({ value: fc.constantFrom(...all), isExcluded: fc.boolean() }), { minLength: 1, maxLength: 2 })
const moment = fc.integer({ min: -1, max: 800 }).map((days) => new Date(end - days * dayMs + 1).toISOString())
const asks: fc.Arbitrary<StoredAsk> = fc.record({
  words: fc.array(fc.oneof(word, phrase), { maxLength: 3 }),
  where: fc.record(
    {
      theme: valuesOf(...themes),
      channel: valuesOf('email', 'form', 'nowhere'),
      account: valuesOf('email/main', 'form/main', '/main', 'email/other'),
      rating: valuesOf('1', '5'),
      customer: valuesOf('mia', 'jan', 'c1@example.com', 'c1@exa', '佐藤', 'nobody'),
    },
    { requiredKeys: [] },
  ),
  customerId: fc.option(fc.integer({ min: 900_000, max: 900_003 }).map(idOf), { freq: 8 }),
  from: fc.option(moment),
  until: fc.oneof(fc.constant(new Date(end + 1).toISOString()), moment),
  order: fc.constant('newest' as const),
  title: fc.constant(''),
})

describe.each([
  ['two months', 1500, 60, 1],
  ['years', 1500, 1500, 2],
  ['a day', 700, 1, 3],
  ['nothing', 0, 1, 4],
])('a history of %s', (_, size, days, seed) => {
  let database: TestDatabase
  let all: Shelved[]
  beforeAll(async () => {
    database = await openTestDatabase()
    all = await shelve(database.db, write(size, days, seed))
  })
  afterAll(() => database.close())

  it('is found page by page, the newest first, none twice and none left out', async () => {
    await fc.assert(
      fc.asyncProperty(asks, fc.integer({ min: 1, max: 30 }), async (ask, limit) => {
        const { plan, nowhere } = await planOf(database.db, ask)
        if (nowhere.length > 0) return
        const expected = findIn(all, plan).slice(0, 6 * limit)
        const found: string[] = []
        let before: Cursor | null = null
        for (let page = 0; page < 6; page += 1) {
          const { hits, next }: Awaited<ReturnType<typeof searchExchanges>> = await searchExchanges(database.db, plan, {
            before,
            limit,
            order: 'newest',
          })
          found.push(...hits.map(({ interactionId }) => interactionId))
          expect(hits.length === limit || next === null).toBe(true)
          before = next
          if (!next) break
        }
        expect(found).toEqual(expected)
      }),
      { numRuns: size === 0 ? 10 : 60 },
    )
  })
})

describe('where only so many rows are looked at for one page', () => {
  let database: TestDatabase
  let all: Shelved[]
  beforeAll(async () => {
    database = await openTestDatabase()
    all = await shelve(database.db, write(1500, 1500, 5))
  })
  afterAll(() => database.close())

  const pagesOf = async (plan: Plan, options: { limit: number; order: FindOrder; budget: number }) => {
    const pages: FoundExchanges[] = []
    for (let before: Cursor | null = null; ;) {
      const page: FoundExchanges = await searchExchanges(database.db, plan, { before, ...options })
      pages.push(page)
      before = page.next
      if (!before) return pages
    }
  }
  const idsOf = (pages: FoundExchanges[]) => pages.flatMap(({ hits }) => hits.map(({ interactionId }) => interactionId))

  it('all that fits is found over the pages, of which some are empty', async () => {
    await fc.assert(
      fc.asyncProperty(
        asks,
        fc.integer({ min: 20, max: 100 }),
        fc.integer({ min: 1, max: 600 }),
        async (ask, limit, budget) => {
          const { plan, nowhere } = await planOf(database.db, ask)
          if (nowhere.length > 0) return
          const pages = await pagesOf(plan, { limit, order: 'newest', budget })
          expect(idsOf(pages)).toEqual(findIn(all, plan))
          for (const { hits, next, lookedBackTo } of pages) {
            if (lookedBackTo !== null) expect(next).not.toBeNull()
            else expect(hits.length === limit || next === null).toBe(true)
          }
          const best = await pagesOf(plan, { limit, order: 'best', budget })
          expect(idsOf(best).toSorted()).toEqual(findIn(all, plan).toSorted())
        },
      ),
      { numRuns: 40 },
    )
  })

  it('it says how far back was looked, and the next page looks at what is before', async () => {
    const { plan } = await planOf(database.db, {
      words: ['left', 'right'].map((text) => ({ kind: 'word', text, isExcluded: false })),
      where: {},
      customerId: null,
      from: null,
      until: new Date(end + 1).toISOString(),
      order: 'newest',
      title: '',
    })
    for (const order of ['newest', 'best'] as const) {
      const pages = await pagesOf(plan, { limit: 8, order, budget: 400 })
      const back = pages.map(({ lookedBackTo }) => lookedBackTo)
      expect(back.length).toBeGreaterThan(2)
      expect(back.length).toBeLessThan(8)
      expect(back.at(-1)).toBeNull()
      expect(back.slice(0, -1).toSorted().toReversed()).toEqual(back.slice(0, -1))
      expect(idsOf(pages)).toEqual([])
    }
  })
})

describe('words', () => {
  let database: TestDatabase
  beforeAll(async () => {
    database = await openTestDatabase()
    const at = (hour: number) => new Date(Date.parse('2026-11-01T00:00:00Z') + hour * 3_600_000)
    await shelve(database.db, [
      wordsOf({ at: at(1), said: ['My delivery is late, I want a refund'], names: ['Mia Jansen'] }),
      wordsOf({ at: at(2), said: ['Deliveries are fine'], answered: ['We refunded it: a refund, a refund'] }),
      wordsOf({ at: at(3), said: ['Write to mia@example.com about AB-1234'], addresses: ['tom@example.org'] }),
      wordsOf({ at: at(4), said: ['商品が届きません。返金できますか'], names: ['佐藤 愛子'] }),
      wordsOf({ at: at(5), said: ['refund refund refund'], names: ['Refund Department'] }),
      wordsOf({ at: at(6), said: ['Où est l’hôtel ? À bientôt'] }),
    ])
  })
  afterAll(() => database.close())

  const find = async (
    text: string,
    kind: 'word' | 'prefix' | 'phrase' = 'word',
    order: 'newest' | 'best' = 'newest',
  ) => {
    const words = [{ kind, text, isExcluded: false }]
    const until = '2027-01-01T00:00:00Z'
    const planned = await planOf(database.db, {
      words,
      where: {},
      customerId: null,
      from: null,
      until,
      order,
      title: '',
    })
    const { hits } = await searchExchanges(database.db, planned.plan, { before: null, limit: 10, order })
    const numbers = hits.map(({ interactionId }) => Number(interactionId.slice(-3)))
    return { numbers, note: planned.note, nowhere: planned.nowhere }
  }

  it.each([
    ['refund', [5, 2, 1]],
    ['REFUNDS', [5, 2, 1]],
    ['mia@example.com', [3]],
    ['AB-1234', [3]],
    ['ab1234', []],
    ['届きません', [4]],
    ['返金', [4]],
    ['返', [4]],
    ['hotel', [6]],
    ['bientot', [6]],
  ])('%s is found', async (text, numbers) => {
    expect((await find(text)).numbers).toEqual(numbers)
  })

  it('are found by their beginnings, and in their order', async () => {
    expect((await find('deliv', 'prefix')).numbers).toEqual([2, 1])
    expect((await find('want a refund', 'phrase')).numbers).toEqual([1])
    expect((await find('refund a want', 'phrase')).numbers).toEqual([])
    expect((await find('mia@exam', 'prefix')).numbers).toEqual([3])
  })

  it('that are mistyped stand for the nearest there are, and that is said', async () => {
    expect(await find('delviery')).toEqual({
      numbers: [1],
      note: '“delviery” is nowhere: these have “delivery”',
      nowhere: [],
    })
    expect(await find('xyzzy')).toMatchObject({ note: null, nowhere: ['xyzzy'] })
    expect(await find('🙂')).toMatchObject({ nowhere: ['🙂'] })
  })

  it('that begin with what a hundred others begin with are only the most frequent, and that is said', async () => {
    const endings = Array.from({ length: 100 }, (_, n) => String.fromCharCode(97 + (n % 10), 97 + Math.floor(n / 10)))
    await database.db.insert(terms).values(endings.map((ending) => ({ term: `zz${ending}`, count: 1, near: [] })))
    expect((await find('zz', 'prefix')).note).toBe('Many words begin with “zz”: the 32 most frequent are looked for')
    expect((await find('zza', 'prefix')).note).toBeNull()
  })

  it('are ranked: what customers said, then their names, then what was answered', async () => {
    expect((await find('refund', 'word', 'best')).numbers).toEqual([5, 1, 2])
  })

  it('never reach the database as anything else than words', async () => {
    const hostile = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 40 }),
      fc
        .array(fc.constantFrom("'", '\\', '&', '|', '!', '<->', ':*', '(', ')', '"', 'refund', '\0', '=', '--', '$1'), {
          maxLength: 12,
        })
        .map((some) => some.join('')),
    )
    await fc.assert(
      fc.asyncProperty(
        hostile,
        fc.constantFrom('word' as const, 'prefix' as const, 'phrase' as const),
        async (text, kind) => {
          await find(text, kind)
          await planOf(database.db, {
            words: [],
            where: {
              customer: [{ value: text, isExcluded: false }],
              topic: [{ value: text, isExcluded: true }],
              account: [{ value: text, isExcluded: false }],
              teammate: [{ value: text, isExcluded: true }],
            },
            customerId: null,
            from: null,
            until: '2027-01-01T00:00:00Z',
            order: 'newest',
            title: '',
          }).then(({ plan }) => searchExchanges(database.db, plan, { before: null, limit: 3, order: 'newest' }))
          const known = [text.replaceAll('\0', '').toWellFormed()].filter((term) => term !== '')
          const must = known.length > 0 ? [{ kind: 'any' as const, terms: known }] : []
          await rowsOf(database.db, sql`select ${tsqueriesOf({ must, not: must }).join(' & ')}::tsquery`)
        },
      ),
      { numRuns: 60 },
    )
  })
})
