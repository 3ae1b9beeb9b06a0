import type { CardLink, ReportLine, ReportSection } from '../workspaces/report.ts'
import { changeText, type Compared } from './compare.ts'
import { moverTone, type Mover } from './movers.ts'
import type { Group } from '../measures/numbers.ts'
import {
  customers,
  delivery,
  drafts,
  engagement,
  line,
  notAnswered,
  timeSpent,
  type LineFacts,
} from './section-lines.ts'
import * as say from './words.ts'

/** What a report's sections are written from, beside its numbers. */
export interface SectionFacts extends LineFacts {
  movers: Mover[]
  /** Null: the team doesn't want to see who answered. `name` null: whoever it was, nobody knows any more. */
  teammates: { name: string | null; group: Group }[] | null
  /** One of a theme and topic. */
  exampleOf(theme: string, topic: string | null): CardLink | null
}

const mostSections = 7
const mostLines = 6
/** A topic with fewer is neither a strength nor a weakness. */
const fewestOfTopic = 3

/** What there is to say beyond the figures; sections without anything are left out. At most 7, of at most 6 lines. */
export function sectionsOf(facts: SectionFacts): ReportSection[] {
  const sections: ReportSection[] = [
    { title: 'Rose and fell', lines: facts.movers.map((mover) => moverLine(facts, mover)) },
    { title: 'Strengths and weaknesses', lines: strengths(facts) },
    { title: 'Delivery', lines: delivery(facts) },
    { title: 'Customers', lines: customers(facts) },
    { title: 'Who answered', lines: whoAnswered(facts) },
    { title: 'Drafts', lines: drafts(facts) },
    { title: 'Where the time went', lines: timeSpent(facts) },
    { title: 'Not answered', lines: notAnswered(facts) },
    { title: 'Engagement', lines: engagement(facts) },
  ]
  return sections
    .flatMap(({ title, lines }) => (lines.length > 0 ? [{ title, lines: lines.slice(0, mostLines) }] : []))
    .slice(0, mostSections)
}

/** What is looked at in each conversation that is shown as an example. */
export function exampleTopics({
  all,
  movers,
}: Pick<SectionFacts, 'all' | 'movers'>): { theme: string; topic: string | null }[] {
  return [...movers.filter(({ count }) => count > 0), ...strongest(all, movers)]
}

function moverLine({ opens, exampleOf }: SectionFacts, mover: Mover): ReportLine {
  const { theme, topic, count, against } = mover
  return line(say.capitalised(say.themeText(theme, topic)), `${say.countText(count)}, ${against}`, {
    tone: moverTone(mover),
    opens: opens('received', count, topic === null ? { theme } : { theme, topic }),
    example: exampleOf(theme, topic),
  })
}

/** What was praised and what was complained about most, unless it is among what rose and fell. */
function strongest({ now }: Compared, movers: Mover[]): { theme: string; topic: string; count: number }[] {
  return ['compliment', 'complaint'].flatMap((theme) => {
    const [first] = now.themes.find((one) => one.theme === theme)?.topics.toSorted((a, b) => b.count - a.count) ?? []
    const isKnown = movers.some((mover) => mover.theme === theme && mover.topic === first?.topic)
    return first && first.count >= fewestOfTopic && !isKnown ? [{ theme, ...first }] : []
  })
}

function strengths({ all, movers, opens, exampleOf }: SectionFacts): ReportLine[] {
  return strongest(all, movers).map(({ theme, topic, count }) => {
    const change = changeText(all, (numbers) => say.topicCount(numbers, theme, topic), say.countText)
    const isPraise = theme === 'compliment'
    return line(
      `${isPraise ? 'Most praised' : 'Most complained about'}: ${say.topicText(topic)}`,
      [say.themesText(count, theme), change].filter(Boolean).join('; '),
      { opens: opens('received', count, { theme, topic }), example: exampleOf(theme, topic) },
    )
  })
}

function whoAnswered({ teammates, opens }: SectionFacts): ReportLine[] {
  const answered = (teammates ?? []).filter(({ group }) => group.answered > 0)
  const sorted = answered.toSorted((a, b) => b.group.answered - a.group.answered)
  const shown = sorted.length > mostLines ? sorted.slice(0, mostLines - 1) : sorted
  const rest = sorted.slice(shown.length)
  const lines = shown.map(({ name, group }) =>
    line(
      name ?? 'Somebody',
      [say.countText(group.answered), group.response && `median ${say.durationText(group.response.median)}`]
        .filter(Boolean)
        .join(' · '),
      {
        opens: opens('answered', group.answered, { teammate: group.key ?? '' }),
      },
    ),
  )
  const others = rest.reduce((sum, { group }) => sum + group.answered, 0)
  return rest.length > 0 ? [...lines, line(`${say.countText(rest.length)} others`, say.countText(others))] : lines
}
