import type { Context } from '../context.ts'
import type { Conversation } from '../conversations/conversation.ts'
import { readConversation } from '../conversations/read.ts'
import type { Db } from '../db/client.ts'
import { ConflictError, NotFoundError } from '../errors.ts'

/** What a decision about a conversation's words rests on. */
export interface Approval {
  conversationId: string
  /** The newest inbound sequence number that the teammate could see. */
  seenSeq: number
  /** A teammate's id. */
  by: string
}

/** Why a decision came too late, in words for the teammate who made it. */
export async function explainConflict(
  ctx: Pick<Context, 'channels'>,
  tx: Db,
  input: Pick<Approval, 'conversationId' | 'seenSeq'>,
): Promise<Error> {
  const conversation = await readConversation(tx, ctx.channels, input.conversationId)
  if (!conversation) return new NotFoundError('This conversation does not exist any more')
  return new ConflictError(conflictText(conversation, input.seenSeq))
}

function conflictText(conversation: Conversation, seenSeq: number): string {
  const { state, reply, dismissed } = conversation
  if ((state === 'sending' || state === 'answered') && reply)
    return `${reply.approvedBy} approved a reply first. Nothing was changed`
  if (state === 'dismissed' && dismissed)
    return `${dismissed.by} dismissed this conversation first. Nothing was changed`
  if (state === 'quarantined') return 'This conversation is quarantined as suspected spam. Release it first'
  if (conversation.inboundSeq > seenSeq)
    return `${conversation.customer.name} wrote again since you looked. Nothing was sent: read the new message first`
  if (conversation.isDrafting) return 'Another draft is being written. Nothing was changed'
  return 'The draft was rewritten since you looked. Nothing was sent: read the new one first'
}
