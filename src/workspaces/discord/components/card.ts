import type { APIContainerComponent } from 'discord.js'
import type { Card, CardDraft, Status } from '../../card.ts'
import { fitted, hasEarlier, isAtRest, unanswered, urgentLabel } from '../../kit/said.ts'
import { foldAt, isBlank, oneLine } from '../../kit/text.ts'
import { actionRows } from './actions.ts'
import { colours, container, divider, maxText, text, userOf } from './elements.ts'
import { bold, fenced, fitting, italic, link, moment, name, quoted, short, small, type Fitted } from './markdown.ts'
import { turnsText } from './turn.ts'

/** The root message of a conversation. */
export function cardContainer(card: Card): APIContainerComponent {
  if (isAtRest(card)) return quietCard(card)
  // Words to approve come before everything else: where they have no room, the rest makes some.
  for (const ease of [1, 0.6]) {
    const { shown, isDraftCut } = openCard(card, ease)
    if (!isDraftCut) return shown
  }
  return openCard(card, 0.3).shown
}

const most = { origin: 160, who: 120, history: 160, labels: 300, summary: 320, notes: 400, evidence: 300, alerts: 700 }
const leastWords = 650
const mostWords = 2000
const wordsRoom = { turns: 6, lines: 20 }
const decidedRoom = { turns: 3, lines: 5, characters: 700 }

/** Somebody waits, or an answer is on its way: everything that it takes to decide. `ease`: from 1 down, how much room the rest has. */
function openCard(card: Card, ease: number): { shown: APIContainerComponent; isDraftCut: boolean } {
  const head = headOf(card, ease)
  const foot = footOf(card, ease)
  const about = card.draft ? draftNotes(card.draft, ease) : []
  const title = card.draft ? draftTitle(card.draft, ease) : ''
  const used = [...head, title, ...about, ...foot].reduce((sum, line) => sum + line.length + 1, 0)
  // The titles of the reply, and lines between.
  const left = maxText - used - 60
  const words = wordsOf(card, ease, left - draftSize(card))
  const rest = left - words.text.length
  const both = card.draft && card.replyText !== null ? 2 : 1
  const draft = card.draft ? wordsWithin(card.draft.text, rest / both, quoted) : null
  const reply = card.replyText === null ? null : replyPart(card, card.replyText, rest / both)
  const isDraftCut = draft?.isCut === true || reply?.isCut === true
  const middle = [draft ? [title, draft.text] : [], about, reply ? [reply.text] : []].filter(({ length }) => length > 0)
  const rows = actionRows(card, { isTextCut: words.isCut || isDraftCut || hasEarlier(card), isDraftCut })
  const shown = container(colourOf(card), [
    text(head.join('\n')),
    ...(words.text === '' ? [] : [text(words.text)]),
    ...(middle.length > 0 ? [divider(), ...middle.map((lines) => text(lines.join('\n')))] : []),
    ...(foot.length > 0 ? [text(foot.join('\n'))] : []),
    ...rows,
  ])
  return { shown, isDraftCut }
}

/** Once somebody has decided, a reminder of what the customer wrote will do. */
function wordsOf({ state, turns, subject }: Card, ease: number, room: number): Fitted {
  const waiting = unanswered(turns)
  const characters = Math.min(mostWords, Math.max(leastWords * ease, room))
  if (state !== 'sending') return turnsText(waiting, { ...wordsRoom, characters }, subject)
  const inOneLanguage = waiting.map((turn) => ({ ...turn, text: turn.translation ?? turn.text, translation: null }))
  const decided = { ...decidedRoom, characters: Math.min(decidedRoom.characters, characters) }
  return { ...turnsText(inOneLanguage, decided, subject), isCut: false }
}

/** What the words to approve would take, at most what there is. */
function draftSize({ draft, replyText }: Card): number {
  return [draft?.text ?? '', replyText ?? ''].reduce(
    (sum, words) => sum + (words.length > maxText ? maxText : quoted(words).length),
    0,
  )
}

function wordsWithin(words: string, room: number, look: (words: string) => string): Fitted {
  return fitting(room, (characters) => {
    const part = fitted(words, characters)
    return { text: look(part.text), isCut: part.isCut }
  })
}

/** What a teammate has to send themselves, or failed, can be copied. */
function replyPart({ state, actions }: Card, words: string, room: number): Fitted {
  const isByHand = actions.some(({ id }) => id === 'copy')
  const isOnItsWay = state === 'sending' && !isByHand
  const title = bold(isOnItsWay ? 'Reply' : isByHand ? 'Send this by hand' : 'Not delivered')
  const { text: shown, isCut } = wordsWithin(words, room - title.length - 1, isOnItsWay ? quoted : fenced)
  return { text: `${title}\n${shown}`, isCut }
}

function colourOf(card: Card): number {
  const { state, alerts, status } = card
  if (alerts.length > 0 || status?.tone === 'bad' || (state === 'waiting' && urgentLabel(card))) return colours.urgent
  if (state === 'waiting' || state === 'sending' || state === 'answered') return colours[state]
  return colours.quiet
}

function headOf(card: Card, ease: number): string[] {
  const { customer, origin, summary } = card
  const handle = customer.handle === null || isBlank(customer.handle) ? '' : name(customer.handle, most.who * ease)
  const about = [handle, short(customer.history, most.history * ease)].filter((part) => part !== '').join(' · ')
  return [
    originLine(origin, most.origin * ease),
    `${bold(name(customer.name, most.who * ease))}  ${about}`,
    ...stateLines(card, ease),
    ...(summary === null || isBlank(summary) ? [] : [italic(short(summary, most.summary * ease))]),
  ]
}

const originLine = (origin: string, room: number) => small(isBlank(origin) ? '–' : short(origin, room))

function stateLines(card: Card, ease: number): string[] {
  const labels = card.labels.map(({ text: label }) => oneLine(label, 60)).filter((label) => !isBlank(label))
  const times = [
    ...(card.waitingSince ? [waitingLine(card.waitingSince, card.dueAt)] : []),
    ...(card.replyWindow ? [windowLine(card.replyWindow)] : []),
    ...(card.assignee ? [`Assigned to ${assigneeOf(card.assignee, most.who * ease)}`] : []),
  ]
  return [
    ...(labels.length > 0
      ? [small(`${urgentLabel(card) ? '🔴 ' : ''}${short(labels.join(' · '), most.labels * ease)}`)]
      : []),
    ...(times.length > 0 ? [small(times.join(' · '))] : []),
  ]
}

/** Discord counts down by itself. */
function windowLine({ closesAt, minutesLeft }: NonNullable<Card['replyWindow']>): string {
  if (minutesLeft === 0) return `Reply window closed ${bold(moment(closesAt, 'f'))}`
  const left = moment(closesAt, 'R')
  return `Reply window closes ${minutesLeft === null ? left : bold(left)}`
}

/** A time alone says enough where it is not far from when they wrote. */
function waitingLine(since: Date, dueAt: Date | null): string {
  const waiting = `Waiting since ${moment(since, 't')}, ${bold(moment(since, 'R'))}`
  if (!dueAt) return waiting
  const isSoon = dueAt.getTime() - since.getTime() < 12 * 3_600_000
  return `${waiting}, due ${moment(dueAt, isSoon ? 't' : 'f')}`
}

/** Shown to everybody as a name; who hears of it is said elsewhere. */
export function assigneeOf(assignee: { id: string; name: string }, room: number): string {
  const user = userOf(assignee.id)
  return user === null ? name(assignee.name, room) : `<@${user}>`
}

function draftTitle({ revision, writtenBy, instruction }: CardDraft, ease: number): string {
  const asked =
    instruction === null || isBlank(instruction) ? '' : `, asked for “${name(instruction, most.notes * 0.5 * ease)}”`
  return `${bold(revision > 1 ? `Draft ${revision}` : 'Draft')}  by ${name(writtenBy, most.who * ease)}${asked}`
}

function draftNotes({ flags, evidence }: CardDraft, ease: number): string[] {
  const facts = evidence.filter((fact) => !isBlank(fact)).slice(0, 5)
  const rests = facts.map((fact) => name(fact, (most.evidence * ease) / facts.length)).join(' · ')
  return [
    ...warnings(flags.map(({ text: flag }) => flag).slice(0, 6), most.notes * ease),
    ...(facts.length > 0 ? [small(`Rests on ${rests}`)] : []),
  ]
}

function footOf({ alerts, status }: Card, ease: number): string[] {
  return [...warnings(alerts.slice(-5), most.alerts * ease), ...(status ? [statusLine(status, ease)] : [])]
}

function warnings(texts: string[], room: number): string[] {
  const shown = texts.filter((warning) => !isBlank(warning))
  return shown.map((warning) => `⚠️ ${bold(name(warning, room / shown.length))}`)
}

const signs = { plain: '', good: '✅ ', warn: '⚠️ ', bad: '⚠️ ' }

function statusLine({ text: said, tone, at, undoUntil, url }: Status, ease: number): string {
  const reply = url === undefined ? null : link(url, 'See the reply')
  const what = `${signs[tone]}${isBlank(said) ? '' : name(said, 400 * ease)}${at ? ` ${moment(at, 'f')}` : ''}`
  const parts = [what, undoUntil ? `Undo until ${moment(undoUntil, 'T')}` : '', reply ?? '']
  return small(parts.filter((part) => !isBlank(part)).join(' · ') || '–')
}

/** Nobody waits: who, what they last said, and how it ended. */
function quietCard(card: Card): APIContainerComponent {
  const { customer, origin, subject, status, turns } = card
  const about = subject === null || isBlank(subject) ? [] : [name(subject, most.who)]
  const last = turns.findLast((turn) => turn.from === 'customer')
  const words = last ? shortened(last.translation ?? last.text) : null
  const lines = [
    originLine(origin, most.origin),
    [bold(name(customer.name, most.who)), ...about].join(' · '),
    ...(words === null ? [] : [quoted(words.text)]),
    ...(status ? [statusLine(status, 1)] : []),
  ]
  const rows = actionRows(card, { isTextCut: words?.isCut === true || turns.length > 1, isDraftCut: false })
  return container(colourOf(card), [text(lines.join('\n')), ...rows])
}

function shortened(words: string): Fitted {
  const line = oneLine(words, 400)
  const end = foldAt(line, 200, 1)
  const isCut = end < line.length || line !== words.trim()
  return { text: end < line.length ? `${line.slice(0, end)} …` : line, isCut }
}
