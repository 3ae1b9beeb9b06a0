import type { Context } from '../context.ts'
import { explainConflict } from '../drafts/conflict.ts'
import { BadInputError, ConflictError, NotFoundError } from '../errors.ts'
import { onItsWay } from '../erasures/erase.ts'
import { readHeld } from '../erasures/held.ts'
import { readTuning } from '../settings/queries.ts'
import { checkAccess } from '../teammates/access.ts'
import type { ActionId, Card } from '../workspaces/card.ts'
import type { Form, FormAbout, FormId } from '../workspaces/form.ts'
import type { Refusal, Teammate } from '../workspaces/workspace.ts'
import { cardAbout, secondChooses, type CardForm, type Shown } from './card-form.ts'
import { customerAbout, makeForgetForm } from './forget.ts'
import { makeLogForm } from './log.ts'
import { makeNoteForm } from './note.ts'
import { refusalOf } from './refusal.ts'
import { findForm } from './registry.ts'
import { isFirstOfTwo } from './schedule.ts'
import { marksOf } from './settings/untouched.ts'
import { readSettingsShown, readShown } from './shown.ts'

type OpenContext = Pick<Context, 'db' | 'clock' | 'channels' | 'workspaces'>

/**
 * Makes a form as things stand now, or says why not: who may not, and what came first. `about` of a form on a card
 * needs its `conversationId`; what else it needs to know, it takes from the present state.
 */
export async function openForm(
  ctx: OpenContext,
  workspaceId: string,
  formId: FormId,
  about: FormAbout,
  teammate: Teammate,
): Promise<Form | Refusal> {
  try {
    const found = findForm(formId)
    if (!found) throw new BadInputError('There is no such form')
    await checkAccess(
      ctx,
      workspaceId,
      teammate,
      found.kind === 'settings' || found.kind === 'forget' ? 'manager' : 'agent',
    )
    if (found.kind === 'card') return await openOnCard(ctx, formId, found.form, about)
    if (found.kind === 'log') return openLog(ctx, about)
    if (found.kind === 'note') return await makeNoteForm(ctx, about)
    if (found.kind === 'forget') return await openForget(ctx, about)
    const made = found.form.make(await readSettingsShown(ctx, workspaceId), about)
    return { id: formId, ...made, about: { ...about, seen: marksOf(made.fields) } }
  } catch (error) {
    return { refused: refusalOf(error) }
  }
}

async function openOnCard(ctx: OpenContext, id: FormId, form: CardForm, about: FormAbout): Promise<Form> {
  const parsed = cardAbout.safeParse(about)
  const isOffered = (card: Card) => card.actions.some((action) => action.id === form.action)
  const needsTemplates = (card: Card) => form.action === 'template' && isOffered(card)
  const shown = parsed.success ? await readShown(ctx, parsed.data.conversationId, needsTemplates) : null
  if (!shown) throw new NotFoundError('This conversation does not exist any more')
  const { card } = shown
  if (card.state === 'waiting' && shown.closed !== null && ownWords.has(form.action))
    throw new ConflictError(shown.closed)
  if (!isOffered(card)) {
    const reason = whyNotOffered(shown, form)
    throw reason === null ? await explainConflict(ctx, ctx.db, card) : new ConflictError(reason)
  }
  const { conversationId, seenSeq, draft } = card
  return { id, ...form.make(shown), about: { conversationId, seenSeq, draftId: draft?.id ?? null } }
}

/** What ends in a reply in the team's own words. */
const ownWords = new Set<ActionId>(['edit', 'schedule', 'redraft'])

/** Null: whoever got there first explains it. */
function whyNotOffered(shown: Shown, { action }: CardForm): string | null {
  const { state, draft, actions } = shown.card
  if (state === 'snoozed') return 'This conversation is snoozed. Wake it first'
  if (state !== 'waiting') return null
  const isSendable = actions.some(({ id }) => id === 'approve')
  if (action === 'template') return 'There are no templates on this channel'
  if (action === 'schedule' && draft && isFirstOfTwo(shown)) return secondChooses
  if (action === 'schedule' && draft && isSendable) return 'This reply can’t be sent later: the team sends it by hand'
  if (action === 'schedule' && !draft) return 'There is no draft to send. Write a reply, and choose when it is sent'
  return 'A draft is being written. Try again in a moment'
}

function openLog(ctx: OpenContext, about: FormAbout): Form {
  if (!ctx.channels.has('log')) throw new ConflictError('Logging is switched off here (LOG=off)')
  return makeLogForm(about, ctx.clock.now())
}

async function openForget(ctx: OpenContext, about: FormAbout): Promise<Form> {
  const parsed = customerAbout.safeParse(about)
  const held = parsed.success ? await readHeld(ctx.db, parsed.data.customerId) : null
  if (!parsed.success || !held) throw new NotFoundError('There is no such customer any more')
  if (held.isSending) throw new ConflictError(onItsWay)
  const { hours } = await readTuning(ctx.db)
  return makeForgetForm(parsed.data.customerId, held, hours.timeZone)
}
