import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { startApp, type App } from '../src/app.ts'
import { readConfig } from '../src/config.ts'
import { openBrowser } from './support/browser.ts'
import { hasChromium } from './support/machine.ts'

const patienceMs = 30_000

let browser: Browser
let folder: string
let app: App | null = null
let noise: string[] = []

beforeAll(async () => {
  if (hasChromium) browser = await openBrowser()
  folder = await mkdtemp(join(tmpdir(), 'deskbell-journey-'))
})
afterEach(() => expect(noise).toEqual([]))
afterAll(async () => {
  await app?.stop()
  await browser?.close()
  await rm(folder, { recursive: true, force: true })
})

async function start(port: number): Promise<App> {
  app = await startApp(
    readConfig({
      PORT: String(port),
      DATA_DIR: join(folder, 'data'),
      LIVE_CHAT_QUIET_SECONDS: '1',
      LOG_LEVEL: 'silent',
    }),
  )
  return app
}

async function stop(): Promise<void> {
  await app?.stop()
  app = null
}

/** Pages that stay open find the program again at the same address: a port that is free both times. */
async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

async function openPage(context: BrowserContext, url: string): Promise<Page> {
  context.setDefaultTimeout(patienceMs)
  const page = await context.newPage()
  page.on('pageerror', (error) => noise.push(error.message))
  await page.goto(url)
  return page
}

async function write(chat: Page, text: string): Promise<void> {
  await chat.getByLabel('Your message').fill(text)
  await chat.getByLabel('Your message').press('Enter')
}

const linesOf = (chat: Page) => chat.getByRole('log').locator('.text').allInnerTexts()
const isLive = (room: Page) => room.getByText('Live', { exact: true }).waitFor()

test.skipIf(!hasChromium)(
  'a visitor writes, a teammate edits and approves, the visitor reads it, the digest tells of it, and a restart in between loses nothing',
  { timeout: 120_000 },
  async () => {
    const port = await freePort()
    const { url } = await start(port)
    await using visitor = await browser.newContext()
    await using team = await browser.newContext()
    const room = await openPage(team, `${url}/`)
    const chat = await openPage(visitor, `${url}/chat`)
    await isLive(room)
    await room.getByText('Nobody is waiting').waitFor()

    await write(chat, 'Hello!')
    await write(chat, 'My bike light has not come.')
    await write(chat, 'Where is it?')
    const card = room.getByRole('article')
    const approve = card.getByRole('button', { name: 'Approve & send' })
    await card.getByText('Where is it?').waitFor()
    await approve.waitFor()
    expect(await card.count()).toBe(1)
    // One turn, or more of them where the machine took longer than the quiet time for them.
    const turns = await card.locator('.turn blockquote').allInnerTexts()
    expect(turns.join('\n')).toBe('Hello!\nMy bike light has not come.\nWhere is it?')
    expect(await card.locator('.draft .words').innerText()).not.toBe('')

    await stop()
    await room.locator('.live.off').waitFor()
    await write(chat, 'Are you there?')
    await chat.getByText('Not sent yet').waitFor()
    await start(port)
    await isLive(room)
    await card.getByText('Are you there?').waitFor()
    await approve.waitFor()
    expect(await card.count()).toBe(1)

    await card.locator('[data-key=edit]').click()
    const dialog = room.getByRole('dialog')
    await dialog.getByLabel('Your reply').fill('It left us on Monday.\nYou have it by Thursday.')
    await dialog.getByRole('button', { name: 'Send' }).click()
    await card.getByLabel('Reply').getByText('You have it by Thursday.').waitFor()
    await card.getByRole('button', { name: 'Undo' }).click()
    await expect.poll(() => card.locator('.draft .words').innerText()).toContain('You have it by Thursday.')
    expect(await linesOf(chat)).toHaveLength(5)

    await approve.click()
    await expect.poll(() => approve.count()).toBe(0)
    await expect
      .poll(() => linesOf(chat), { timeout: patienceMs })
      .toContain('It left us on Monday.\nYou have it by Thursday.')
    await card.getByText(/Sent by Team/).waitFor()

    await stop()
    await start(port)
    await isLive(room)
    await room.goto(`${url}/?filter=done`)
    await card.getByText(/Sent by Team/).waitFor()
    expect(await card.count()).toBe(1)
    await chat.reload()
    await expect
      .poll(() => linesOf(chat), { timeout: patienceMs })
      .toEqual([
        expect.stringContaining('Write to us here'),
        'Hello!',
        'My bike light has not come.',
        'Where is it?',
        'Are you there?',
        'It left us on Monday.\nYou have it by Thursday.',
      ])

    await write(chat, 'Thank you!')
    await room.goto(`${url}/`)
    await card.getByText('Thank you!').waitFor()
    expect(await card.count()).toBe(1)

    await room.getByLabel('Command').fill('/desk digest now')
    await room.getByLabel('Command').press('Enter')
    const digest = room.getByRole('article', { name: /until/ })
    await digest.getByText('one still waits').or(digest.getByText('1 still waits')).first().waitFor()
    await digest.getByRole('link', { name: /^Answered: \d+$/ }).click()
    await room.getByRole('heading', { name: /^\d+ answered · / }).waitFor()
    await room.getByRole('link', { name: /^answered in .* · Live chat/ }).click()
    await card.getByText('Thank you!').waitFor()
  },
)
