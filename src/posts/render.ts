import type { Conversation, Turn } from '../conversations/conversation.ts'
import { dueText } from '../targets/target.ts'
import { cardOf, type Card, type CardTurn } from '../workspaces/card.ts'
import type { CardMessage, Entry, Message } from '../workspaces/message.ts'
import { dueSoon, type CardBody, type LastTold, type PostBody, type ThreadBody } from './post.ts'

export interface Rendered {
  message: Message
  /** The body with what must be remembered of that which the message tells. */
  body: PostBody
}

/**
 * What a post shows of its conversation as that stands now; null when nothing is left to tell.
 * `others`: the bodies of what else stands there for the same conversation. `timeZone`: the team's.
 */
export function renderPost(
  body: CardBody | ThreadBody,
  conversation: Conversation,
  others: PostBody[],
  { now, timeZone }: { now: Date; timeZone: string },
): Rendered | null {
  const card = cardOf(conversation)
  const entry = (of: Entry, told: PostBody, isBroadcast = false): Rendered => ({
    message: { kind: 'entry', card, entry: of, isBroadcast },
    body: told,
  })
  const turnsOf = (ids: string[]) => card.turns.filter(({ id }) => ids.includes(id))
  switch (body.kind) {
    case 'card':
      return { message: renderCard(body, conversation), body: { ...body, ...toldBy(conversation) } }
    case 'said': {
      const said = turnsSaid(body, conversation, others)
      const newest = said.at(-1)
      if (!newest) return null
      const turns = turnsOf(said.map(({ id }) => id)).flatMap((turn) => withoutTold(turn, body.from, others) ?? [])
      if (turns.length === 0) return null
      const to = Math.max(body.to, ...said.map(({ seq }) => seq))
      return entry({ kind: 'said', turns }, { ...body, to, last: lastOf(newest) }, body.isBroadcast)
    }
    case 'sent': {
      const isTold = others.some((other) => other.kind === 'card' && other.told?.includes(body.replyId))
      const [turn] = isTold ? [] : turnsOf([body.replyId])
      return turn ? entry({ kind: 'sent', turn }, body) : null
    }
    case 'surfaced': {
      const { dueAt } = conversation
      if (body.reason !== dueSoon) return entry({ kind: 'surfaced', reason: body.reason }, body, true)
      return dueAt && entry({ kind: 'surfaced', reason: dueText(dueAt, now, timeZone) }, body, true)
    }
    case 'files': {
      const turns = turnsOf(body.turns).filter(({ attachments }) => attachments.some(({ isKept }) => isKept))
      return turns.length > 0 ? entry({ kind: 'files', turns }, body) : null
    }
  }
}

/** The card, with a word on why it is there twice. */
export function renderCard(body: PostBody, conversation: Conversation): CardMessage {
  const card: Card = cardOf(conversation)
  const replaces = body.kind === 'card' ? body.replaces : undefined
  const isOpen = card.waitingSince !== null
  if (!replaces || !isOpen) return { kind: 'card', card }
  const alert = replaces === 'deleted' ? 'The earlier card was deleted' : 'The earlier card is in a room that was lost'
  return { kind: 'card', card: { ...card, alerts: [...card.alerts, alert] } }
}

/** What a card tells from the start, so that its thread doesn't tell it again. */
function toldBy({ turns, inboundSeq, surfacings }: Conversation): Omit<CardBody, 'kind'> {
  const newest = turns.findLast(({ from }) => from === 'customer')
  return {
    since: inboundSeq,
    surfacings,
    told: turns.flatMap(({ from, id }) => (from === 'team' ? [id] : [])),
    last: newest ? lastOf(newest) : null,
  }
}

const lastOf = ({ id, text, attachments }: Turn): LastTold => ({
  turn: id,
  characters: text.length,
  files: attachments.length,
})

/**
 * The customer's turns from one point on, up to the team's next words, and not those that a later post tells. Nor those
 * that the card tells: one that was tried again after this was planned tells more than it did.
 */
function turnsSaid({ from, to }: { from: number; to: number }, conversation: Conversation, others: PostBody[]): Turn[] {
  const told = Math.max(0, ...others.flatMap((other) => (other.kind === 'card' ? [other.since] : [])))
  const end = Math.min(
    ...others.flatMap((other) => (other.kind === 'said' && other.from > from ? [other.from] : [])),
    Infinity,
  )
  const said: Turn[] = []
  for (const turn of conversation.turns) {
    if (turn.from === 'team') {
      if (said.some(({ seq }) => seq >= to)) break
    } else if (!turn.automatic && turn.seq >= from && turn.seq < end) said.push(turn)
  }
  return said.filter(({ seq }) => seq > told)
}

/** Only what came since, of a turn that the card told, or a post before `from`, and that became longer; null when nothing did. */
function withoutTold(turn: CardTurn, from: number, others: PostBody[]): CardTurn | null {
  const told = others.flatMap((other) => {
    const isBefore = other.kind === 'card' || (other.kind === 'said' && other.from < from)
    return isBefore && other.last?.turn === turn.id ? [other.last] : []
  })
  if (told.length === 0) return turn
  const text = turn.text.slice(Math.max(...told.map(({ characters }) => characters))).replace(/^\n/, '')
  const attachments = turn.attachments.slice(Math.max(...told.map(({ files }) => files)))
  return text === '' && attachments.length === 0 ? null : { ...turn, text, attachments, translation: null }
}
