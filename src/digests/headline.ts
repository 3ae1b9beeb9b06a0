import { cut, oneLine } from '../workspaces/kit/text.ts'
import { baselineOf, hasSomething, surprise, type Compared } from './compare.ts'
import { moverTone, type Mover } from './movers.ts'
import type { Numbers } from '../measures/numbers.ts'
import { against, fewestAnswers, growthOf, isUsualPace, longerTail, paceOf, unusual } from './pace.ts'
import * as say from './words.ts'

export interface HeadlineFacts extends Compared {
  /** "day", "week", "month"; null for days that are called by nothing, and for a day that is not over. */
  called: string | null
  /** The clearest first. */
  movers: Mover[]
  /** Since when who waits longest does: "Friday 10:17". */
  longestSince: string
  /** What took much longer than the rest: "complaints", "Live chat"; null where nothing did. */
  slowest: { name: string; median: number } | null
}

const longest = 200
const fewestLate = 3

/** One sentence on what stands out, and why. Every number in it is one of the facts; at most 200 characters. */
export function headlineOf(facts: HeadlineFacts): string {
  if (!hasSomething(facts.now)) return ended(`Nothing came in${say.unreadOf(facts.now)}${quietEnd(facts)}`)
  const findings = [late, undelivered, slower, missed, rise, tail, dissatisfied, rewritten, faster, change]
  for (const find of findings) {
    const found = find(facts)
    if (found !== null) return ended(say.capitalised(found))
  }
  return ended(say.capitalised(calm(facts)))
}

function ended(sentence: string): string {
  return `${cut(sentence, longest - 1)}.`
}

function quietEnd({ now: { waiting }, longestSince }: HeadlineFacts): string {
  if (waiting.count === 0) return ', and nobody is waiting'
  return `; ${stillWait(waiting)}, ${waiting.count === 1 ? '' : 'the longest '}since ${longestSince}`
}

/** "3 still wait, 1 of them late" */
function stillWait({ count, late: overdue }: Numbers['waiting']): string {
  const wait = `${say.countText(count)} still ${count === 1 ? 'waits' : 'wait'}`
  if (overdue === 0) return wait
  if (overdue >= count) return `${wait} past ${count === 1 ? 'the' : 'their'} target`
  return `${wait}, ${say.countText(overdue)} of them late`
}

/** Those who wait pile up. */
function late(facts: HeadlineFacts): string | null {
  const { waiting, received, answered } = facts.now
  const isTargeted = waiting.late > 0
  const count = isTargeted ? waiting.late : waiting.count
  const baseline = baselineOf(facts, isTargeted ? say.lateOf : say.waitingOf)
  // Without targets, that some wait is nothing by itself.
  const isMany = isTargeted
    ? count >= fewestLate && count * 10 >= answered
    : count >= 2 * fewestLate && baseline !== null && count >= 2 * baseline.value
  if (!isMany || (baseline && surprise(count, baseline.values) < 2)) return null
  const what = `${stillWait(waiting)}${against(baseline, say.countText)}`
  const why =
    unusual(facts, received, say.receivedOf, 'came in', 1) ??
    unusual(facts, answered, say.answeredOf, answered === 1 ? 'was answered' : 'were answered', -1)
  const since = `the longest since ${facts.longestSince}`
  return why ? `${what}, ${since}: ${why}` : `${what}, ${since}`
}

function undelivered(facts: HeadlineFacts): string | null {
  const { undelivered: lost, answered } = facts.now
  const count = say.undeliveredOf(facts.now)
  const baseline = baselineOf(facts, say.undeliveredOf)
  if (count < 3 || count * 20 < answered + count || (baseline && surprise(count, baseline.values) < 2)) return null
  const failed = `${say.countText(lost.failed)} ${lost.failed === 1 ? 'reply was' : 'replies were'} not delivered`
  const unknown = `of ${say.countText(lost.unknown)}${lost.failed > 0 ? ' more' : ` ${lost.unknown === 1 ? 'reply' : 'replies'}`} nobody knows whether ${lost.unknown === 1 ? 'it' : 'they'} arrived`
  const what = [lost.failed > 0 && failed, lost.unknown > 0 && unknown].filter(Boolean).join(', and ')
  return `${what}; ${say.countText(answered)} ${answered === 1 ? 'was' : 'were'} answered`
}

function slower(facts: HeadlineFacts): string | null {
  const pace = paceOf(facts)
  if (!pace || pace.median < pace.baseline.value * 1.5) return null
  return `half the answers took over ${say.durationText(pace.median)}${against(pace.baseline, say.durationText)}${because(facts)}`
}

/** ": drafts took longer; complaints took longest, 3 h"; empty where nothing explains it. */
function because(facts: HeadlineFacts): string {
  const why = [growthOf(facts), longestOf(facts)].filter((part) => part !== null)
  return why.length > 0 ? `: ${why.join('; ')}` : ''
}

/** Mostly one thing: what came in more than usual, or what took longest. */
function longestOf(facts: HeadlineFacts): string | null {
  const risen = badRise(facts)
  if (risen) return `${say.countText(risen.count)} ${say.themeText(risen.theme, risen.topic)} came in, ${risen.against}`
  const { slowest } = facts
  return slowest && `${oneLine(slowest.name, 40)} took longest, ${say.durationText(slowest.median)}`
}

function missed(facts: HeadlineFacts): string | null {
  const { target } = facts.now
  const share = say.withinOf(facts.now)
  if (!target || share === null || target.of < fewestAnswers || share >= 0.8) return null
  const baseline = baselineOf(facts, (numbers) =>
    (numbers.target?.of ?? 0) >= fewestAnswers ? say.withinOf(numbers) : null,
  )
  if (baseline && share > baseline.value - 0.1) return null
  return `${say.countText(target.within)} of ${say.countText(target.of)} were answered within target (${say.shareText(share)})${against(baseline, say.shareText)}${because(facts)}`
}

/** Most were as quick as ever, and some took much longer. */
function tail(facts: HeadlineFacts): string | null {
  const found = longerTail(facts)
  const { response, answered } = facts.now
  if (!found || !response) return null
  const most = `${say.countText(answered)} answered, half of them within ${say.durationText(response.calendar.median)}`
  return `${most}, but the slowest tenth took over ${say.durationText(found.slowest)}${against(found.baseline, say.durationText)}`
}

/** Something bad of which much more came in. */
function badRise({ movers }: HeadlineFacts): Mover | undefined {
  return movers.find((mover) => mover.isRise && moverTone(mover) === 'bad')
}

function rise(facts: HeadlineFacts): string | null {
  const risen = badRise(facts)
  return risen ? moved(facts, risen) : null
}

/** Anything else that rose or fell. */
function change(facts: HeadlineFacts): string | null {
  const [first] = facts.movers
  return first ? moved(facts, first) : null
}

function moved(facts: HeadlineFacts, { theme, topic, count, against: usual, isRise }: Mover): string {
  const amount = isRise ? say.countText(count) : count === 0 ? 'no' : `only ${say.countText(count)}`
  return `${amount} ${say.themeText(theme, topic)} came in, ${usual}; ${answers(facts.now)}`
}

function dissatisfied(facts: HeadlineFacts): string | null {
  const { csat } = facts.now
  const share = say.satisfiedOf(facts.now)
  const baseline = baselineOf(facts, (numbers) =>
    (numbers.csat?.of ?? 0) >= fewestAnswers ? say.satisfiedOf(numbers) : null,
  )
  if (!csat || share === null || csat.of < fewestAnswers || !baseline) return null
  const deviation = Math.sqrt(Math.max(0.05, baseline.value * (1 - baseline.value)) / csat.of)
  if (baseline.value - share < Math.max(0.1, 2 * deviation)) return null
  return `${say.countText(csat.satisfied)} of ${say.countText(csat.of)} customers were satisfied (${say.shareText(share)})${against(baseline, say.shareText)}`
}

function rewritten(facts: HeadlineFacts): string | null {
  const drafts = say.draftsOf(facts.now)
  const count = facts.now.drafts.rewritten
  const share = (numbers: Numbers) =>
    say.draftsOf(numbers) >= fewestAnswers ? numbers.drafts.rewritten / say.draftsOf(numbers) : null
  const baseline = baselineOf(facts, share)
  const now = share(facts.now)
  if (now === null || count < 5 || now < 0.3 || (baseline && now < baseline.value * 1.5)) return null
  return `${say.countText(count)} of ${say.countText(drafts)} drafts were rewritten (${say.shareText(now)})${against(baseline, say.shareText)}`
}

function faster(facts: HeadlineFacts): string | null {
  const pace = paceOf(facts)
  if (!pace || pace.median * 1.5 > pace.baseline.value) return null
  const { waiting, answered } = facts.now
  return `${say.countText(answered)} answered, half of them within ${say.durationText(pace.median)}${against(pace.baseline, say.durationText)}${waitingEnd(waiting)}`
}

function calm(facts: HeadlineFacts): string {
  const { now, called } = facts
  return called && now.answered > 0 && isUsual(facts) ? `a usual ${called}: ${answers(now)}` : answers(now)
}

/** Whoever reads "usual" looks at the numbers below, and must find it so. */
function isUsual(facts: HeadlineFacts): boolean {
  const baseline = baselineOf(facts, say.answeredOf)
  if (facts.usual.length === 0 || !baseline) return false
  const { answered } = facts.now
  const isNear = Math.abs(answered - baseline.value) <= Math.max(2, baseline.value / 3)
  return isNear && Math.abs(surprise(answered, baseline.values)) < 2 && isUsualPace(facts)
}

/** "52 answered, half of them within 14 min, and nobody waits" */
function answers({ answered, received, response, waiting }: Numbers): string {
  if (answered === 0) return `${say.countText(received)} came in, none was answered${waitingEnd(waiting)}`
  if (!response) return `${say.countText(answered)} answered${waitingEnd(waiting)}`
  const time = say.durationText(response.calendar.median)
  return `${say.countText(answered)} answered, ${answered === 1 ? 'after' : 'half of them within'} ${time}${waitingEnd(waiting)}`
}

function waitingEnd(waiting: Numbers['waiting']): string {
  return waiting.count === 0 ? ', and nobody waits' : `, and ${stillWait(waiting)}`
}
