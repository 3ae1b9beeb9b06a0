import { createHmac } from 'node:crypto'
import { sql } from 'drizzle-orm'
import type { Context } from '../context.ts'
import type { Db } from '../db/client.ts'
import { interactions, lines, conversations, tombstones } from '../db/schema.ts'
import { insertAll, isAnyOf } from '../db/sets.ts'
import { interactionKey } from '../interactions/arrival.ts'

type TombstoneContext = Pick<Context, 'key'>

/** What stands for an interaction that must not come back. Where it would have been, there is nothing. */
export const nowhere = '00000000-0000-0000-0000-000000000000'

/** Which of these interactions (see `interactionKey`) were erased because their customer asked for it. */
export async function findBuried(ctx: TombstoneContext, tx: Db, keys: string[]): Promise<Set<string>> {
  if (keys.length === 0) return new Set()
  const hash = hasher(ctx)
  const byHash = new Map(keys.map((key) => [hash(key), key]))
  const rows = await tx
    .select({ hash: tombstones.hash })
    .from(tombstones)
    .where(isAnyOf(tombstones.hash, [...byHash.keys()]))
  return new Set(rows.flatMap((row) => byHash.get(row.hash) ?? []))
}

/** Keeps everything that was said in these conversations, or in these interactions, from coming back. */
export async function bury(
  ctx: TombstoneContext & Pick<Context, 'clock'>,
  tx: Db,
  { conversationIds = [], interactionIds = [] }: { conversationIds?: string[]; interactionIds?: string[] },
): Promise<void> {
  const said = { channel: interactions.channel, account: interactions.account, externalId: interactions.externalId }
  const rows = [
    ...(await tx
      .select(said)
      .from(interactions)
      .where(
        conversationIds.length > 0
          ? isAnyOf(interactions.conversationId, conversationIds)
          : isAnyOf(interactions.id, interactionIds),
      )),
    // Lines that were said in one breath are one interaction, and each is delivered by itself.
    ...(await tx
      .select({ channel: conversations.channel, account: conversations.account, externalId: lines.externalId })
      .from(lines)
      .innerJoin(conversations, sql`${conversations.id} = ${lines.conversationId}`)
      .where(sql`${isAnyOf(lines.conversationId, conversationIds)} and ${lines.sender} = 'customer'`)),
  ]
  const hash = hasher(ctx)
  const hashes = new Set(
    rows.map(({ channel, account, externalId }) => hash(interactionKey(channel, account, externalId))),
  )
  const at = ctx.clock.now()
  await insertAll(
    tx,
    tombstones,
    [...hashes].toSorted().map((one) => ({ hash: one, at })),
    { skipKnown: true },
  )
}

function hasher(ctx: TombstoneContext): (key: string) => string {
  const secret = ctx.key('tombstones')
  return (key) => createHmac('sha256', secret).update(key).digest('base64url')
}
