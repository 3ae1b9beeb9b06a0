import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openShelf, sweepShelf } from '../../src/db/shelf.ts'
import { shelf as table } from '../../src/db/schema.ts'
import { newId } from '../../src/id.ts'
import { testClock, type TestClock } from '../support/clock.ts'
import { openTestDatabase, type TestDatabase } from '../support/db.ts'

let database: TestDatabase
let clock: TestClock
beforeEach(async () => {
  database = await openTestDatabase()
  clock = testClock()
})
afterEach(() => database.close())

const day = 86_400_000
const open = (workspace = 'discord') =>
  openShelf({ db: database.db, clock, newId: () => newId(clock.now().getTime()) }, workspace)

describe('the shelf', () => {
  it('gives back what was put on it, on whichever replica that was, and each by its own id', async () => {
    const first = await open().put({ form: 'edit', typed: { text: 'Dear Mia' } })
    const second = await open().put(['a', { b: null }])
    expect(first).toHaveLength(36)
    expect(await open().get(first)).toEqual({ form: 'edit', typed: { text: 'Dear Mia' } })
    expect(await open().get(second)).toEqual(['a', { b: null }])
  })

  it('keeps whatever JSON can carry: numbers in text, nothing at all, NUL, half a character', async () => {
    const shelf = open()
    const property = fc.asyncProperty(fc.jsonValue({ stringUnit: 'binary' }), async (content) => {
      const carried: unknown = JSON.parse(JSON.stringify(content))
      expect(await shelf.get(await shelf.put(content))).toEqual(carried)
    })
    const examples: [fc.JsonValue][] = [[null], ['5'], ['null'], [''], [{ text: 'a\u0000b\ud800' }], [{ 'k\u0000': 1 }]]
    await fc.assert(property, { numRuns: 50, examples })
  })

  it('shows nothing to another workspace, nor for what is no id of its own', async () => {
    const id = await open().put('ours')
    expect(await open('slack').get(id)).toBeUndefined()
    for (const none of ['', 'x', newId(), `${id}0`, "' or true --", '\0'])
      expect(await open().get(none)).toBeUndefined()
  })

  it('keeps things for a day, then clears them away', async () => {
    const old = await open().put('old')
    clock.advance(day / 2)
    const young = await open().put('young')
    clock.advance(day / 2 - 1)
    expect(await open().get(old)).toBe('old')
    clock.advance(1)
    expect(await open().get(old)).toBeUndefined()
    clock.advance(1)
    await sweepShelf({ db: database.db, clock })
    expect((await database.db.select().from(table)).map(({ id }) => id)).toEqual([young])
    expect(await open().get(young)).toBe('young')
  })
})
