import type { FormAbout, FormId } from './form.ts'

/** What `/desk` understands. Pure; one grammar for every workspace, so that one that can open a form does so at once. */
export type Command =
  | { kind: 'help' }
  | { kind: 'open' }
  | { kind: 'form'; form: FormId; about: FormAbout }
  | { kind: 'settings' }
  | { kind: 'unknown'; word: string; nearest: string | null }

export const commands = [
  { name: 'help', about: 'Shows this list', example: '/desk help' },
  { name: 'open', about: 'Shows who is waiting, the longest first', example: '/desk open' },
  {
    name: 'log',
    about: 'Writes down a phone call or a visit',
    example: '/desk log Mia called: her parcel came broken',
  },
  { name: 'settings', about: 'Voice, rooms, hours, targets and roles; for managers', example: '/desk settings' },
] as const

/** What travels with a form has its limits. */
const longestText = 2000

/** `text` is what follows `/desk`; a leading `/desk` is ignored. */
export function parseCommand(text: string): Command {
  const said = text
    .trim()
    .replace(/^\/desk(?!\S)/i, '')
    .trim()
  const [first = ''] = said.split(/\s/, 1)
  const word = first.toLowerCase()
  if (word === '') return { kind: 'help' }
  const known = commands.find(({ name }) => name === word)
  if (!known) return { kind: 'unknown', word: word.slice(0, 50).toWellFormed(), nearest: nearestCommand(word) }
  if (known.name !== 'log') return { kind: known.name }
  const rest = said.slice(first.length).trim().slice(0, longestText).toWellFormed()
  return { kind: 'form', form: 'log', about: rest === '' ? {} : { text: rest } }
}

function nearestCommand(word: string): string | null {
  const ranked = commands
    .map(({ name }) => ({ name, distance: distance(word.slice(0, 50), name) }))
    .toSorted((a, b) => a.distance - b.distance)
  const best = ranked[0]
  return best && best.distance <= 2 ? best.name : null
}

/** Levenshtein distance. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, column) => column)
  for (const [index, letter] of [...a].entries()) {
    let diagonal = row[0] ?? 0
    row = row.reduce<number[]>((next, above, column) => {
      next.push(
        column === 0
          ? index + 1
          : Math.min(above + 1, (next[column - 1] ?? 0) + 1, diagonal + (letter === b[column - 1] ? 0 : 1)),
      )
      diagonal = above
      return next
    }, [])
  }
  return row.at(-1) ?? 0
}
