import { ComponentType, type APIActionRowComponent, type APIButtonComponent } from 'discord.js'
import type { Card, CardTurn } from '../../card.ts'
import { fileLine } from '../../kit/said.ts'
import { isBlank, isolated } from '../../kit/text.ts'
import { button, colours, container, maxText, messageFrom, text } from './elements.ts'
import { pressId } from './ids.ts'
import { bold, fenced, literal, pieces, quoted, small } from './markdown.ts'
import type { DiscordMessage } from './message.ts'
import { turnHeading } from './turn.ts'

/** Beside which page it is. */
const maxPage = { characters: maxText - 100, texts: 20 }
/** Of one text, so that a page can end within a long letter. */
const maxPart = 1800

/** "Read all": the whole conversation with its translations, the draft and the reply; `page` counts from 0. */
export function pageOf(card: Card, page: number): DiscordMessage {
  const pages = pagesOf([
    ...card.turns.flatMap(turnParts),
    ...(card.draft ? partsOf(card.draft.text, bold('Draft'), quoted) : []),
    ...(card.replyText === null ? [] : partsOf(card.replyText, bold('Reply'), fenced)),
  ])
  const at = Math.min(Math.max(0, Math.floor(page) || 0), pages.length - 1)
  const texts = (pages[at] ?? []).map(text)
  if (pages.length <= 1) return messageFrom([container(colours.quiet, texts)])
  const place = text(small(`Page ${at + 1} of ${pages.length}`))
  return messageFrom([container(colours.quiet, [...texts, place, steps(card, at, pages.length)])])
}

function steps({ conversationId }: Card, at: number, count: number): APIActionRowComponent<APIButtonComponent> {
  const step = (label: string, page: number) => button(label, pressId.page(conversationId, page))
  return {
    type: ComponentType.ActionRow,
    components: [...(at > 0 ? [step('Previous', at - 1)] : []), ...(at < count - 1 ? [step('Next', at + 1)] : [])],
  }
}

function pagesOf(parts: string[]): string[][] {
  const pages: string[][] = []
  let size = 0
  for (const part of parts) {
    const page = pages.at(-1)
    if (page && page.length < maxPage.texts && size + part.length <= maxPage.characters) {
      page.push(part)
      size += part.length
    } else {
      pages.push([part])
      size = part.length
    }
  }
  return pages.length > 0 ? pages : [[small('Nothing was said yet.')]]
}

function turnParts(turn: CardTurn): string[] {
  const below = [
    ...turn.attachments.map((file) => `📎 ${fileLine(file)}`),
    ...turn.notes.filter((note) => !isBlank(note)).map((note) => `⚠️ ${isolated(note, 500)}`),
  ].map((line) => small(literal(line)))
  return [
    ...partsOf(turn.text, turnHeading(turn), quoted),
    ...(turn.translation === null ? [] : partsOf(turn.translation, small('In your language'), quoted)),
    ...joined(below),
  ]
}

function partsOf(words: string, title: string, look: (words: string) => string): string[] {
  return pieces(words, look, maxPage.characters - 400, maxPart).map((piece, index) =>
    index === 0 ? `${title}\n${look(piece)}` : look(piece),
  )
}

/** As many lines together as have room. */
function joined(lines: string[]): string[] {
  const parts: string[] = []
  for (const line of lines) {
    const last = parts.at(-1)
    if (last !== undefined && last.length + line.length < maxPart) parts.splice(-1, 1, `${last}\n${line}`)
    else parts.push(line)
  }
  return parts
}
