import { min } from 'drizzle-orm'
import type { Context } from '../context.ts'
import { outcomes } from '../db/schema.ts'
import { clockText, dateOf, momentOf } from '../settings/hours.ts'
import type { ReportInterval, Tuning } from '../settings/tuning.ts'
import type { CardLink } from '../workspaces/report.ts'
import { chartDays, chartsOf, commonTarget } from './charts.ts'
import { comparableDays, compared, hasSomething, isLong } from './compare.ts'
import { figuresOf, type Opens } from './figures.ts'
import { headlineOf } from './headline.ts'
import { readNames } from './labels.ts'
import { moversOf } from './movers.ts'
import type { Group, ItemsQuery, Numbers } from '../measures/numbers.ts'
import { lengthOf, periodOf, titleOf, type Days, type Period } from '../measures/period.ts'
import { isSlower } from './pace.ts'
import { readGroups } from '../measures/read-groups.ts'
import { readItems } from '../measures/read-items.ts'
import { readNumbers } from '../measures/read-numbers.ts'
import { exampleTopics, sectionsOf } from './sections.ts'
import type { StoredReport } from './stored.ts'
import { sinceText, themeText } from './words.ts'

export type ComposeContext = Pick<Context, 'db' | 'clock' | 'channels' | 'newId'>

const mostWaiting = 3
/** Several of those who wait longest may be of one conversation, or were answered since. */
const waitingRead = 50
/** Periods that are counted at the same time. */
const atOnce = 4

/** Writes the report of some days. `interval` null: a teammate asked for it. A day that is not over counts up to now. */
export async function composeReport(
  ctx: ComposeContext,
  tuning: Tuning,
  days: Days,
  { interval, note }: { interval: ReportInterval | null; note: string | null },
): Promise<StoredReport> {
  const { timeZone } = tuning.hours
  const now = ctx.clock.now()
  const counted = countedPeriod(days, now, timeZone)
  const began = await readBegan(ctx, timeZone)
  const against = comparableDays(days, interval, began)
  const shown = chartDays(days, interval).filter(({ to }) => began !== null && to >= began)
  // Of a day that is not over, nothing but the same hours of other days can be compared.
  const until = counted.isOver ? null : clockText(now, timeZone).slice(-5)
  const numbersOf = await countAll(ctx, tuning, [
    counted.period,
    ...[against.before?.days, ...against.usual].flatMap((one) => (one ? periodUntil(one, until, timeZone) : [])),
    ...shown.map((one) => countedPeriod(one, now, timeZone).period),
  ])
  const all = compared(
    numbersOf(counted.period),
    against.before && {
      words: until === null ? against.before.words : `by then ${against.before.words}`,
      numbers: numbersOf(periodUntil(against.before.days, until, timeZone)),
    },
    against.usual.map((one) => numbersOf(periodUntil(one, until, timeZone))),
  )

  const items: ItemsQuery[] = []
  const opens = opener(items, counted.period)
  const movers = moversOf(all)
  const [examples, waiting, people, slowest] = await Promise.all([
    readExamples(ctx, tuning, counted.period, exampleTopics({ all, movers })),
    readWaiting(ctx, tuning, counted.period),
    tuning.digests.namesTeammates && all.now.answered > 0 ? readPeople(ctx, tuning, counted.period) : null,
    isSlower(all) ? readSlowest(ctx, tuning, counted.period, all.now) : null,
  ])
  const points = shown.map((one) => ({ days: one, numbers: numbersOf(countedPeriod(one, now, timeZone).period) }))
  const isQuiet = !hasSomething(all.now)
  const report: StoredReport['report'] = {
    id: ctx.newId(),
    title: until === null ? titleOf(days) : `${titleOf(days)}, until ${until}`,
    headline: headlineOf({
      ...all,
      movers,
      slowest,
      called: until === null ? calledOf(days, interval) : null,
      longestSince: sinceText(new Date(counted.period.to.getTime() - all.now.waiting.longestMs), days.to, timeZone),
    }),
    note,
    figures: figuresOf(all, tuning, opens),
    waiting: all.now.waiting.count > 0 ? waiting : [],
    sections: sectionsOf({
      all,
      movers,
      teammates: people,
      channelNames: new Map([...ctx.channels.values()].map(({ id, name }) => [id, name])),
      isLong: isLong(days, interval),
      opens,
      exampleOf: (theme, topic) => examples.get(exampleKey(theme, topic)) ?? null,
    }),
    charts: isQuiet ? [] : chartsOf(points, commonTarget(tuning.targets)),
  }
  return { report, items, measured: { hours: tuning.hours, targets: tuning.targets } }
}

/** The day on which Deskbell heard of anything first; null: it never did. */
async function readBegan({ db }: ComposeContext, timeZone: string): Promise<string | null> {
  const [first] = await db.select({ at: min(outcomes.receivedAt) }).from(outcomes)
  return first?.at ? dateOf(first.at, timeZone) : null
}

/** The days as instants; up to now, where they are not over. */
export function countedPeriod(days: Days, now: Date, timeZone: string): { period: Period; isOver: boolean } {
  const { from, to } = periodOf(days, timeZone)
  return { period: { from, to: to > now ? now : to }, isOver: to <= now }
}

/** `until`: on the last day, by the clock; null: all of it. */
function periodUntil(days: Days, until: string | null, timeZone: string): Period {
  const period = periodOf(days, timeZone)
  return until === null ? period : { ...period, to: momentOf(days.to, until, timeZone) }
}

/** Counts each period once; what is asked of the result must be among them. */
async function countAll(ctx: ComposeContext, tuning: Tuning, periods: Period[]): Promise<(period: Period) => Numbers> {
  const keyOf = ({ from, to }: Period) => `${from.getTime()}-${to.getTime()}`
  const waiting = [...new Map(periods.map((period) => [keyOf(period), period])).values()]
  const counted = new Map<string, Numbers>()
  const work = async () => {
    for (let period = waiting.shift(); period; period = waiting.shift())
      counted.set(keyOf(period), await readNumbers(ctx, tuning, period))
  }
  await Promise.all(Array.from({ length: atOnce }, work))
  return (period) => {
    const numbers = counted.get(keyOf(period))
    if (!numbers) throw new Error(`Nobody counted the period from ${period.from.toISOString()}`)
    return numbers
  }
}

/** Numbers the questions behind a report's numbers as they are asked, each once. */
export function opener(items: ItemsQuery[], { from, to }: Period): Opens {
  return (measure, count, where = {}) => {
    if (count <= 0) return null
    const query: ItemsQuery = { from: from.toISOString(), to: to.toISOString(), measure, where }
    const known = items.findIndex((one) => JSON.stringify(one) === JSON.stringify(query))
    return known >= 0 ? known : items.push(query) - 1
  }
}

const linkTo = (conversationId: string): CardLink => ({ conversationId, text: '', url: null })

const exampleKey = (theme: string, topic: string | null): string => JSON.stringify([theme, topic])

async function readExamples(
  ctx: ComposeContext,
  tuning: Tuning,
  { from, to }: Period,
  wanted: { theme: string; topic: string | null }[],
): Promise<Map<string, CardLink>> {
  const found = new Map<string, CardLink>()
  for (const { theme, topic } of wanted) {
    const where = topic === null ? { theme } : { theme, topic }
    const query = { from: from.toISOString(), to: to.toISOString(), measure: 'received', where } as const
    const { items } = await readItems(ctx, tuning, query, 1)
    for (const { conversationId } of items) found.set(exampleKey(theme, topic), linkTo(conversationId))
  }
  return found
}

/** Of those who waited at the period's end, the three who wait longest and still do. */
async function readWaiting(ctx: ComposeContext, tuning: Tuning, { from, to }: Period): Promise<CardLink[]> {
  const now = ctx.clock.now().toISOString()
  const query: ItemsQuery = { from: from.toISOString(), to: now, measure: 'waiting', where: {} }
  const { items } = await readItems(ctx, tuning, query, waitingRead)
  const ids = items.flatMap(({ conversationId, occurredAt }) => (occurredAt < to ? [conversationId] : []))
  return [...new Set(ids)].slice(0, mostWaiting).map(linkTo)
}

async function readPeople(
  ctx: ComposeContext,
  tuning: Tuning,
  period: Period,
): Promise<{ name: string | null; group: Group }[]> {
  const groups = await readGroups(ctx, tuning, period, 'teammate')
  const names = await readNames(
    ctx,
    groups.flatMap(({ key }) => key ?? []),
  )
  return groups.map((group) => ({ name: names.get(group.key ?? '') ?? null, group }))
}

/** The theme or the channel that made answers slow: a good part of them, and much slower than the whole. */
async function readSlowest(
  ctx: ComposeContext,
  tuning: Tuning,
  period: Period,
  { answered, response }: Numbers,
): Promise<{ name: string; median: number } | null> {
  const [themes, channels] = await Promise.all([
    readGroups(ctx, tuning, period, 'theme'),
    readGroups(ctx, tuning, period, 'channel'),
  ])
  const median = response?.calendar.median ?? 0
  const named = [
    ...themes.flatMap((group) => (group.key ? [{ group, name: themeText(group.key, null) }] : [])),
    ...channels.flatMap((group) =>
      group.key ? [{ group, name: ctx.channels.get(group.key)?.name ?? group.key }] : [],
    ),
  ]
  const [most] = named
    .flatMap(({ group, name }) =>
      group.response ? [{ name, median: group.response.median, count: group.answered }] : [],
    )
    .filter((one) => one.count >= 5 && one.count * 5 >= answered && one.median >= 1.5 * median)
    .toSorted((a, b) => b.count * (b.median - median) - a.count * (a.median - median))
  return most ? { name: most.name, median: most.median } : null
}

/** "a usual day": null for days that have no such name. */
function calledOf(days: Days, interval: ReportInterval | null): string | null {
  if (interval === 'month') return 'month'
  const length = lengthOf(days)
  return length === 1 ? 'day' : length === 7 ? 'week' : null
}
