import type { ReportLine, ReportSection } from '../workspaces/report.ts'
import type { Opens } from './figures.ts'
import type { LabelOf } from './labels.ts'
import type { Dimension, Group } from '../measures/numbers.ts'
import * as say from './words.ts'

const mostLines = 25
const mostHours = 10
/** Of fewer answers, a median says little. */
const fewestOfGroup = 3

/** What `/desk stats` says of each group, the largest first; of the hours of a week, the busiest and the slowest. */
export function statsOf(by: Dimension, groups: Group[], labelOf: LabelOf, opens: Opens): ReportSection[] {
  const lines = (some: Group[]) => some.map((group) => lineOf(by, group, labelOf, opens))
  const section = (title: string, some: Group[]) => (some.length > 0 ? [{ title, lines: lines(some) }] : [])
  if (by !== 'hour') return section(`By ${by}`, bySize(by, groups).slice(0, mostLines))
  const busiest = bySize(by, groups).filter(({ received }) => received > 0)
  return [
    ...section('Busiest hours', busiest.slice(0, mostHours)),
    ...section('Slowest hours', bySlowness(groups).slice(0, mostHours)),
  ]
}

/** "The 25 largest of 60"; null where all are shown. */
export function statsNote(by: Dimension, groups: Group[]): string | null {
  return by !== 'hour' && groups.length > mostLines ? `The ${mostLines} largest of ${groups.length}` : null
}

/** Which group is the largest, and which the slowest. */
export function statsHeadline(by: Dimension, groups: Group[], labelOf: LabelOf): string {
  const [largest] = bySize(by, groups)
  const count = (group: Group) => sizeOf(by, group)
  if (!largest || count(largest) === 0) return 'Nothing came in, and nothing was answered.'
  const label = (group: Group) => labelOf(by, group.key ?? '')
  // One can have several topics.
  const total = by === 'topic' ? null : groups.reduce((sum, group) => sum + count(group), 0)
  const of =
    total === null ? say.countText(count(largest)) : `${say.countText(count(largest))} of ${say.countText(total)}`
  const first = groups.filter((group) => count(group) === count(largest))
  const leaders = leadersOf(bySize(by, first).map(label))
  const each = first.length > 1 ? ' each' : ''
  // Who is how slow stands below: it is nobody's headline.
  if (by === 'teammate') return `${leaders} answered the most: ${of}${each}.`
  if (groups.length === 1) return `${leaders}: ${say.countText(count(largest))} came in.`
  const slow = bySlowness(groups)
  const slowest = slow.length > 1 ? slow[0] : undefined
  const most = `${leaders} had the most: ${of} came in${each}`
  if (!slowest?.response) return `${most}.`
  const who = slowest === largest && first.length === 1 ? 'it was also' : `${label(slowest)} was`
  return `${most}; ${who} the slowest, with a median of ${say.durationText(slowest.response.median)}.`
}

/** "Email", "Email and Live chat", "Email and 3 others" */
function leadersOf([first = '', ...others]: string[]): string {
  if (others.length === 0) return first
  return `${first} and ${others.length === 1 ? others[0] : `${others.length} others`}`
}

/** "34 came in · 30 answered · median 12 min · slowest tenth over 1 h · 93 % in time · 2 waiting" */
function lineOf(by: Dimension, group: Group, labelOf: LabelOf, opens: Opens): ReportLine {
  const { key, received, answered, response, target, waiting } = group
  const value = key ?? ''
  const parts = [
    by !== 'teammate' && `${say.countText(received)} came in`,
    `${say.countText(answered)} answered`,
    response && `median ${say.durationText(response.median)}`,
    response && answered > 1 && `slowest tenth over ${say.durationText(response.p90)}`,
    target && target.of > 0 && `${say.shareText(target.within / target.of)} in time`,
    waiting > 0 && `${say.countText(waiting)} waiting`,
  ]
  const where = { [by]: value }
  return {
    label: labelOf(by, value),
    text: parts.filter(Boolean).join(' · '),
    tone: 'plain',
    opens: opens('received', received, where) ?? opens('answered', answered, where) ?? opens('waiting', waiting, where),
    example: null,
  }
}

/** Nothing comes in for a teammate: what they answered counts. */
const sizeOf = (by: Dimension, { received, answered }: Group): number => (by === 'teammate' ? answered : received)

function bySize(by: Dimension, groups: Group[]): Group[] {
  return groups.toSorted((a, b) => sizeOf(by, b) - sizeOf(by, a) || b.answered - a.answered)
}

function bySlowness(groups: Group[]): Group[] {
  return groups
    .filter(({ answered, response }) => response && answered >= fewestOfGroup)
    .toSorted((a, b) => (b.response?.median ?? 0) - (a.response?.median ?? 0))
}
