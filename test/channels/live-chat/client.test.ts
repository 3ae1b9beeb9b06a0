import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { mkdir } from 'node:fs/promises'
import type { Browser, FrameLocator, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openBrowser } from '../../support/browser.ts'
import { hasChromium } from '../../support/machine.ts'
import { serveChat, type ChatServer } from './support.ts'

let browser: Browser
beforeAll(async () => {
  if (hasChromium) browser = await openBrowser()
})
afterAll(() => browser?.close())

const shots = process.env['SHOTS']
async function shoot(page: Page, name: string): Promise<void> {
  if (!shots) return
  await mkdir(shots, { recursive: true })
  await page.screenshot({ path: `${shots}/${name}.png` })
}

async function write(chat: Page | FrameLocator, text: string): Promise<void> {
  await chat.getByLabel('Your message').fill(text)
  await chat.getByLabel('Your message').press('Enter')
}

const linesOf = (chat: Page | FrameLocator) => chat.getByRole('log').getByRole('listitem')
const lineWith = (chat: Page | FrameLocator, text: string) => linesOf(chat).filter({ hasText: text })

async function becomes(read: () => Promise<unknown>, expected: unknown): Promise<void> {
  await expect.poll(read, { timeout: 15_000, interval: 50 }).toEqual(expected)
}

async function visitorOf(server: ChatServer): Promise<string> {
  await becomes(async () => server.committed.length > 0, true)
  return server.committed[0]?.visitor ?? ''
}

/** A page of somebody else's site that loads the chat. */
async function serveSite(html: () => string): Promise<{ origin: string; [Symbol.asyncDispose](): Promise<void> }> {
  const server = createServer((_, response) =>
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(html()),
  )
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

describe.skipIf(!hasChromium)('the chat page', { timeout: 60_000 }, () => {
  test('a visitor writes, sees it sent, reads the answer without a reload, and finds both again after one', async () => {
    await using server = await serveChat()
    await using context = await browser.newContext({ viewport: { width: 1000, height: 760 } })
    const page = await context.newPage()
    const problems: string[] = []
    page.on('pageerror', (error) => problems.push(error.message))
    page.on('console', (message) => message.type() === 'error' && problems.push(message.text()))
    await page.goto(`${server.origin}/chat`)
    await shoot(page, 'light-empty')

    await page.getByText('Tell us your name').click()
    await page.getByLabel('Name').fill('Maja Lind')
    await shoot(page, 'light-name')
    await page.getByText('Tell us your name').click()
    await write(page, 'Hello! Where is my order?')
    await becomes(() => lineWith(page, 'Where is my order?').innerText(), expect.stringContaining('Sent'))
    expect(server.committed).toMatchObject([{ text: 'Hello! Where is my order?', name: 'Maja Lind', notes: [] }])

    const visitor = await visitorOf(server)
    server.say(visitor, 'It left our house this morning.\nIt will be with you on Thursday.')
    await becomes(() => lineWith(page, 'It left our house').innerText(), expect.stringContaining('Ana'))
    await write(page, 'Lovely, thank you.')
    await becomes(() => lineWith(page, 'Lovely').innerText(), expect.stringContaining('Sent'))
    await shoot(page, 'light')

    await page.reload()
    await becomes(
      () => linesOf(page).locator('.text').allInnerTexts(),
      [
        'Hello! Write to us here, and a person from our team will answer.',
        'Hello! Where is my order?',
        'It left our house this morning.\nIt will be with you on Thursday.',
        'Lovely, thank you.',
      ],
    )
    await page.emulateMedia({ colorScheme: 'dark' })
    await shoot(page, 'dark')
    await page.setViewportSize({ width: 375, height: 667 })
    await shoot(page, 'phone-dark')
    await page.emulateMedia({ colorScheme: 'light' })
    await shoot(page, 'phone')
    expect(problems).toEqual([])
  })

  test('what is written while the server is away survives a reload of the page and is sent once, in order', async () => {
    await using server = await serveChat()
    await using context = await browser.newContext({ viewport: { width: 1000, height: 760 } })
    const page = await context.newPage()
    await page.goto(`${server.origin}/chat`)
    await write(page, 'First')
    await becomes(() => lineWith(page, 'First').innerText(), expect.stringContaining('Sent'))

    await server.stop()
    await write(page, 'Second')
    await write(page, 'Third')
    await becomes(() => lineWith(page, 'Third').innerText(), expect.stringContaining('Not sent yet'))
    await becomes(() => page.getByRole('status').innerText(), 'No connection. What you write is kept and sent later.')
    await shoot(page, 'offline')

    await server.start()
    await page.reload()
    await becomes(() => lineWith(page, 'Third').innerText(), expect.stringContaining('Sent'))
    await becomes(() => page.locator('.mine .text').allInnerTexts(), ['First', 'Second', 'Third'])
    expect(server.committed.map(({ text }) => text)).toEqual(['First', 'Second', 'Third'])
  })

  test('a page that stays open gets over a restart of the server by itself', async () => {
    await using server = await serveChat()
    await using context = await browser.newContext()
    const page = await context.newPage()
    await page.goto(`${server.origin}/chat`)
    await write(page, 'First')
    const visitor = await visitorOf(server)
    await server.stop()
    await write(page, 'Second')
    await becomes(() => lineWith(page, 'Second').innerText(), expect.stringContaining('Not sent yet'))
    await server.start()
    server.say(visitor, 'Here we are again')
    await becomes(() => lineWith(page, 'Second').innerText(), expect.stringContaining('Sent'))
    await becomes(
      () => page.locator('.text').allInnerTexts(),
      ['Hello! Write to us here, and a person from our team will answer.', 'First', 'Here we are again', 'Second'],
    )
    expect(server.committed.map(({ text }) => text)).toEqual(['First', 'Second'])
  })

  test('a line whose answer got lost on the way is sent again and stays one line', async () => {
    await using server = await serveChat()
    await using context = await browser.newContext()
    const page = await context.newPage()
    let posts = 0
    await page.route('**/channels/live-chat', async (route) => {
      posts++
      if (posts > 1) return route.continue()
      await route.fetch()
      await route.abort('connectionreset')
    })
    await page.goto(`${server.origin}/chat`)
    await write(page, 'Only once')
    await becomes(() => lineWith(page, 'Only once').innerText(), expect.stringContaining('Sent'))
    await becomes(() => linesOf(page).count(), 2)
    expect(server.committed).toHaveLength(1)
  })

  test('a line that is put off is kept, and sent when the server takes it', async () => {
    await using server = await serveChat()
    await using context = await browser.newContext()
    const page = await context.newPage()
    const putOff = new Set<string>()
    await page.route('**/channels/live-chat{,/visitors}', (route) => {
      const path = new URL(route.request().url()).pathname
      if (putOff.has(path)) return route.continue()
      putOff.add(path)
      return route.fulfill({ status: 429, headers: { 'retry-after': '1' }, json: { error: 'Too many.' } })
    })
    await page.goto(`${server.origin}/chat`)
    await write(page, 'I can wait')
    await becomes(() => lineWith(page, 'I can wait').innerText(), expect.stringContaining('Not sent yet'))
    await becomes(() => lineWith(page, 'I can wait').innerText(), expect.stringContaining('Sent'))
    expect(putOff.size).toBe(2)
    expect(server.committed).toHaveLength(1)
  })

  test('a refused line says why, can be tried again, and can be thrown away', async () => {
    await using server = await serveChat()
    await using context = await browser.newContext()
    const page = await context.newPage()
    let isRefusing = true
    await page.route('**/channels/live-chat', (route) =>
      isRefusing ? route.fulfill({ status: 400, json: { error: 'Not today.' } }) : route.continue(),
    )
    await page.goto(`${server.origin}/chat`)
    await write(page, 'Take this')
    await write(page, 'And that')
    await becomes(() => lineWith(page, 'And that').innerText(), expect.stringContaining('Not sent: Not today.'))
    isRefusing = false
    await lineWith(page, 'Take this').getByRole('button', { name: 'Try again' }).click()
    await lineWith(page, 'And that').getByRole('button', { name: 'Discard' }).click()
    await becomes(() => lineWith(page, 'Take this').innerText(), expect.stringContaining('Sent'))
    await becomes(() => lineWith(page, 'And that').count(), 0)
    expect(server.committed.map(({ text }) => text)).toEqual(['Take this'])
  })

  test('a visitor whom the server no longer knows becomes a new one, and loses no line', async () => {
    await using server = await serveChat()
    await using context = await browser.newContext()
    const page = await context.newPage()
    await page.goto(`${server.origin}/chat`)
    await page.evaluate(`localStorage.setItem('deskbell:visitor', '{"visitor":"v1","token":"of another database"}')`)
    await page.reload()
    await write(page, 'Am I new here?')
    await becomes(() => lineWith(page, 'Am I new here?').innerText(), expect.stringContaining('Sent'))
    expect(await visitorOf(server)).not.toBe('v1')
    server.say(await visitorOf(server), 'You are.')
    await becomes(() => lineWith(page, 'You are.').count(), 1)
  })

  test('markup is shown as text, whoever wrote it', async () => {
    await using server = await serveChat()
    await using context = await browser.newContext()
    const page = await context.newPage()
    await page.goto(`${server.origin}/chat`)
    const markup = '<script>document.title = "stolen"</script><img src=x onerror="document.title = \'stolen\'">'
    await write(page, markup)
    await becomes(() => lineWith(page, 'script').innerText(), expect.stringContaining('Sent'))
    server.say(await visitorOf(server), markup)
    await becomes(() => page.locator('.text').filter({ hasText: 'stolen' }).allInnerTexts(), [markup, markup])
    expect(await page.locator('#lines :is(script, img)').count()).toBe(0)
    expect(await page.title()).toBe('Chat with us')
  })

  test('two tabs of one browser are one visitor', async () => {
    await using server = await serveChat()
    await using context = await browser.newContext()
    const [one, two] = [await context.newPage(), await context.newPage()]
    await one.goto(`${server.origin}/chat`)
    await two.goto(`${server.origin}/chat`)
    await write(one, 'From the first tab')
    await becomes(() => lineWith(two, 'From the first tab').count(), 1)
    await write(two, 'From the second')
    await becomes(() => lineWith(one, 'From the second').count(), 1)
    expect(new Set(server.committed.map(({ visitor }) => visitor)).size).toBe(1)
    expect(server.committed).toHaveLength(2)
  })

  test('a browser that forbids storage can chat all the same', async () => {
    await using server = await serveChat()
    await using context = await browser.newContext()
    const page = await context.newPage()
    await page.addInitScript(
      `Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('Forbidden', 'SecurityError') } })`,
    )
    await page.goto(`${server.origin}/chat`)
    await write(page, 'Do you hear me?')
    await becomes(() => lineWith(page, 'Do you hear me?').innerText(), expect.stringContaining('Sent'))
    server.say(await visitorOf(server), 'Loud and clear.')
    await becomes(() => lineWith(page, 'Loud and clear.').count(), 1)
    expect(server.committed).toHaveLength(1)
  })

  test('two visitors do not see each other', async () => {
    await using server = await serveChat()
    await using maja = await browser.newContext()
    await using omar = await browser.newContext()
    const [ofMaja, ofOmar] = [await maja.newPage(), await omar.newPage()]
    await ofMaja.goto(`${server.origin}/chat`)
    await write(ofMaja, 'I am Maja')
    const visitor = await visitorOf(server)
    await ofOmar.goto(`${server.origin}/chat`)
    await write(ofOmar, 'I am Omar')
    await becomes(async () => server.committed.length, 2)
    server.say(visitor, 'Hello Maja')
    server.say(server.committed[1]?.visitor ?? '', 'Hello Omar')
    await becomes(
      () => lineWith(ofMaja, 'Hello').allInnerTexts(),
      [expect.stringContaining('Hello! Write'), expect.stringContaining('Hello Maja')],
    )
    await becomes(
      () => lineWith(ofOmar, 'Hello').allInnerTexts(),
      [expect.stringContaining('Hello! Write'), expect.stringContaining('Hello Omar')],
    )
    expect(await lineWith(ofMaja, 'Omar').count()).toBe(0)
    expect(await lineWith(ofOmar, 'Maja').count()).toBe(0)
  })
})

describe.skipIf(!hasChromium)('the chat on another site', { timeout: 60_000 }, () => {
  const siteHtml = (chat: string) => `<!doctype html><html lang="en"><meta name="viewport" content="width=device-width">
    <title>A shop</title><style>button, p, div { color: red !important; font-size: 40px }</style>
    <h1>A shop</h1><p>It has styles of its own.</p><script src="${chat}/chat.js" defer></script></html>`

  test('opens, chats, tells which page it was on, and counts what was not read', async () => {
    let html = ''
    await using site = await serveSite(() => html)
    await using server = await serveChat({ LIVE_CHAT_ORIGINS: site.origin })
    html = siteHtml(server.origin)
    await using context = await browser.newContext({ viewport: { width: 1000, height: 760 } })
    const page = await context.newPage()
    await page.goto(`${site.origin}/shop/?private=1`)
    const chat = page.frameLocator('iframe[title="Chat"]')
    await page.getByRole('button', { name: 'Open chat' }).click()
    await write(chat, 'Do you have this in blue?')
    await becomes(() => lineWith(chat, 'in blue').innerText(), expect.stringContaining('Sent'))
    await write(chat, 'In size M')
    await becomes(async () => server.committed.map(({ notes }) => notes), [[`Written on ${site.origin}/shop/`], []])
    await shoot(page, 'embedded')

    await chat.getByRole('button', { name: 'Close chat' }).click()
    await becomes(() => chat.getByRole('log').isVisible(), false)
    server.say(await visitorOf(server), 'Yes, in two shades.')
    await becomes(() => page.getByRole('button', { name: 'Open chat, 1 unread' }).count(), 1)
    await shoot(page, 'embedded-unread')
    await page.reload()
    await page.getByRole('button', { name: 'Open chat, 1 unread' }).click()
    await becomes(() => lineWith(chat, 'two shades').isVisible(), true)
    await chat.getByLabel('Your message').press('Escape')
    await becomes(() => page.getByRole('button', { name: 'Open chat', exact: true }).isVisible(), true)
    await page.reload()
    await becomes(() => chat.locator('.team .text').count(), 2)
    expect(await page.getByRole('button', { name: 'Open chat', exact: true }).count()).toBe(1)

    await page.setViewportSize({ width: 375, height: 667 })
    await page.emulateMedia({ colorScheme: 'dark' })
    await page.getByRole('button', { name: 'Open chat' }).click()
    await becomes(() => lineWith(chat, 'two shades').isVisible(), true)
    await shoot(page, 'embedded-phone-dark')
  })

  test('is refused where it is not allowed, with a word on what to do', async () => {
    let html = ''
    await using site = await serveSite(() => html)
    await using server = await serveChat({ LIVE_CHAT_ORIGINS: 'https://www.example.com' })
    html = siteHtml(server.origin)
    await using context = await browser.newContext({ viewport: { width: 1000, height: 760 } })
    const page = await context.newPage()
    await page.goto(site.origin)
    await page.getByRole('button', { name: 'Open chat' }).click()
    await becomes(
      () => page.locator('deskbell-chat p').allInnerTexts(),
      [`The chat can't be shown on this page. Its operator has to add ${site.origin} to LIVE_CHAT_ORIGINS.`],
    )
    expect(await page.locator('iframe').count()).toBe(0)
    await shoot(page, 'embedded-refused')
  })
})
