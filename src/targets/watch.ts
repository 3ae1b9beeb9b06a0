import { and, eq, sql } from 'drizzle-orm'
import type { Context } from '../context.ts'
import { addEvent, changeConversation, type EventType } from '../conversations/queries.ts'
import { rowsOf, type Db } from '../db/client.ts'
import { conversations, events, teammates } from '../db/schema.ts'
import { insertAll } from '../db/sets.ts'
import { escalate } from '../posts/notify.ts'
import { readTuning } from '../settings/queries.ts'
import type { Target, Tuning } from '../settings/tuning.ts'
import { findUntold, type Untold } from './queries.ts'
import { dueAt, dueClock, riskAt, soonestRiskMs, targetFor, targetText } from './target.ts'

type WatchContext = Pick<Context, 'db' | 'queue' | 'clock' | 'log' | 'newId' | 'channels' | 'workspaces'>

/** In one run: more are warned of, and told to be late, in the next ones. */
const mostWarned = 50
const mostLate = 5000
/** More that are late at once are told in one list, with so many of them. */
const mostAlone = 3
const mostListed = 10

interface Due extends Untold {
  target: Target
  dueAt: Date
}

/**
 * Warns of answers that are nearly late in their cards' rooms, and tells of late ones where trouble is told: each once for as
 * long as a customer waits. May be repeated, and run on several replicas at once.
 */
export async function watchTargets(ctx: WatchContext): Promise<void> {
  const tuning = await readTuning(ctx.db)
  if (tuning.targets.length === 0) return
  const { atRisk, late } = await findDue(ctx, tuning)
  if (late.length > 0) await tellLate(ctx, tuning, late)
  for (const due of atRisk) await warn(ctx, due)
}

/** What is to be told now: nearly late, the first due first; and late, who waited longest first. */
async function findDue(ctx: WatchContext, { targets, hours }: Tuning): Promise<{ atRisk: Due[]; late: Due[] }> {
  const now = ctx.clock.now()
  const until = new Date(now.getTime() - soonestRiskMs(targets))
  const atRisk: Due[] = []
  const late: Due[] = []
  for await (const rows of findUntold(ctx.db, until)) {
    for (const row of rows) {
      const target = targetFor(targets, row)
      if (!target) continue
      const due = { ...row, target, dueAt: dueAt(target, hours, row.waitingSince) }
      if (due.dueAt <= now) late.push(due)
      else if (!row.isWarned && riskAt(target, hours, row.waitingSince) <= now) atRisk.push(due)
    }
    if (late.length >= mostLate) break
  }
  const soonest = atRisk.toSorted((a, b) => a.dueAt.getTime() - b.dueAt.getTime())
  return { atRisk: soonest.slice(0, mostWarned), late: late.slice(0, mostLate) }
}

/** Nothing happens when somebody dealt with it meanwhile, or another replica warned. */
async function warn(ctx: WatchContext, { id, waitingSince, surfacings, dueAt: due }: Due): Promise<void> {
  await ctx.db.transaction(async (tx) => {
    const row = await changeConversation(
      ctx,
      tx,
      id,
      { warnedSince: waitingSince, surfacings: surfacings + 1, surfacedBecause: 'at-risk' },
      and(
        eq(conversations.state, 'waiting'),
        eq(conversations.waitingSince, waitingSince),
        eq(conversations.surfacings, surfacings),
        sql`${conversations.warnedSince} is distinct from ${conversations.waitingSince}`,
      ),
    )
    if (!row) return
    const data = { waitingSince: waitingSince.toISOString(), dueAt: due.toISOString() }
    await addEvent(ctx, tx, 'conversation.at-risk', { conversationId: id, actor: 'deskbell', data })
  })
}

async function tellLate(ctx: WatchContext, tuning: Tuning, found: Due[]): Promise<void> {
  await ctx.db.transaction(async (tx) => {
    const mine = await markLate(tx, found)
    const late = found.filter(({ id }) => mine.has(id))
    const now = ctx.clock.now()
    const rows = late.map(({ id, waitingSince, dueAt: due }) => ({
      id: ctx.newId(),
      at: now,
      type: 'conversation.late' satisfies EventType,
      conversationId: id,
      actor: 'deskbell',
      data: { waitingSince: waitingSince.toISOString(), dueAt: due.toISOString() },
    }))
    await insertAll(tx, events, rows)
    if (late.length > mostAlone) await tellList(ctx, tx, tuning, late)
    else for (const one of late) await tellOne(ctx, tx, tuning, one, mine.get(one.id) ?? null)
    if (late.length > 0) ctx.log.info('answers are late', { count: late.length })
  })
}

/**
 * Keeps of those that still wait since then that they were told to be late. Returns who has each, by conversation. What somebody
 * else is changing now is left for the next run: so many locks at once would meet another's.
 */
async function markLate(tx: Db, found: Due[]): Promise<Map<string, string | null>> {
  const wanted = JSON.stringify(found.map(({ id, waitingSince }) => ({ id, since: waitingSince })))
  const rows = await rowsOf<{ id: string; assignee: string | null }>(
    tx,
    sql`with free as (
          select c.id from ${conversations} c
          join jsonb_to_recordset(${wanted}::jsonb) as w(id uuid, since timestamptz) on w.id = c.id
          where c.state = 'waiting' and c.waiting_since = w.since and c.late_since is distinct from c.waiting_since
          for update of c skip locked)
        update ${conversations} c set late_since = c.waiting_since from free where c.id = free.id
        returning c.id, (select name from ${teammates} where ${teammates.id} = c.assignee) as assignee`,
  )
  return new Map(rows.map(({ id, assignee }) => [id, assignee]))
}

async function tellOne(ctx: WatchContext, tx: Db, tuning: Tuning, late: Due, assignee: string | null): Promise<void> {
  const { id, theme, channel, target, dueAt: due } = late
  const { hours } = tuning
  const at = dueClock(due, ctx.clock.now(), hours.timeZone)
  const words = `Due ${at} (${targetText(target, hours)}), assigned to ${assignee ?? 'nobody'}`
  await escalate(ctx, tx, tuning, {
    key: keyOf(late),
    title: `Late: ${theme ?? 'answer'} · ${ctx.channels.get(channel)?.name ?? channel}`,
    lines: [{ text: '', conversationId: id }, { text: words }],
  })
}

async function tellList(ctx: WatchContext, tx: Db, tuning: Tuning, late: Due[]): Promise<void> {
  const [first] = late
  if (!first) return
  const more = late.length - mostListed
  await escalate(ctx, tx, tuning, {
    key: keyOf(first),
    title: `${late.length} answers are late`,
    lines: [
      ...late.slice(0, mostListed).map(({ id }) => ({ text: '', conversationId: id })),
      ...(more > 0 ? [{ text: `and ${more} more: /desk open` }] : []),
    ],
  })
}

const keyOf = ({ id, waitingSince }: Due) => `late:${id}:${waitingSince.toISOString()}`
