import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Card } from '../../../src/workspaces/card.ts'
import type { Workspace } from '../../../src/workspaces/workspace.ts'
import { openBrowser } from '../../support/browser.ts'
import { hasChromium } from '../../support/machine.ts'
import { sendingCard, testCard, testTurn, waitingActions } from '../contract/samples.ts'
import { fakeRoom, serveWorkspace, type FakeRoom, type Served } from './fake-room.ts'
import { askForReal } from './real-forms.ts'

const clock = { now: () => new Date() }
let browser: Browser
let context: BrowserContext
let page: Page
let room: FakeRoom
let workspace: Workspace
let served: Served
let noise: string[]

beforeAll(async () => {
  if (hasChromium) browser = await openBrowser()
})
afterAll(() => browser?.close())

beforeEach(async () => {
  room = fakeRoom([], clock)
  askForReal(room)
  context = await browser.newContext({ timezoneId: 'America/New_York' })
  page = await context.newPage()
  noise = []
  page.on('pageerror', (error) => noise.push(error.message))
  page.on('dialog', (dialog) => {
    noise.push(dialog.message())
    void dialog.dismiss()
  })
})
afterEach(async () => {
  await context.close()
  await workspace.stop()
  await served.close()
  expect(noise).toEqual([])
})

async function open(path = '/', env = {}, port = 0) {
  workspace = room.workspace(env)
  await workspace.start(room.handlers)
  served = await serveWorkspace(workspace, port)
  await page.goto(served.url + path)
}
const isLive = () => page.getByText('Live', { exact: true }).waitFor()
const card = (id: string) => page.locator(`article[data-id="${id}"]`)
/** Changes a card as core would: the state first, then the hint. */
async function change(changes: Partial<Card>) {
  await workspace.update({}, { kind: 'card', card: room.put(testCard(changes)) })
}
async function post(one: Card) {
  await workspace.post({ kind: 'card', card: room.put(one) }, { room: 'room', thread: null, key: one.conversationId })
}

describe.skipIf(!hasChromium)('the room in a browser', () => {
  it('shows a new card without a reload, in its place, and says so', async () => {
    room.put(testCard({ conversationId: 'later', waitingSince: new Date('2026-03-02T08:59:00Z') }))
    await open()
    await isLive()
    await post(testCard({ conversationId: 'sooner' }))
    await card('sooner').waitFor()
    expect(await page.locator('article').evaluateAll((all) => all.map((one) => one.dataset['id']))).toEqual([
      'sooner',
      'later',
    ])
    await expect.poll(() => page.locator('#notice').textContent()).toBe('New: Ana Lopez, Live chat')
    await expect.poll(() => page.locator('[data-count=open]').textContent()).toBe('2')
    expect(await page.title()).toBe('(2) Open · Deskbell')
  })

  it('approves by keyboard, once, and takes the buttons away', async () => {
    room.put(testCard())
    room.put(testCard({ conversationId: 'c2', waitingSince: new Date('2026-03-02T08:59:00Z') }))
    room.onDecision = (decision) => ({
      isDone: true,
      card: room.put(sendingCard(room.cards.get(decision.conversationId) ?? testCard())),
    })
    await open()
    await isLive()
    await page.keyboard.press('j')
    await page.keyboard.press('j')
    await page.keyboard.press('a')
    await page.keyboard.press('a')
    await card('c2').getByRole('button', { name: 'Undo' }).waitFor()
    await expect.poll(() => card('c2').getByRole('button', { name: 'Approve' }).count()).toBe(0)
    expect(await card('c2').locator('.status').textContent()).toMatch(/Sending… approved by Team\s*Undo within \d s/)
    expect(await page.locator('article:focus').getAttribute('data-id')).toBe('c2')
    expect(room.decisions).toEqual([
      { kind: 'approve', conversationId: 'c2', teammate: { id: 'team', name: 'Team' }, draftId: 'd1', seenSeq: 3 },
    ])
  })

  it('keeps the edited text when it came too late, shows what is new, and sends then', async () => {
    const { draft } = room.put(testCard())
    if (!draft) throw new Error('The card has no draft')
    await open()
    await isLive()
    await page.keyboard.press('j')
    await page.keyboard.press('e')
    const dialog = page.locator('dialog[open]')
    expect(await dialog.locator('textarea').inputValue()).toBe('Hello Ana, it comes tomorrow.')
    expect(await dialog.textContent()).toContain('Where is my parcel?')
    await dialog.locator('textarea').fill('My own words')
    const fresh = testCard({
      version: 2,
      seenSeq: 4,
      turns: [testTurn({ text: 'Never mind!' })],
      draft: { ...draft, id: 'd2', revision: 2 },
      actions: waitingActions('d2'),
    })
    room.onSubmitForm = ({ about }) => {
      room.put(fresh)
      return { kind: 'refused', reason: 'They wrote again: look first.', again: { ...about } }
    }
    await page.keyboard.press('Control+Enter')
    await dialog.getByText('They wrote again: look first.').waitFor()
    expect(await dialog.locator('textarea').inputValue()).toBe('My own words')
    expect(await dialog.textContent()).toContain('Never mind!')

    room.onSubmitForm = () => Promise.reject(new Error('gone'))
    await dialog.getByRole('button', { name: 'Send' }).click()
    await dialog.getByText("The database can't be reached; nothing was changed.").waitFor()
    expect(await dialog.locator('textarea').inputValue()).toBe('My own words')

    await page.reload()
    await isLive()
    await page.keyboard.press('j')
    await page.keyboard.press('e')
    expect(await dialog.locator('textarea').inputValue()).toBe('My own words')
    await dialog.getByText('This is the text that you left here.').waitFor()

    room.onSubmitForm = () => {
      room.put(sendingCard(fresh))
      return { kind: 'done', said: null }
    }
    await dialog.getByRole('button', { name: 'Send' }).click()
    await dialog.waitFor({ state: 'detached' })
    expect(room.submitted.at(-1)).toMatchObject({
      form: 'edit',
      about: { conversationId: 'c1', draftId: 'd2', seenSeq: 4 },
      values: { text: 'My own words' },
    })
    await card('c1').getByRole('button', { name: 'Undo' }).waitFor()
    expect(await page.evaluate(() => sessionStorage.length)).toBe(0)
  })

  it('does not send what is too long for the channel', async () => {
    room.put(testCard({ maxLength: 20 }))
    await open()
    await isLive()
    await card('c1').locator('[data-key=edit]').click()
    const dialog = page.locator('dialog[open]')
    await dialog.getByText('29 of 20 characters').waitFor()
    await dialog.getByRole('button', { name: 'Send' }).click()
    expect(
      await dialog.locator('textarea').evaluate((area) => 'validationMessage' in area && area.validationMessage),
    ).toBe('At most 20 characters.')
    expect(room.submitted).toEqual([])
  })

  it('leaves focus and text alone when a card changes', async () => {
    room.put(testCard())
    await open()
    await isLive()
    await card('c1').getByText('More', { exact: true }).focus()
    await page.keyboard.press('Enter')
    await change({ version: 2, summary: 'Second' })
    await card('c1').getByText('Second').waitFor()
    expect(await page.locator(':focus').textContent()).toBe('More')
    expect(await card('c1').getByText('Snooze…').isVisible()).toBe(true)

    await card('c1').locator('[data-key=edit]').click()
    const dialog = page.locator('dialog[open]')
    await dialog.locator('textarea').fill('half a sent')
    await change({ version: 3, seenSeq: 4, summary: 'Third', turns: [testTurn({ text: 'Never mind!' })] })
    await dialog.getByText('They wrote again.').waitFor()
    await page.keyboard.type('ence')
    expect(await dialog.locator('textarea').inputValue()).toBe('half a sentence')
    await dialog.getByRole('button', { name: 'Show it' }).click()
    await dialog.locator('.context').getByText('Never mind!').waitFor()
  })

  it('ignores a card that is older than the one it shows', async () => {
    room.put(testCard({ version: 5, summary: 'New' }))
    await open()
    await isLive()
    await change({ version: 4, summary: 'Old' })
    await post(testCard({ conversationId: 'c2' }))
    await card('c2').waitFor()
    expect(await card('c1').textContent()).toContain('New')
  })

  it("runs nothing of a customer's text", async () => {
    const text =
      '</script><script>alert(1)</script>"><img src=x onerror=alert(2)></textarea></template><svg onload=alert(3)>'
    await open()
    await isLive()
    const hostile = testCard({
      subject: text,
      customer: { name: text, handle: text, history: text },
      turns: [testTurn({ name: text, text })],
    })
    await post({ ...hostile, draft: hostile.draft && { ...hostile.draft, text } })
    await card('c1').waitFor()
    await page.reload()
    await isLive()
    await card('c1').locator('[data-key=edit]').click()
    expect(await page.locator('dialog[open] textarea').inputValue()).toBe(text)
    expect(await page.locator('img, svg[onload], main script').count()).toBe(0)
  })

  it('counts the reply window down by itself, until it has closed', async () => {
    const closesAt = new Date(Date.now() + 25 * 60_000)
    room.put(testCard({ replyWindow: { closesAt, hours: 24, minutesLeft: 30 } }))
    await open()
    const told = card('c1').locator('.window')
    await told.getByText(/^2\d min$/).waitFor()
    await page.clock.setFixedTime(closesAt.getTime() - 5 * 60_000)
    await told.getByText('5 min', { exact: true }).waitFor()
    await page.clock.setFixedTime(closesAt)
    await told.getByText('Reply window closed').waitFor()
    expect(await told.getAttribute('class')).toContain('late')
    expect(await told.textContent()).toMatch(/closed\s+\d\d:\d\d/)
    // What changes by itself is not read aloud each time.
    expect(await page.locator(':is([aria-live], [role=status], [role=alert], [role=timer]) .window').count()).toBe(0)
  })

  it('tells a refusal to the one who clicked', async () => {
    room.put(testCard())
    room.onDecision = () => ({ isDone: false, reason: 'Mia was faster.', card: room.put(sendingCard(testCard())) })
    await open()
    await isLive()
    await card('c1').getByRole('button', { name: 'Approve' }).click()
    await page.getByRole('alert').getByText('Mia was faster.').waitFor()
    await card('c1').getByRole('button', { name: 'Undo' }).waitFor()
  })

  it('reads the list anew after the server was away', async () => {
    room.put(testCard())
    await open()
    await isLive()
    await workspace.stop()
    await served.close()
    await page.locator('.live.off').waitFor()
    room.put(testCard({ conversationId: 'c2' }))
    room.put(testCard({ version: 2, summary: 'Changed meanwhile' }))
    workspace = room.workspace()
    await workspace.start(room.handlers)
    served = await serveWorkspace(workspace, served.port)
    await card('c2').waitFor()
    await card('c1').getByText('Changed meanwhile').waitFor()
    await isLive()
  })

  it('dismisses with a reason, and snoozes with one press', async () => {
    room.put(testCard())
    await open()
    await isLive()
    const dialog = page.locator('dialog[open]')
    await page.keyboard.press('j')
    await page.keyboard.press('d')
    await dialog.getByLabel('Duplicate').check()
    await dialog.getByRole('button', { name: 'Dismiss' }).click()
    await dialog.waitFor({ state: 'detached' })
    await card('c1').getByText('More', { exact: true }).click()
    await card('c1').getByText('Snooze…').click()
    await dialog.getByRole('button', { name: 'For 4 hours' }).click()
    await dialog.waitFor({ state: 'detached' })
    expect(room.submitted.map(({ form, values }) => [form, values])).toEqual([
      ['dismiss', { reason: 'duplicate' }],
      ['snooze', { when: '+4h' }],
    ])
  })

  it('sends later, at a time of the reader’s own clock, and says beside the field what is wrong with it', async () => {
    room.put(testCard())
    room.tuning.hours = { ...room.tuning.hours, timeZone: 'Europe/Berlin' }
    room.onSubmitForm = () => ({ kind: 'invalid', errors: { at: 'This time has passed' } })
    await open()
    await isLive()
    await page.keyboard.press('j')
    await page.keyboard.press('s')
    const dialog = page.locator('dialog[open]')
    await dialog.getByText('Hello Ana, it comes tomorrow.').waitFor()
    expect(await dialog.getByRole('button', { name: /09:00 \(.* here\)/ }).count()).toBeGreaterThan(0)
    await dialog.getByLabel('Or exactly at').fill('2026-03-02T09:30')
    await page.keyboard.press('Enter')
    await dialog.getByText('This time has passed').waitFor()
    expect(await dialog.getByLabel('Or exactly at').inputValue()).toBe('2026-03-02T09:30')
    expect(await page.locator(':focus').getAttribute('name')).toBe('moment:at')
    room.onSubmitForm = () => ({ kind: 'done', said: 'It leaves later' })
    await page.keyboard.press('Enter')
    await page.getByRole('alert').getByText('It leaves later').waitFor()
    expect(room.submitted.map(({ form, values }) => [form, values])).toEqual([
      ['schedule', { at: new Date('2026-03-02T09:30:00-05:00') }],
      ['schedule', { at: new Date('2026-03-02T09:30:00-05:00') }],
    ])
  })

  it('assigns to somebody whose name is written', async () => {
    room.put(testCard({ assignee: { id: 'web:ana', name: 'Ana' } }))
    await open()
    await isLive()
    await card('c1').getByText('More', { exact: true }).click()
    await card('c1').getByText('Assign to…').click()
    const dialog = page.locator('dialog[open]')
    await dialog.waitFor()
    expect(
      await dialog.locator('datalist option').evaluateAll((all) => all.map((one) => one.getAttribute('value'))),
    ).toEqual(['Team', 'Ana'])
    await dialog.getByLabel('To').fill(' Mei  Ito')
    await page.keyboard.press('Enter')
    await dialog.waitFor({ state: 'detached' })
    expect(room.submitted).toMatchObject([{ form: 'assign', values: { to: { id: 'mei-ito', name: 'Mei Ito' } } }])
  })

  it('logs a call from the room, with the words after the command, and keeps what was left', async () => {
    room.onSubmitForm = () => ({ kind: 'done', said: 'Logged' })
    await open()
    await isLive()
    await page.keyboard.press('/')
    await page.keyboard.type('/desk log Mia called')
    await page.keyboard.press('Enter')
    const dialog = page.locator('dialog[open]')
    expect(await dialog.getByLabel('What they said').inputValue()).toBe('Mia called')
    await dialog.getByLabel('Who').fill('Mia, mia@example.com')
    await page.keyboard.press('Escape')
    await page.getByLabel('Command').blur()
    await page.keyboard.press('l')
    await dialog.getByText('This is the text that you left here.').waitFor()
    expect(await dialog.getByLabel('Who').inputValue()).toBe('Mia, mia@example.com')
    await dialog.getByLabel('In person').check()
    await dialog.getByRole('button', { name: 'Log', exact: true }).click()
    await page.getByText('Logged', { exact: true }).waitFor()
    expect(room.submitted[0]?.values).toMatchObject({
      how: 'visit',
      who: 'Mia, mia@example.com',
      text: 'Mia called',
      settled: 'no',
    })
    expect(Math.abs(Number(room.submitted[0]?.values['at']) - Date.now())).toBeLessThan(120_000)
  })

  it('tunes in place, and leaves alone what was typed elsewhere on the page', async () => {
    const link = { label: 'Add a target…', form: 'settings.target' as const, about: {} }
    room.settings = { sections: [{ title: 'Reply targets', lines: [{ text: 'None yet' }], forms: [link] }] }
    await open('/settings')
    await page.locator('.settings [name=name]').fill('Half a na')
    await page.getByRole('button', { name: 'Add a target…' }).click()
    const dialog = page.locator('dialog[open]')
    await dialog.getByLabel('Answer within').fill('2 h')
    await dialog.getByLabel('Complaint').check()
    await dialog.getByLabel('Question').check()
    const remove = { label: 'Remove', form: 'settings.target.remove' as const, about: { index: 0 } }
    room.onSubmitForm = () => {
      room.settings = { sections: [{ title: 'Reply targets', lines: [{ text: 'Within 2 h', remove }], forms: [link] }] }
      return { kind: 'done', said: 'Saved' }
    }
    await dialog.getByRole('button', { name: 'Add', exact: true }).click()
    await page.getByText('Within 2 h').waitFor()
    expect(await page.locator('.settings [name=name]').inputValue()).toBe('Half a na')
    expect(room.submitted[0]?.values).toEqual({
      time: '2 h',
      clock: 'business',
      themes: ['complaint', 'question'],
      urgencies: [],
      channels: [],
    })
    room.onSubmitForm = () => ({ kind: 'refused', reason: 'Somebody removed it already' })
    await page.getByRole('button', { name: 'Remove: Within 2 h' }).click()
    await page.getByRole('alert').getByText('Somebody removed it already').waitFor()
    expect(room.submitted.at(-1)).toMatchObject({ form: 'settings.target.remove', about: { index: 0 }, values: {} })
  })

  it('says why a form does not open', async () => {
    room.put(testCard())
    room.onOpenForm = () => ({ refused: 'Only members of the group decide' })
    await open()
    await isLive()
    await card('c1').locator('[data-key=edit]').click()
    await page.getByRole('alert').getByText('Only members of the group decide').waitFor()
    expect(await page.locator('dialog[open]').count()).toBe(0)
  })

  it('asks for another draft with a quick wish', async () => {
    room.put(testCard())
    await open()
    await isLive()
    await page.keyboard.press('j')
    await page.keyboard.press('r')
    await page.getByRole('button', { name: 'Shorter' }).click()
    await page.getByRole('button', { name: 'Warmer' }).click()
    await page.locator('dialog[open]').getByRole('button', { name: 'Redraft' }).click()
    await expect
      .poll(() => room.submitted)
      .toMatchObject([{ form: 'redraft', values: { instruction: 'Shorter, Warmer' } }])
  })

  it('opens the menu by keyboard, and gives the focus back on Escape', async () => {
    room.put(testCard())
    await open()
    await isLive()
    const more = card('c1').locator('[data-key=more] > summary')
    await more.focus()
    await page.keyboard.press('Enter')
    await page.keyboard.press('Tab')
    expect(await page.locator(':focus').textContent()).toContain('Send later…')
    await page.keyboard.press('Escape')
    expect(await card('c1').getByText('Dismiss…').isVisible()).toBe(false)
    expect(await more.evaluate((one) => one.matches(':focus'))).toBe(true)
  })

  it('shows in the settings how a built-in text becomes the team’s own', async () => {
    await open('/settings')
    await page.getByText('question', { exact: true }).click()
    const text = page.locator('[name="template:question.de"]')
    await text.focus()
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    expect(await text.inputValue()).toBe('Danke für Ihre Frage.')
    await page.keyboard.type(' Bis bald!')
    await page.getByRole('button', { name: 'Save', exact: true }).click()
    await page.getByText('Saved.').waitFor()
    expect(room.tuning.brand.templates).toEqual({ 'question.de': 'Danke für Ihre Frage. Bis bald!' })
    await page.getByText('1 of your own').waitFor()
  })

  it('answers a command', async () => {
    await open()
    await page.keyboard.press('/')
    await page.keyboard.type('/desk open')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: '/desk open' }).waitFor()
    expect(await page.getByRole('link', { name: 'Ana <b>waits</b>' }).getAttribute('href')).toBe('/cards/c1')
  })

  it('signs in and out', async () => {
    room.put(testCard())
    await open('/cards/c1', { WEB_PASSWORD: 'correct horse' })
    await page.getByLabel('Your name').fill('Ana López')
    await page.getByLabel("The team's password").fill('wrong')
    await page.keyboard.press('Enter')
    await page.getByText('The password is not right.').waitFor()
    await page.getByLabel("The team's password").fill('correct horse')
    await page.keyboard.press('Enter')
    await card('c1').waitFor()
    await isLive()
    await page.locator('.user summary').click()
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.getByText('Sign in to the room').waitFor()
  })

  it('says that the session is over, and keeps the text', async () => {
    room.put(testCard())
    await open()
    await isLive()
    await served.close()
    await workspace.stop()
    const { port } = served
    workspace = room.workspace({ WEB_PASSWORD: 'correct horse' })
    await workspace.start(room.handlers)
    served = await serveWorkspace(workspace, port)
    await page.getByText('You are signed out.').waitFor()
  })

  it('works without a script', async () => {
    room.put(testCard())
    const plain = await browser.newContext({ javaScriptEnabled: false })
    await open()
    try {
      const other = await plain.newPage()
      await other.goto(`${served.url}/cards/c1`)
      await other.getByRole('button', { name: 'Edit' }).click()
      await other.getByLabel('Your reply').fill('Plain words')
      room.onSubmitForm = () => ({ kind: 'invalid', errors: { text: 'Say more' } })
      await other.getByRole('button', { name: 'Send' }).click()
      await other.getByText('Say more').waitFor()
      expect(await other.getByLabel('Your reply').inputValue()).toBe('Plain words')
      room.onSubmitForm = () => ({ kind: 'done', said: 'Thank you' })
      await other.getByRole('button', { name: 'Send' }).click()
      await other.getByRole('status').getByText('Thank you').waitFor()
      expect(room.submitted.at(-1)).toMatchObject({ form: 'edit', values: { text: 'Plain words', when: 'now' } })
      await other.getByRole('button', { name: 'Approve & send' }).click()
      await expect.poll(() => room.decisions.length).toBe(1)
    } finally {
      await plain.close()
    }
  })

  it('fits a phone', async () => {
    const long = 'x'.repeat(300)
    room.put(
      testCard({
        subject: long,
        customer: { name: long, handle: long, history: long },
        turns: [testTurn({ name: long, text: long })],
      }),
    )
    await page.setViewportSize({ width: 360, height: 740 })
    await open()
    await isLive()
    const width = () => page.locator('html').evaluate((one) => one.scrollWidth)
    expect(await width()).toBe(360)
    await card('c1').getByText('More', { exact: true }).click()
    expect(await width()).toBe(360)
    await page.keyboard.press('Escape')
    await card('c1').locator('[data-key=edit]').click()
    expect(await page.locator('dialog[open]').evaluate((one) => one.scrollWidth <= one.clientWidth)).toBe(true)
    const forms = [
      '/forms/log',
      '/forms/settings.second-approval',
      ...['schedule', 'template'].map((id) => `/cards/c1/forms/${id}`),
    ]
    for (const path of ['/settings', ...forms]) {
      await page.goto(served.url + path)
      expect(await width(), path).toBe(360)
    }
  })
})
