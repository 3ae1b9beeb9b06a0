import type { APISelectMenuOption } from 'discord.js'
import type { Marked, Passage } from '../../found.ts'
import { boundary, isBlank, oneLine, visible } from '../../kit/text.ts'
import { maxOptionText } from './elements.ts'
import { bold, escaped, fitting, link, maxLink, moment, name, short, small } from './markdown.ts'
import { sharedOut } from './shares.ts'

const most = { passages: 8, name: 50, origin: 50, facts: 80, words: 500 }
/** No passage needs more for all but the words, and has some for those. */
const leastPassage = 420

/** Passages, each a text of its own, the first that have room; together at most `room` characters. The longest are cut first. */
export function passageTexts(passages: Passage[], room: number): string[] {
  const shown = passages.slice(0, Math.min(most.passages, Math.max(0, Math.floor(room / leastPassage))))
  return sharedOut(
    shown.map((passage) => (share) => passageText(passage, share)),
    room,
  )
}

/** Who, where, when; what came of it; their words and ours. At least `leastPassage` has room. */
function passageText({ customer, origin, at, url, labels, state, said, answered }: Passage, room: number): string {
  const open = url === null ? null : link(url, 'Open', maxLink)
  const head = [
    bold(name(customer.name, most.name)),
    ...(isBlank(origin) ? [] : [short(origin, most.origin)]),
    moment(at, 'f'),
    ...(open === null ? [] : [open]),
  ].join(' · ')
  const facts = [...labels.map(({ text }) => text), state].filter((fact) => !isBlank(fact)).join(' · ')
  const above = isBlank(facts) ? head : `${head}\n${small(name(facts, most.facts))}`
  const between = `\n${small('We answered')}\n`
  if (answered === null) return `${above}\n${quotedMarked(said, room - above.length - 1)}`
  const left = room - above.length - 1 - between.length
  const words = sharedOut(
    [said, answered].map((one) => (share) => quotedMarked(one, share)),
    left,
  )
  return `${above}\n${words.join(between)}`
}

/** On one line behind a bar; what is marked is bold, and part of what is shown. */
export function quotedMarked(marked: Marked, room: number): string {
  const pieces = joined(marked)
  if (isBlank(pieces.map(({ text }) => text).join(''))) return '> *(no text)*'
  return fitting(Math.min(room, most.words), (characters) => ({
    text: `> ${clipped(pieces, characters)
      .map(({ text, isMarked }) => (isMarked && !isBlank(text) ? bold(pieceText(text)) : pieceText(text)))
      .join('')}`,
    isCut: false,
  })).text
}

/** A colon means something by what follows it, and that is in another piece. */
const pieceText = (text: string): string => escaped(text).replace(/:$/, String.raw`\:`)

/** Neighbours of one kind as one, so that markup of theirs can't be made of two halves. */
function joined(marked: Marked): Marked {
  const pieces: Marked = []
  for (const { text, isMarked } of marked) {
    const words = visible(text).replace(/\s+/g, ' ')
    const last = pieces.at(-1)
    if (last?.isMarked === isMarked) last.text += words
    else if (words !== '') pieces.push({ text: words, isMarked })
  }
  return pieces
}

/** At most `max` characters, among them the first that are marked. */
function clipped(pieces: Marked, max: number): Marked {
  const all = pieces.map(({ text }) => text).join('')
  if (all.length <= max) return pieces
  const found = pieces.findIndex(({ isMarked }) => isMarked)
  const before = pieces.slice(0, Math.max(0, found)).reduce((sum, { text }) => sum + text.length, 0)
  const isFar = found >= 0 && before + (pieces[found]?.text.length ?? 0) > max - 1
  const from = isFar ? boundary(all, Math.max(0, before - Math.floor(max / 4))) : 0
  const to = boundary(all, Math.max(from, from + max - 2))
  let at = 0
  const kept = pieces.map(({ text, isMarked }) => {
    const piece = text.slice(Math.max(0, from - at), Math.max(0, to - at))
    at += text.length
    return { text: piece, isMarked }
  })
  const dots = { text: '…', isMarked: false }
  return [...(from > 0 ? [dots] : []), ...kept.filter(({ text }) => text !== ''), ...(to < all.length ? [dots] : [])]
}

/** The customers of some passages, each once. Menus show no markup. */
export function customerOptions(passages: Pick<Passage, 'customer' | 'origin'>[]): APISelectMenuOption[] {
  const byId = new Map(passages.slice(0, most.passages).map((passage) => [passage.customer.id, passage]))
  return [...byId.values()].map(({ customer, origin }) => {
    const about = oneLine(origin, maxOptionText)
    return { ...optionOf(customer.id, customer.name), ...(isBlank(about) ? {} : { description: about }) }
  })
}

/** Never blank. */
export function optionOf(value: string, words: string): APISelectMenuOption {
  const label = oneLine(words, maxOptionText)
  return { value, label: isBlank(label) ? 'Somebody' : label }
}
