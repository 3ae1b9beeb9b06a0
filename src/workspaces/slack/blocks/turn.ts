import type { CardTurn } from '../../card.ts'
import {
  bold,
  context,
  datePiece,
  italic,
  line,
  plain,
  quote,
  richText,
  said,
  type Block,
  type Part,
} from './elements.ts'
import { counted, cut, fileSize, foldAt, isBlank, isolated, oneLine, visible } from './text.ts'

/** How much of what was said has room. */
export interface Room {
  turns: number
  /** Of the words, and again of their translations. */
  characters: number
  lines: number
}

export interface SaidBlocks {
  blocks: Block[]
  /** Not all of it is there. */
  isCut: boolean
}

/** Every turn that is shown has room for so many characters. */
const leastWords = 100

/** The newest of what was said, oldest first. `title` stands above the words: a subject. */
export function turnBlocks(turns: CardTurn[], room: Room, title: string | null = null): SaidBlocks {
  const shown = turns.slice(-room.turns)
  const earlier = turns.length - shown.length
  let isCut = earlier > 0
  let left = room.characters
  let leftOfTranslations = room.characters
  const parts: Part[][] = []
  // The newest first: what is short of room is what came before it.
  for (const [index, turn] of [...shown.entries()].toReversed()) {
    const kept = leastWords * index
    const words = fold(turn.text, Math.max(leastWords, left - kept), room.lines)
    const translation =
      turn.translation === null
        ? null
        : fold(turn.translation, Math.max(leastWords, leftOfTranslations - kept), room.lines)
    left -= words.text.length
    leftOfTranslations -= translation?.text.length ?? 0
    isCut ||= words.isCut || translation?.isCut === true
    const stars = starsOf(turn.rating)
    const isOne = shown.length === 1
    parts.unshift([
      ...(isOne && stars === ''
        ? []
        : [
            line(...(stars === '' ? [] : [said(isOne ? stars : `${stars}  `)]), ...(isOne ? [] : [datePiece(turn.at)])),
          ]),
      quote(words.text),
      ...(translation ? [line(italic('In your language')), quote(translation.text)] : []),
    ])
  }
  const above = [
    ...(title === null || isBlank(title) ? [] : [line(bold(isolated(title, 200)))]),
    ...(earlier > 0 ? [line(italic(`${counted(earlier, 'earlier message')} left out`))] : []),
  ]
  const below = [...fileLines(shown), ...noteLines(shown)]
  const all = [...above, ...parts.flat()]
  return {
    blocks: [...(all.length > 0 ? [richText(...all)] : []), ...below.map((text) => context(plain(text)))],
    isCut,
  }
}

/** "★★☆☆☆" */
export function starsOf(rating: number | null): string {
  if (rating === null || !(rating >= 1 && rating <= 5)) return ''
  return '★'.repeat(Math.round(rating)).padEnd(5, '☆')
}

function fold(raw: string, characters: number, lines: number): { text: string; isCut: boolean } {
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

export function fileLine({ name, mediaType, bytes, isKept }: CardTurn['attachments'][number]): string {
  const kind = oneLine(mediaType.replace(/^.*\//, ''), 12)
  const facts = [/\.\w{2,5}$/.test(name) ? '' : kind, fileSize(bytes), isKept ? '' : 'too large to keep']
  return `${isBlank(name) ? 'File' : isolated(name, 40)} (${facts.filter((fact) => fact !== '').join(', ')})`
}

function noteLines(turns: CardTurn[]): string[] {
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
