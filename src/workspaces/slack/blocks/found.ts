import type { types } from '@slack/bolt'
import type { Found, Marked, Passage } from '../../found.ts'
import { urgentLabel } from '../../kit/said.ts'
import { cut, isBlank, oneLine, visible, webAddress } from '../../kit/text.ts'
import {
  bold,
  context,
  date,
  italic,
  line,
  link,
  marked,
  plain,
  richText,
  said,
  type Block,
  type Part,
  type Piece,
} from './elements.ts'
import { fitted, type BlockRoom, type Most } from './fit.ts'
import { customerButton, pageButton, shareButton } from './history-link.ts'
import { mrkdwn } from './text.ts'

const max = { asked: 300, note: 300, name: 80, origin: 120, labels: 150, state: 120, words: 400, url: 300 }
const maxPassages = 8

/** A page of what was found. `title` stands above it already. */
export function foundBlocks({ asked, note, page, passages }: Found, title: string, room: BlockRoom): Block[] {
  const about = [
    note === null ? '' : oneLine(note, max.note),
    page.page > 0 ? `Page ${(page.page + 1).toLocaleString('en')}` : '',
  ].filter((text) => !isBlank(text))
  const head: Block[] = [
    ...(asked === title || isBlank(asked) ? [] : [richText(line(bold(oneLine(asked, max.asked))))]),
    ...(about.length > 0 ? [context(...about.map((text) => plain(text)))] : []),
  ]
  return fitted((most) => [...head, ...passages.slice(0, maxPassages).flatMap(passageBlocks(most))], room)
}

/** The same for everybody in a room: nobody turns its pages. */
export function sharedBlocks(title: string, passages: Passage[], room: BlockRoom): Block[] {
  const name = richText(line(bold(isBlank(title) ? 'Found' : oneLine(title, max.asked))))
  return fitted((most) => [name, ...passages.slice(0, maxPassages).flatMap(passageBlocks(most))], room)
}

export function foundButtons({ page, hasNext, canShare }: Found): types.Button[] {
  const { listId } = page
  return [
    ...(page.page > 0 ? [pageButton('turn', 'Newer', { listId, page: page.page - 1 }, 0)] : []),
    ...(hasNext ? [pageButton('turn', 'Older', { listId, page: page.page + 1 }, 1)] : []),
    ...(canShare ? [shareButton(page)] : []),
  ]
}

/** Who and when, with a button that opens the customer; what kind it was; their words, and ours. */
function passageBlocks(most: Most): (passage: Passage, index: number) => Block[] {
  return (passage, index) => {
    const { customer, origin, at, url, labels, state, said: words, answered } = passage
    const where = [...(isBlank(origin) ? [] : [mrkdwn(oneLine(origin, most(max.origin)))]), date(at)]
    const kinds = labels.map(({ text }) => oneLine(text, 60)).filter((text) => !isBlank(text))
    const facts = [
      ...(kinds.length > 0 ? [`${urgentLabel(passage) ? '🔴 ' : ''}${cut(kinds.join(' · '), most(max.labels))}`] : []),
      ...(isBlank(state) ? [] : [oneLine(state, most(max.state))]),
    ]
    const about = [
      ...(facts.length > 0 ? [plain(facts.join(' · '))] : []),
      ...(url !== null && webAddress(url, max.url) !== null ? [marked(link(url, 'Open card'))] : []),
    ]
    return [
      ...(index > 0 ? [{ type: 'divider' as const }] : []),
      {
        type: 'section',
        // A line of its own: right-to-left letters in a name move nothing beside it.
        text: marked(`*${nameOf(customer.name, most(max.name))}*\n${where.join(' · ')}`),
        accessory: customerButton('Customer', customer, index),
      },
      ...(about.length > 0 ? [context(...about)] : []),
      richText(
        quoted(words, most(max.words)),
        ...(answered ? [line(italic('Our answer')), quoted(answered, most(max.words))] : []),
      ),
    ]
  }
}

const nameOf = (name: string, most: number) => (isBlank(name) ? 'Somebody' : mrkdwn(oneLine(name, most)))

/** What was looked for is bold. */
function quoted(words: Marked, most: number): Part {
  const pieces: Piece[] = []
  let left = most
  for (const { text, isMarked } of words) {
    const shown = cut(visible(text.slice(0, left * 8)).replace(/\s+/g, ' '), left)
    if (shown !== '') pieces.push(isMarked ? bold(shown) : said(shown))
    left -= shown.length
    if (left <= 0) break
  }
  const isEmpty = pieces.every((piece) => piece.type === 'text' && isBlank(piece.text))
  return { type: 'rich_text_quote', elements: isEmpty ? [italic('(no text)')] : pieces }
}
