import { boundary } from './text.ts'

/**
 * A text for several inputs in a row: each part fits, none is empty, and each `join` is what stood between two parts.
 * Cut where a paragraph ends, or a line, or a word; so no part begins or ends with a space that a platform might trim.
 */
export interface Split {
  parts: string[]
  joins: string[]
}

const separators = ['\n\n', '\n', ' ']

export function split(text: string, max: number, maxParts: number): Split & { isCut: boolean } {
  const parts: string[] = []
  const joins: string[] = []
  let rest = text
  while (rest.length > max && parts.length < maxParts - 1) {
    const { at, between } = placeToCut(rest, max)
    parts.push(rest.slice(0, at))
    joins.push(between)
    rest = rest.slice(at + between.length)
  }
  const isCut = rest.length > max
  parts.push(isCut ? rest.slice(0, boundary(rest, max)) : rest)
  return { parts, joins, isCut }
}

function placeToCut(text: string, max: number): { at: number; between: string } {
  for (const between of separators) {
    const at = text.lastIndexOf(between, max)
    // A part that is nearly empty is none, and something must be left for the next.
    if (at > max / 2 && at + between.length < text.length) return { at, between }
  }
  return { at: boundary(text, max), between: '' }
}

/** The inverse, of what was made of the parts. An emptied part takes what joined it along. */
export function join(parts: string[], joins: string[]): string {
  let text = ''
  for (const [index, part] of parts.entries()) {
    if (part === '') continue
    text += (text === '' ? '' : (joins[index - 1] ?? '\n\n')) + part
  }
  return text
}
