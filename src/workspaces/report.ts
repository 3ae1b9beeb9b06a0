import type { Label } from './card.ts'

/** What managers read: numbers, and what follows from them; before a platform gives it its look. */
export interface Report {
  id: string
  /** "Friday 20 November 2026", "Week 47 · 16–22 November 2026" */
  title: string
  /** One sentence on what stands out, and why. */
  headline: string
  /** "Sent late: Deskbell was not running at 09:00" */
  note: string | null
  /** The numbers that are read first, in their order; at most 6. */
  figures: Figure[]
  /** Who has waited longest; at most 3. */
  waiting: CardLink[]
  sections: ReportSection[]
  /** At most 2. */
  charts: Chart[]
}

export interface Figure {
  /** "Answered" */
  label: string
  /** "52", "14 min", "92 %" */
  value: string
  /** "48 the day before, usually 50"; null where there is nothing to hold it against. */
  change: string | null
  tone: Label['tone']
  opens: ItemsIndex | null
}

export interface ReportSection {
  /** "Rose and fell" */
  title: string
  lines: ReportLine[]
}

export interface ReportLine {
  /** "Complaints about delivery" */
  label: string
  /** "14, usually 6" */
  text: string
  tone: Label['tone']
  opens: ItemsIndex | null
  /** One of them. */
  example: CardLink | null
}

/** Which of a report's numbers: its items are read with `Handlers.openItems`, as long as the report is kept. */
export type ItemsIndex = number

export interface CardLink {
  conversationId: string
  /** "3 h 5 min · Mia · Email · Asks where the parcel is" */
  text: string
  /** The card in this workspace, where it has one. */
  url: string | null
}

/** A picture in numbers. */
export interface Chart {
  id: 'response-time' | 'themes' | 'journey'
  /** At most 50 characters. */
  title: string
  /** What it shows, for who can't see it. */
  alt: string
  kind: 'line' | 'bar'
  unit: 'minutes' | 'interactions'
  /** "Fri 20"; at most 31. */
  categories: string[]
  /** As many values as categories; null: there is none. At most 6; of kind `bar` they are stacked. */
  series: ChartSeries[]
}

export interface ChartSeries {
  name: string
  values: (number | null)[]
  /** A `target` is a line that the others are held against. */
  role: 'value' | 'target'
}
