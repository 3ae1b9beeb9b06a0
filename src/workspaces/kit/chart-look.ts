import type { Chart, ChartSeries } from '../report.ts'

export type Look = 'light' | 'dark'

interface Colours {
  paper: string
  edge: string
  ink: string
  soft: string
  line: string
  /** The first is what a line chart is about; the second stands back. */
  lines: string[]
  themes: Record<string, string>
  /** For what is neither. */
  others: string[]
}

/** After Okabe and Ito: told apart by people who see no red, no green or no blue, and by brightness. */
export const colours: Record<Look, Colours> = {
  light: {
    paper: '#ffffff',
    edge: '#dcdcd6',
    ink: '#1c1d20',
    soft: '#5d6068',
    line: '#e9e9e5',
    lines: ['#2a56d4', '#7092df'],
    themes: {
      compliment: '#2f9e77',
      complaint: '#c94a17',
      question: '#94b6ec',
      suggestion: '#edb63e',
      comparison: '#7a5aa6',
    },
    others: ['#3f7fc4', '#e0a02c', '#2f9e77', '#b36a9c', '#d1541f', '#8a8d95'],
  },
  dark: {
    paper: '#1b1c1f',
    edge: '#34363c',
    ink: '#ececee',
    soft: '#a9acb4',
    line: '#2c2e33',
    lines: ['#8fadff', '#5a74b8'],
    themes: {
      compliment: '#3fb58c',
      complaint: '#e8703a',
      question: '#4b74ba',
      suggestion: '#f0c661',
      comparison: '#d4bdf2',
    },
    others: ['#5b94dc', '#e9b44a', '#3fb58c', '#c987b3', '#e8703a', '#9a9da5'],
  },
}

/** A theme has its colour wherever it stands. */
export function colourOf({ kind, series }: Chart, one: ChartSeries, look: Look): string {
  const { themes, lines, others, ink } = colours[look]
  const at = series.indexOf(one)
  if (one.role === 'target') return ink
  const own = Object.entries(themes).find(([theme]) => theme === one.name.toLowerCase())
  return own?.[1] ?? (kind === 'line' ? lines[at] : undefined) ?? others[at % others.length] ?? ink
}
