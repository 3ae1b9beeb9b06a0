import { createHmac } from 'node:crypto'
import { asc, eq } from 'drizzle-orm'
import type { Context } from '../context.ts'
import { addEvent } from '../conversations/queries.ts'
import { lockIdentitiesOf } from '../customers/queries.ts'
import type { Db } from '../db/client.ts'
import { conversations, erasures, identities, lists } from '../db/schema.ts'
import { isAnyOf } from '../db/sets.ts'
import { ConflictError, NotFoundError } from '../errors.ts'
import { repeated } from '../interactions/arrival.ts'
import { clearShelf, clearTopics, clearUses } from './clear.ts'
import { eraseElsewhere } from './erase-elsewhere.ts'
import { eraseConversations, onItsWay, type EraseContext } from './erase.ts'
import { readHeld } from './held.ts'
import { eraseCustomers, eraseLeftBehind, lockCustomers, personOf } from './people.ts'
import { addToReceipt, openReceipt, settleReceipt, type Receipt } from './receipt.ts'

export type ForgetContext = EraseContext & Pick<Context, 'db' | 'log'>

/** Conversations that are erased in one transaction: what of them is seen is gone as a whole. */
const batch = 100

/**
 * Erases a person for good, with everybody they were joined with: conversations, messages, files, notes, names, searches.
 * Returns the receipt; posts are taken out of rooms within minutes, and `doneAt` is set then. May be repeated: of somebody
 * who is gone already it returns the same receipt, and what a crash cut off goes on with it.
 * `by`: a teammate's id. Throws NotFoundError for nobody, ConflictError while a reply to them is on its way.
 */
export async function forgetCustomer(ctx: ForgetContext, customerId: string, by: string): Promise<Receipt> {
  const id = receiptIdOf(ctx, customerId)
  for (;;) {
    const receipt = await repeated(() =>
      ctx.db.transaction(async (tx) => {
        const people = await personOf(tx, [customerId])
        if (people.length === 0) return readReceipt(tx, id)
        return eraseSome(ctx, tx, people, { id, by })
      }),
    )
    if (!receipt) continue
    ctx.log.info('customer forgotten', { erasureId: id, ...receipt.counts })
    return receipt
  }
}

/** Null: there is more to erase. */
async function eraseSome(
  ctx: ForgetContext,
  tx: Db,
  people: string[],
  { id, by }: { id: string; by: string },
): Promise<Receipt | null> {
  const receipt = await openReceipt(ctx, tx, { id, kind: 'forget', by })
  // Held before conversations are, as by what comes in and by joins: they wait, or are seen.
  await lockIdentitiesOf(tx, people)
  // Also where it is the last batch that would refuse: half a person is not what was asked for.
  if ((await readHeld(tx, people[0] ?? ''))?.isSending) throw new ConflictError(onItsWay)
  const rows = await tx
    .select({ id: conversations.id })
    .from(conversations)
    .where(isAnyOf(conversations.customerId, people))
    .orderBy(asc(conversations.id))
    .limit(batch)
  const ids = rows.map((row) => row.id)
  await clearTopics(tx, people)
  const { counts, customerIds } = await eraseConversations(ctx, tx, ids, id, { by, isForgotten: true })
  const after = await addToReceipt(tx, receipt, counts)
  const others = customerIds.filter((one) => !people.includes(one))
  if (ids.length === batch) {
    await eraseLeftBehind(tx, others)
    return null
  }
  await lockCustomers(tx, people)
  // They wrote again at this very moment.
  if ((await tx.$count(conversations, isAnyOf(conversations.customerId, people))) > 0) return null
  const elsewhere = await eraseElsewhere(ctx, tx, people, id, by)
  await clearTraces(tx, people)
  const who = await eraseCustomers(tx, people)
  await eraseLeftBehind(tx, others)
  const whole = await addToReceipt(tx, await addToReceipt(tx, after, elsewhere), who)
  await addEvent(ctx, tx, 'customer.forgotten', {
    conversationId: null,
    actor: by,
    data: { erasureId: id, counts: whole.counts },
  })
  await settleReceipt(ctx, tx, id)
  return readReceipt(tx, id)
}

/** What names them elsewhere. Searches of everybody go: what was looked for may be a name, however it was spelt. */
async function clearTraces(tx: Db, people: string[]): Promise<void> {
  const known = await tx.select().from(identities).where(isAnyOf(identities.customerId, people))
  const names = known.flatMap(({ externalId, name, handle, email, phone }) => [externalId, name, handle, email, phone])
  await clearShelf(tx, [...people, ...names.flatMap((name) => name ?? [])], [])
  await clearUses(
    tx,
    known.map(({ externalId }) => externalId),
  )
  await tx.delete(lists)
}

async function readReceipt(db: Db, id: string): Promise<Receipt> {
  const [receipt] = await db.select().from(erasures).where(eq(erasures.id, id))
  if (!receipt) throw new NotFoundError('There is no such customer. Perhaps they were joined with another, or erased')
  return receipt
}

/** The same for the same customer, and nobody without the key learns from it who that was. */
function receiptIdOf(ctx: Pick<Context, 'key'>, customerId: string): string {
  const hex = createHmac('sha256', ctx.key('erasures')).update(customerId).digest('hex')
  return [hex.slice(0, 8), hex.slice(8, 12), `8${hex.slice(13, 16)}`, `8${hex.slice(17, 20)}`, hex.slice(20, 32)].join(
    '-',
  )
}
