/** The one of `known` that was probably meant; null when none is like it. */
export function nearest<Known extends string>(word: string, known: readonly Known[]): Known | null {
  const typed = word.slice(0, 50).toLowerCase()
  const [best] = known
    .map((one) => ({ one, distance: distance(typed, one.toLowerCase()) }))
    .toSorted((a, b) => a.distance - b.distance)
  // Of two or three letters any other two would do.
  if (best && best.distance <= (typed.length > 3 ? 2 : 1)) return best.one
  const begun = typed.length > 2 ? known.find((one) => one.toLowerCase().startsWith(typed)) : undefined
  return begun ?? null
}

/** How many letters were left out, added, mistaken or swapped with their neighbour. */
export function distance(a: string, b: string): number {
  let [before, row]: [number[], number[]] = [[], Array.from({ length: b.length + 1 }, (_, column) => column)]
  for (let at = 1; at <= a.length; at += 1) {
    const next = [at]
    for (let column = 1; column <= b.length; column += 1) {
      const isSame = a[at - 1] === b[column - 1]
      const isSwapped = a[at - 1] === b[column - 2] && a[at - 2] === b[column - 1]
      next.push(
        Math.min(
          (row[column] ?? 0) + 1,
          (next[column - 1] ?? 0) + 1,
          (row[column - 1] ?? 0) + (isSame ? 0 : 1),
          isSwapped ? (before[column - 2] ?? 0) + 1 : Infinity,
        ),
      )
    }
    ;[before, row] = [row, next]
  }
  return row.at(-1) ?? 0
}
