import type { Label } from '../workspaces/card.ts'
import type { Numbers } from '../measures/numbers.ts'
import { baselineOf, surprise, type Compared } from './compare.ts'
import { countText, themeCount, topicCount } from './words.ts'

/** A theme, or a topic of it, of which clearly more or less came in than is to be expected. */
export interface Mover {
  theme: string
  /** Null: the theme as a whole. */
  topic: string | null
  count: number
  /** "usually 6" */
  against: string
  isRise: boolean
  /** How little chance explains it: see `surprise`. */
  weight: number
}

/** Among a hundred topics, some lie two deviations off by chance alone. */
const clearly = 2.25
/** Fewer are no news. */
const fewest = 5
const topicsPerTheme = 2
const mostMovers = 5

/** What rose and fell, the clearest first; at most 5. */
export function moversOf(all: Compared): Mover[] {
  const themes = new Set(
    [all.now, ...all.usual, all.before?.numbers].flatMap((one) => one?.themes ?? []).map((one) => one.theme),
  )
  return [...themes]
    .flatMap((theme) => ofTheme(all, theme))
    .toSorted((a, b) => b.weight - a.weight)
    .slice(0, mostMovers)
}

/** A topic that explains most of what its theme did stands for it. */
function ofTheme(all: Compared, theme: string): Mover[] {
  const whole = moverOf(all, theme, null)
  const topics = topicsOf(all, theme)
    .flatMap((topic) => moverOf(all, theme, topic) ?? [])
    .toSorted((a, b) => b.weight - a.weight)
    .slice(0, topicsPerTheme)
  const isExplained = topics.some(
    (topic) => whole && topic.isRise === whole.isRise && Math.abs(topic.change) * 2 >= Math.abs(whole.change),
  )
  return whole && !isExplained ? [whole, ...topics] : topics
}

function topicsOf(all: Compared, theme: string): string[] {
  const periods = [all.now, ...all.usual, ...(all.before ? [all.before.numbers] : [])]
  const found = periods.flatMap(({ themes }) => themes.filter((one) => one.theme === theme))
  return [...new Set(found.flatMap(({ topics }) => topics.map(({ topic }) => topic)))]
}

function moverOf(all: Compared, theme: string, topic: string | null): (Mover & { change: number }) | null {
  const countIn = (numbers: Numbers) =>
    topic === null ? themeCount(numbers, theme) : topicCount(numbers, theme, topic)
  const [count, baseline] = [countIn(all.now), baselineOf(all, countIn)]
  if (count === null || !baseline) return null
  const { value, values } = baseline
  const isRise = count > value
  if (Math.max(count, value) < fewest || (isRise ? count < value * 1.5 : count > value / 1.5)) return null
  const weight = surprise(count, values) * (isRise ? 1 : -1)
  if (weight < clearly) return null
  return { theme, topic, count, against: baseline.text(countText), isRise, weight, change: count - value }
}

/** More complaints are bad, more compliments good; of the rest neither can be said. */
export function moverTone({ theme, isRise }: Pick<Mover, 'theme' | 'isRise'>): Label['tone'] {
  if (theme === 'complaint') return isRise ? 'bad' : 'good'
  if (theme === 'compliment') return isRise ? 'good' : 'warn'
  return 'plain'
}
