import { sql } from 'drizzle-orm'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { rowsOf } from '../../src/db/client.ts'
import { openTestDatabase, type TestDatabase } from '../support/db.ts'

describe('a crowd on few connections', () => {
  let database: TestDatabase
  beforeEach(async () => {
    database = await openTestDatabase()
    await database.db.execute(sql`create table if not exists crowd (n int primary key)`)
  })
  afterEach(() => database.close())

  it.each([101, 2])('gets every statement done and every transaction whole, one in %i being one', async (share) => {
    const { db } = database
    const numbers = Array.from({ length: 3000 }, (_, n) => n)
    const isTransaction = (n: number) => n % share === share - 1
    const isTakenBack = (n: number) => isTransaction(n) && n % 5 === 0
    const outcomes = await Promise.allSettled(
      numbers.map((n) =>
        isTransaction(n)
          ? db.transaction(async (tx) => {
              await tx.execute(sql`insert into crowd values (${n})`)
              if (isTakenBack(n)) throw new Error('taken back')
            })
          : db.execute(sql`insert into crowd values (${n})`),
      ),
    )
    const errors = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [String(outcome.reason)] : []))
    expect(errors.filter((error) => error !== 'Error: taken back')).toEqual([])
    const kept = await rowsOf<{ n: number }>(db, sql`select n from crowd order by n`)
    expect(kept.map(({ n }) => n)).toEqual(numbers.filter((n) => !isTakenBack(n)))
  })
})
