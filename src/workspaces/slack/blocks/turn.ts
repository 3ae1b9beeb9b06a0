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
import { counted, isBlank, isolated } from '../../kit/text.ts'
import { fileLines, fold, noteLines, starsOf } from '../../kit/said.ts'

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
