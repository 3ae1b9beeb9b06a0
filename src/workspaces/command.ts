/** What `/desk` understands. Pure; one grammar for every workspace. */
export type Command = { kind: 'help' } | { kind: 'open' } | { kind: 'unknown'; word: string; nearest: string | null }

export const commands = [
  { name: 'help', about: 'Shows this list' },
  { name: 'open', about: 'Shows who is waiting, the longest first' },
] as const

/** `text` is what follows `/desk`; a leading `/desk` is ignored. */
export function parseCommand(text: string): Command {
  const word =
    text
      .trim()
      .replace(/^\/desk\b/i, '')
      .trim()
      .split(/\s+/)[0]
      ?.toLowerCase() ?? ''
  if (word === '') return { kind: 'help' }
  const known = commands.find(({ name }) => name === word)
  return known ? { kind: known.name } : { kind: 'unknown', word: word.slice(0, 50), nearest: nearestCommand(word) }
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
