/** The one of `known` that was probably meant; null when none is like it. */
export function nearest<Known extends string>(word: string, known: readonly Known[]): Known | null {
  const typed = word.slice(0, 50).toLowerCase()
  const [best] = known
    .map((one) => ({ one, distance: distance(typed, one.toLowerCase()) }))
    .toSorted((a, b) => a.distance - b.distance)
  if (best && best.distance <= 2) return best.one
  const begun = typed.length > 2 ? known.find((one) => one.toLowerCase().startsWith(typed)) : undefined
  return begun ?? null
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
