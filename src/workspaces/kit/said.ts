import type { Card, CardTurn } from '../card.ts'
import { counted, cut, fileSize, foldAt, isBlank, isolated, oneLine, visible } from './text.ts'

/** "★★☆☆☆" */
export function starsOf(rating: number | null): string {
  if (rating === null || !(rating >= 1 && rating <= 5)) return ''
  return '★'.repeat(Math.round(rating)).padEnd(5, '☆')
}

/** The start of a text, cut between words where it is too long; runs of empty lines become one. */
export function fold(raw: string, characters: number, lines: number): { text: string; isCut: boolean } {
  const text = visible(raw)
    .replace(/\n\s*\n/g, '\n\n')
    .trimEnd()
  const end = foldAt(text, characters, lines)
  return end < text.length ? { text: `${text.slice(0, end).trimEnd()} …`, isCut: true } : { text, isCut: false }
}

/** One line: names, kinds, sizes. */
export function fileLines(turns: CardTurn[], max = 8): string[] {
  const files = turns.flatMap(({ attachments }) => attachments)
  if (files.length === 0) return []
  const names = files.slice(0, max).map(fileLine)
  if (files.length > max) names.push(`${files.length - max} more`)
  return [`📎 ${names.join(', ')}`]
}

/** Why a file is not here: "too large to keep". */
export function missingText({ missing }: CardTurn['attachments'][number]): string {
  switch (missing) {
    case 'being-fetched':
      return 'being fetched'
    case 'not-fetched':
      return 'could not be fetched'
    default:
      return 'too large to keep'
  }
}

export function fileLine(file: CardTurn['attachments'][number]): string {
  const { name, mediaType, bytes, isKept, missing } = file
  const kind = oneLine(mediaType.replace(/^.*\//, ''), 12)
  const facts = [
    /\.\w{2,5}$/.test(name) ? '' : kind,
    missing && bytes === 0 ? '' : fileSize(bytes),
    isKept ? '' : missingText(file),
  ]
  return `${isBlank(name) ? 'File' : isolated(name, 40)} (${facts.filter((fact) => fact !== '').join(', ')})`
}

/** What is to be noted about what was said, each once, the newest last. */
export function noteLines(turns: CardTurn[]): string[] {
  const notes = new Set(turns.flatMap((turn) => turn.notes).filter((note) => !isBlank(note)))
  return [...notes].slice(-4).map((note) => `⚠️ ${isolated(note, 200)}`)
}

/** Words that were cut to fit: "… 30,000 more characters". */
export function fitted(raw: string, max: number): { text: string; isCut: boolean } {
  const text = visible(raw)
  if (text.length <= max) return { text, isCut: false }
  const head = cut(text, max)
  return { text: `${head}\n(${counted(text.length - head.length + 1, 'more character')})`, isCut: true }
}

/** Nobody waits, and nothing is to be decided: a short card will do. */
export function isAtRest({ state, alerts, draft, replyText }: Card): boolean {
  const isDone = state === 'answered' || state === 'dismissed' || state === 'snoozed'
  return isDone && alerts.length === 0 && draft === null && replyText === null
}

/** What says that this can't wait; undefined where it can. */
export function urgentLabel({ labels }: Pick<Card, 'labels'>): Card['labels'][number] | undefined {
  return labels.find(({ kind, tone }) => kind === 'urgency' && tone === 'warn')
}

/** What waits for an answer; otherwise what was said last. */
export function unanswered(turns: CardTurn[]): CardTurn[] {
  const open = turns.filter((turn) => turn.isUnanswered)
  return open.length > 0 ? open : turns.filter(({ from }) => from === 'customer').slice(-1)
}

/** More was said than what is shown of it. */
export function hasEarlier({ turns, state }: Card): boolean {
  return state === 'waiting' && turns.length > unanswered(turns).length
}
