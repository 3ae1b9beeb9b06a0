const foldAt = { characters: 700, lines: 10, slack: 200 }

/** Splits a long text into what is shown at once and the rest, which is empty for a short one. */
export function fold(text: string): [head: string, rest: string] {
  let end = foldAt.characters
  let newline = -1
  for (let line = 0; line < foldAt.lines; line += 1) {
    newline = text.indexOf('\n', newline + 1)
    if (newline < 0) break
  }
  if (newline >= 0) end = Math.min(end, newline)
  if (text.length - end < foldAt.slack) return [text, '']
  const space = text.slice(0, end).search(/\s\S*$/)
  if (space > end / 2) end = space
  if (/[\uD800-\uDBFF]/.test(text[end - 1] ?? '')) end -= 1
  return [text.slice(0, end), text.slice(end)]
}
