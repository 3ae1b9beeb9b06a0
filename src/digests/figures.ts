import { isNeverOpen } from '../settings/hours.ts'
import { usualHours, type Tuning } from '../settings/tuning.ts'
import type { Label } from '../workspaces/card.ts'
import type { Figure, ItemsIndex } from '../workspaces/report.ts'
import { baselineOf, changeText, hasSomething, type Compared } from './compare.ts'
import type { ItemsQuery, Measure, Numbers } from '../measures/numbers.ts'
import { ofEnough } from './pace.ts'
import * as say from './words.ts'

/** Numbers the question behind a number; null where nothing is behind it. */
export type Opens = (measure: Measure, count: number, where?: ItemsQuery['where']) => ItemsIndex | null

type Tone = Label['tone']

const minuteMs = 60_000

/** What is read first; of days on which nothing happened, only what is left. */
export function figuresOf(
  all: Compared,
  { hours, targets }: Pick<Tuning, 'hours' | 'targets'>,
  opens: Opens,
): Figure[] {
  const { now } = all
  const answered: Figure = {
    label: 'Answered',
    value: say.countText(now.answered),
    change: changeText(all, say.answeredOf, say.countText),
    tone: 'plain',
    opens: opens('answered', now.answered),
  }
  if (!hasSomething(now)) return [answered, stillWaiting(all, opens)]
  const knowsHours = JSON.stringify(hours) !== JSON.stringify(usualHours) || targets.some((one) => one.isBusinessTime)
  return [
    answered,
    ...times(all, knowsHours && !isNeverOpen(hours), opens),
    ...withinTarget(all, opens),
    stillWaiting(all, opens),
    {
      label: 'Came in',
      value: say.countText(now.received),
      change: changeText(all, say.receivedOf, say.countText),
      tone: 'plain',
      opens: opens('received', now.received),
    },
  ]
}

/** `showsHours`: the team said when it works. */
function times(all: Compared, showsHours: boolean, opens: Opens): Figure[] {
  const { response, answered } = all.now
  if (!response) return []
  const text = say.durationText
  const inHours = text(response.business.median)
  const differs = showsHours && inHours !== text(response.calendar.median)
  const figure = (label: string, value: string, extra: string | false, pick: (numbers: Numbers) => number | null) => ({
    label,
    value,
    change: [extra, changeText(all, pick, text)].filter(Boolean).join('; ') || null,
    tone: paceTone(all, pick),
    opens: opens('answered', answered),
  })
  return [
    figure('Median', text(response.calendar.median), differs && `${inHours} in your hours`, say.medianOf),
    // Of one answer there is no slowest.
    ...(answered > 1 ? [figure('Slowest tenth', `over ${text(response.calendar.p90)}`, 'p90', say.slowestOf)] : []),
  ]
}

/** Of few answers it says nothing, nor of a difference that nobody feels. */
function paceTone(all: Compared, pick: (numbers: Numbers) => number | null): Tone {
  const enough = ofEnough(pick)
  const [value, baseline] = [enough(all.now), baselineOf(all, enough)?.value ?? null]
  if (value === null || baseline === null || Math.abs(value - baseline) < 2 * minuteMs) return 'plain'
  if (value >= 2 * baseline) return 'bad'
  if (value >= 1.5 * baseline) return 'warn'
  return value * 1.5 <= baseline ? 'good' : 'plain'
}

function withinTarget(all: Compared, opens: Opens): Figure[] {
  const { target } = all.now
  const share = say.withinOf(all.now)
  if (!target || share === null) return []
  const tone: Tone =
    target.of < 5 ? 'plain' : share < 0.7 ? 'bad' : share < 0.9 ? 'warn' : share === 1 ? 'good' : 'plain'
  const of = `${say.countText(target.within)} of ${say.countText(target.of)}`
  return [
    {
      label: 'Within target',
      value: say.shareText(share),
      change: [of, changeText(all, say.withinOf, say.shareText)].filter(Boolean).join('; '),
      tone,
      // Whoever opens it looks for those that were not.
      opens: opens('late', target.of - target.within) ?? opens('within-target', target.within),
    },
  ]
}

function stillWaiting(all: Compared, opens: Opens): Figure {
  const { count, late } = all.now.waiting
  const overdue = late > 0 && (count === 1 ? 'late' : `${late === count ? 'all' : say.countText(late)} of them late`)
  return {
    label: 'Still waiting',
    value: say.countText(count),
    change: [overdue, changeText(all, say.waitingOf, say.countText)].filter(Boolean).join('; ') || null,
    tone: count === 0 ? 'good' : late >= 3 && late * 2 >= count ? 'bad' : late > 0 ? 'warn' : 'plain',
    opens: opens('waiting', count),
  }
}
