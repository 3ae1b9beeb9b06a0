import { createHmac } from 'node:crypto'
import type { Clock } from '../../../src/clock.ts'
import { createLog } from '../../../src/log.ts'
import { defaultTuning, type Tuning } from '../../../src/settings/tuning.ts'
import type { Card } from '../../../src/workspaces/card.ts'
import type { Form, FormAbout, FormId, FormOutcome, FormValues } from '../../../src/workspaces/form.ts'
import type {
  Answer,
  Bulletin,
  CardFilter,
  Decision,
  Handlers,
  Home,
  Items,
  Outcome,
  Refusal,
  SettingsPage,
  Suggestion,
  Teammate,
  WorkspaceIo,
} from '../../../src/workspaces/workspace.ts'
import type {
  CustomerChange,
  CustomerRef,
  Download,
  FileFormat,
  FileSource,
  ListPage,
} from '../../../src/workspaces/found.ts'
import type { Report } from '../../../src/workspaces/report.ts'
import { testClock } from '../../support/clock.ts'
import { sampleCustomer, sampleFound } from './sample-found.ts'
import { testForm } from './samples.ts'

/** What came back from a form. */
export interface Submitted {
  form: FormId
  about: FormAbout
  values: FormValues
  teammate: Teammate
}

/** What a workspace is handed, in memory: it keeps the cards and writes down what it is asked. */
export interface FakeCore {
  io: WorkspaceIo
  handlers: Handlers
  cards: Map<string, Card>
  decisions: Decision[]
  commands: { text: string; teammate: Teammate }[]
  /** Where each command was typed. */
  typedIn: (string | null)[]
  itemsOpened: { items: Items; teammate: Teammate }[]
  /** By default two lines, of which there is a file. */
  onOpenItems: (items: Items) => Answer
  pagesOpened: { page: ListPage; teammate: Teammate }[]
  /** By default the sample, at that page. */
  onOpenPage: (page: ListPage) => Answer
  shared: { page: ListPage; room: string; teammate: Teammate }[]
  customersOpened: { customer: CustomerRef; teammate: Teammate }[]
  /** By default the sample. */
  onOpenCustomer: (customer: CustomerRef) => Answer
  changes: { change: CustomerChange; teammate: Teammate }[]
  onChangeCustomer: (change: CustomerChange) => Answer
  filesRead: { source: FileSource; format: FileFormat; teammate: Teammate }[]
  /** By default one of two rows. */
  onReadFile: (source: FileSource, format: FileFormat) => Download | Refusal
  /** The newest first. */
  bulletins: Bulletin[]
  reports: Map<string, Report>
  asked: { option: string; typed: string; teammate: Teammate }[]
  suggestions: Suggestion[]
  opened: { form: FormId; about: FormAbout; teammate: Teammate }[]
  submitted: Submitted[]
  tuning: Tuning
  /** How often a card was read. */
  reads: number
  /** What the next decisions meet; by default they are done. */
  onDecision: (decision: Decision) => Outcome | Promise<Outcome>
  onCommand: (text: string) => Answer
  /** By default a form that asks one of everything. */
  onOpenForm: (form: FormId, about: FormAbout) => Form | Refusal | Promise<Form | Refusal>
  /** By default it is done, and nothing is said. */
  onSubmitForm: (submitted: Submitted) => FormOutcome | Promise<FormOutcome>
  home: Home
  settings: SettingsPage | Refusal
  /** The rooms that the bot was let into. */
  offered: string[]
  /** Set: every read fails with it. */
  failure: Error | null
  /** Puts the card in place without telling anybody. */
  put(card: Card): Card
}

const bucketOf = (card: Card): CardFilter =>
  card.state === 'quarantined' ? 'quarantined' : card.state === 'waiting' || card.state === 'sending' ? 'open' : 'done'

async function* rowsOf(rows: string[]): AsyncGenerator<string> {
  yield* rows
}

/** A core without a database. */
export function fakeCore(clock: Clock = testClock(), overrides: Partial<WorkspaceIo> = {}): FakeCore {
  const heard = new Set<(hint: string) => void>()
  const uses = new Map<string, number>()
  const secrets = new Map<string, unknown>()
  const kept = new Map<string, unknown>()
  let ids = 0
  const check = () => {
    if (core.failure) throw core.failure
  }
  const core: FakeCore = {
    cards: new Map(),
    decisions: [],
    commands: [],
    typedIn: [],
    itemsOpened: [],
    pagesOpened: [],
    shared: [],
    customersOpened: [],
    changes: [],
    filesRead: [],
    bulletins: [],
    reports: new Map(),
    asked: [],
    suggestions: [],
    opened: [],
    submitted: [],
    tuning: structuredClone(defaultTuning),
    reads: 0,
    failure: null,
    offered: [],
    home: { mine: [], waiting: [], waitingCount: 0, answered: [], answeredCount: 0, isManager: true },
    settings: { sections: [] },
    onDecision(decision) {
      const card = core.cards.get(decision.conversationId)
      if (!card) return { isDone: false, reason: 'There is no such card.', card: null }
      return { isDone: true, card }
    },
    onCommand: (text) => ({
      title: `/desk ${text}`,
      lines: [{ text: 'Ana <b>waits</b>', conversationId: 'c1' }, { text: 'Nothing else' }],
    }),
    onOpenItems: (items) => ({
      title: '52 answered · Friday 20 November 2026',
      lines: [{ text: '12 min · Ana <b>Lopez</b> · Email', conversationId: 'c1' }, { text: 'and 50 more' }],
      file: { source: { kind: 'items', ...items }, formats: ['csv'] },
    }),
    onOpenPage: (page) => {
      const found = sampleFound({ page })
      return {
        title: found.asked,
        lines: [],
        found,
        file: { source: { kind: 'list', listId: page.listId }, formats: ['csv', 'json'] },
      }
    },
    onOpenCustomer: () => {
      const customer = sampleCustomer()
      return { title: customer.name, lines: [], customer }
    },
    onChangeCustomer: ({ customerId }) => core.onOpenCustomer({ customerId }),
    onReadFile: () => ({
      name: 'deskbell-answered-2026-11-20.csv',
      mediaType: 'text/csv; charset=utf-8',
      frame: { head: 'Channel,Minutes\r\n', between: '', tail: '' },
      rows: rowsOf(['Email,12.0\r\n', 'Live chat,3.5\r\n']),
    }),
    onOpenForm: (id, about) => testForm({ id, about: { ...about, seenSeq: 3, draftId: 'd1' } }),
    onSubmitForm: () => ({ kind: 'done', said: null }),
    put(card) {
      core.cards.set(card.conversationId, card)
      return card
    },
    handlers: {
      async onDecision(decision) {
        core.decisions.push(decision)
        return core.onDecision(decision)
      },
      async onCommand(text, teammate, room) {
        check()
        core.commands.push({ text, teammate })
        core.typedIn.push(room)
        return core.onCommand(text)
      },
      async openItems(items, teammate) {
        check()
        core.itemsOpened.push({ items, teammate })
        return core.onOpenItems(items)
      },
      async openPage(page, teammate) {
        check()
        core.pagesOpened.push({ page, teammate })
        return core.onOpenPage(page)
      },
      async sharePage(page, room, teammate) {
        check()
        core.shared.push({ page, room, teammate })
        return { title: 'Shown to everybody in the room', lines: [] }
      },
      async openCustomer(customer, teammate) {
        check()
        core.customersOpened.push({ customer, teammate })
        return core.onOpenCustomer(customer)
      },
      async changeCustomer(change, teammate) {
        check()
        core.changes.push({ change, teammate })
        return core.onChangeCustomer(change)
      },
      async readFile(source, format, teammate) {
        check()
        core.filesRead.push({ source, format, teammate })
        return core.onReadFile(source, format)
      },
      async suggest(option, typed, teammate) {
        check()
        core.asked.push({ option: option.name, typed, teammate })
        return core.suggestions
      },
      async openForm(form, about, teammate) {
        check()
        core.opened.push({ form, about, teammate })
        return core.onOpenForm(form, about)
      },
      async submitForm(form, about, values, teammate) {
        check()
        const submitted = { form, about, values, teammate }
        core.submitted.push(submitted)
        return core.onSubmitForm(submitted)
      },
      async readHome() {
        check()
        return core.home
      },
      async readSettings() {
        check()
        return core.settings
      },
      async offerRoom(room) {
        core.offered.push(room)
        return true
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
        const all = [...core.cards.values()]
        const order = (card: Card) => card.waitingSince?.getTime() ?? Number.MAX_SAFE_INTEGER
        const found = all.filter((card) => bucketOf(card) === filter).toSorted((a, b) => order(a) - order(b))
        const from = Number(after ?? 0)
        return {
          cards: found.slice(from, from + 20),
          next: found.length > from + 20 ? String(from + 20) : null,
          counts: await core.io.countCards(),
        }
      },
      async countCards() {
        check()
        const countOf = (one: CardFilter) => [...core.cards.values()].filter((card) => bucketOf(card) === one).length
        return { open: countOf('open'), quarantined: countOf('quarantined'), done: countOf('done') }
      },
      tunables: () => ({
        channels: [
          { id: 'live-chat', name: 'Live chat', graceSeconds: 3, accounts: [{ id: 'default', name: 'Live chat' }] },
          { id: 'email', name: 'Email', graceSeconds: 10, accounts: [{ id: 'help', name: 'help@shop.example' }] },
        ],
        templates: {
          question: 'Thank you for asking.',
          'question.de': 'Danke für Ihre Frage.',
          complaint: 'We are sorry.',
        },
      }),
      async readCard(id) {
        check()
        core.reads += 1
        return core.cards.get(id) ?? null
      },
      async listBulletins(after, only) {
        check()
        const from = Number(after ?? 0)
        const wanted = core.bulletins.filter(({ message }) => only === undefined || message.kind === only)
        const next = wanted.length > from + 10 ? String(from + 10) : null
        return { bulletins: wanted.slice(from, from + 10), next }
      },
      async readReport(id) {
        check()
        return core.reports.get(id) ?? null
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
        return core.tuning
      },
      async writeTuning(tuning) {
        check()
        core.tuning = tuning as Tuning
        return core.tuning
      },
      vault: {
        isKeyApart: true,
        get: async (name) => secrets.get(name),
        set: async (name, value) => void secrets.set(name, value),
        delete: async (name) => void secrets.delete(name),
        names: async (prefix) => [...secrets.keys()].filter((name) => name.startsWith(prefix)),
      },
      shelf: {
        async put(content) {
          check()
          const id = `00000000-0000-7000-8000-${String(kept.size).padStart(12, '0')}`
          kept.set(id, structuredClone(content))
          return id
        },
        async get(id) {
          check()
          return kept.get(id)
        },
      },
      holdLease: (_, signal, work) => work(signal),
      ...overrides,
    },
  }
  return core
}
