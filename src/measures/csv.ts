import type { Item } from './read-items.ts'

const minuteMs = 60_000

type Cell = string | number | null

const columns: [title: string, cell: (item: Item, names: Map<string, string>) => Cell][] = [
  ['Written (UTC)', ({ occurredAt }) => occurredAt.toISOString()],
  ['Channel', ({ channel }) => channel],
  ['Account', ({ account }) => account],
  ['Theme', ({ theme }) => theme],
  ['Topics', ({ topics }) => topics.join('; ')],
  ['Urgency', ({ urgency }) => urgency],
  ['Language', ({ language }) => language],
  ['What became of it', ({ settledAs }) => settledAs ?? 'waiting'],
  ['Settled (UTC)', ({ settledAt }) => settledAt?.toISOString() ?? null],
  ['Response time (minutes)', ({ responseMs }) => minutes(responseMs)],
  ['Response time in business hours (minutes)', ({ businessMs }) => minutes(businessMs)],
  ['Answered by', ({ approvedBy }, names) => approvedBy && (names.get(approvedBy) ?? approvedBy)],
  ['Draft edited (%)', ({ editedShare }) => (editedShare === null ? null : Math.round(editedShare * 100))],
  ['Stars', ({ rating }) => rating],
  ['Would recommend (0 to 10)', ({ recommends }) => recommends],
  ['Conversation', ({ conversationId }) => conversationId],
  ['Interaction', ({ interactionId }) => interactionId],
]

/** A table for spreadsheets (RFC 4180), with a header. `names`: of teammates, by id; one without a name is shown by its id. */
export function csvOf(items: Item[], names: Map<string, string>): string {
  const head = columns.map(([title]) => title)
  const rows = items.map((item) => columns.map(([, cell]) => cell(item, names)))
  return [head, ...rows].map((cells) => `${cells.map(csvCell).join(',')}\r\n`).join('')
}

function minutes(ms: number | null): string | null {
  return ms === null ? null : (ms / minuteMs).toFixed(1)
}

function csvCell(value: Cell): string {
  if (value === null) return ''
  // A spreadsheet would take it for a formula and run it.
  const text = typeof value === 'string' && /^\s*[=+\-@]|^[\t\r]/.test(value) ? `'${value}` : String(value)
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
