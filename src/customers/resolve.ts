import { eq, inArray, or, type SQL } from 'drizzle-orm'
import type { Context } from '../context.ts'
import { type Db } from '../db/client.ts'
import { customers, identities } from '../db/schema.ts'
import { readCounts, wordsLike } from '../history/dictionary.ts'
import { findCustomers } from '../history/find-customers.ts'
import { tokensOf } from '../history/fold.ts'
import { facet } from '../history/terms.ts'
import { isUuid } from '../id.ts'
import { emailKey, phoneKey } from './keys.ts'
import { findHome } from './queries.ts'

export interface Resolved {
  id: string
  name: string
}

const longest = 200

/**
 * Who is meant by what was typed: an id (of whom was joined into another: that one), an address or number, whole, else words of
 * their names. The likeliest first; at most `max`.
 */
export async function resolveCustomer(ctx: Pick<Context, 'db'>, typed: string, max = 8): Promise<Resolved[]> {
  const wanted = wantedOf(typed)
  if (wanted === '') return []
  if (isUuid(wanted)) {
    const present = await readPresent(ctx.db, wanted)
    return present ? [present] : []
  }
  const addressed = await findByAddress(ctx.db, wanted, max)
  if (addressed.length > 0) return addressed
  const found = await findCustomers(ctx.db, wanted, max)
  return found.map(({ id, name }) => ({ id, name }))
}

/** Slack makes links of addresses and numbers: `<mailto:mia@example.com|mia@example.com>`. */
export function wantedOf(typed: string): string {
  const trimmed = typed.trim().slice(0, longest).toWellFormed().replaceAll('\0', '')
  return /^<(?:mailto|tel):([^|>]+)(?:\|[^>]*)?>$/.exec(trimmed)?.[1] ?? trimmed
}

/** The customer with this id, or whom they were joined into; null: there is none, or they were erased. */
export async function readPresent(db: Db, id: string): Promise<Resolved | null> {
  if (!isUuid(id)) return null
  const [row] = await db
    .select({ id: customers.id, name: customers.name })
    .from(customers)
    .where(eq(customers.id, await findHome(db, id)))
  return row ?? null
}

async function findByAddress(db: Db, wanted: string, max: number): Promise<Resolved[]> {
  const [email, phone] = [emailKey(wanted), phoneKey(wanted)]
  const keys = [email && eq(identities.emailKey, email), phone && eq(identities.phoneKey, phone)].filter(
    (key): key is SQL => typeof key === 'object' && key !== null,
  )
  if (keys.length === 0) return []
  const same = db
    .selectDistinct({ id: identities.customerId })
    .from(identities)
    .where(or(...keys))
    .limit(max)
  return db
    .select({ id: customers.id, name: customers.name })
    .from(customers)
    .where(inArray(customers.id, same))
    .orderBy(customers.createdAt, customers.id)
}

/** The name that was meant by one that nobody has: each word of it as somebody is called. Null: there is none like it. */
export async function nearestName(db: Db, typed: string): Promise<string | null> {
  const words = tokensOf(wantedOf(typed))
    .map(({ word }) => word)
    .slice(0, 6)
  const known = await readCounts(
    db,
    words.map((word) => facet('name', word)),
  )
  const meant = await Promise.all(
    words.map(async (word) => {
      if (known.has(facet('name', word))) return word
      const like = (await wordsLike(db, word, 20)).map((one) => one.word)
      const names = await readCounts(
        db,
        like.map((one) => facet('name', one)),
      )
      return like.find((one) => names.has(facet('name', one))) ?? null
    }),
  )
  const isNearer = meant.every((word) => word !== null) && meant.some((word, index) => word !== words[index])
  return isNearer ? meant.join(' ') : null
}
