import { and, eq, isNull, sql } from 'drizzle-orm'
import { z } from 'zod'
import type { Context } from '../context.ts'
import type { Db } from '../db/client.ts'
import { posts, reports, settings } from '../db/schema.ts'
import { notifyOfLoss, roomLeft } from '../posts/notify.ts'
import { newPost } from '../posts/queries.ts'
import { wakeRoom } from '../posts/rooms.ts'
import { clockText, dateOf } from '../settings/hours.ts'
import { readTuning } from '../settings/queries.ts'
import { reportIntervals, type Hours } from '../settings/tuning.ts'
import { composeReport, type ComposeContext } from './compose.ts'
import { periodOf, titleOf } from '../measures/period.ts'
import { dueDigests, lateMs, plansOf, type DueDigest } from './schedule.ts'
import { saveReport } from './stored.ts'

type ClaimContext = Pick<Context, 'db' | 'queue' | 'clock' | 'newId' | 'workspaces' | 'log'>

const lookedKey = 'digests'
/** Replicas' clocks differ by less. */
const skewMs = 60_000
const isLooked = eq(settings.key, lookedKey)

/** What the replicas know together. */
const lookedSchema = z.object({
  /** When digests began to be looked for: there is nothing to tell of the days before. */
  began: z.coerce.date(),
  /** By workspace: up to when what fell due was dealt with. */
  until: z.record(z.string(), z.coerce.date()),
})
type Looked = z.infer<typeof lookedSchema>

/** What `reports.plan` says. */
export const planSchema = z.object({
  room: z.string(),
  every: z.enum(reportIntervals),
  date: z.iso.date(),
  days: z.object({ from: z.iso.date(), to: z.iso.date() }),
  at: z.coerce.date(),
  isLate: z.boolean(),
})

/**
 * Has every digest written that fell due since anybody looked, or none when it fails: then the next look does. Each comes
 * once for its room and date, however many replicas look, and whichever way their clocks jump.
 */
export async function claimDigests(ctx: ClaimContext): Promise<void> {
  await ctx.db.transaction(async (tx) => {
    const { began, until } = await lockLooked(ctx, tx)
    const now = ctx.clock.now()
    const tuning = await readTuning(tx)
    for (const { id, room } of ctx.workspaces.values()) {
      const last = until[id]
      until[id] = now
      // At the first look, what fell due before is none of ours.
      if (!last) continue
      // After a clock that was wrong, who knows what came: whatever isn't long gone is looked at, and comes once by its key.
      const since = last.getTime() - now.getTime() > skewMs ? new Date(0) : last
      for (const due of dueDigests(plansOf(tuning, id, room), tuning.hours, since, now))
        if (periodOf(due.days, tuning.hours.timeZone).to > began) await claim(ctx, tx, id, due)
    }
    const value: Looked = { began: began < now ? began : now, until }
    await tx.update(settings).set({ value, updatedAt: now }).where(isLooked)
  })
}

/** Two that look at once would both find the same: the second waits. */
async function lockLooked(ctx: ClaimContext, tx: Db): Promise<Looked> {
  const read = () => tx.select({ value: settings.value }).from(settings).where(isLooked).for('update')
  const [known] = await read()
  if (known) return lookedSchema.parse(known.value)
  const updatedAt = ctx.clock.now()
  const value: Looked = { began: updatedAt, until: {} }
  await tx.insert(settings).values({ key: lookedKey, value, updatedAt }).onConflictDoNothing()
  const [made] = await read()
  return lookedSchema.parse(made?.value)
}

async function claim(ctx: ClaimContext, tx: Db, workspace: string, due: DueDigest): Promise<void> {
  const key = `digest:${workspace}:${due.room}:${due.every}:${due.date}`
  const row = { id: ctx.newId(), key, workspace, plan: { ...due }, content: null, createdAt: ctx.clock.now() }
  const [added] = await tx.insert(reports).values(row).onConflictDoNothing().returning({ id: reports.id })
  if (!added) return
  await ctx.queue.add(tx, 'send-digest', { reportId: added.id })
  ctx.log.info('digest due', { workspace, every: due.every, date: due.date, isLate: due.isLate })
}

/** Writes a digest that fell due, and has it posted. May be repeated: it is written once, and posted once. */
export async function sendDigest(
  ctx: ComposeContext & Pick<Context, 'queue'>,
  { reportId }: { reportId: string },
): Promise<void> {
  const [row] = await ctx.db.select().from(reports).where(eq(reports.id, reportId))
  // Nobody waits for one that was swept away since.
  if (!row?.plan || row.content !== null) return
  const plan = planSchema.parse(row.plan)
  const tuning = await readTuning(ctx.db)
  const note = lateNote(plan, ctx.clock.now(), tuning.hours)
  const stored = await composeReport(ctx, tuning, plan.days, { interval: plan.every, note })
  await ctx.db.transaction(async (tx) => {
    const [now] = await tx
      .select({ content: reports.content })
      .from(reports)
      .where(eq(reports.id, reportId))
      .for('update')
    if (now?.content !== null) return
    await saveReport(ctx, tx, row.workspace, { ...stored, report: { ...stored.report, id: reportId } })
    const { room, lost } = await roomLeft(ctx, tx, tuning, row.workspace, plan.room)
    await dropUnposted(tx, row.workspace, { ...plan, room })
    await postReport(ctx, tx, row.workspace, room, reportId)
    if (lost) await notifyOfLoss(ctx, tx, lost, room)
  })
}

/** A room that is there again after days gets the last digest, and not all that nobody could read. */
async function dropUnposted(
  tx: Db,
  workspace: string,
  { room, every }: Pick<DueDigest, 'room' | 'every'>,
): Promise<void> {
  const before = sql`${posts.key} in (select 'report:' || ${reports.id} from ${reports}
    where ${reports.workspace} = ${workspace} and ${reports.plan}->>'every' = ${every})`
  const isUnposted = and(isNull(posts.ref), isNull(posts.attemptedAt))
  await tx.delete(posts).where(and(eq(posts.workspace, workspace), eq(posts.room, room), isUnposted, before))
}

/** Call it late in a transaction: it locks the room. */
async function postReport(
  ctx: Pick<Context, 'queue' | 'clock'>,
  tx: Db,
  workspace: string,
  room: string,
  reportId: string,
): Promise<void> {
  const body = { kind: 'report' as const, reportId }
  const row = newPost(
    { workspace, key: `report:${reportId}`, conversationId: null, room, body, rank: 1 },
    ctx.clock.now(),
  )
  await tx.insert(posts).values(row).onConflictDoNothing()
  await wakeRoom(ctx, tx, workspace, room)
}

/** Null when it comes in time. */
function lateNote({ at, isLate }: Pick<DueDigest, 'at' | 'isLate'>, now: Date, { timeZone }: Hours): string | null {
  if (!isLate && now.getTime() - at.getTime() <= lateMs) return null
  const date = dateOf(at, timeZone)
  const day = date === dateOf(now, timeZone) ? '' : ` on ${titleOf({ from: date, to: date })}`
  const when = `${clockText(at, timeZone).slice(-5)}${day}`
  return isLate ? `Sent late: Deskbell was not running at ${when}` : `Sent late: it was due at ${when}`
}
