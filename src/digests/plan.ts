import type { Context } from '../context.ts'
import { BadInputError } from '../errors.ts'
import { timeLabel } from '../settings/hours.ts'
import type { DigestPlan, Tuning } from '../settings/tuning.ts'
import { updateTuning } from '../settings/update.ts'
import { refusalFor } from '../teammates/access.ts'
import { knowTeammate } from '../teammates/know.ts'
import type { Command } from '../workspaces/command.ts'
import type { Answer, AnswerLine, Teammate } from '../workspaces/workspace.ts'
import { titleOf } from '../measures/period.ts'
import { nextDigest, planText, plansOf, putPlan, withPlans } from './schedule.ts'

/**
 * Has a digest come into a room every working day, or no more: `/desk digest at 08:30`, `/desk digest off`. `room`: where
 * it was typed; null outside of rooms. For managers. The answer says what comes when and where.
 */
export async function planDigest(
  ctx: Pick<Context, 'db' | 'queue' | 'clock' | 'newId' | 'workspaces'>,
  workspaceId: string,
  command: Extract<Command, { kind: 'digest-at' | 'digest-off' }>,
  teammate: Teammate,
  room: string | null,
): Promise<Answer> {
  const refused = await refusalFor(ctx, workspaceId, teammate, 'manager')
  if (refused !== null) return { title: refused, lines: [] }
  const only = ctx.workspaces.get(workspaceId)?.room ?? null
  const here = only ?? room
  const wanted = only ?? command.room ?? room
  if (wanted === null)
    return { title: 'Type it in the room where the digest should come, or name that room', lines: [] }
  const plan: DigestPlan | null = command.kind === 'digest-at' ? { room: wanted, every: 'day', at: command.at } : null
  const plansIn = (tuning: Tuning) => plansOf(tuning, workspaceId, only)
  let had = 0
  const change = (tuning: Tuning) => {
    const plans = plansIn(tuning)
    const others = plans.filter((one) => one.room !== wanted)
    had = plans.length - others.length
    if (plan) return withPlans(tuning, workspaceId, putPlan(plans, plan))
    return had > 0 ? withPlans(tuning, workspaceId, others) : tuning
  }
  let tuning: Tuning
  try {
    tuning = await updateTuning(ctx, change, await knowTeammate(ctx, workspaceId, teammate))
  } catch (error) {
    if (error instanceof BadInputError) return { title: error.message, lines: [] }
    throw error
  }
  const where = (place: string) => (place === here ? 'here' : `in ${place}`)
  const others = plansIn(tuning).filter((one) => plan === null || one.room !== plan.room || one.every !== plan.every)
  const also = others.map((one): AnswerLine => ({ text: `Still: ${planText(one)}, ${where(one.room)}` }))
  if (!plan) {
    const title = had > 0 ? `No digest comes ${where(wanted)} any more` : `No digest came ${where(wanted)}`
    return { title, lines: also }
  }
  const { hours } = tuning
  const now = ctx.clock.now()
  const next = nextDigest(plan, hours, now)
  const first =
    next && `Next: ${timeLabel(next.at, now, hours.timeZone).replace(/^To/, 'to')}, about ${titleOf(next.days)}`
  return {
    title: `${planText(plan)} (${hours.timeZone}), ${where(wanted)}`,
    lines: [...(first === null ? [] : [{ text: first }]), ...also],
  }
}
