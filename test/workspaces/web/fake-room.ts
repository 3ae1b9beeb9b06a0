import { createHmac } from 'node:crypto'
import type { AddressInfo } from 'node:net'
import { serve, type ServerType } from '@hono/node-server'
import type { Clock } from '../../../src/clock.ts'
import { readSettings, type Env } from '../../../src/env.ts'
import { createLog } from '../../../src/log.ts'
import { defaultTuning, type Tuning } from '../../../src/settings/tuning.ts'
import type { Card, CardTurn } from '../../../src/workspaces/card.ts'
import { web } from '../../../src/workspaces/web/index.ts'
import type {
  CardFilter,
  Decision,
  Handlers,
  Outcome,
  Workspace,
  WorkspaceIo,
} from '../../../src/workspaces/workspace.ts'
import { testClock } from '../../support/clock.ts'

export interface FakeRoom {
  io: WorkspaceIo
  handlers: Handlers
  cards: Map<string, Card>
  decisions: Decision[]
  commands: string[]
  tuning: Tuning
  reads: number
  /** What the next decisions meet; by default they are done. */
  onDecision: (decision: Decision) => Outcome | Promise<Outcome>
  /** Set: every read fails with it. */
  failure: Error | null
  /** Puts the card in place without telling anybody. */
  put(card: Card): Card
  workspace(env?: Env): Workspace
}

const bucketOf = (card: Card): CardFilter =>
  card.state === 'quarantined' ? 'quarantined' : card.state === 'waiting' || card.state === 'sending' ? 'open' : 'done'

/** What core hands the web workspace, in memory. */
export function fakeRoom(
  cards: Card[] = [],
  clock: Clock = testClock(),
  overrides: Partial<WorkspaceIo> = {},
): FakeRoom {
  const heard = new Set<(hint: string) => void>()
  const uses = new Map<string, number>()
  let ids = 0
  const check = () => {
    if (room.failure) throw room.failure
  }
  const room: FakeRoom = {
    cards: new Map(cards.map((card) => [card.conversationId, card])),
    decisions: [],
    commands: [],
    tuning: structuredClone(defaultTuning),
    reads: 0,
    failure: null,
    onDecision: (decision) => {
      const card = room.cards.get(decision.conversationId)
      if (!card) return { isDone: false, reason: 'There is no such card.', card: null }
      return { isDone: true, card }
    },
    put(card) {
      room.cards.set(card.conversationId, card)
      return card
    },
    handlers: {
      async onDecision(decision) {
        room.decisions.push(decision)
        return room.onDecision(decision)
      },
      async onCommand(text) {
        check()
        room.commands.push(text)
        return {
          title: `/desk ${text}`,
          lines: [{ text: 'Ana <b>waits</b>', conversationId: 'c1' }, { text: 'Nothing else' }],
        }
      },
    },
    io: {
      clock,
      log: createLog('silent'),
      publicUrl: 'http://127.0.0.1:3000',
      host: '127.0.0.1',
      key: (purpose) => createHmac('sha256', 'test').update(purpose).digest(),
      newId: () => `id-${(ids += 1)}`,
      async allow(key, max) {
        uses.set(key, (uses.get(key) ?? 0) + 1)
        return (uses.get(key) ?? 0) <= max
      },
      async listCards(filter, after) {
        check()
        const all = [...room.cards.values()]
        const order = (card: Card) => card.waitingSince?.getTime() ?? Number.MAX_SAFE_INTEGER
        const found = all.filter((card) => bucketOf(card) === filter).toSorted((a, b) => order(a) - order(b))
        const from = Number(after ?? 0)
        return {
          cards: found.slice(from, from + 20),
          next: found.length > from + 20 ? String(from + 20) : null,
          counts: await room.io.countCards(),
        }
      },
      async countCards() {
        check()
        const countOf = (one: CardFilter) => [...room.cards.values()].filter((card) => bucketOf(card) === one).length
        return { open: countOf('open'), quarantined: countOf('quarantined'), done: countOf('done') }
      },
      tunables: () => ({
        channels: [
          { id: 'live-chat', name: 'Live chat', graceSeconds: 3 },
          { id: 'email', name: 'Email', graceSeconds: 10 },
        ],
        templates: {
          question: 'Thank you for asking.',
          'question.de': 'Danke für Ihre Frage.',
          complaint: 'We are sorry.',
        },
      }),
      async readCard(id) {
        check()
        room.reads += 1
        return room.cards.get(id) ?? null
      },
      async readAttachment(id) {
        const mediaType = { picture: 'image/png', drawing: 'image/svg+xml', page: 'text/html' }[id]
        return mediaType === undefined
          ? null
          : { name: `Müller "q3"\r\n.${id}`, mediaType, content: new TextEncoder().encode('<script>') }
      },
      async publish(hint) {
        for (const hear of heard) hear(hint)
      },
      onHint(hear) {
        heard.add(hear)
        return () => void heard.delete(hear)
      },
      async readTuning() {
        check()
        return room.tuning
      },
      async writeTuning(tuning) {
        check()
        room.tuning = tuning as Tuning
        return room.tuning
      },
      ...overrides,
    },
    workspace(env = {}) {
      const opened = web.open(readSettings(web.env, env), room.io)
      if (!opened || opened instanceof Promise) throw new Error('the room is off')
      return opened
    },
  }
  return room
}

/** A card that waits with a draft; `changes` make it another. */
export function testCard(changes: Partial<Card> = {}): Card {
  return {
    conversationId: 'c1',
    version: 1,
    state: 'waiting',
    origin: 'Live chat',
    channelId: 'live-chat',
    subject: null,
    customer: { name: 'Ana Lopez', handle: null, history: 'first time' },
    labels: [{ kind: 'theme', text: 'question', tone: 'plain' }],
    summary: 'Asks when the parcel comes.',
    waitingSince: new Date('2026-03-02T08:54:00Z'),
    replyBy: null,
    assignee: null,
    turns: [testTurn({ text: 'Where is my parcel?' })],
    draft: {
      id: 'd1',
      revision: 1,
      text: 'Hello Ana, it comes tomorrow.',
      writtenBy: 'offline',
      instruction: null,
      evidence: ['Template: question'],
      flags: [],
    },
    maxLength: 4000,
    status: null,
    alerts: [],
    actions: waitingActions('d1'),
    seenSeq: 3,
    replyText: null,
    ...changes,
  }
}

export function testTurn(changes: Partial<CardTurn> = {}): CardTurn {
  return {
    from: 'customer',
    name: 'Ana Lopez',
    at: new Date('2026-03-02T08:54:00Z'),
    text: 'Hello?',
    translation: null,
    isUnanswered: true,
    attachments: [],
    notes: [],
    ...changes,
  }
}

export function waitingActions(draftId: string): Card['actions'] {
  return [
    { id: 'approve', label: 'Approve & send', style: 'primary', target: draftId },
    { id: 'edit', label: 'Edit', style: 'plain', target: draftId },
    { id: 'redraft', label: 'Redraft…', style: 'plain', target: null },
    { id: 'assign', label: 'Assign to me', style: 'plain', target: null },
    { id: 'dismiss', label: 'Dismiss…', style: 'plain', target: null },
    { id: 'snooze', label: 'Snooze…', style: 'plain', target: null },
    { id: 'spam', label: 'Spam', style: 'danger', target: null },
  ]
}

/** The card once its reply is on its way. */
export function sendingCard(card: Card, now = new Date()): Card {
  return {
    ...card,
    version: card.version + 1,
    state: 'sending',
    waitingSince: card.waitingSince,
    draft: null,
    replyText: card.draft?.text ?? null,
    status: {
      text: 'Sending… approved by Team',
      tone: 'plain',
      at: null,
      undoUntil: new Date(now.getTime() + 10_000),
    },
    actions: [
      { id: 'undo', label: 'Undo', style: 'primary', target: 'r1' },
      { id: 'assign', label: 'Assign to me', style: 'plain', target: null },
    ],
  }
}

export interface Served {
  url: string
  port: number
  close(): Promise<void>
}

/** Serves a workspace on the loopback address. */
export async function serveWorkspace(workspace: Workspace, port = 0): Promise<Served> {
  const fetch = async (request: Request) =>
    (await workspace.fetch?.(request, { address: '127.0.0.1' })) ?? new Response('not here', { status: 404 })
  const server = await new Promise<ServerType>((resolve) => {
    const starting = serve({ fetch, port, hostname: '127.0.0.1' }, () => resolve(starting))
  })
  const bound = (server.address() as AddressInfo).port
  return {
    url: `http://127.0.0.1:${bound}`,
    port: bound,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        if ('closeAllConnections' in server) server.closeAllConnections()
      }),
  }
}
