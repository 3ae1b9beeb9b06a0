import { dismissLabels } from '../workspaces/card-words.ts'
import type { Label } from '../workspaces/card.ts'
import type { ReportLine } from '../workspaces/report.ts'
import { baselineOf, changeText, surprise, type Compared } from './compare.ts'
import type { Opens } from './figures.ts'
import type { Numbers } from '../measures/numbers.ts'
import { fewestAnswers } from './pace.ts'
import * as say from './words.ts'

// What a report says of its numbers, section by section; no lines where there is nothing to say.

export interface LineFacts {
  all: Compared
  /** Of channels, by id. */
  channelNames: ReadonlyMap<string, string>
  /** Of a week or a month: what hardly changes from one day to the next is told there. */
  isLong: boolean
  opens: Opens
}

const minuteMs = 60_000

export function line(label: string, text: string, more: Partial<ReportLine> = {}): ReportLine {
  return { label, text, tone: 'plain', opens: null, example: null, ...more }
}

export function drafts({ all, opens }: LineFacts): ReportLine[] {
  const total = say.draftsOf(all.now)
  const { selfWritten } = all.now.drafts
  const one = (label: string, measure: 'unedited' | 'edited' | 'rewritten', pick: (numbers: Numbers) => number) => {
    const count = pick(all.now)
    if (count === 0) return []
    const share = (numbers: Numbers) => (say.draftsOf(numbers) > 0 ? pick(numbers) / say.draftsOf(numbers) : null)
    const baseline = baselineOf(all, share)?.text(say.shareText)
    const text = `${say.countText(count)} (${say.shareText(count / total)}${baseline ? `, ${baseline}` : ''})`
    return [line(label, text, { opens: opens(measure, count) })]
  }
  return [
    ...one('Sent as drafted', 'unedited', (numbers) => numbers.drafts.unedited),
    ...one('Edited', 'edited', (numbers) => numbers.drafts.edited),
    ...one('Rewritten', 'rewritten', (numbers) => numbers.drafts.rewritten),
    ...(selfWritten > 0
      ? [line('Own words or a template', say.countText(selfWritten), { opens: opens('self-written', selfWritten) })]
      : []),
  ]
}

/** On a day, only where a part grew that is felt, or where more than the team's own time went. */
export function timeSpent({ all, isLong, opens }: LineFacts): ReportLine[] {
  const { parts, answered, firstResponse, resolution } = all.now
  if (!parts || answered < 5) return []
  const names = { drafting: 'Until a draft was there', person: 'Waiting for a person', delivery: 'Delivery' } as const
  const keys = ['drafting', 'person', 'delivery'] as const
  const shown = keys.map((key) => {
    const [value, baseline] = [parts[key], baselineOf(all, (numbers) => numbers.parts?.[key] ?? null)?.value ?? null]
    const isGrown =
      answered >= fewestAnswers && baseline !== null && value >= baseline * 1.5 && value - baseline >= 2 * minuteMs
    const change = changeText(all, (numbers) => numbers.parts?.[key] ?? null, say.durationText)
    const text = [say.durationText(value), change].filter(Boolean).join('; ')
    return {
      isGrown,
      line: line(names[key], text, { tone: isGrown ? 'warn' : 'plain', opens: opens('answered', answered) }),
    }
  })
  const machine = parts.drafting + parts.delivery
  const isMachine = machine >= 2 * minuteMs && machine * 4 >= machine + parts.person
  if (!isLong && !isMachine && !shown.some(({ isGrown }) => isGrown)) return []
  const spread = (label: string, value: Numbers['resolution']) =>
    value
      ? [
          line(
            label,
            `median ${say.durationText(value.median)}, the slowest tenth over ${say.durationText(value.p90)}`,
            {
              opens: opens('answered', answered),
            },
          ),
        ]
      : []
  return [
    ...shown.map((one) => one.line),
    ...spread('First answer', firstResponse),
    ...spread('Until nobody waited any more', resolution),
  ]
}

export function customers({ all, opens }: LineFacts): ReportLine[] {
  const { csat, nps } = all.now
  const satisfied = say.satisfiedOf(all.now)
  const score = say.npsOf(all.now)
  const lines: ReportLine[] = []
  if (csat && satisfied !== null) {
    const tone: Label['tone'] =
      csat.of < 5 ? 'plain' : satisfied < 0.6 ? 'bad' : satisfied < 0.75 ? 'warn' : satisfied >= 0.9 ? 'good' : 'plain'
    const text = [
      `${say.shareText(satisfied)} of ${say.countText(csat.of)}`,
      changeText(all, say.satisfiedOf, say.shareText),
    ]
    lines.push(line('Satisfied', text.filter(Boolean).join('; '), { tone, opens: opens('csat', csat.of) }))
  }
  if (nps && score !== null) {
    const text = [`${signed(score)} of ${say.countText(nps.of)}`, changeText(all, say.npsOf, signed)]
    const tone = nps.of >= 5 && score < 0 ? 'bad' : 'plain'
    lines.push(line('Net promoter score', text.filter(Boolean).join('; '), { tone, opens: opens('nps', nps.of) }))
  }
  return lines
}

const signed = (score: number): string => `${score > 0 ? '+' : score < 0 ? '−' : ''}${Math.abs(Math.round(score))}`

export function engagement({ all, channelNames, opens }: LineFacts): ReportLine[] {
  const rateOf = (channel: string) => (numbers: Numbers) => {
    const found = numbers.engagement.find((one) => one.channel === channel)
    return found && found.followers > 0 ? found.interactions / found.followers : null
  }
  return all.now.engagement.flatMap(({ channel, interactions, followers }) => {
    const rate = rateOf(channel)(all.now)
    if (rate === null) return []
    const of = `${say.countText(interactions)} of ${say.countText(followers)} followers`
    const text = [`${rateText(rate)}: ${of}`, changeText(all, rateOf(channel), rateText)].filter(Boolean).join('; ')
    return [line(channelNames.get(channel) ?? channel, text, { opens: opens('received', interactions, { channel }) })]
  })
}

/** Of many followers few write: "0.24 %". */
const rateText = (rate: number): string => `${(rate * 100).toLocaleString('en', { maximumSignificantDigits: 2 })} %`

export function notAnswered({ all, opens }: LineFacts): ReportLine[] {
  const { dismissed, spam, automatic } = all.now
  const reasons = Object.entries(dismissed)
    .toSorted(([, a], [, b]) => b - a)
    .filter(([, count]) => count > 0)
  const total = reasons.reduce((sum, [, count]) => sum + count, 0)
  const lines: ReportLine[] = []
  if (total > 0) {
    const why = reasons.map(([reason, count]) => {
      const label = (dismissLabels[reason as keyof typeof dismissLabels] ?? reason).toLowerCase()
      return reasons.length === 1 ? label : `${say.countText(count)} ${label}`
    })
    lines.push(line('Dismissed', `${say.countText(total)}: ${why.join(', ')}`, { opens: opens('dismissed', total) }))
  }
  if (spam > 0) lines.push(line('Spam', say.countText(spam), { opens: opens('spam', spam) }))
  if (automatic > 0)
    lines.push(line('Needing no answer', say.countText(automatic), { opens: opens('automatic', automatic) }))
  return lines
}

export function delivery({ all, opens }: LineFacts): ReportLine[] {
  const { undelivered, byHand } = all.now
  const count = say.undeliveredOf(all.now)
  const lines: ReportLine[] = []
  if (count > 0) {
    const unknown = undelivered.unknown > 0 && `of ${say.countText(undelivered.unknown)} it is not known`
    const failed = undelivered.failed > 0 && `${say.countText(undelivered.failed)} failed`
    const baseline = baselineOf(all, say.undeliveredOf)
    const isUsual = baseline !== null && surprise(count, baseline.values) < 2 && baseline.value >= count
    const text = [failed, unknown].filter(Boolean).join(', ')
    lines.push(line('Not delivered', text, { tone: isUsual ? 'warn' : 'bad', opens: opens('undelivered', count) }))
  }
  if (byHand > 0) lines.push(line('Sent by hand', say.countText(byHand), { opens: opens('by-hand', byHand) }))
  return lines
}
