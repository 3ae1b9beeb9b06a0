/**
 * How much of a draft a teammate changed, from 0 (word for word) to 1 (nothing is left):
 * one minus the share of words that both texts have in the same order.
 */
export function editedShare(draft: string, sent: string): number {
  const a = words(draft)
  const b = words(sent)
  if (a.length + b.length === 0) return 0
  let row = Array.from({ length: b.length + 1 }, () => 0)
  for (const word of a) {
    let diagonal = 0
    row = row.map((above, column) => {
      if (column === 0) return 0
      const best = word === b[column - 1] ? diagonal + 1 : Math.max(above, row[column - 1] ?? 0)
      diagonal = above
      return best
    })
  }
  return 1 - (2 * (row.at(-1) ?? 0)) / (a.length + b.length)
}

function words(text: string): string[] {
  return text.split(/\s+/).filter(Boolean).slice(0, 3000)
}
