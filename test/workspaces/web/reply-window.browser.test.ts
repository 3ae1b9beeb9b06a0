import type { Browser, BrowserContext, Locator, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { decide } from '../../../src/conversations/decide.ts'
import { conversations } from '../../../src/db/schema.ts'
import { readTuning } from '../../../src/settings/queries.ts'
import { writeTuning } from '../../../src/settings/update.ts'
import { watchWindows } from '../../../src/windows/watch.ts'
import { openBrowser } from '../../support/browser.ts'
import { eventually } from '../../support/eventually.ts'
import { hasChromium } from '../../support/machine.ts'
import { runApp, type RunningApp } from '../../support/running-app.ts'
import { message, messages, text, type User } from '../../support/whatsapp/payloads.ts'
import { startWhatsApp, type WhatsAppPeer } from '../../support/whatsapp/peer.ts'

const minuteMs = 60_000
const png = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='
const template = {
  status: 'APPROVED',
  language: 'en',
  category: 'UTILITY',
  parameter_format: 'POSITIONAL' as const,
}
const ana = { id: 'ana', name: 'Ana' }

/** The whole program, and a teammate in the room. */
describe.skipIf(!hasChromium)('the reply window in a browser', { timeout: 60_000 }, () => {
  let browser: Browser
  let peer: WhatsAppPeer
  let app: RunningApp
  let context: BrowserContext
  let page: Page
  /** The program's clock starts in the past, so that the queue, which has its own, keeps up with it. */
  let shiftMs = 0
  const now = () => new Date(Date.now() + shiftMs)

  beforeAll(async () => {
    browser = await openBrowser()
    peer = await startWhatsApp()
    peer.templates.push(
      { ...template, id: '1', name: 'sorry', components: [{ type: 'BODY', text: 'May we still help?' }] },
      { ...template, id: '2', name: 'update', components: [{ type: 'BODY', text: 'Hello {{1}}, {{2}} waits.' }] },
    )
    app = await runApp({ ...peer.env, LIVE_CHAT_QUIET_SECONDS: '0' }, { clock: { now } })
    const tuning = await readTuning(app.ctx.db)
    await writeTuning(app.ctx, { ...tuning, graceSeconds: { whatsapp: 0 } }, 'web:test')
  })
  afterAll(async () => {
    await app?.close()
    await peer?.close()
    await browser?.close()
  })
  beforeEach(() => void (shiftMs = -10 * 60 * minuteMs))
  afterEach(() => context.close())

  /** In the program and on the page. */
  async function pass(minutes: number): Promise<void> {
    shiftMs += minutes * minuteMs
    await page.clock.setFixedTime(now())
  }

  let users = 0
  const somebody = (name: string): User => ({ wa_id: `4917000000${++users}`, user_id: `DE.${users}`, name })
  /** As the provider writes it. */
  const agoText = (minutes: number) => String(Math.floor((now().getTime() - minutes * minuteMs) / 1000))

  /** Delivers a message, and opens the card that it becomes. */
  async function open(said: unknown, { javaScriptEnabled = true } = {}): Promise<string> {
    expect((await peer.deliver(app.url, said)).status).toBe(200)
    const rows = await app.ctx.db.select({ id: conversations.id }).from(conversations).orderBy(conversations.createdAt)
    const id = rows.at(-1)?.id ?? ''
    context = await browser.newContext({ javaScriptEnabled })
    page = await context.newPage()
    await page.clock.setFixedTime(now())
    await page.goto(`${app.url}/cards/${id}`)
    return id
  }
  const article = () => page.locator('article')
  const approve = () => article().getByRole('button', { name: 'Approve & send' })

  it('is counted down without a reload, closes, and leaves a template as the way out', async () => {
    const otto = somebody('Otto')
    const image = {
      id: peer.addMedia(Buffer.from(png, 'base64'), 'image/png'),
      mime_type: 'image/png',
      caption: 'Why?',
    }
    const id = await open(messages(otto, message('image', image, otto, { timestamp: agoText(17 * 60) })))
    await approve().waitFor()
    const window = article().locator('.window')
    expect(await window.textContent()).toMatch(/Reply window closes in\s+6 h 5\d min/)
    expect(await window.getAttribute('class')).not.toContain('warn')
    const picture = article().locator('.attachments img')
    await expect.poll(() => picture.evaluate((one: { naturalWidth: number }) => one.naturalWidth)).toBe(1)
    const [full] = await Promise.all([page.waitForEvent('popup'), picture.click()])
    await expect.poll(() => full.evaluate('document.images[0]?.naturalWidth')).toBe(1)
    await full.close()

    await page.evaluate('window.isSamePage = true')
    await pass(90)
    await watchWindows(app.ctx)
    await article().locator('.window.warn').getByText('5 h').waitFor()
    await pass(5 * 60 + 15)
    await watchWindows(app.ctx)
    await window.getByText(/^1\d min$/).waitFor()
    expect(await approve().isVisible()).toBe(true)
    await pass(20)
    await watchWindows(app.ctx)
    await window.getByText('Reply window closed').waitFor()
    await article()
      .locator('.alert')
      .getByText('WhatsApp takes no free text more than 24 h after their last message. Send a template')
      .waitFor()
    expect(await approve().count()).toBe(0)
    expect(await article().getByRole('button', { name: 'Edit' }).count()).toBe(0)

    await page.getByRole('button', { name: 'Send a template…' }).click()
    const dialog = page.locator('dialog[open]')
    await dialog.getByText('Hello {{1}}, {{2}} waits.').first().waitFor()
    await dialog.getByLabel('update · English · Hello {{1}}, {{2}} waits.').check()
    const blanks = dialog.getByLabel('What goes into its blanks, one line each')
    await blanks.fill('Otto\n ')
    await dialog.getByRole('button', { name: 'Send' }).click()
    await dialog.getByRole('alert').getByText('“update” has 2 blanks. You filled 1.').waitFor()
    expect(await described(blanks)).toContain('You filled 1. Write one line for each: Hello {{1}}, {{2}} waits.')
    expect(await page.locator(':focus').getAttribute('name')).toBe('text:values')
    expect(await blanks.getAttribute('aria-invalid')).toBe('true')

    // Another teammate draws the card anew meanwhile.
    const { isDone } = await decide(app.ctx, 'web', { kind: 'assign', to: ana, conversationId: id, teammate: ana })
    expect(isDone).toBe(true)
    await article().locator('.assignee').getByText('Ana').waitFor()
    expect(await blanks.inputValue()).toBe('Otto\n ')
    expect(await dialog.getByLabel('update · English').isChecked()).toBe(true)

    await page.keyboard.press('Escape')
    await page.getByRole('button', { name: 'Send a template…' }).click()
    await dialog.getByText('This is the text that you left here.').waitFor()
    expect(await dialog.getByLabel('update · English').isChecked()).toBe(true)
    expect(await blanks.inputValue()).toBe('Otto\n ')
    await dialog.getByRole('button', { name: 'Clear' }).click()
    expect(await dialog.getByLabel('sorry · English').isChecked()).toBe(true)
    expect(await blanks.inputValue()).toBe('')

    await dialog.getByLabel('update · English').check()
    await blanks.fill('Otto\nthe lamp')
    expect(await dialog.getByRole('button', { name: 'Send' }).textContent()).toContain('Ctrl ↵')
    await page.keyboard.press('Control+Enter')
    await dialog.waitFor({ state: 'detached' })
    await article().locator('.status').getByText('Sent by Team · from a template').waitFor()
    await article().locator('.turn.team').getByText('Hello Otto, the lamp waits.').waitFor()
    expect(await page.evaluate('window.isSamePage && sessionStorage.length')).toBe(0)
    expect(peer.sent).toMatchObject([
      {
        body: {
          type: 'template',
          template: { name: 'update', components: [{ parameters: [{ text: 'Otto' }, { text: 'the lamp' }] }] },
        },
      },
    ])
  })

  it('once closed, leaves the same way out without a script', async () => {
    const mia = somebody('Mia')
    const id = await open(messages(mia, text('Hello?', mia, { timestamp: agoText(25 * 60) })), {
      javaScriptEnabled: false,
    })
    await watchWindows(app.ctx)
    await eventually(async () => {
      await page.reload()
      expect(await article().textContent()).toMatch(/Reply window closed[^]*takes no free text[^]*Send a template…/)
    })
    await page.getByRole('button', { name: 'Send a template…' }).click()
    await page.getByLabel('update · English').check()
    const blanks = page.getByLabel('What goes into its blanks, one line each')
    await blanks.fill('Mia')
    await page.getByRole('button', { name: 'Send' }).click()
    await page.getByRole('alert').getByText('You filled 1.').waitFor()
    expect(await blanks.inputValue()).toBe('Mia')
    expect(await described(blanks)).toContain('You filled 1.')
    expect(await page.getByLabel('update · English').isChecked()).toBe(true)
    await page.getByLabel('sorry · English').check()
    await blanks.fill('')
    await page.getByRole('button', { name: 'Send' }).click()
    await page.waitForURL(`${app.url}/cards/${id}`)
    await eventually(async () => {
      await page.reload()
      expect(await article().textContent()).toMatch(/May we still help\?[^]*Sent by Team · from a template/)
    })
  })
})

/** What a screen reader says beside a field's label. */
const described = (field: Locator): Promise<string> =>
  field.evaluate((one: { ariaDescribedByElements?: { textContent: string }[] }) =>
    (one.ariaDescribedByElements ?? []).map(({ textContent }) => textContent).join(' '),
  )
