import type { MessageTemplate } from '../channels/channel.ts'
import type { Context } from '../context.ts'
import { readConversation } from '../conversations/read.ts'
import { readTemplates } from '../drafts/read-templates.ts'
import { tunableChannels } from '../settings/page.ts'
import { readTuning } from '../settings/queries.ts'
import { closedText } from '../windows/window.ts'
import { cardOf, type Card } from '../workspaces/card.ts'
import type { Shown } from './card-form.ts'
import type { SettingsShown } from './settings/settings-form.ts'

/**
 * What a form about a conversation is made from; null when there is no such conversation. `needsTemplates`: whether they are
 * read, which takes up to 2 s; throws BadInputError when they can't be had.
 */
export async function readShown(
  ctx: Pick<Context, 'db' | 'clock' | 'channels'>,
  conversationId: string,
  needsTemplates: (card: Card) => boolean,
): Promise<Shown | null> {
  const [conversation, { hours }] = await Promise.all([
    readConversation(ctx.db, ctx.channels, conversationId),
    readTuning(ctx.db),
  ])
  if (!conversation) return null
  const { channel, replyWindow, triage } = conversation
  const card = cardOf(conversation)
  const now = ctx.clock.now()
  const place = { channel: channel.id, account: channel.account }
  return {
    card,
    canSend: channel.canSend,
    needsTwo: conversation.secondApproval.length > 0,
    isFirstApproved: Boolean(conversation.draft?.firstApprovedBy),
    templates: needsTemplates(card) ? inTheirLanguageFirst(await readTemplates(ctx, place), triage?.language) : [],
    closed:
      replyWindow && (replyWindow.minutesLeft === 0 || replyWindow.closesAt <= now)
        ? closedText({ ...channel, hours: replyWindow.hours })
        : null,
    hours,
    now,
  }
}

/** `language`: BCP 47, of which the first part counts. */
function inTheirLanguageFirst(templates: MessageTemplate[], language = 'und'): MessageTemplate[] {
  const primary = (tag: string) => tag.split(/[-_]/, 1)[0]?.toLowerCase()
  const isTheirs = (template: MessageTemplate) => primary(template.language) === primary(language)
  return templates.toSorted((a, b) => Number(isTheirs(b)) - Number(isTheirs(a)) || a.name.localeCompare(b.name, 'en'))
}

/** What a form of the settings is made from. */
export async function readSettingsShown(
  ctx: Pick<Context, 'db' | 'channels' | 'workspaces'>,
  workspaceId: string,
): Promise<SettingsShown> {
  const room = ctx.workspaces.get(workspaceId)?.room ?? null
  return { tuning: await readTuning(ctx.db), workspaceId, room, channels: tunableChannels(ctx) }
}
