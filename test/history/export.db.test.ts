import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Db } from '../../src/db/client.ts'
import { listFile } from '../../src/history/export.ts'
import { keepList } from '../../src/history/lists.ts'
import type { StoredAsk } from '../../src/history/query.ts'
import { newId } from '../../src/id.ts'
import { testClock } from '../support/clock.ts'
import { openTestDatabase, type TestDatabase } from '../support/db.ts'
import { fakeWorkspace } from '../support/workspace.ts'
import { fillHistory } from './library.ts'

const size = 2600
const ana = { id: 'ana', name: 'Ana' }

let database: TestDatabase
beforeAll(async () => {
  database = await openTestDatabase()
  await fillHistory(database.db, size)
})
afterAll(() => database.close())

/** Counts the raw statements: each reads one page at most. */
function countingDb(db: Db): { db: Db; count(): number } {
  let count = 0
  const execute = (query: Parameters<Db['execute']>[0]) => {
    count += 1
    return db.execute(query)
  }
  const counted = new Proxy(db, {
    get(target, key) {
      const value: unknown = Reflect.get(target, key)
      return key === 'execute' ? execute : typeof value === 'function' ? value.bind(target) : value
    },
  })
  return { db: counted, count: () => count }
}

async function exported(ask: Partial<StoredAsk>) {
  const { db, count } = countingDb(database.db)
  const room = fakeWorkspace()
  room.membershipOf = async () => ({ groups: [], isAdmin: true })
  const ctx = { db, clock: testClock('2026-11-21T00:00:00Z'), newId, workspaces: new Map([['fake', room]]) }
  const all = { words: [], where: {}, customerId: null, from: null, until: '2026-11-20T12:00:00.001Z', title: '' }
  const listId = newId()
  await keepList(ctx, 'fake', ana, { id: listId, ask: { ...all, order: 'best', ...ask }, starts: [] })
  const file = await listFile(ctx, 'fake', listId, 'json', ana)
  if ('refused' in file) throw new Error(file.refused)
  return { file, count }
}

describe('an export', () => {
  it.each<[string, Partial<StoredAsk>, number]>([
    ['everything', {}, size],
    ['a word', { words: [{ kind: 'word', text: 'half1', isExcluded: false }] }, size / 2],
    ['all but a word', { words: [{ kind: 'word', text: 'half1', isExcluded: true }] }, size / 2],
  ])('has all of it, the newest first, each once: %s', async (_, ask, expected) => {
    const { file } = await exported(ask)
    const times: string[] = []
    const ids = new Set<string>()
    for await (const row of file.rows) {
      const { writtenAt, conversation } = JSON.parse(row) as { writtenAt: string; conversation: string }
      times.push(writtenAt)
      ids.add(conversation)
    }
    expect(times).toEqual(times.toSorted().toReversed())
    expect([times.length, ids.size]).toEqual([expected, expected])
  })

  it('reads no more than is taken from it', async () => {
    const { file, count } = await exported({ words: [{ kind: 'word', text: 'common', isExcluded: false }] })
    const rows = file.rows[Symbol.asyncIterator]()
    const before = count()
    await rows.next()
    const first = count() - before
    for (let row = 1; row < 500; row += 1) await rows.next()
    expect(count() - before).toBe(first)
    await rows.next()
    expect(count() - before).toBeGreaterThan(first)
    await rows.return?.()
  })
})
