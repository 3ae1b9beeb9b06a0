import type { Card, CardTurn } from '../../card.ts'
import type { EntryMessage, Message } from '../../message.ts'
import { readAllRow } from './actions.ts'
import { cardBlocks } from './card.ts'
import {
  bold,
  context,
  date,
  digestOf,
  line,
  link,
  marked,
  maxMessageBlocks,
  plain,
  quote,
  richText,
  said,
  userOf,
  withIds,
  wordsBudget,
  type Block,
  type Piece,
} from './elements.ts'
import { counted, cut, isBlank, isolated, oneLine } from '../../kit/text.ts'
import { mrkdwn } from './text.ts'
import { fileLines, fitted, urgentLabel } from '../../kit/said.ts'
import { sharedBlocks } from './found.ts'
import { noticeBlocks } from './notice.ts'
import { reportBlocks } from './report.ts'
import { turnBlocks } from './turn.ts'

/** A file that was uploaded to Slack; a link to it in a message shares it, and Slack shows it there. */
export interface SharedFile {
  name: string
  permalink: string
  isImage: boolean
}

export interface Look {
  /** The Slack team (or enterprise) that the message is for: its own people are mentioned, others are named. */
  team: string | null
  /** Attachments that were uploaded, and so are no longer among those of the turns. */
  files?: SharedFile[]
  /** Slack has refused the message with its charts. */
  isWithoutCharts?: boolean
}

/** What Slack is told to show. `text` is what notifications and screen readers say. */
export interface SlackMessage {
  text: string
  blocks: Block[]
}

export function messageOf(message: Message, look: Look): SlackMessage {
  switch (message.kind) {
    case 'card':
      return {
        text: cardText(message.card),
        blocks: withIds(cardBlocks(message.card, look.team), `v${message.card.version}`),
      }
    case 'entry':
      return {
        text: entryText(message, look),
        blocks: withIds(entryBlocks(message, look), `v${message.card.version}e`),
      }
    case 'notice':
      return {
        text: fallback(
          [message.title, ...message.lines.map(({ text }) => text)].map((part) => oneLine(part, 200)).join(' · '),
        ),
        blocks: withIds(noticeBlocks(message), digestOf(message)),
      }
    case 'report': {
      const room = { blocks: maxMessageBlocks, characters: wordsBudget, hasCharts: !look.isWithoutCharts }
      const { title, headline } = message.report
      return {
        text: fallback([title, headline].map((part) => oneLine(part, 400)).join(': '), 500),
        blocks: withIds(reportBlocks(message.report, room), digestOf(message)),
      }
    }
    case 'found': {
      const room = { blocks: maxMessageBlocks, characters: wordsBudget }
      return {
        text: fallback(oneLine(message.title, 400), 500),
        blocks: withIds(sharedBlocks(message.title, message.passages, room), digestOf(message)),
      }
    }
  }
}

/** "Complaint from Mia via Email: Where is my parcel? · high urgency · reply drafted" */
function cardText(card: Card): string {
  const theme = card.labels.find(({ kind }) => kind === 'theme')?.text ?? 'message'
  const urgency = urgentLabel(card)?.text
  const words = lastWords(card) ?? card.subject
  const by = `${capital(oneLine(theme, 30))} from ${isolated(card.customer.name, 60)} via ${oneLine(card.origin.split(' · ')[0] ?? '', 40)}`
  return fallback(
    [
      words === null || isBlank(words) ? by : `${by}: ${isolated(words, 120)}`,
      urgency === undefined ? '' : oneLine(urgency, 30),
      stateText(card),
    ]
      .filter((part) => part !== '')
      .join(' · '),
  )
}

function stateText({ state, draft, status }: Card): string {
  if (state === 'waiting' && draft) return 'reply drafted'
  return status ? oneLine(status.text, 100) : ''
}

function lastWords({ turns }: Card): string | null {
  const last = turns.findLast(({ from }) => from === 'customer')
  return last ? (last.translation ?? last.text) : null
}

const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1)

function entryText({ card, entry, isBroadcast }: EntryMessage, look: Look): string {
  const name = isolated(card.customer.name, 60)
  switch (entry.kind) {
    case 'said': {
      const last = entry.turns.at(-1)
      return fallback(
        `${name} wrote${isBroadcast ? ' again' : ''}: ${isolated((last?.translation ?? last?.text) || (last?.notes[0] ?? ''), 150)}`,
      )
    }
    case 'sent':
      return fallback(`Sent to ${name} by ${isolated(entry.turn.name, 60)}: ${isolated(entry.turn.text, 150)}`)
    case 'files':
      return fallback(
        `${counted(entry.turns.flatMap(({ attachments }) => attachments).length + (look.files?.length ?? 0), 'file')} from ${name}`,
      )
    case 'surfaced':
      return fallback(`${oneLine(entry.reason, 150)} · ${name}`)
  }
}

const fallback = (text: string, max = 300): string => {
  const shown = mrkdwn(cut(text, max))
  return isBlank(shown) ? 'Deskbell' : shown
}

function entryBlocks({ card, entry, isBroadcast }: EntryMessage, look: Look): Block[] {
  switch (entry.kind) {
    case 'said':
      return saidBlocks(card, entry.turns, isBroadcast, look)
    case 'sent': {
      const { text, isCut } = fitted(entry.turn.text, 9000)
      return [
        context(plain(`✅ Sent by ${isolated(entry.turn.name)}`), marked(date(entry.turn.at))),
        richText(quote(text)),
        ...(isCut ? [readAllRow(card)] : []),
      ]
    }
    case 'files':
      return [
        context(plain(`Files from ${isolated(card.customer.name)}`)),
        ...fileLines(entry.turns, maxNames).map((names) => context(plain(names))),
        ...fileBlocks(look.files ?? []),
      ]
    case 'surfaced':
      return [
        richText(
          line(bold(isBlank(entry.reason) ? 'It waits again' : oneLine(entry.reason, 300)), ...pinged(card, look)),
        ),
      ]
  }
}

const entryRoom = { turns: 20, characters: 4000, lines: 60 }

function saidBlocks(card: Card, turns: CardTurn[], isBroadcast: boolean, look: Look): Block[] {
  const files = look.files ?? []
  const { blocks, isCut } = turnBlocks(turns, entryRoom)
  const who = isolated(card.customer.name)
  return [
    ...(isBroadcast
      ? [richText(line(bold(`${who} wrote again`), ...pinged(card, look)))]
      : [context(plain(`${who} wrote`))]),
    ...blocks,
    ...fileBlocks(files),
    ...(isCut ? [readAllRow(card)] : []),
  ]
}

/** In the room, whoever has taken the conversation hears of it. */
function pinged({ assignee }: Card, { team }: Look): Piece[] {
  if (!assignee) return []
  const user = userOf(assignee.id, team)
  return [said('  '), user === null ? said(isolated(assignee.name)) : { type: 'user', user_id: user }]
}

const maxLinks = 10
const maxNames = 30

function fileBlocks(files: SharedFile[]): Block[] {
  const more = files.length - maxLinks
  const links = files
    .slice(0, maxLinks)
    .map(
      ({ name, permalink, isImage }) =>
        `${isImage ? '🖼️' : '📎'} ${link(permalink, cut(isBlank(name) ? 'File' : name, 60))}`,
    )
  if (more > 0) links.push(counted(more, 'more file'))
  // Few in each, so that no section comes near its limit.
  return Array.from({ length: Math.ceil(links.length / 4) }, (_, index) => ({
    type: 'section' as const,
    text: marked(links.slice(index * 4, index * 4 + 4).join('\n')),
  }))
}
