import { desc, eq, isNotNull } from 'drizzle-orm'
import type { Context } from '../context.ts'
import type { Db } from '../db/client.ts'
import { identities, interactions } from '../db/schema.ts'
import { NotFoundError } from '../errors.ts'

export interface Route {
  channel: string
  account: string
  /** The recipient's address on that channel. */
  recipient: string
  /** False: the team sends by hand. */
  canSend: boolean
}

/** Who wrote, and where. */
interface Origin {
  channel: string
  account: string
  address: string
  email: string | null
}

/** The way back to the person who wrote last (a machine only where no person did). */
export async function routeReply(ctx: Pick<Context, 'channels'>, tx: Db, conversationId: string): Promise<Route> {
  const [last] = await tx
    .select({
      channel: interactions.channel,
      account: interactions.account,
      address: identities.externalId,
      email: identities.email,
    })
    .from(interactions)
    .innerJoin(identities, eq(identities.id, interactions.identityId))
    .where(eq(interactions.conversationId, conversationId))
    .orderBy(
      isNotNull(interactions.removedAt),
      isNotNull(interactions.automatic),
      desc(interactions.seq),
      desc(interactions.id),
    )
    .limit(1)
  if (!last) throw new NotFoundError('This conversation has nothing to reply to')
  return routeTo(ctx.channels, last)
}

/** By the channel that they wrote on, or the one that it sends by. */
export function routeTo(channels: Context['channels'], last: Origin): Route {
  const byHand = { channel: last.channel, account: last.account, recipient: last.email ?? last.address, canSend: false }
  const send = channels.get(last.channel)?.open.send ?? null
  if (send === null) return byHand
  if (typeof send === 'function')
    return { channel: last.channel, account: last.account, recipient: last.address, canSend: true }
  const via = channels.get(send.via)
  const account = via?.open.accounts[0]
  if (!via || !account || !last.email) return byHand
  return { channel: via.id, account: account.id, recipient: last.email, canSend: true }
}
