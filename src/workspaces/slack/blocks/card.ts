import { leftText } from '../../card-words.ts'
import type { Card, CardDraft, Status } from '../../card.ts'
import { actionRow, quietMenu } from './actions.ts'
import {
  bold,
  context,
  date,
  italic,
  line,
  link,
  marked,
  messageBudget,
  plain,
  quote,
  richText,
  said,
  sizeOf,
  toCopy,
  userOf,
  type Block,
} from './elements.ts'
import { foldAt, isBlank, isolated, oneLine } from '../../kit/text.ts'
import { fitted, hasEarlier, isAtRest, unanswered, urgentLabel } from '../../kit/said.ts'
import { turnBlocks, type SaidBlocks } from './turn.ts'

const wordsRoom = { turns: 6, characters: 1500, lines: 20 }
const decidedRoom = { turns: 3, characters: 300, lines: 5 }
const max = { labels: 300, summary: 300, instruction: 200, evidence: 5, flags: 6, alerts: 5, problem: 300 }

/** The root message of a conversation. `team`: where it is shown, so that its own people are mentioned. */
export function cardBlocks(card: Card, team: string | null): Block[] {
  return isAtRest(card) ? quietBlocks(card) : openBlocks(card, team)
}

/** Somebody waits, or an answer is on its way: everything that it takes to decide. */
function openBlocks(card: Card, team: string | null): Block[] {
  const words = wordsOf(card)
  const head: Block[] = [
    context(plain(oneLine(card.origin, 150))),
    richText(line(bold(isolated(card.customer.name)), said(`  ${aboutCustomer(card)}`))),
    ...stateLine(card, team),
    ...summaryLine(card),
    ...words.blocks,
  ]
  const foot = [...alertBlocks(card.alerts), ...statusBlocks(card.status)]
  // Words to approve come before everything else: they get all the room that is left.
  const row = (isDraftCut: boolean) =>
    actionRow(card, { isTextCut: words.isCut || isDraftCut || hasEarlier(card), isDraftCut })
  const about = card.draft ? draftNotes(card.draft) : []
  const left = messageBudget - sizeOf([head, foot, about, row(true)]) - 600
  const both = card.draft && card.replyText !== null ? 2 : 1
  const draft = card.draft ? fitted(card.draft.text, Math.floor(left / both)) : null
  const reply = card.replyText === null ? null : fitted(card.replyText, Math.floor(left / both))
  return [
    ...head,
    ...(draft || reply ? [{ type: 'divider' as const }] : []),
    ...(card.draft && draft ? [draftTitle(card.draft), richText(quote(draft.text)), ...about] : []),
    ...(reply ? [replyBlock(card, reply.text)] : []),
    ...foot,
    ...row(draft?.isCut === true || reply?.isCut === true),
  ]
}

/** Once somebody has decided, a reminder will do. */
function wordsOf({ state, turns, subject }: Card): SaidBlocks {
  if (state !== 'sending') return turnBlocks(unanswered(turns), wordsRoom, subject)
  const inOneLanguage = unanswered(turns).map((turn) => ({
    ...turn,
    text: turn.translation ?? turn.text,
    translation: null,
  }))
  return { ...turnBlocks(inOneLanguage, decidedRoom, subject), isCut: false }
}

/** Nobody waits: who, what they last said, and how it ended. */
function quietBlocks(card: Card): Block[] {
  const who = [
    isolated(card.customer.name),
    oneLine(card.origin, 150),
    card.subject === null ? '' : isolated(card.subject, 100),
  ]
  const last = card.turns.findLast((turn) => turn.from === 'customer')
  const canWake = card.state === 'snoozed'
  return [
    {
      type: 'section',
      text: plain(who.filter((part) => !isBlank(part)).join(' · ')),
      ...(canWake ? {} : { accessory: quietMenu(card) }),
    },
    ...(last ? [richText(quote(shortened(last.translation ?? last.text)))] : []),
    ...statusBlocks(card.status),
    ...(canWake ? actionRow(card, { isTextCut: false, isDraftCut: false }) : []),
  ]
}

function shortened(text: string): string {
  const words = oneLine(text, 400)
  const end = foldAt(words, 200, 1)
  return end < words.length ? `${words.slice(0, end)} …` : words
}

function aboutCustomer({ customer }: Card): string {
  const handle = customer.handle === null || isBlank(customer.handle) ? [] : [isolated(customer.handle)]
  return [...handle, oneLine(customer.history, 160)].filter((part) => part !== '').join(' · ')
}

function stateLine(card: Card, team: string | null): Block[] {
  const labels = card.labels.map(({ text }) => oneLine(text, 60)).filter((text) => !isBlank(text))
  const elements = [
    ...(labels.length > 0 ? [plain(`${urgentLabel(card) ? '🔴 ' : ''}${labels.join(' · ')}`, max.labels)] : []),
    ...(card.waitingSince ? [marked(`Waiting since *${date(card.waitingSince)}*${dueText(card)}`)] : []),
    ...(card.replyWindow ? [marked(windowText(card.replyWindow))] : []),
    ...(card.assignee ? [assigneeOf(card.assignee, team)] : []),
  ]
  return elements.length > 0 ? [context(...elements)] : []
}

function windowText(window: NonNullable<Card['replyWindow']>): string {
  const left = leftText(window)
  if (window.minutesLeft === 0) return `Reply window closed *${date(window.closesAt)}*`
  return `Reply window closes ${date(window.closesAt)}${left === null ? '' : ` (*${left}*)`}`
}

const dueText = ({ dueAt }: Card) => (dueAt ? ` · due *${date(dueAt)}*` : '')

function assigneeOf(
  assignee: { id: string; name: string },
  team: string | null,
): ReturnType<typeof plain> | ReturnType<typeof marked> {
  const user = userOf(assignee.id, team)
  return user === null ? plain(`Assigned to ${isolated(assignee.name)}`) : marked(`Assigned to <@${user}>`)
}

function summaryLine({ summary }: Card): Block[] {
  return summary === null || isBlank(summary) ? [] : [richText(line(italic(oneLine(summary, max.summary))))]
}

function draftTitle({ revision, writtenBy, instruction }: CardDraft): Block {
  const asked =
    instruction === null || isBlank(instruction) ? '' : `, asked for “${isolated(instruction, max.instruction)}”`
  return richText(line(bold(revision > 1 ? `Draft ${revision}` : 'Draft'), said(`  by ${isolated(writtenBy)}${asked}`)))
}

function draftNotes({ flags, evidence }: CardDraft): Block[] {
  const warnings = flags.filter(({ text }) => !isBlank(text)).slice(0, max.flags)
  const facts = evidence.filter((fact) => !isBlank(fact)).slice(0, max.evidence)
  return [
    ...(warnings.length > 0
      ? [richText(...warnings.map(({ text }) => line(said('⚠️ '), bold(isolated(text, 150)))))]
      : []),
    ...(facts.length > 0 ? [context(plain(`Rests on ${facts.map((fact) => isolated(fact, 100)).join(' · ')}`))] : []),
  ]
}

/** What a teammate has to send themselves, or failed, can be copied. */
function replyBlock({ state, actions }: Card, text: string): Block {
  const isByHand = actions.some(({ id }) => id === 'copy')
  if (state === 'sending' && !isByHand) return richText(line(bold('Reply')), quote(text))
  return richText(line(bold(isByHand ? 'Send this by hand' : 'Not delivered')), toCopy(text))
}

function alertBlocks(alerts: string[]): Block[] {
  const shown = alerts.filter((alert) => !isBlank(alert)).slice(-max.alerts)
  return shown.length > 0
    ? [richText(...shown.map((alert) => line(said('⚠️ '), bold(isolated(alert, max.problem)))))]
    : []
}

const marks = { plain: '', good: '✅ ', warn: '⚠️ ', bad: '⚠️ ' }

function statusBlocks(status: Status | null): Block[] {
  if (!status) return []
  const { text, tone, at, undoUntil, url } = status
  return [
    context(
      plain(`${marks[tone]}${isBlank(text) ? '' : isolated(text, 300)}`),
      ...(at ? [marked(date(at))] : []),
      ...(undoUntil ? [marked(`Undo until ${date(undoUntil, 'second')}`)] : []),
      ...(url === undefined ? [] : [marked(link(url, 'See the reply'))]),
    ),
  ]
}
