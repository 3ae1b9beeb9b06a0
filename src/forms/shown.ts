import type { Context } from '../context.ts'
import { readConversation } from '../conversations/read.ts'
import { tunableChannels } from '../settings/page.ts'
import { readTuning } from '../settings/queries.ts'
import { cardOf } from '../workspaces/card.ts'
import type { Shown } from './card-form.ts'
import type { SettingsShown } from './settings/settings-form.ts'

/** What a form about a conversation is made from; null when there is no such conversation. */
export async function readShown(
  ctx: Pick<Context, 'db' | 'clock' | 'channels'>,
  conversationId: string,
): Promise<Shown | null> {
  const [conversation, { hours }] = await Promise.all([
    readConversation(ctx.db, ctx.channels, conversationId),
    readTuning(ctx.db),
  ])
  if (!conversation) return null
  const { canSend } = conversation.channel
  return {
    card: cardOf(conversation),
    canSend,
    needsTwo: conversation.secondApproval.length > 0,
    isFirstApproved: Boolean(conversation.draft?.firstApprovedBy),
    hours,
    now: ctx.clock.now(),
  }
}

/** What a form of the settings is made from. */
export async function readSettingsShown(
  ctx: Pick<Context, 'db' | 'channels' | 'workspaces'>,
  workspaceId: string,
): Promise<SettingsShown> {
  const room = ctx.workspaces.get(workspaceId)?.room ?? null
  return { tuning: await readTuning(ctx.db), workspaceId, room, channels: tunableChannels(ctx) }
}
