import { and, isNull } from 'drizzle-orm'
import type { InboundInteraction } from '../channels/channel.ts'
import type { ConversationRow } from '../conversations/queries.ts'
import type { Db } from '../db/client.ts'
import { interactions } from '../db/schema.ts'
import { isAnyOf } from '../db/sets.ts'
import { required, type Item } from './arrival.ts'

/** The newest version that is known of something that a customer wrote. */
export interface Version {
  id: string
  text: string
  rating: number | null
  occurredAt: Date
  /** When they last said just this, by the provider's clock. */
  saidAt: Date
  isRemoved: boolean
}

/** Names all versions of one thing, within their conversation. */
export const versionKey = (conversationId: string, { versionOf, externalId }: InboundInteraction): string =>
  JSON.stringify([conversationId, versionOf ?? externalId])

/**
 * What came in, beside the newest version that was known: says the `same`, is an `older` one that comes late, or a `newer` one.
 * What others are versions of is older than they are, even by a clock that only counts seconds.
 */
export function compareVersion(inbound: InboundInteraction, known: Version): 'same' | 'older' | 'newer' {
  const isSame = inbound.text === known.text && (inbound.rating ?? null) === known.rating
  if (isSame && !known.isRemoved) return 'same'
  return inbound.versionOf === undefined || inbound.occurredAt < known.saidAt ? 'older' : 'newer'
}

/** The newest version of each item that has one already, by `versionKey`. The conversations are locked. */
export async function findVersions(
  tx: Db,
  items: Item[],
  conversationOf: Map<Item, ConversationRow>,
): Promise<Map<string, Version>> {
  // What nobody said anything in before has no versions.
  const known = items.filter((item) => required(conversationOf.get(item)).inboundSeq > 0)
  if (known.length === 0) return new Map()
  const conversationIds = [...new Set(known.map((item) => required(conversationOf.get(item)).id))]
  const firsts = known.flatMap(({ inbound }) => inbound.versionOf ?? [])
  const roots = known.map(({ inbound }) => inbound.versionOf ?? inbound.externalId)
  const isCurrent = and(isAnyOf(interactions.conversationId, conversationIds), isNull(interactions.replacedAt))
  const find = (ids: string[], column: typeof interactions.externalId | typeof interactions.versionOf) =>
    ids.length === 0
      ? []
      : tx
          .select()
          .from(interactions)
          .where(and(isAnyOf(column, ids), isCurrent))
  const [first, later] = await Promise.all([find(firsts, interactions.externalId), find(roots, interactions.versionOf)])
  const newest = new Map<string, Version>()
  for (const row of [...first, ...later]) {
    const key = JSON.stringify([row.conversationId, row.versionOf ?? row.externalId])
    const version = versionOfRow(row)
    const other = newest.get(key)
    if (!other || other.saidAt <= version.saidAt) newest.set(key, version)
  }
  return newest
}

/** Of channels with versions, `lastLineAt` is by the provider's clock: see `Version`. */
export function versionOfRow(
  row: Pick<typeof interactions.$inferInsert, 'id' | 'text' | 'rating' | 'occurredAt' | 'lastLineAt' | 'removedAt'>,
): Version {
  const { id, text, rating = null, occurredAt, lastLineAt: saidAt, removedAt } = row
  return { id, text, rating, occurredAt, saidAt, isRemoved: Boolean(removedAt) }
}

/** "They changed their review": what a teammate should know of a later version. */
export function changeNote({ kind }: InboundInteraction): string {
  return kind === 'review' ? 'They changed their review' : 'They changed what they wrote'
}
