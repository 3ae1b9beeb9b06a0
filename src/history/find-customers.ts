import type { Db } from '../db/client.ts'
import { customers } from '../db/schema.ts'
import { isAnyOf } from '../db/sets.ts'
import { isUuid } from '../id.ts'
import { namedBy } from './plan.ts'
import { mostOf, termsOf, type Expression, type Plan } from './query.ts'
import { readCounts } from './dictionary.ts'
import { searchExchanges, type Cursor } from './search.ts'

/** So many of the newest exchanges are looked through, this often, for customers. */
const pageSize = 200
const mostPages = 3

/**
 * Customers whose names, handles or addresses have each of these words, the last perhaps only begun; those heard from last
 * first, each once, with the channel that was on. Nothing typed: whoever was heard from last. An id: that one.
 */
export async function findCustomers(
  db: Db,
  typed: string,
  max: number,
): Promise<{ id: string; name: string; channel: string }[]> {
  const plan = await planFor(db, typed)
  if (!plan) return []
  const channels = new Map<string, string>()
  let before: Cursor | null = null
  for (let page = 0; page < mostPages && channels.size < max; page += 1) {
    const found = await searchExchanges(db, plan, { before, limit: pageSize, order: 'newest' })
    for (const { customerId, channel } of found.hits)
      if (channels.size < max && !channels.has(customerId)) channels.set(customerId, channel)
    before = found.next
    if (!before) break
  }
  const rows = await db
    .select({ id: customers.id, name: customers.name })
    .from(customers)
    .where(isAnyOf(customers.id, [...channels.keys()]))
  const names = new Map(rows.map(({ id, name }) => [id, name]))
  return [...channels].flatMap(([id, channel]) => {
    const name = names.get(id)
    return name === undefined ? [] : [{ id, name, channel }]
  })
}

async function planFor(db: Db, typed: string): Promise<Plan | null> {
  const id = typed.trim().toLowerCase()
  const must: Expression[] = isUuid(id) || id === '' ? [] : [await namedBy(db, id)]
  const known = await readCounts(db, [...new Set(must.flatMap(termsOf))])
  const counts = must.map((one) => mostOf(one, known))
  if (counts.includes(0)) return null
  return {
    must,
    not: [],
    ranked: [],
    marks: [],
    counts,
    customerId: isUuid(id) ? id : null,
    from: null,
    until: new Date('9999-12-31T00:00:00Z'),
  }
}
