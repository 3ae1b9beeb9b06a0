import { createHmac } from 'node:crypto'
import { sql } from 'drizzle-orm'
import type { Context } from '../context.ts'
import type { Db } from '../db/client.ts'
import { interactions, lines, conversations, tombstones } from '../db/schema.ts'
import { isAnyOf } from '../db/sets.ts'
import { interactionKey } from '../interactions/arrival.ts'

type TombstoneContext = Pick<Context, 'key'>

/** What stands for an interaction that must not come back. Where it would have been, there is nothing. */
export const nowhere = '00000000-0000-0000-0000-000000000000'

/** Which of these interactions (see `interactionKey`) were erased because their customer asked for it, or taken back; and when. */
export async function findBuried(ctx: TombstoneContext, tx: Db, keys: string[]): Promise<Map<string, Date>> {
  if (keys.length === 0) return new Map()
  const hash = hasher(ctx)
  const byHash = new Map(keys.map((key) => [hash(key), key]))
  const rows = await tx
    .select()
    .from(tombstones)
    .where(isAnyOf(tombstones.hash, [...byHash.keys()]))
  return new Map(rows.map(({ hash: found, at }) => [byHash.get(found) ?? '', at]))
}

/** Keeps these interactions (see `interactionKey`) from coming in, and all that is a version of one and was written by then. */
export async function buryKeys(ctx: TombstoneContext, tx: Db, buried: { key: string; at: Date }[]): Promise<void> {
  const hash = hasher(ctx)
  const newest = new Map<string, Date>()
  for (const { key, at } of buried) {
    const before = newest.get(hash(key))
    newest.set(hash(key), before && before > at ? before : at)
  }
  const rows = [...newest].map(([one, at]) => ({ hash: one, at })).toSorted((a, b) => (a.hash < b.hash ? -1 : 1))
  await tx.execute(sql`
    insert into ${tombstones} (hash, at)
    select hash, at from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as buried(hash text, at timestamptz)
    on conflict (hash) do update set at = greatest(${tombstones.at}, excluded.at)`)
}

/** Keeps everything that was said in these conversations, or in these interactions, from coming back. */
export async function bury(
  ctx: TombstoneContext & Pick<Context, 'clock'>,
  tx: Db,
  { conversationIds = [], interactionIds = [] }: { conversationIds?: string[]; interactionIds?: string[] },
): Promise<void> {
  const said = {
    channel: interactions.channel,
    account: interactions.account,
    externalId: interactions.externalId,
    versionOf: interactions.versionOf,
  }
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
      .select({
        channel: conversations.channel,
        account: conversations.account,
        externalId: lines.externalId,
        versionOf: sql<null>`null`,
      })
      .from(lines)
      .innerJoin(conversations, sql`${conversations.id} = ${lines.conversationId}`)
      .where(sql`${isAnyOf(lines.conversationId, conversationIds)} and ${lines.sender} = 'customer'`)),
  ]
  const at = ctx.clock.now()
  // Another version of it that was under way says again what was erased.
  const keys = rows.flatMap(({ channel, account, externalId, versionOf }) =>
    [externalId, ...(versionOf === null ? [] : [versionOf])].map((id) => interactionKey(channel, account, id)),
  )
  await buryKeys(
    ctx,
    tx,
    keys.map((key) => ({ key, at })),
  )
}

function hasher(ctx: TombstoneContext): (key: string) => string {
  const secret = ctx.key('tombstones')
  return (key) => createHmac('sha256', secret).update(key).digest('base64url')
}
