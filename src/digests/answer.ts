import type { Context } from '../context.ts'
import { readLines } from '../conversations/line.ts'
import { BadInputError } from '../errors.ts'
import { clockText, dateOf } from '../settings/hours.ts'
import { readTuning } from '../settings/queries.ts'
import type { Tuning } from '../settings/tuning.ts'
import { refusalFor } from '../teammates/access.ts'
import { counted } from '../workspaces/kit/text.ts'
import type { Download, FileFormat } from '../workspaces/found.ts'
import type { Answer, Items, Refusal, Teammate } from '../workspaces/workspace.ts'
import { composeReport, countedPeriod, opener } from './compose.ts'
import { fileOf } from '../measures/csv.ts'
import { itemColumns } from '../measures/item-columns.ts'
import { dimensionNames, labelsWith, measureNames, readNames } from './labels.ts'
import { dimensions, type Dimension, type ItemsQuery } from '../measures/numbers.ts'
import { daysOf, titleOf, type Days, type PeriodAsk } from '../measures/period.ts'
import { readGroups } from '../measures/read-groups.ts'
import { readItems, streamItems, type Item } from '../measures/read-items.ts'
import { statsHeadline, statsNote, statsOf } from './stats.ts'
import { readStored, saveReport, showReport, type StoredReport } from './stored.ts'
import { countText, durationText } from './words.ts'

type AnswerContext = Pick<Context, 'db' | 'clock' | 'channels' | 'workspaces' | 'newId'>

const lineLimit = 20
/** Several of them can be of one conversation. */
const itemsRead = 100

const namelessAnswer: Answer = { title: 'Who answered how much is switched off in the settings (Digest)', lines: [] }
const goneAnswer: Answer = { title: 'This report is not kept any more. /desk digest makes a new one', lines: [] }

/** `/desk digest`: a report of some days, for the one who asked. Never throws for days that can't be: the answer says why. */
export async function answerDigest(
  ctx: AnswerContext,
  workspaceId: string,
  period: PeriodAsk,
  teammate: Teammate,
): Promise<Answer> {
  return answerReport(ctx, workspaceId, period, teammate, (tuning, days) =>
    composeReport(ctx, tuning, days, { interval: null, note: null }),
  )
}

/** `/desk stats`: what happened in some days, by one dimension. */
export async function answerStats(
  ctx: AnswerContext,
  workspaceId: string,
  { by, period }: { by: Dimension; period: PeriodAsk },
  teammate: Teammate,
): Promise<Answer> {
  return answerReport(ctx, workspaceId, period, teammate, (tuning, days) =>
    by === 'teammate' && !tuning.digests.namesTeammates ? namelessAnswer : composeStats(ctx, tuning, days, by),
  )
}

async function answerReport(
  ctx: AnswerContext,
  workspaceId: string,
  period: PeriodAsk,
  teammate: Teammate,
  compose: (tuning: Tuning, days: Days) => Answer | Promise<StoredReport>,
): Promise<Answer> {
  const refused = await refusalFor(ctx, workspaceId, teammate, 'agent')
  if (refused !== null) return { title: refused, lines: [] }
  const tuning = await readTuning(ctx.db)
  let days: Days
  try {
    days = daysOf(period, ctx.clock.now(), tuning.hours)
  } catch (error) {
    if (error instanceof BadInputError) return { title: error.message, lines: [] }
    throw error
  }
  const made = await compose(tuning, days)
  if ('title' in made) return made
  await saveReport(ctx, ctx.db, workspaceId, made)
  const report = await showReport(ctx, workspaceId, made)
  return { title: report.title, lines: [], report }
}

async function composeStats(ctx: AnswerContext, tuning: Tuning, days: Days, by: Dimension): Promise<StoredReport> {
  const { timeZone } = tuning.hours
  const now = ctx.clock.now()
  const { period, isOver } = countedPeriod(days, now, timeZone)
  const groups = await readGroups(ctx, tuning, period, by)
  const ids = by === 'teammate' ? groups.flatMap(({ key }) => key ?? []) : []
  const labelOf = labelsWith(ctx.channels, await readNames(ctx, ids))
  const items: ItemsQuery[] = []
  const until = isOver ? '' : `, until ${clockText(now, timeZone).slice(-5)}`
  const report: StoredReport['report'] = {
    id: ctx.newId(),
    title: `By ${dimensionNames[by]} · ${titleOf(days)}${until}`,
    headline: statsHeadline(by, groups, labelOf),
    note: statsNote(by, groups),
    figures: [],
    waiting: [],
    sections: statsOf(by, groups, labelOf, opener(items, period)),
    charts: [],
  }
  return { report, items, measured: { hours: tuning.hours, targets: tuning.targets } }
}

/** Lists what is behind a number: at most 20 conversations, and how many there are besides. */
export async function openItems(
  ctx: AnswerContext,
  workspaceId: string,
  items: Items,
  teammate: Teammate,
): Promise<Answer> {
  const refused = await refusalFor(ctx, workspaceId, teammate, 'agent')
  if (refused !== null) return { title: refused, lines: [] }
  const asked = await readAsked(ctx, items)
  if (!asked) return goneAnswer
  const { query, tuning } = asked
  if (isNameless(query, tuning)) return namelessAnswer
  const { count, items: first } = await readItems(ctx, tuning, query, itemsRead)
  const { ids, beginnings, shown } = gather(first)
  const lines = await readLines(ctx, workspaceId, ids, beginnings)
  const rest = count - shown
  const more = rest > 0 ? [{ text: `and ${countText(rest)} more: get them all as a file` }] : []
  return {
    title: await titleFor(ctx, tuning, query, count),
    lines: [...lines, ...more],
    ...(count > 0 ? { file: { source: { kind: 'items', ...items }, formats: ['csv', 'json'] } } : {}),
  }
}

/** Everything behind a number as a file, read while it is written; for managers. */
export async function itemsFile(
  ctx: AnswerContext,
  workspaceId: string,
  items: Items,
  format: FileFormat,
  teammate: Teammate,
): Promise<Download | Refusal> {
  const refused = await refusalFor(ctx, workspaceId, teammate, 'manager')
  if (refused !== null) return { refused }
  const asked = await readAsked(ctx, items)
  if (!asked) return { refused: goneAnswer.title }
  const { query, tuning } = asked
  if (isNameless(query, tuning)) return { refused: namelessAnswer.title }
  const { from, to } = daysIn(query, tuning)
  const name = ['deskbell', query.measure, from, from !== to && to].filter(Boolean).join('-')
  const names = new Map<string, string>()
  return fileOf(name, format, itemColumns(names), readNamed(ctx, tuning, query, names))
}

/** Item by item; adds to `names` who answered, before it does. */
async function* readNamed(
  ctx: AnswerContext,
  tuning: Tuning,
  query: ItemsQuery,
  names: Map<string, string>,
): AsyncGenerator<Item> {
  for await (const page of streamItems(ctx, tuning, query)) {
    const some = tuning.digests.namesTeammates ? page : page.map((item) => ({ ...item, approvedBy: null }))
    const unknown = new Set(some.flatMap(({ approvedBy }) => approvedBy ?? []).filter((id) => !names.has(id)))
    for (const [id, name] of await readNames(ctx, [...unknown])) names.set(id, name)
    yield* some
  }
}

/** Null: the report isn't kept any more, or has no such number. `tuning`: as now, but for what the report was counted by. */
async function readAsked(
  { db }: Pick<Context, 'db'>,
  { reportId, index }: Items,
): Promise<{ query: ItemsQuery; tuning: Tuning } | null> {
  const [stored, tuning] = await Promise.all([readStored(db, reportId), readTuning(db)])
  const query = stored?.items[index]
  return stored && query ? { query, tuning: { ...tuning, ...stored.measured } } : null
}

const isNameless = ({ where }: ItemsQuery, { digests }: Tuning): boolean =>
  where.teammate !== undefined && !digests.namesTeammates

/** Each conversation once, with what its first item tells, which is the slowest; `shown`: how many items that are. */
function gather(items: Item[]): { ids: string[]; beginnings: Map<string, string>; shown: number } {
  const groups = Map.groupBy(items, ({ conversationId }) => conversationId)
  const some = [...groups].slice(0, lineLimit)
  const beginnings = new Map<string, string>()
  for (const [id, all] of some) {
    const ms = all[0]?.responseMs ?? null
    if (ms === null) continue
    const several = all.length > 1 ? ` (${counted(all.length, 'message')})` : ''
    beginnings.set(id, `answered in ${durationText(ms)}${several}`)
  }
  return { ids: some.map(([id]) => id), beginnings, shown: some.reduce((sum, [, all]) => sum + all.length, 0) }
}

/** "14 came in · Complaint · Delivery · Friday 20 November 2026" */
async function titleFor(ctx: AnswerContext, tuning: Tuning, query: ItemsQuery, count: number): Promise<string> {
  const { measure, where } = query
  const labelOf = labelsWith(ctx.channels, await readNames(ctx, where.teammate ? [where.teammate] : []))
  const labels = dimensions.flatMap((by) => (where[by] === undefined ? [] : [labelOf(by, where[by])]))
  return [`${countText(count)} ${measureNames[measure]}`, ...labels, titleOf(daysIn(query, tuning))].join(' · ')
}

/** The days that a question is about, by the team's calendar. */
function daysIn({ from, to }: ItemsQuery, { hours }: Tuning): Days {
  const last = new Date(Math.max(Date.parse(from), Date.parse(to) - 1))
  return { from: dateOf(new Date(from), hours.timeZone), to: dateOf(last, hours.timeZone) }
}
