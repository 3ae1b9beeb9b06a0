import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Workspace } from '../../../src/workspaces/workspace.ts'
import { openBrowser } from '../../support/browser.ts'
import { hasChromium } from '../../support/machine.ts'
import {
  fakeRoom,
  sendingCard,
  serveWorkspace,
  testCard,
  testTurn,
  waitingActions,
  type FakeRoom,
  type Served,
} from './fake-room.ts'

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
  context = await browser.newContext()
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
async function change(changes: Parameters<typeof testCard>[0]) {
  await workspace.update({}, room.put(testCard(changes)))
}

describe.skipIf(!hasChromium)('the room in a browser', () => {
  it('shows a new card without a reload, in its place, and says so', async () => {
    room.put(testCard({ conversationId: 'later', waitingSince: new Date('2026-03-02T08:59:00Z') }))
    await open()
    await isLive()
    await workspace.post(room.put(testCard({ conversationId: 'sooner' })), 'room')
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
    room.put(testCard())
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
      actions: waitingActions('d2'),
    })
    room.onDecision = () => ({ isDone: false, reason: 'They wrote again: look first.', card: room.put(fresh) })
    await page.keyboard.press('Control+Enter')
    await dialog.getByText('They wrote again: look first.').waitFor()
    expect(await dialog.locator('textarea').inputValue()).toBe('My own words')
    expect(await dialog.textContent()).toContain('Never mind!')

    room.onDecision = () => Promise.reject(new Error('gone'))
    await dialog.getByRole('button', { name: 'Send' }).click()
    await dialog.getByText("The database can't be reached; nothing was changed.").waitFor()
    expect(await dialog.locator('textarea').inputValue()).toBe('My own words')

    await page.reload()
    await isLive()
    await page.keyboard.press('j')
    await page.keyboard.press('e')
    expect(await dialog.locator('textarea').inputValue()).toBe('My own words')
    await dialog.getByText('This is the text that you left here.').waitFor()

    room.onDecision = () => ({ isDone: true, card: room.put(sendingCard(fresh)) })
    await dialog.getByRole('button', { name: 'Send' }).click()
    await dialog.waitFor({ state: 'detached' })
    expect(room.decisions.at(-1)).toMatchObject({ kind: 'edit', draftId: 'd2', seenSeq: 4, text: 'My own words' })
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
    ).toBe('This channel takes at most 20 characters.')
    expect(room.decisions).toEqual([])
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
    expect(await dialog.locator('.dialog-thread').textContent()).toContain('Never mind!')
  })

  it('ignores a card that is older than the one it shows', async () => {
    room.put(testCard({ version: 5, summary: 'New' }))
    await open()
    await isLive()
    await change({ version: 4, summary: 'Old' })
    await workspace.post(room.put(testCard({ conversationId: 'c2' })), 'room')
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
    await workspace.post(room.put({ ...hostile, draft: hostile.draft && { ...hostile.draft, text } }), 'room')
    await card('c1').waitFor()
    await page.reload()
    await isLive()
    await card('c1').locator('[data-key=edit]').click()
    expect(await page.locator('dialog[open] textarea').inputValue()).toBe(text)
    expect(await page.locator('img, svg[onload], main script').count()).toBe(0)
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

  it('dismisses with a reason and snoozes until a morning of this browser', async () => {
    room.put(testCard())
    await open()
    await isLive()
    await page.keyboard.press('j')
    await page.keyboard.press('d')
    await page.locator('dialog[open]').getByLabel('Duplicate').check()
    await page.locator('dialog[open]').getByRole('button', { name: 'Dismiss' }).click()
    await expect.poll(() => room.decisions.length).toBe(1)
    await page.locator('dialog[open]').waitFor({ state: 'detached' })
    await card('c1').getByText('More', { exact: true }).click()
    await card('c1').getByText('Snooze…').click()
    await page.getByRole('button', { name: 'Tomorrow 9:00' }).click()
    await expect.poll(() => room.decisions.length).toBe(2)
    const morning = await page.evaluate(() => {
      const at = new Date()
      at.setDate(at.getDate() + 1)
      return at.setHours(9, 0, 0, 0)
    })
    expect(room.decisions).toMatchObject([
      { kind: 'dismiss', reason: 'duplicate' },
      { kind: 'snooze', until: new Date(morning) },
    ])
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
    await expect.poll(() => room.decisions).toMatchObject([{ kind: 'redraft', instruction: 'Shorter, Warmer' }])
  })

  it('opens the menu by keyboard, and gives the focus back on Escape', async () => {
    room.put(testCard())
    await open()
    await isLive()
    const more = card('c1').locator('[data-key=more] > summary')
    await more.focus()
    await page.keyboard.press('Enter')
    await page.keyboard.press('Tab')
    expect(await page.locator(':focus').textContent()).toBe('Dismiss…')
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
      await other.locator('[data-ask=edit] summary').click()
      await other.locator('textarea[name=text]').fill('Plain words')
      await other.getByRole('button', { name: 'Send', exact: true }).click()
      await expect.poll(() => room.decisions).toMatchObject([{ kind: 'edit', text: 'Plain words' }])
      await other.getByRole('button', { name: 'Approve & send' }).click()
      await expect.poll(() => room.decisions.length).toBe(2)
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
    await page.goto(`${served.url}/settings`)
    expect(await width()).toBe(360)
  })
})
