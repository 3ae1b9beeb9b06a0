import fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import type { Form } from '../../../src/workspaces/form.ts'
import { formView } from '../../../src/workspaces/web/views/form.ts'
import type { Workspace } from '../../../src/workspaces/workspace.ts'
import { testCard, testForm } from '../contract/samples.ts'
import { fakeRoom, type FakeRoom } from './fake-room.ts'
import { askForReal } from './real-forms.ts'
import { openVisitor } from './visitor.ts'

// What every workspace's forms do is in the contract's suite; here is what only pages have.
let opened: Workspace | null = null

afterEach(async () => {
  await opened?.stop()
  opened = null
})

async function visitor(room: FakeRoom) {
  opened = room.workspace()
  await opened.start(room.handlers)
  const person = openVisitor(opened)
  await person.get('/')
  return person
}
const about = JSON.stringify({ conversationId: 'c1', seenSeq: 3, draftId: 'd1' })
const asJson = { headers: { accept: 'application/json' } }

describe('a form', () => {
  it('is a page, or what the script puts into a dialog', async () => {
    const person = await visitor(fakeRoom([testCard()]))
    const page = await (await person.get('/cards/c1/forms/edit')).text()
    expect(page).toMatch(/<title>Edit the reply · Deskbell<\/title>[^]*<a href="\/cards\/c1">/)
    const { html } = (await (await person.get('/cards/c1/forms/edit', asJson)).json()) as { html: string }
    expect(html).toMatch(/^<div\s+class="asking/)
    expect(html).toContain('name="csrf" value="')
    expect(html).not.toContain('<html')
  })

  it.each([
    '/cards/c1/forms/log',
    '/cards/c1/forms/settings.hours',
    '/cards/c1/forms/nonsense',
    '/forms/edit',
    '/forms/constructor',
    '/forms/settings',
  ])('is not found where there is none: %s', async (path) => {
    const room = fakeRoom([testCard()])
    const person = await visitor(room)
    expect((await person.get(path)).status).toBe(404)
    expect((await person.form(path, { about })).status).toBe(404)
    expect(room.opened).toEqual([])
    expect(room.submitted).toEqual([])
  })

  it('is about the card that its address names, whatever it says', async () => {
    const room = fakeRoom([testCard()])
    const person = await visitor(room)
    await person.form('/cards/c2/forms/edit', { about, 'text:text': 'Hi' })
    expect(room.submitted[0]?.about).toEqual({ conversationId: 'c2', seenSeq: 3, draftId: 'd1' })
    for (const broken of ['', '{', '[]', '"x"', '{"a":{}}', '{"a":[1]}']) {
      await person.form('/cards/c1/forms/edit', { about: broken, 'text:text': 'Hi' })
      expect(room.submitted.at(-1)?.about).toEqual({ conversationId: 'c1' })
    }
  })

  it('answers the script by field, and with the fresh card', async () => {
    const room = fakeRoom([testCard()])
    const person = await visitor(room)
    const send = () =>
      person.json('/cards/c1/forms/edit', { about, 'text:text': 'Hi', 'choices:themes': ['', 'question'] })
    room.onSubmitForm = () => ({ kind: 'invalid', errors: { text: 'Longer' } })
    const invalid = await send()
    expect(invalid.status).toBe(422)
    expect(await invalid.json()).toEqual({ reason: null, errors: { text: 'Longer' } })
    expect(room.submitted[0]?.values).toEqual({ text: 'Hi', themes: ['question'] })

    room.onSubmitForm = () => ({ kind: 'done', said: 'It is on its way' })
    room.put(testCard({ version: 7 }))
    const done = await send()
    expect(await done.json()).toMatchObject({ reason: null, said: 'It is on its way', card: { version: 7 } })

    room.onSubmitForm = () => ({ kind: 'refused', reason: 'Too late', again: { conversationId: 'c1' } })
    const refused = await send()
    expect(refused.status).toBe(409)
    expect(await refused.json()).toMatchObject({
      reason: 'Too late',
      card: { version: 7 },
      html: expect.stringContaining('name="text:text"'),
    })
  })

  it('is done even when the card can’t be read afterwards', async () => {
    const room = fakeRoom([testCard()])
    const person = await visitor(room)
    room.onSubmitForm = () => {
      room.failure = new Error('gone')
      return { kind: 'done', said: null }
    }
    const answer = await person.json('/cards/c1/forms/snooze', { about, 'choice:when': '+1h' })
    expect(await answer.json()).toEqual({ reason: null, said: null, card: null })
  })

  it('hands typed words back when the database is away, to be sent again', async () => {
    const room = fakeRoom([testCard()])
    const person = await visitor(room)
    room.onSubmitForm = () => Promise.reject(new Error('connect ECONNREFUSED'))
    const typed = new URLSearchParams({ about, 'text:text': 'My <own> words' })
    for (const theme of ['question', 'complaint']) typed.append('choices:themes', theme)
    const answer = await person.form('/cards/c1/forms/edit', typed)
    expect(answer.status).toBe(503)
    const page = await answer.text()
    expect(page).toContain('My &lt;own&gt; words</textarea')
    expect(page.match(/name="choices:themes"/g)).toHaveLength(2)
    expect(page).toContain('action="/cards/c1/forms/edit"')
    expect(page).not.toContain('ECONNREFUSED')
  })

  it('shows the card and the reason where nothing was typed, and keeps the words where the form is no more', async () => {
    const room = fakeRoom([testCard()])
    const person = await visitor(room)
    room.onSubmitForm = () => ({ kind: 'refused', reason: 'Mia was faster' })
    const snoozed = await person.form('/cards/c1/forms/snooze', { about, 'choice:when': '+1h' })
    expect(snoozed.status).toBe(409)
    expect(await snoozed.text()).toMatch(/role="alert">Mia was faster<[^]*<article/)
    room.onOpenForm = () => ({ refused: 'It is being sent' })
    const edited = await person.form('/cards/c1/forms/edit', { about, 'text:text': 'My own words' })
    expect(edited.status).toBe(409)
    expect(await edited.text()).toMatch(/Mia was faster[^]*My own words<\/textarea/)
  })

  it('says beside a field what can’t be read, without asking the core', async () => {
    const room = fakeRoom([testCard()])
    const person = await visitor(room)
    const answer = await person.form('/cards/c1/forms/edit', { about, 'text:text': 'Hi', 'moment:at': 'soon' })
    expect(answer.status).toBe(422)
    const page = await answer.text()
    expect(page).toMatch(/name="moment:at"[^>]*aria-invalid="true"[^>]*value="soon"[^]*?Write a day and a time/)
    expect(page).toContain('Hi</textarea')
    expect(room.submitted).toEqual([])
  })

  it('tells times by the team’s clock, or by the reader’s where the script told which', async () => {
    const room = fakeRoom([testCard()])
    room.tuning.hours = { ...room.tuning.hours, timeZone: 'Asia/Tokyo' }
    const at = new Date('2026-03-02T09:00:00Z')
    const moment = { id: 'at', label: 'When', hint: null, isOptional: false, kind: 'moment', value: at } as const
    room.onOpenForm = () => testForm({ fields: [moment] })
    const person = await visitor(room)
    const page = await (await person.get('/cards/c1/forms/edit')).text()
    expect(page).toMatch(/value="2026-03-02T18:00"[^]*Asia\/Tokyo time/)
    expect(page).toContain('name="zone" value="Asia/Tokyo"')
    for (const zone of ['Asia/Tokyo', 'America/New_York'])
      await person.form('/cards/c1/forms/edit', { about, zone, 'moment:at': '2026-03-02T18:00' })
    expect(room.submitted.map(({ values }) => values['at'])).toEqual([at, new Date('2026-03-02T23:00:00Z')])
  })

  it('is refused when another site sent it', async () => {
    const room = fakeRoom([testCard()])
    const person = await visitor(room)
    const foreign = { 'sec-fetch-site': 'cross-site' }
    expect((await person.form('/cards/c1/forms/edit', { about, 'text:text': 'Hi' }, foreign)).status).toBe(403)
    expect((await person.json('/forms/log', { 'text:text': 'Hi' }, { 'x-csrf': 'wrong' })).status).toBe(403)
    expect(room.submitted).toEqual([])
  })

  it('leads to the log and to the settings by command', async () => {
    const room = fakeRoom()
    const person = await visitor(room)
    const log = await person.form('/command', { text: '/desk log Mia called & asked' })
    expect(log.status).toBe(303)
    const location = log.headers.get('location') ?? ''
    expect(await (await person.json('/command', { text: 'log Mia called & asked' })).json()).toEqual({ location })
    askForReal(room)
    expect(await (await person.get(location)).text()).toMatch(/Mia called &amp; asked<\/textarea/)
    expect((await person.form('/command', { text: 'settings' })).headers.get('location')).toBe('/settings')
    expect(room.commands).toEqual([])
  })
})

describe('what a form shows', () => {
  const render = async (form: Form, typed: string | null) =>
    String(
      await formView({
        form,
        path: '/cards/c1/forms/edit',
        csrf: 'token',
        timeZone: 'UTC',
        known: [typed ?? 'Ana'],
        typed: typed === null ? null : { 'text:text': [typed], 'teammate:to': [typed], 'moment:at': [typed] },
        errors: typed === null ? { text: 'x' } : { text: typed },
      }),
    )
  const skeleton = (html: string) =>
    (html.match(/<\/?[a-z][^<>]*>/gi) ?? []).map((tag) =>
      tag
        .replace(/="[^"]*"/g, '=')
        .replace(/\s+/g, ' ')
        .trim(),
    )
  const formSaying = (text: string) => {
    const form = testForm({
      title: text,
      context: [{ title: text, text }],
      about: { conversationId: text, seenSeq: 3 },
    })
    const [first, ...others] = form.fields
    return {
      ...form,
      fields: first?.kind === 'text' ? [{ ...first, label: text, hint: text, value: text }, ...others] : [],
    }
  }

  it('has the same tags and attributes whatever its texts are', async () => {
    const plain = skeleton(await render(formSaying('x'), 'x'))
    const dangerous = fc.constantFrom(
      '<',
      '>',
      '"',
      "'",
      '&',
      '/',
      '=',
      'on',
      'script',
      '<!--',
      '`',
      '$',
      '{',
      '\u0000',
    )
    const text = fc.array(fc.oneof(dangerous, fc.string({ unit: 'binary', maxLength: 5 })), {
      minLength: 1,
      maxLength: 40,
    })
    await fc.assert(
      fc.asyncProperty(text, async (parts) => {
        const said = `-${parts.join('')}`.toWellFormed()
        expect(skeleton(await render(formSaying(said), said))).toEqual(plain)
      }),
      { numRuns: 200 },
    )
  })

  it('takes marks that reorder text out of what was said, but leaves the text to edit as it is', async () => {
    const text = '\n\nabc\u202Egpj.exe\u2066\u0007\tx'
    const html = await render(formSaying(text), null)
    expect(html).toContain('abcgpj.exe\tx</blockquote>')
    expect(html).toContain(`>\n${text}</textarea`)
  })

  it('offers quick times as buttons, and a time of one’s own beside them', async () => {
    const room = fakeRoom([testCard()])
    askForReal(room)
    const person = await visitor(room)
    const html = await (await person.get('/cards/c1/forms/snooze')).text()
    expect(html).toMatch(/<button\s+class="button plain"\s+name="choice:when"\s+value="\+1h"/)
    expect(html.match(/<form method="post" action="\/cards\/c1\/forms\/snooze"/g)).toHaveLength(2)
  })
})
