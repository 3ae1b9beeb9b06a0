import type { Marked } from '../workspaces/found.ts'
import { boundary, visible } from '../workspaces/kit/text.ts'
import { tokensOf } from './fold.ts'
import type { Marks } from './query.ts'

const length = 200
/** So much stands before the first word that was found. */
const before = 60
/** Longer texts are looked through so far. */
const mostRead = 20_000

interface Range {
  start: number
  end: number
}

/** About 200 characters of a text, on one line, around what was first found in it; null `marks` mark nothing. */
export function excerptOf(text: string, marks: Marks | null): { pieces: Marked; isMarked: boolean } {
  const line = visible(text.slice(0, mostRead)).replace(/\s+/g, ' ').trim()
  const ranges = marks && marks.length > 0 ? rangesIn(line, marks) : []
  const begin = beginOf(line, ranges[0]?.start ?? 0)
  const end = endOf(line, begin, ranges[0]?.end ?? 0)
  return { pieces: piecesOf(line, { start: begin, end }, ranges), isMarked: ranges.length > 0 }
}

/** Where a first word is deep inside, the excerpt begins with the words before it. */
function beginOf(line: string, first: number): number {
  if (first <= before * 1.5 || line.length <= length) return 0
  const near = boundary(line, first - before)
  const space = line.indexOf(' ', near)
  return space >= 0 && space < first ? space + 1 : near
}

function endOf(line: string, begin: number, first: number): number {
  const end = boundary(line, Math.max(begin + length, first))
  if (end === line.length) return end
  const space = line.lastIndexOf(' ', end)
  return space > Math.max(begin + length / 2, first) ? space : end
}

function piecesOf(line: string, { start, end }: Range, ranges: Range[]): Marked {
  const pieces: Marked = []
  const add = (text: string, isMarked: boolean) => {
    if (text !== '') pieces.push({ text, isMarked })
  }
  let at = start
  if (start > 0) add('… ', false)
  for (const range of ranges) {
    if (range.start < at || range.end > end) continue
    add(line.slice(at, range.start), false)
    add(line.slice(range.start, range.end), true)
    at = range.end
  }
  add(line.slice(at, end), false)
  if (end < line.length) add(' …', false)
  return joined(pieces)
}

/** Neighbours of one kind as one. */
function joined(pieces: Marked): Marked {
  const all: Marked = []
  for (const piece of pieces) {
    const last = all.at(-1)
    if (last?.isMarked === piece.isMarked) last.text += piece.text
    else all.push({ ...piece })
  }
  return all
}

/** In order; those that touch or overlap are one. */
function rangesIn(line: string, marks: Marks): Range[] {
  const tokens = tokensOf(line)
  const wanted = marks.map((steps) => steps.map(({ terms, distance }) => ({ terms: new Set(terms), distance })))
  const found: Range[] = []
  tokens.forEach((token, index) => {
    for (const steps of wanted) {
      let at = index
      let end = -1
      const fits = steps.every(({ terms, distance }, step) => {
        if (step > 0) at += distance
        const there = tokens[at]
        if (!there || !terms.has(there.word)) return false
        end = Math.max(end, there.end)
        return true
      })
      if (fits && end > token.start) found.push({ start: token.start, end })
    }
  })
  const merged: Range[] = []
  for (const range of found.toSorted((a, b) => a.start - b.start || b.end - a.end)) {
    const last = merged.at(-1)
    if (last && range.start <= last.end) last.end = Math.max(last.end, range.end)
    else merged.push({ ...range })
  }
  return merged
}
