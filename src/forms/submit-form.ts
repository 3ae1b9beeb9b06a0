import type { Context } from '../context.ts'
import { decide } from '../conversations/decide.ts'
import { BadInputError, ConflictError, NotFoundError } from '../errors.ts'
import { forgetCustomer } from '../erasures/forget.ts'
import { readHeld } from '../erasures/held.ts'
import { countsText, receiptNumber } from '../erasures/receipt.ts'
import { logInteraction } from '../interactions/log.ts'
import type { Tuning } from '../settings/tuning.ts'
import { updateTuning } from '../settings/update.ts'
import { checkAccess } from '../teammates/access.ts'
import { knowTeammate } from '../teammates/know.ts'
import type { FormAbout, FormId, FormOutcome, FormValues } from '../workspaces/form.ts'
import type { Decision, Teammate } from '../workspaces/workspace.ts'
import { seenAbout, type CardForm } from './card-form.ts'
import { customerAbout, readForgetForm } from './forget.ts'
import { readLogForm } from './log.ts'
import { submitNote } from './note.ts'
import { refusalOf } from './refusal.ts'
import { findForm } from './registry.ts'
import type { SettingsForm } from './settings/settings-form.ts'
import { withUntouched } from './settings/untouched.ts'
import { readSettingsShown, readShown } from './shown.ts'

type SubmitContext = Omit<Context, 'assistant'>

/**
 * Carries out what a form's answers say, of which nothing is trusted. What is wrong is told by field.
 * Throws only when the database can't be reached.
 */
export async function submitForm(
  ctx: SubmitContext,
  workspaceId: string,
  formId: FormId,
  about: FormAbout,
  values: FormValues,
  teammate: Teammate,
): Promise<FormOutcome> {
  try {
    const found = findForm(formId)
    if (!found) throw new BadInputError('There is no such form')
    if (found.kind === 'card') return await submitOnCard(ctx, workspaceId, formId, found.form, about, values, teammate)
    if (found.kind === 'note') return await submitNote(ctx, workspaceId, about, values, teammate)
    if (found.kind === 'log') return await submitLog(ctx, workspaceId, about, values, teammate)
    if (found.kind === 'forget') return await submitForget(ctx, workspaceId, about, values, teammate)
    return await submitSettings(ctx, workspaceId, found.form, about, values, teammate)
  } catch (error) {
    return { kind: 'refused', reason: refusalOf(error) }
  }
}

async function submitOnCard(
  ctx: SubmitContext,
  workspaceId: string,
  formId: FormId,
  form: CardForm,
  about: FormAbout,
  values: FormValues,
  teammate: Teammate,
): Promise<FormOutcome> {
  const seen = seenAbout.safeParse(about)
  if (!seen.success) throw new BadInputError('This form is out of date. Open it again from the card')
  const { conversationId } = seen.data
  const shown = await readShown(ctx, conversationId, () => formId === 'template')
  if (!shown) return { kind: 'refused', reason: 'This conversation does not exist any more' }
  const read = form.read(values, shown, seen.data)
  if ('errors' in read) return { kind: 'invalid', errors: read.errors }
  const decision = { ...read.value, conversationId, teammate } as Decision
  const outcome = await decide(ctx, workspaceId, decision)
  if (outcome.isDone) return { kind: 'done', said: null }
  const { reason } = outcome
  // What was typed is worth keeping: the form can be opened anew, with the customer's new words above it.
  const isTyped = formId === 'edit' || formId === 'template'
  const isOpen = isTyped && outcome.card?.actions.some(({ id }) => id === form.action)
  return isOpen
    ? { kind: 'refused', reason: `${reason}. Your text is kept`, again: { conversationId } }
    : { kind: 'refused', reason }
}

async function submitLog(
  ctx: SubmitContext,
  workspaceId: string,
  about: FormAbout,
  values: FormValues,
  teammate: Teammate,
): Promise<FormOutcome> {
  const read = readLogForm(values, about, ctx.clock.now())
  if ('errors' in read) return { kind: 'invalid', errors: read.errors }
  const { isDuplicate } = await logInteraction(ctx, workspaceId, read.value, teammate)
  if (isDuplicate) return { kind: 'done', said: 'This was logged before. Nothing was added' }
  return { kind: 'done', said: read.value.isSettled ? 'Logged as dealt with' : 'Logged. It waits for an answer now' }
}

async function submitForget(
  ctx: SubmitContext,
  workspaceId: string,
  about: FormAbout,
  values: FormValues,
  teammate: Teammate,
): Promise<FormOutcome> {
  await checkAccess(ctx, workspaceId, teammate, 'manager')
  const parsed = customerAbout.safeParse(about)
  if (!parsed.success) throw new NotFoundError('There is no such customer any more')
  // Of whom nothing is held any more, there is a receipt to tell of: a platform may bring one click twice.
  const held = await readHeld(ctx.db, parsed.data.customerId)
  const read = held && readForgetForm(values, held)
  if (read && 'errors' in read) return { kind: 'invalid', errors: read.errors }
  const by = await knowTeammate(ctx, workspaceId, teammate)
  const { id, counts } = await forgetCustomer(ctx, parsed.data.customerId, by)
  const posts = counts['posts'] ? '. Posts go from the rooms within minutes' : ''
  return {
    kind: 'done',
    said: `Erased: ${countsText(counts)}. Receipt ${receiptNumber(id)}${posts}: /desk audit erased`,
  }
}

async function submitSettings(
  ctx: SubmitContext,
  workspaceId: string,
  form: SettingsForm,
  about: FormAbout,
  values: FormValues,
  teammate: Teammate,
): Promise<FormOutcome> {
  await checkAccess(ctx, workspaceId, teammate, 'manager')
  const shown = await readSettingsShown(ctx, workspaceId)
  const readAsOf = (tuning: Tuning) => {
    const now = { ...shown, tuning }
    return form.read(withUntouched(values, form.make(now, about).fields, about['seen']), now, about)
  }
  const read = readAsOf(shown.tuning)
  if ('errors' in read) return { kind: 'invalid', errors: read.errors }
  const change = (tuning: Tuning) => {
    const latest = readAsOf(tuning)
    if ('errors' in latest) throw new ConflictError('The settings were changed at the same moment. Try again')
    return latest.value(tuning)
  }
  await updateTuning(ctx, change, await knowTeammate(ctx, workspaceId, teammate))
  return { kind: 'done', said: 'Saved' }
}
