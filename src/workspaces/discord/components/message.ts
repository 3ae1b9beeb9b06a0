import { ComponentType, type APIMessageTopLevelComponent } from 'discord.js'
import type { Card, CardTurn } from '../../card.ts'
import { fileLines, fitted } from '../../kit/said.ts'
import { isBlank, oneLine } from '../../kit/text.ts'
import type { EntryMessage, Message, NoticeMessage } from '../../message.ts'
import { readAllRow } from './actions.ts'
import { assigneeOf, cardContainer } from './card.ts'
import { colours, container, linkButton, maxText, messageFrom, rowsOf, text, userOf, type Part } from './elements.ts'
import {
  bold,
  bullet,
  cutLine,
  fitting,
  link,
  maxLink,
  moment,
  name,
  namedLine,
  quoted,
  short,
  small,
} from './markdown.ts'
import { sharedContainer } from './found.ts'
import { withMarks } from './marks.ts'
import { reportContainer } from './report.ts'
import { turnsText } from './turn.ts'

/** A file that is uploaded along with the message, or stands there already. */
export interface SharedFile {
  attachmentId: string
  /** As uploaded: letters, digits, `_`, `-` and `.`, unique within the message. */
  name: string
  isImage: boolean
}

export interface Look {
  /** Attachments that are uploaded, and so are no longer among those of the turns. At most ten. */
  files?: SharedFile[]
  /** What it is posted with, so that it can be found by it. */
  key?: string
}

/** What Discord is told to show. https://docs.discord.com/developers/components/reference */
export interface DiscordMessage {
  /** Components, and nothing else. */
  flags: number
  components: APIMessageTopLevelComponent[]
  allowed_mentions: { parse: []; users?: string[] }
}

export function messageOf(message: Message, look: Look): DiscordMessage {
  switch (message.kind) {
    case 'card':
      return sealed(messageFrom([cardContainer(message.card)]), look)
    case 'entry':
      return sealed(entryMessage(message, look), look)
    case 'notice':
      return sealed(messageFrom([container(colours.quiet, [text(noticeText(message))])]), look)
    case 'report':
      return sealed(messageFrom([reportContainer(message.report, { files: look.files ?? [] })]), look)
    case 'found':
      return sealed(messageFrom([sharedContainer(message)]), look)
  }
}

/** The line in the room when somebody waits again: the entry itself stands in the thread. `threadUrl`: where that is. */
export function broadcastOf({ card, entry }: EntryMessage, look: Look, threadUrl: string): DiscordMessage {
  const who = name(card.customer.name, 160)
  const last = entry.kind === 'said' ? entry.turns.at(-1) : undefined
  const words = oneLine(last?.translation ?? last?.text ?? '', 200)
  const title = entry.kind === 'surfaced' ? `${bold(reasonOf(entry.reason))}  ${who}` : bold(`${who} wrote again`)
  const button = linkButton('Open the thread', threadUrl)
  const lines = [`${title}${pinged(card)}`, ...(isBlank(words) ? [] : [quoted(words)])]
  const shown = container(colours.waiting, [text(lines.join('\n')), ...rowsOf(button ? [button] : [])])
  return sealed(messageFrom([shown], pingsOf(card)), look)
}

function sealed(message: DiscordMessage, { key }: Look): DiscordMessage {
  return key === undefined ? message : { ...message, components: withMarks(message.components, key) }
}

function entryMessage({ card, entry, isBroadcast }: EntryMessage, look: Look): DiscordMessage {
  const files = fileParts(look.files ?? [])
  const who = name(card.customer.name, 160)
  switch (entry.kind) {
    case 'said': {
      const title = isBroadcast ? bold(`${who} wrote again`) : small(`${who} wrote`)
      return messageFrom([
        container(colours.waiting, [...saidParts(card, unnamed(entry.turns, look), title), ...files]),
      ])
    }
    case 'sent': {
      const { at, name: by, text: words } = entry.turn
      const title = small(`✅ Sent by ${name(by, 160)} · ${moment(at, 'f')}`)
      const sent = fitting(maxText - title.length - 1, (characters) => {
        const part = fitted(words, characters)
        return { text: quoted(part.text), isCut: part.isCut }
      })
      const rows = sent.isCut ? readAllRow(card) : []
      return messageFrom([container(colours.answered, [text(`${title}\n${sent.text}`), ...rows])])
    }
    case 'files': {
      const names = fileLines(unnamed(entry.turns, look), 20).map((line) => small(cutLine(line, 3000)))
      const title = small(`Files from ${who}`)
      return messageFrom([container(colours.quiet, [text([title, ...names].join('\n')), ...files])])
    }
    case 'surfaced': {
      const shown = container(colours.waiting, [text(`${bold(reasonOf(entry.reason))}${pinged(card)}`)])
      // In the room they hear of it already.
      return messageFrom([shown], isBroadcast ? [] : pingsOf(card))
    }
  }
}

const entryRoom = { turns: 20, lines: 60 }

function saidParts(card: Card, turns: CardTurn[], title: string): Part[] {
  const said = turnsText(turns, { ...entryRoom, characters: maxText - title.length - 100 })
  return [text(`${title}\n${said.text}`), ...(said.isCut ? readAllRow(card) : [])]
}

const reasonOf = (reason: string) => (isBlank(reason) ? 'It waits again' : short(reason, 600))

/** Whoever has taken the conversation. */
const pinged = ({ assignee }: Card) => (assignee ? `  ${assigneeOf(assignee, 160)}` : '')

function pingsOf({ assignee }: Card): string[] {
  const user = assignee ? userOf(assignee.id) : null
  return user === null ? [] : [user]
}

const maxFiles = 10

/** A file that stands below has its name there, and its size; a picture has neither. */
function unnamed(turns: CardTurn[], { files = [] }: Look): CardTurn[] {
  const below = new Set(files.slice(0, maxFiles).flatMap((file) => (file.isImage ? [] : [file.attachmentId])))
  return turns.map((turn) => ({ ...turn, attachments: turn.attachments.filter(({ id }) => !below.has(id)) }))
}

/** Pictures side by side, everything else below. */
function fileParts(files: SharedFile[]): Part[] {
  const shown = files.slice(0, maxFiles)
  const address = ({ name: file }: SharedFile) => ({ url: `attachment://${file}` })
  const items = shown.filter(({ isImage }) => isImage).map((file) => ({ media: address(file) }))
  return [
    ...(items.length > 0 ? [{ type: ComponentType.MediaGallery as const, items }] : []),
    ...shown
      .filter(({ isImage }) => !isImage)
      .map((file) => ({ type: ComponentType.File as const, file: address(file) })),
  ]
}

function noticeText({ title, lines }: NoticeMessage): string {
  const items = lines.filter((line) => !isBlank(line.text)).slice(0, 20)
  const room = Math.min(800, Math.floor((maxText - 700) / Math.max(1, items.length)) - 10)
  return [
    bold(isBlank(title) ? 'Deskbell' : namedLine(title, 600)),
    ...items.map(({ text: said, url }) => {
      const open = url === undefined ? null : link(url, 'Open', maxLink)
      return bullet([namedLine(said, room - (open?.length ?? 0)), ...(open === null ? [] : [open])].join(' · '))
    }),
  ].join('\n')
}
