import type { CardTurn } from '../../card.ts'
import { fileLines, fold, noteLines, starsOf } from '../../kit/said.ts'
import { counted, isBlank } from '../../kit/text.ts'
import { bold, cutLine, fitting, italic, moment, name, quoted, small, type Fitted } from './markdown.ts'

/** How much of what was said has room. */
export interface Room {
  turns: number
  /** Of everything that is shown of it, markup included. */
  characters: number
  /** Of one message. */
  lines: number
}

/** Every turn that is shown has room for its date, its words and their translation. */
const leastTurn = 220

/** The newest of what was said, oldest first, as text for Discord. `title` stands above the words: a subject. */
export function turnsText(turns: CardTurn[], room: Room, title: string | null = null): Fitted {
  const notes = notesOf(turns, room.characters / 3)
  const heading = title === null || isBlank(title) ? [] : [bold(name(title, Math.min(200, room.characters / 4)))]
  const around = [...heading, ...notes].reduce((sum, line) => sum + line.length + 1, 0)
  const forWords = Math.max(leastTurn, room.characters - around - 40)
  const shown = turns.slice(-Math.max(1, Math.min(room.turns, Math.floor(forWords / leastTurn))))
  const earlier = turns.length - shown.length

  let left = forWords
  let isCut = earlier > 0
  const parts: string[] = []
  // The newest first: what is short of room is what came before it.
  for (const [index, turn] of [...shown.entries()].toReversed()) {
    const part = turnText(turn, left - index * leastTurn, room.lines, shown.length > 1)
    left -= part.text.length + 1
    isCut ||= part.isCut
    parts.unshift(part.text)
  }
  const lines = [
    ...heading,
    ...(earlier > 0 ? [small(italic(`${counted(earlier, 'earlier message')} left out`))] : []),
    ...parts,
    ...notes,
  ]
  return { text: lines.join('\n'), isCut }
}

function turnText(turn: CardTurn, room: number, lines: number, isOneOfMany: boolean): Fitted {
  const stars = starsOf(turn.rating)
  const facts = [stars, isOneOfMany ? moment(turn.at, 'f') : ''].filter((fact) => fact !== '')
  const above = facts.length > 0 ? [facts.join('  ')] : []
  const words = (text: string, characters: number) =>
    fitting(characters, (most) => {
      const folded = fold(text, most, lines)
      return { text: quoted(folded.text), isCut: folded.isCut }
    })
  const rest = Math.max(80, room - (above[0]?.length ?? 0) - inYourLanguage.length - 2)
  if (turn.translation === null) {
    const said = words(turn.text, rest)
    return { text: [...above, said.text].join('\n'), isCut: said.isCut }
  }
  // What the teammate can read comes before what was really written, where there is no room for both.
  const own = words(turn.translation, Math.ceil(rest / 2))
  const said = words(turn.text, rest - own.text.length)
  const text = [...above, said.text, inYourLanguage, own.text].join('\n')
  return { text, isCut: said.isCut || own.isCut }
}

const inYourLanguage = small('In your language')

/** Files, and what is to be noted about what was said. */
function notesOf(turns: CardTurn[], room: number): string[] {
  const lines = [...fileLines(turns), ...noteLines(turns)]
  return lines.map((line) => small(cutLine(line, room / lines.length)))
}

/** Who said it, when, with how many stars. */
export function turnHeading({ name: who, at, rating }: CardTurn): string {
  return [bold(name(who, 160)), moment(at, 'f'), starsOf(rating)].filter((part) => part !== '').join('  ')
}
