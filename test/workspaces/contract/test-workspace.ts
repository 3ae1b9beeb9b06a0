import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ActionId, Card } from '../../../src/workspaces/card.ts'
import type { Form, FormAbout } from '../../../src/workspaces/form.ts'
import type { Decision, Teammate, Workspace } from '../../../src/workspaces/workspace.ts'
import { fakeCore, type FakeCore } from './core.ts'
import { sampleFound } from './sample-found.ts'
import { testAction, testCard, testForm, testFormBelow, testTurn, waitingActions } from './samples.ts'

/**
 * How the suite gets at a workspace and at the people in front of it. The workspace talks to its real client, against
 * a real peer or one that behaves as the vendor's does; only the core is a fake one, so that it can be told what to say.
 */
export interface WorkspaceHarness {
  name: string
  /** Opens the workspace with `core.io`, and starts it with `core.handlers`. Called anew for every test. */
  open(core: FakeCore): Promise<OpenRoom>
}

export interface OpenRoom {
  workspace: Workspace
  /** Where the suite posts, as `Place` names it. */
  room: string
  /** Two teammates who may decide, and who find each other where a form asks for a teammate. */
  ana: Person
  ben: Person
  /** Called once, also when the workspace was stopped already. */
  close(): Promise<void>
}

/** Somebody at a screen. What they do is over once they were answered. */
export interface Person {
  /** As the handlers are told. */
  teammate: Teammate
  /** Every copy of a conversation's card in the room, as it reads now. It was posted with the key `card:<conversation>`. */
  looks(conversationId: string): Promise<SeenCard[]>
  /** Presses it as it was seen, whatever became of the card since. */
  click(card: SeenCard, action: ActionId): Promise<void>
  /** The form in front of them; null when there is none. */
  form(): Promise<SeenForm | null>
  /** Fills in the form in front of them, by field, and sends it. The other fields stay as they are. */
  submit(typed: Record<string, string | string[] | Date | Person>): Promise<void>
  /** `text` is what follows `/desk`. */
  command(text: string): Promise<void>
  /** What was said to this person alone up to now: refusals, answers, notices, settings. Empty: nothing. */
  heard(): Promise<string>
}

export interface SeenCard {
  /** As a person reads it: markup that worked is not in it, markup that did not work stands there letter by letter. */
  text: string
  /** All that can be pressed, in menus as well, without what only unfolds something. */
  actions: ActionId[]
  /** Where links lead, but for the workspace's own pages. */
  links: string[]
  /** The harness's own: what a later click is made from. */
  source: unknown
}

export interface SeenForm {
  /** Title, what it is about, labels, hints, as a person reads them. */
  text: string
  fields: SeenField[]
}

export interface SeenField {
  /** As in `Form`. */
  id: string
  /** What stands in it: a text, or what is chosen. */
  value: string | string[]
  /** What is wrong with it. */
  error: string | null
}

const conversationId = '019a2b3c-4d5e-7f60-8a9b-0c1d2e3f4a5b'
const draftId = '019a2b3c-4d5e-7f60-8a9b-0c1d2e3f4a5c'
const otherId = '019a2b3c-4d5e-7f60-8a9b-0c1d2e3f4a5d'

const seen: Required<FormAbout> = { conversationId, seenSeq: 3, draftId }

function waitingCard(changes: Partial<Card> = {}): Card {
  const { draft, ...card } = testCard()
  return {
    ...card,
    conversationId,
    draft: draft && { ...draft, id: draftId },
    actions: waitingActions(draftId),
    ...changes,
  }
}

/** What becomes of a press on each action that asks nothing. */
const decisions: [label: string, action: Card['actions'][number], decides: object][] = [
  ['approve', testAction('approve', 'Approve', { target: draftId }), { kind: 'approve', draftId, seenSeq: 3 }],
  ['unassign', testAction('unassign', 'Unassign'), { kind: 'assign', to: null }],
  [
    'dismiss, where that is likely',
    testAction('dismiss', 'No reply needed', { style: 'primary' }),
    { kind: 'dismiss', reason: 'no-reply-needed', seenSeq: 3 },
  ],
  ['spam', testAction('spam', 'Spam', { style: 'danger' }), { kind: 'dismiss', reason: 'spam', seenSeq: 3 }],
  ['reopen', testAction('reopen', 'Reopen'), { kind: 'reopen' }],
  ['undo', testAction('undo', 'Undo', { target: otherId }), { kind: 'undo', replyId: otherId }],
  ['mark-sent', testAction('mark-sent', 'Mark as sent', { target: otherId }), { kind: 'mark-sent', replyId: otherId }],
  ['mark-unsent', testAction('mark-unsent', 'No', { target: otherId }), { kind: 'mark-unsent', replyId: otherId }],
  ['resend', testAction('resend', 'Send again', { target: otherId }), { kind: 'resend', replyId: otherId }],
  ['retry', testAction('retry', 'Try again', { target: otherId }), { kind: 'retry', problemId: otherId }],
]

const asking: [action: ActionId, form: string][] = [
  ['edit', 'edit'],
  ['redraft', 'redraft'],
  ['schedule', 'schedule'],
  ['assign-to', 'assign'],
  ['dismiss', 'dismiss'],
  ['snooze', 'snooze'],
]

const hostile = [
  '<b>bold</b> <script>alert(1)</script> <img src=x onerror=alert(1)>',
  '</blockquote></div></article> "quoted" \'single\' &amp; &lt;b&gt;',
  '<!channel> <!here> <@U0000ANA> <#C0000GEN> <https://evil.example|your bank> @everyone @here',
  '*not bold* _not italic_ ~not struck~ `not code` ```not a block [Approve](https://evil.example)',
  '> not a quote, :smile: no smile, # no heading',
]

/** What every workspace must do, in the words of the people in front of it. */
export function testWorkspace(harness: WorkspaceHarness): void {
  describe(`${harness.name}, as every workspace,`, () => {
    let core: FakeCore
    let room: OpenRoom
    let ana: Person
    let ben: Person

    beforeEach(async () => {
      core = fakeCore()
      room = await harness.open(core)
      ;({ ana, ben } = room)
    })
    afterEach(() => room.close())

    const placeOf = (card: Card) => ({ room: room.room, thread: null, key: `card:${card.conversationId}` })
    const post = (card: Card) => room.workspace.post({ kind: 'card', card: core.put(card) }, placeOf(card))

    /** The only copy of the card. */
    async function look(person = ana): Promise<SeenCard> {
      const [card, ...more] = await person.looks(conversationId)
      expect(more).toEqual([])
      if (!card) throw new Error('The room does not show the card')
      return card
    }
    async function formOf(person: Person): Promise<SeenForm> {
      const form = await person.form()
      if (!form) throw new Error('No form is open')
      return form
    }
    async function openForm(form: Form = testForm({ about: seen })): Promise<void> {
      core.onOpenForm = () => form
      await post(waitingCard())
      await ana.click(await look(), 'edit')
    }

    it('is ready once it was started, and no more once it was stopped', async () => {
      expect(room.workspace.isReady()).toBe(true)
      await room.workspace.stop()
      expect(room.workspace.isReady()).toBe(false)
    })

    it('shows a posted card to everybody: who wrote what, the draft, and what can be done', async () => {
      const card = waitingCard({ alerts: ['The last reply was not sent'], subject: 'Order 1042' })
      await post(card)
      for (const person of [ana, ben]) {
        const { text, actions, links } = await look(person)
        for (const part of [
          'Ana Lopez',
          'Live chat',
          'Order 1042',
          'Where is my parcel?',
          'Hello Ana, it comes tomorrow.',
        ])
          expect(text).toContain(part)
        expect(text).toMatch(/question/i)
        expect(text).toContain('The last reply was not sent')
        expect(actions.toSorted()).toEqual(card.actions.map(({ id }) => id).toSorted())
        expect(links).toEqual([])
      }
    })

    it('finds a post by its key, or shows it once however often it is posted', async () => {
      const card = waitingCard()
      const since = new Date(core.io.clock.now().getTime() - 60_000)
      expect(await room.workspace.find(placeOf(card), since)).toBeNull()
      await post(card)
      const found = await room.workspace.find(placeOf(card), since)
      const ref = found ?? (await post(card))
      const changed = core.put(waitingCard({ version: 2, subject: 'Order 1042' }))
      await room.workspace.update(ref, { kind: 'card', card: changed })
      expect((await look()).text).toContain('Order 1042')
    })

    it('replaces what was seen when the card changes, and takes the buttons away', async () => {
      const ref = await post(waitingCard())
      const status = { text: 'Sent by Ben', tone: 'good', at: null, undoUntil: null } as const
      const answered = waitingCard({
        version: 2,
        state: 'answered',
        draft: null,
        waitingSince: null,
        status,
        actions: [],
      })
      await room.workspace.update(ref, { kind: 'card', card: core.put(answered) })
      const { text, actions } = await look()
      expect(text).toContain('Sent by Ben')
      expect(text).not.toContain('it comes tomorrow')
      expect(actions).toEqual([])
      // The same again changes nothing.
      await room.workspace.update(ref, { kind: 'card', card: answered })
      expect((await look()).text).toBe(text)
    })

    it('takes a card away for good, and does not mind one that is gone', async () => {
      const card = waitingCard()
      const ref = await post(card)
      await look()
      core.cards.delete(card.conversationId)
      await room.workspace.remove(ref)
      expect(await ana.looks(card.conversationId)).toEqual([])
      await room.workspace.remove(ref)
    })

    it('opens the page of whoever wrote a card, for the one who asked', async () => {
      await post(waitingCard({ actions: [testAction('customer', 'About this customer…')] }))
      await ana.click(await look(), 'customer')
      expect(core.customersOpened).toEqual([{ customer: { conversationId }, teammate: ana.teammate }])
      expect(core.decisions).toEqual([])
      const heard = await ana.heard()
      for (const part of ['4th time', 'mia@example.com', 'Runs the café at the corner', 'M. Jansen'])
        expect(heard).toContain(part)
      expect(await ben.heard()).toBe('')
    })

    it('shows what was found to the one who asked, with every word as it was written', async () => {
      core.onCommand = () => {
        const found = sampleFound()
        return { title: found.asked, lines: [], found }
      }
      await ana.command('find refund')
      const heard = await ana.heard()
      for (const part of [
        '“refnud” is nowhere',
        'Mia Jansen',
        'ふたが割れていました',
        'answered in 12 min by Ana Ruiz',
      ])
        expect(heard).toContain(part)
      expect(await ben.heard()).toBe('')
    })

    it('hands on a press on an old card with what was seen, and tells the refusal to nobody else', async () => {
      const ref = await post(waitingCard())
      const old = await look()
      const fresh = core.put(waitingCard({ version: 2, seenSeq: 4, turns: [testTurn({ text: 'Never mind!' })] }))
      await room.workspace.update(ref, { kind: 'card', card: fresh })
      core.onDecision = () => ({ isDone: false, reason: 'They wrote again & again: look first', card: fresh })
      await ana.click(old, 'approve')
      expect(core.decisions).toEqual([
        { kind: 'approve', conversationId, teammate: ana.teammate, draftId, seenSeq: 3 } satisfies Decision,
      ])
      expect(await ana.heard()).toContain('They wrote again & again: look first')
      expect(await ben.heard()).toBe('')
      expect((await look()).text).toContain('Never mind!')
    })

    it.each(decisions)('decides what was pressed: %s', async (_, action, decides) => {
      await post(waitingCard({ actions: [action] }))
      await ben.click(await look(ben), action.id)
      expect(core.decisions).toEqual([{ conversationId, teammate: ben.teammate, ...decides }])
      expect(await ben.heard()).toBe('')
    })

    it('assigns to whoever presses it', async () => {
      await post(waitingCard())
      await ben.click(await look(ben), 'assign')
      const { teammate } = ben
      expect(core.decisions).toEqual([{ kind: 'assign', conversationId, teammate, to: teammate }])
    })

    it('says so when the core can’t be reached', async () => {
      await post(waitingCard())
      core.onDecision = () => Promise.reject(new Error('connect ECONNREFUSED 10.0.0.1'))
      await ana.click(await look(), 'approve')
      expect(await ana.heard()).toMatch(/nothing was changed/i)
      expect(await ana.heard()).not.toContain('ECONNREFUSED')
    })

    it.each(asking)('asks before it does anything: %s', async (action, form) => {
      await post(waitingCard())
      await ana.click(await look(), action)
      expect(core.decisions).toEqual([])
      expect(core.opened).toEqual([
        { form, about: expect.objectContaining({ conversationId }), teammate: ana.teammate },
      ])
      expect((await formOf(ana)).fields.map(({ id }) => id)).toEqual(['text', 'why', 'themes', 'at', 'to'])
      expect(await ben.form()).toBeNull()
    })

    it('opens a form with what it is about, and what stands in its fields', async () => {
      await openForm(testFormBelow([{ title: 'Ana Lopez wrote', text: 'Where is my parcel?' }], { about: seen }))
      const { text, fields } = await formOf(ana)
      for (const part of [
        'Edit the reply',
        'Ana Lopez wrote',
        'Where is my parcel?',
        'Your reply',
        'Why?',
        'Themes',
        'When',
      ])
        expect(text).toContain(part)
      expect(fields.map(({ id, value }) => [id, value]).slice(0, 3)).toEqual([
        ['text', 'Hello Ana'],
        ['why', 'late'],
        ['themes', ['question']],
      ])
      expect(fields.map(({ error }) => error)).toEqual([null, null, null, null])
    })

    it('submits what was filled in, with what the form was about', async () => {
      await openForm()
      const at = new Date('2026-03-04T16:30:00Z')
      const text = 'Dear <Ana> & all,\n\nit is *here*: 100 % "sure".'
      await ana.submit({ text, why: 'lost', themes: ['complaint', 'compliment'], at, to: ben })
      const values = { text, why: 'lost', themes: ['complaint', 'compliment'], at, to: ben.teammate }
      expect(core.submitted).toEqual([{ form: 'edit', about: seen, values, teammate: ana.teammate }])
      expect(await ana.form()).toBeNull()
      expect(await ana.heard()).toBe('')
    })

    it('submits what was left as it was, and what was emptied', async () => {
      await openForm()
      await ana.submit({ themes: [] })
      expect(core.submitted[0]?.values).toEqual({ text: 'Hello Ana', why: 'late', themes: [], at: null, to: null })
    })

    it('says beside the field what is wrong, and keeps what was typed', async () => {
      await openForm()
      core.onSubmitForm = () => ({ kind: 'invalid', errors: { text: 'Shorten it by 12', why: 'Choose the other' } })
      await ana.submit({ text: 'Far too <long>\nreally', why: 'lost' })
      const { fields } = await formOf(ana)
      expect(fields.slice(0, 2)).toEqual([
        { id: 'text', value: 'Far too <long>\nreally', error: 'Shorten it by 12' },
        { id: 'why', value: 'lost', error: 'Choose the other' },
      ])
      core.onSubmitForm = () => ({ kind: 'done', said: null })
      await ana.submit({ text: 'Short' })
      expect(core.submitted.at(-1)).toMatchObject({ about: seen, values: { text: 'Short', why: 'lost' } })
      expect(await ana.form()).toBeNull()
    })

    it('opens the form anew when it came too late, with what was typed', async () => {
      await openForm()
      core.onSubmitForm = () => ({ kind: 'refused', reason: 'They wrote again', again: { conversationId } })
      core.onOpenForm = () =>
        testFormBelow([{ title: 'Ana Lopez wrote', text: 'Never mind!' }], { about: { ...seen, seenSeq: 4 } })
      await ana.submit({ text: 'My own words' })
      expect(core.opened.at(-1)).toMatchObject({ form: 'edit', about: { conversationId } })
      const { text, fields } = await formOf(ana)
      expect(`${text}\n${await ana.heard()}`).toContain('They wrote again')
      expect(text).toContain('Never mind!')
      expect(fields[0]).toMatchObject({ id: 'text', value: 'My own words' })
      core.onSubmitForm = () => ({ kind: 'done', said: null })
      await ana.submit({})
      expect(core.submitted.at(-1)).toMatchObject({ about: { seenSeq: 4 }, values: { text: 'My own words' } })
    })

    it('tells the one who asked, and nobody else, why a form is refused, and what came of one', async () => {
      await openForm()
      core.onSubmitForm = () => ({ kind: 'refused', reason: 'Ben was faster' })
      await ana.submit({})
      expect(await ana.heard()).toContain('Ben was faster')
      core.onOpenForm = () => ({ refused: 'Only members of the group may decide' })
      await ben.click(await look(ben), 'snooze')
      expect(await ben.heard()).toContain('Only members of the group may decide')
      expect(await ben.form()).toBeNull()
      expect(await ben.heard()).not.toContain('Ben was faster')
    })

    it('answers a command to the one who asked', async () => {
      core.onCommand = () => ({
        title: 'Who is waiting',
        lines: [{ text: 'Ana <b> & *Lopez*: 6 min', conversationId }],
      })
      await ben.command('open')
      expect(core.commands).toEqual([{ text: 'open', teammate: ben.teammate }])
      const heard = await ben.heard()
      expect(heard).toContain('Who is waiting')
      expect(heard).toContain('Ana <b> & *Lopez*: 6 min')
      expect(await ana.heard()).toBe('')
    })

    it('opens a form where a command asks something', async () => {
      core.onOpenForm = (id) => testForm({ id, title: 'Log a call or visit', about: { source: null } })
      await ana.command('log Mia called')
      expect(core.opened).toEqual([{ form: 'log', about: { text: 'Mia called' }, teammate: ana.teammate }])
      expect((await formOf(ana)).text).toContain('Log a call or visit')
      core.onSubmitForm = () => ({ kind: 'done', said: 'Logged. It waits for an answer now' })
      await ana.submit({})
      expect(core.submitted).toMatchObject([{ form: 'log', about: { source: null } }])
      expect(await ana.heard()).toContain('Logged. It waits for an answer now')
      expect(core.commands).toEqual([])
    })

    it('shows the settings to the one who asked, or why not', async () => {
      const forms = [{ label: 'Add a target…', form: 'settings.target' as const, about: {} }]
      core.settings = { sections: [{ title: 'Reply targets', lines: [{ text: 'Complaints <b>: 2 h' }], forms }] }
      await ana.command('settings')
      const heard = await ana.heard()
      for (const part of ['Reply targets', 'Complaints <b>: 2 h', 'Add a target…']) expect(heard).toContain(part)
      core.settings = { refused: 'Only managers tune this' }
      await ben.command('settings')
      expect(await ben.heard()).toContain('Only managers tune this')
    })

    it.each(hostile)('shows a customer’s words as the text that they are: %j', async (text) => {
      const { draft } = waitingCard()
      const turns = [testTurn({ text, name: text, translation: text, notes: [text] })]
      const card = waitingCard({
        customer: { name: text, handle: text, history: 'first time' },
        subject: text,
        summary: text,
        turns,
        draft: draft && { ...draft, text },
      })
      await post(card)
      const shown = await look()
      expect(shown.text.split(text).length - 1).toBeGreaterThanOrEqual(3)
      expect(shown.links).toEqual([])
      expect(shown.actions.toSorted()).toEqual(card.actions.map(({ id }) => id).toSorted())
      core.onOpenForm = () => testFormBelow([{ title: `${text} wrote`, text }], { about: seen })
      await ana.click(shown, 'edit')
      expect((await formOf(ana)).text).toContain(text)
    })

    it('hears nothing any more once it was stopped', async () => {
      await post(waitingCard())
      const card = await look()
      await room.workspace.stop()
      await ana.click(card, 'approve').catch(() => {})
      await ana.command('open').catch(() => {})
      expect(core.decisions).toEqual([])
      expect(core.commands).toEqual([])
    })
  })
}
