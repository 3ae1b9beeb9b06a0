import { createHash } from 'node:crypto'
import type { types } from '@slack/bolt'
import { chunks, cut, isBlank, oneLine, visible, webAddress } from '../../kit/text.ts'
import { mrkdwn } from './text.ts'

/**
 * The pieces of Block Kit that Deskbell uses. What others wrote is only ever put into plain text and rich text, which
 * Slack does not interpret; mrkdwn is for our own words, dates, mentions and links.
 * https://docs.slack.dev/reference/block-kit
 */
export type Block = types.KnownBlock
export type Piece = types.RichTextElement
export type Part = types.RichTextBlockElement
type Small = types.PlainTextElement | types.MrkdwnElement

/** Slack answers `msg_blocks_too_long` somewhere above 13,000 characters. */
export const messageBudget = 12_000
export const maxMessageBlocks = 50
/** What is left of it once every block has its id. */
export const wordsBudget = messageBudget - maxMessageBlocks * 16
export const maxModalBlocks = 100
/** Of one block, so that a page can end within a long letter. */
export const maxChunk = 3000

/** `text` as it is: what others wrote has gone through `oneLine`, `isolated` or `visible`. */
export function plain(text: string, max = 3000): types.PlainTextElement {
  const shown = cut(text.toWellFormed(), max)
  return { type: 'plain_text', text: isBlank(shown) ? '–' : shown, emoji: false }
}

/** Our own words with Slack's marks in them; `verbatim`, so that nothing else becomes a link. */
export function marked(text: string): types.MrkdwnElement {
  return { type: 'mrkdwn', text, verbatim: true }
}

/** Small and grey. */
export function context(...elements: Small[]): types.ContextBlock {
  return { type: 'context', elements: elements.slice(0, 10) }
}

export function richText(...elements: Part[]): types.RichTextBlock {
  return { type: 'rich_text', elements }
}

export function line(...elements: Piece[]): types.RichTextSection {
  return { type: 'rich_text_section', elements }
}

/** Somebody's words, as they wrote them. */
export function quote(text: string): types.RichTextQuote {
  return { type: 'rich_text_quote', elements: [words(text)] }
}

/** In fixed width, with a button to copy it. */
export function toCopy(text: string): types.RichTextPreformatted {
  return { type: 'rich_text_preformatted', elements: [words(text)] }
}

export function list(items: Piece[][], style: 'bullet' | 'ordered' = 'bullet'): types.RichTextList {
  return { type: 'rich_text_list', style, elements: items.map((pieces) => line(...pieces)) }
}

function words(text: string): types.RichTextText {
  const shown = visible(text)
  return isBlank(shown) ? { ...said('(no text)'), style: { italic: true } } : said(shown)
}

export function said(text: string): types.RichTextText {
  return { type: 'text', text }
}

export function bold(text: string): types.RichTextText {
  return { type: 'text', text, style: { bold: true } }
}

/** The same piece in bold. */
export const strong = (piece: Piece): Piece => ({ ...piece, style: { bold: true } }) as Piece

export function italic(text: string): types.RichTextText {
  return { type: 'text', text, style: { italic: true } }
}

export function header(text: string): types.HeaderBlock {
  return { type: 'header', text: plain(text, 150) }
}

const when = {
  /** "today at 14:02" */
  moment: '{date_short_pretty} at {time}',
  second: '{time_secs}',
}

/** A moment in the reader's own time zone, for mrkdwn. */
export function date(at: Date, format: keyof typeof when = 'moment'): string {
  return `<!date^${seconds(at)}^${when[format]}|${fallbackDate(at)}>`
}

/** The same for rich text. */
export function datePiece(at: Date): types.RichTextDate {
  return { type: 'date', timestamp: seconds(at), format: when.moment, fallback: fallbackDate(at) }
}

const seconds = (at: Date) => Math.floor(at.getTime() / 1000)
const fallbackDate = (at: Date) => `${at.toISOString().slice(0, 16).replace('T', ' ')} UTC`

/** A link for mrkdwn. Only the text where the address is none of the web. */
export function link(url: string, text: string, max = 100): string {
  const address = webAddress(url)
  const label = mrkdwn(isBlank(text) ? 'Link' : oneLine(text, max)).replaceAll('|', '∣')
  return address === null ? label : `<${address}|${label}>`
}

/** The same for rich text. */
export function linkPiece(url: string, text: string): types.RichTextLink | types.RichTextText {
  const address = webAddress(url)
  return address === null ? said(text) : { type: 'link', url: address, text }
}

/** Words of any length, but some, in at most so many blocks. */
export function prose(text: string, maxBlocks: number): types.RichTextBlock[] {
  return chunks(text, maxChunk)
    .slice(0, maxBlocks)
    .map((part) => richText(line(...namedPieces(part))))
}

const ourIds = /\bT[A-Z0-9]+\/([CGS][A-Z0-9]+)\b/g

/** Our own words in which rooms and user groups stand by their ids: shown by their names. */
export function namedPieces(text: string): Piece[] {
  const pieces: Piece[] = []
  let end = 0
  for (const { 0: all, 1: id = '', index } of text.matchAll(ourIds)) {
    if (index > end) pieces.push(said(text.slice(end, index)))
    pieces.push(id.startsWith('S') ? { type: 'usergroup', usergroup_id: id } : { type: 'channel', channel_id: id })
    end = index + all.length
  }
  return end < text.length ? [...pieces, said(text.slice(end))] : pieces
}

/** The same for mrkdwn. */
export function namedMarks(text: string): string {
  return mrkdwn(text).replace(ourIds, (_, id: string) => (id.startsWith('S') ? `<!subteam^${id}>` : `<#${id}>`))
}

/** The Slack user behind `slack:T1/U1` or `T1/U1`; null when it is somebody of another workspace. */
export function userOf(teammateId: string, team: string | null): string | null {
  const [, itsTeam, user] = /^(?:slack:)?([TE][A-Z0-9]+)\/([UW][A-Z0-9]+)$/.exec(teammateId) ?? []
  return user !== undefined && itsTeam === team ? user : null
}

export function button(label: string, actionId: string, value: string): types.Button {
  return { type: 'button', text: plain(label, 75), action_id: actionId, value }
}

export function confirm(title: string, text: string, yes: string, isDanger: boolean): types.ConfirmationDialog {
  return {
    title: plain(title, 100),
    text: plain(text, 300),
    confirm: plain(yes, 30),
    deny: plain('Cancel', 30),
    ...(isDanger ? { style: 'danger' as const } : {}),
  }
}

export function option(label: string, value: string): types.PlainTextOption {
  return { text: plain(oneLine(label, 75), 75), value }
}

/** Everything in it that could count as text: a little more than what Slack counts. */
export function sizeOf(value: unknown): number {
  if (typeof value === 'string') return value.length
  if (typeof value !== 'object' || value === null) return 0
  return Object.entries(value).reduce((sum, [key, part]) => sum + (key === 'type' ? 0 : sizeOf(part)), 0)
}

/** A block keeps what was typed into it as long as its id stays: new ones for new contents. */
export function digestOf(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('base64url').slice(0, 10)
}

/** Slack wants other ids whenever a message changes. */
export function withIds(blocks: Block[], prefix: string): Block[] {
  return blocks.map((block, index) => Object.assign(block, { block_id: `${prefix}:${index}` }))
}
