import type { types } from '@slack/bolt'
import { z } from 'zod'
import type { Card, CardTurn } from '../../card.ts'
import {
  bold,
  button,
  context,
  datePiece,
  italic,
  line,
  maxChunk,
  plain,
  quote,
  richText,
  said,
  sizeOf,
  toCopy,
  type Block,
} from './elements.ts'
import { title, type View } from './modal.ts'
import { chunks, isBlank, isolated } from '../../kit/text.ts'
import { fileLine, starsOf } from '../../kit/said.ts'

const maxPage = { size: 9000, blocks: 60 }

/** "Read all": the whole conversation with its translations, the draft and the reply; `page` counts from 0. */
export function pagesModal(card: Card, page: number): View {
  const pages = pagesOf([
    ...card.turns.flatMap(turnParts),
    ...(card.draft ? partsOf(card.draft.text, 'Draft', quote) : []),
    ...(card.replyText === null ? [] : partsOf(card.replyText, 'Reply', toCopy)),
  ])
  const at = Math.min(Math.max(0, Math.floor(page) || 0), pages.length - 1)
  return {
    type: 'modal',
    title: title(card.customer.name),
    close: plain('Close'),
    blocks: [...(pages[at] ?? []), ...navigation(card, at, pages.length)],
  }
}

/** The conversation and the page that a button of such a modal leads to; null for other buttons. */
export function readPageLink(
  actionId: string,
  value: string | undefined,
): { conversationId: string; page: number } | null {
  const parsed = pageSchema.safeParse({ page: /^page:(\d{1,6})$/.exec(actionId)?.[1], conversationId: value })
  return parsed.success ? parsed.data : null
}

const pageSchema = z.object({ page: z.string().transform(Number), conversationId: z.string().min(1).max(200) })

function navigation(card: Card, at: number, count: number): Block[] {
  if (count <= 1) return []
  const step = (label: string, page: number): types.Button => button(label, `page:${page}`, card.conversationId)
  return [
    context(plain(`Page ${at + 1} of ${count}`)),
    {
      type: 'actions',
      elements: [...(at > 0 ? [step('Previous', at - 1)] : []), ...(at < count - 1 ? [step('Next', at + 1)] : [])],
    },
  ]
}

function pagesOf(blocks: Block[]): Block[][] {
  const pages: Block[][] = []
  let size = 0
  for (const block of blocks) {
    const more = sizeOf(block)
    const page = pages.at(-1)
    if (page && page.length < maxPage.blocks && size + more <= maxPage.size) {
      page.push(block)
      size += more
    } else {
      pages.push([block])
      size = more
    }
  }
  return pages.length > 0 ? pages : [[context(plain('Nothing was said yet.'))]]
}

function turnParts(turn: CardTurn): Block[] {
  const stars = starsOf(turn.rating)
  const heading = line(
    bold(isolated(turn.name)),
    said('  '),
    datePiece(turn.at),
    said(stars === '' ? '' : `  ${stars}`),
  )
  const below = [
    ...turn.attachments.map((file) => `📎 ${fileLine(file)}`),
    ...turn.notes.filter((note) => !isBlank(note)).map((note) => `⚠️ ${isolated(note, 500)}`),
  ]
  return [
    ...chunks(turn.text, maxChunk).map((text, index) =>
      richText(...(index === 0 ? [withoutEmpty(heading)] : []), quote(text)),
    ),
    ...(turn.translation === null ? [] : partsOf(turn.translation, 'In your language', quote)),
    ...Array.from({ length: Math.ceil(below.length / 10) }, (_, index) =>
      context(...below.slice(index * 10, index * 10 + 10).map((text) => plain(text))),
    ),
  ]
}

const withoutEmpty = (section: types.RichTextSection): types.RichTextSection => ({
  ...section,
  elements: section.elements.filter((piece) => piece.type !== 'text' || piece.text !== ''),
})

function partsOf(text: string, name: string, look: typeof quote | typeof toCopy): Block[] {
  return chunks(text, maxChunk).map((chunk, index) =>
    richText(...(index === 0 ? [line(italic(name))] : []), look(chunk)),
  )
}
