import { and, eq, isNotNull, isNull, lt, or } from 'drizzle-orm'
import type { Context } from '../context.ts'
import { readLines } from '../conversations/line.ts'
import type { Db } from '../db/client.ts'
import { reports } from '../db/schema.ts'
import { isUuid } from '../id.ts'
import type { Tuning } from '../settings/tuning.ts'
import type { CardLink, Report } from '../workspaces/report.ts'
import type { ItemsQuery } from '../measures/numbers.ts'

/** As it is kept: its links have neither text nor address, and `items` is what its `opens` number. JSON carries it. */
export interface StoredReport {
  report: Report
  items: ItemsQuery[]
  /** By which it was counted: what is behind a number stays the same when the settings change. */
  measured: Pick<Tuning, 'hours' | 'targets'>
}

const dayMs = 86_400_000
const askedForMs = 30 * dayMs
const scheduledMs = 400 * dayMs

/** Keeps a report under its id. One that fell due has its row already, and gets its content; without a row, a teammate asked for it. */
export async function saveReport(
  ctx: Pick<Context, 'clock'>,
  tx: Db,
  workspaceId: string,
  stored: StoredReport,
): Promise<void> {
  const { id } = stored.report
  await tx
    .insert(reports)
    .values({ id, key: null, workspace: workspaceId, plan: null, content: stored, createdAt: ctx.clock.now() })
    .onConflictDoUpdate({ target: reports.id, set: { content: stored } })
}

/** Null: there is none, it isn't written yet, or what was asked for is no id. */
export async function readStored(db: Db, id: string): Promise<StoredReport | null> {
  if (!isUuid(id)) return null
  const [row] = await db.select({ content: reports.content }).from(reports).where(eq(reports.id, id))
  // Nobody but `saveReport` writes it.
  return (row?.content as StoredReport | null | undefined) ?? null
}

/** The report as this workspace shows it: with the customers' words as they are now. Links to what is gone are left out. */
export async function showReport(
  ctx: Pick<Context, 'db' | 'clock' | 'channels' | 'workspaces'>,
  workspaceId: string,
  { report }: StoredReport,
): Promise<Report> {
  const examples = report.sections.flatMap(({ lines }) => lines.flatMap(({ example }) => example ?? []))
  const ids = new Set([...report.waiting, ...examples].map(({ conversationId }) => conversationId))
  const read = ids.size > 0 ? await readLines(ctx, workspaceId, [...ids]) : []
  const links = new Map(
    read.flatMap(({ conversationId, text, url }): [string, CardLink][] =>
      conversationId === undefined ? [] : [[conversationId, { conversationId, text, url: url ?? null }]],
    ),
  )
  const shown = (link: CardLink | null) => (link && links.get(link.conversationId)) ?? null
  return {
    ...report,
    waiting: report.waiting.flatMap((link) => shown(link) ?? []),
    sections: report.sections.map((section) => ({
      ...section,
      lines: section.lines.map((line) => ({ ...line, example: shown(line.example) })),
    })),
  }
}

/** Forgets reports that nobody will open any more: those that were asked for after 30 days, others after 400. */
export async function sweepReports(ctx: Pick<Context, 'db' | 'clock'>): Promise<void> {
  const before = (ms: number) => lt(reports.createdAt, new Date(ctx.clock.now().getTime() - ms))
  await ctx.db
    .delete(reports)
    .where(or(and(isNull(reports.key), before(askedForMs)), and(isNotNull(reports.key), before(scheduledMs))))
}
