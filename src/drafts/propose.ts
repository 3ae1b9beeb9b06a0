import { and, eq, inArray } from 'drizzle-orm'
import type { Context } from '../context.ts'
import { addEvent, changeConversation } from '../conversations/queries.ts'
import { readConversation } from '../conversations/read.ts'
import { viewOf } from '../conversations/view.ts'
import { conversations } from '../db/schema.ts'
import { writingJobs, type JobPayload } from '../jobs/jobs.ts'
import { resolveProblems } from '../jobs/resolve.ts'
import { readTuning } from '../settings/queries.ts'
import { checkDraft, trustedTexts } from './check.ts'
import { insertDraft, supersedeDrafts } from './queries.ts'

/**
 * Writes a draft for what the customer wrote up to `seq`, and makes it the current one.
 * Does nothing when they wrote again, or a teammate decided, since. May be repeated.
 */
export async function proposeDraft(
  ctx: Pick<Context, 'db' | 'queue' | 'signals' | 'clock' | 'newId' | 'channels' | 'assistant'>,
  { conversationId, seq, instruction, by }: JobPayload<'propose'>,
  signal: AbortSignal,
): Promise<void> {
  const conversation = await readConversation(ctx.db, ctx.channels, conversationId)
  if (!conversation?.triage || conversation.inboundSeq !== seq || !conversation.isDrafting) return
  if (conversation.state !== 'waiting' && conversation.state !== 'snoozed') return
  const { brand, language } = await readTuning(ctx.db)
  const view = viewOf(conversation, language)
  const { maxLength, isPublic } = conversation.channel
  const redraft = instruction === null ? null : { instruction, previous: conversation.draft?.text ?? '' }
  const written = await ctx.assistant.draft(view, { brand, triage: conversation.triage, maxLength, redraft }, signal)
  const sources = trustedTexts(brand, view.turns)
  const { triage } = conversation
  const flags = checkDraft({ text: written.value.text, maxLength, isPublic, triage, sources })
  if (written.value.caution) flags.push({ code: 'caution', text: written.value.caution })
  if (written.fallback) flags.push({ code: 'fallback', text: `Written offline: ${written.fallback}` })
  await ctx.db.transaction(async (tx) => {
    const id = ctx.newId()
    const row = await changeConversation(
      ctx,
      tx,
      conversationId,
      { isDrafting: false, draftId: id },
      and(
        eq(conversations.inboundSeq, seq),
        eq(conversations.isDrafting, true),
        inArray(conversations.state, ['waiting', 'snoozed']),
      ),
    )
    if (!row) return
    await supersedeDrafts(tx, conversationId)
    await resolveProblems(ctx, tx, conversationId, writingJobs)
    const draft = await insertDraft(tx, {
      id,
      conversationId,
      state: 'proposed',
      text: written.value.text,
      answersSeq: seq,
      writtenBy: written.by,
      instruction,
      evidence: written.value.evidence,
      flags,
      createdAt: ctx.clock.now(),
    })
    await addEvent(ctx, tx, 'draft.proposed', {
      conversationId,
      draftId: id,
      actor: 'assistant',
      data: {
        revision: draft.revision,
        answersSeq: seq,
        writtenBy: written.by,
        fallback: written.fallback,
        askedBy: by,
        flags: flags.map(({ code }) => code),
      },
    })
  })
}
