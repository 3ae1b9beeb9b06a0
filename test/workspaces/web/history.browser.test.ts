import { readFile } from 'node:fs/promises'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { Workspace } from '../../../src/workspaces/workspace.ts'
import { openBrowser } from '../../support/browser.ts'
import { hasChromium } from '../../support/machine.ts'
import { sampleCustomer, sampleFound } from '../contract/sample-found.ts'
import { testCard, testForm } from '../contract/samples.ts'
import { fakeRoom, serveWorkspace, type FakeRoom, type Served } from './fake-room.ts'

const customer = sampleCustomer()
const path = `/customers/${customer.customerId}`
const listId = '00000000-0000-7000-8000-000000000031'
let browser: Browser
let page: Page
let room: FakeRoom
let workspace: Workspace
let served: Served
let noise: string[]

beforeAll(async () => {
  if (hasChromium) browser = await openBrowser()
})
afterAll(() => browser?.close())
afterEach(async () => {
  await page.context().close()
  await workspace.stop()
  await served.close()
  expect(noise).toEqual([])
})

async function open(at: string, options: BrowserContextOptions = {}) {
  room = fakeRoom([testCard()], { now: () => new Date() })
  const found = sampleFound({ page: { listId, page: 0 } })
  room.onCommand = (text) =>
    text.startsWith('customer')
      ? { title: customer.name, lines: [], customer }
      : { title: found.asked, lines: [], found, file: { source: { kind: 'list', listId }, formats: ['csv', 'json'] } }
  workspace = room.workspace()
  await workspace.start(room.handlers)
  served = await serveWorkspace(workspace)
  page = await (await browser.newContext(options)).newPage()
  noise = []
  page.on('pageerror', (error) => noise.push(error.message))
  page.on('console', (message) => message.type() === 'error' && noise.push(message.text()))
  await page.goto(served.url + at)
}

const box = () => page.locator('input[name=q]')
const address = () => new URL(page.url())

describe.skipIf(!hasChromium)('the history in a browser', () => {
  it('offers what could be meant, to be chosen by keyboard, and finds', async () => {
    await open('/history')
    room.suggestions = [
      { value: 'email', label: 'Email' },
      { value: 'live-chat', label: 'Live chat' },
    ]
    expect(await box().evaluate((one) => one === one.ownerDocument.activeElement)).toBe(true)
    await page.keyboard.type('refund cha')
    const options = page.getByRole('option')
    await options.getByText('channel: ').waitFor()
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Enter')
    expect(await box().inputValue()).toBe('refund channel:')
    await options.getByText('Live chat').waitFor()
    await page.keyboard.press('ArrowUp')
    expect(await box().getAttribute('aria-activedescendant')).toBe(await options.last().getAttribute('id'))
    expect(await options.last().getAttribute('aria-selected')).toBe('true')
    await page.keyboard.press('Tab')
    expect(await box().inputValue()).toBe('refund channel:live-chat ')
    expect(await box().getAttribute('aria-expanded')).toBe('false')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'refund · since Thursday 1 October' }).waitFor()
    expect(room.commands.map(({ text }) => text)).toEqual(['find refund channel:live-chat'])
    expect(await box().inputValue()).toBe('refund channel:live-chat ')
  })

  it('offers nothing on Escape, and takes what is pointed at, in the middle of what was typed', async () => {
    await open('/history?q=since+monday')
    room.suggestions = [{ value: 'Mia Jansen', label: 'Mia Jansen · Email' }]
    await box().focus()
    await page.keyboard.press('Home')
    await page.keyboard.type('customer:mi')
    const option = page.getByRole('option')
    await option.waitFor()
    await page.keyboard.press('Escape')
    expect(await option.count()).toBe(0)
    expect(await box().inputValue()).toBe('customer:misince monday')
    await page.keyboard.type('a')
    await option.click()
    expect(await box().inputValue()).toBe('customer:"Mia Jansen" since monday')
    expect(await page.evaluate('document.activeElement.name')).toBe('q')
  })

  it('turns pages, shares one, and leads to a customer and a card', async () => {
    await open('/history?q=refund')
    await page.getByRole('link', { name: 'Older' }).click()
    await page.getByText('Page 2').waitFor()
    expect(await box().inputValue()).toBe('refund')
    await page.getByRole('button', { name: 'Share to room' }).click()
    await page.locator('.toast').getByText('Shown to everybody in the room').waitFor()
    expect(await page.locator(':focus').textContent()).toBe('Shared with the room')
    expect(room.shared).toMatchObject([{ page: { listId, page: 1 }, room: 'room' }])
    await page.getByRole('link', { name: 'Newer' }).click()
    expect(address().searchParams.get('page')).toBe('0')
    await page.getByRole('link', { name: 'Mia Jansen', exact: true }).click()
    await page.getByRole('heading', { name: 'Mia Jansen' }).waitFor()
    expect(address().pathname).toBe(path)
  })

  it('works without a script', async () => {
    await open('/history', { javaScriptEnabled: false })
    await box().fill('refund')
    await page.getByRole('button', { name: 'Search' }).click()
    await page.getByRole('link', { name: 'Newest first' }).click()
    await page.getByRole('button', { name: 'Share to room' }).click()
    await page.getByText('Shown to everybody in the room').waitFor()
    expect(room.commands.map(({ text }) => text)).toEqual(['find refund', 'history refund'])
    expect(await box().inputValue()).toBe('refund')
  })

  it('downloads while it is read, and reads no more when that is broken off', async () => {
    await open('/history?q=refund')
    const seen = { taken: 0, isOver: false }
    async function* rows(count: number) {
      try {
        for (; seen.taken < count; seen.taken += 1) yield `"${'x'.repeat(2000)}"\r\n`
      } finally {
        seen.isOver = true
      }
    }
    const csv = (count: number) => () => ({
      name: 'deskbell-history-2026-11-22.csv',
      mediaType: 'text/csv; charset=utf-8',
      frame: { head: 'Words\r\n', between: '', tail: '' },
      rows: rows(count),
    })
    room.onReadFile = csv(5000)
    const press = () => Promise.all([page.waitForEvent('download'), page.getByText('Download as CSV').click()])
    const [file] = await press()
    expect(file.suggestedFilename()).toBe('deskbell-history-2026-11-22.csv')
    expect((await readFile(await file.path())).length).toBe(7 + 5000 * 2004)
    expect(room.filesRead).toMatchObject([{ source: { kind: 'list', listId }, format: 'csv' }])

    Object.assign(seen, { taken: 0, isOver: false })
    room.onReadFile = csv(Infinity)
    const [endless] = await press()
    await expect.poll(() => seen.taken).toBeGreaterThan(100)
    await endless.cancel()
    await expect.poll(() => seen.isOver).toBe(true)
  })

  it('keeps what was shared open while the room is read anew', async () => {
    await open('/')
    const message = { kind: 'found' as const, title: 'Ana shared this', passages: sampleFound().passages }
    room.bulletins = [{ at: new Date(), message }]
    await page.getByText('Live', { exact: true }).waitFor()
    await workspace.post(message, { room: 'room', thread: null, key: 'found:1' })
    const shared = page.locator('details.shared')
    await shared.getByText('Ana shared this').click()
    await shared.getByText('Open the card').first().waitFor()
    await expect.poll(() => page.locator('#notice').textContent()).toContain('Ana shared this')
    await page.getByRole('heading', { name: 'Open' }).click()
    room.bulletins.unshift({ at: new Date(), message: { ...message, title: 'Ben shared this' } })
    await workspace.post(message, { room: 'room', thread: null, key: 'found:2' })
    await shared.getByText('Ben shared this').waitFor()
    expect(await shared.evaluateAll((all) => all.map((one) => one.hasAttribute('open')))).toEqual([false, true])
  })

  it.each([
    ['a phone in the light', 360, 'light'],
    ['a phone in the dark', 360, 'dark'],
    ['a desk', 1280, 'light'],
  ] as const)('fits %s', async (_, width, colorScheme) => {
    await open('/history?q=refund', { viewport: { width, height: 800 }, colorScheme })
    for (const at of ['/history?q=refund', '/history', path, '/customers?q=', '/audit']) {
      await page.goto(served.url + at)
      expect(await page.locator('html').evaluate((one) => one.scrollWidth), at).toBe(width)
    }
  })
})

describe.skipIf(!hasChromium)('a customer in a browser', () => {
  it('is opened from their card, is noted in place, and stays where they are', async () => {
    await open('/')
    await page.getByRole('link', { name: 'Ana Lopez' }).click()
    await page.getByRole('heading', { name: customer.name }).waitFor()
    const image = page.locator('figure img')
    await image.scrollIntoViewIfNeeded()
    await expect.poll(() => image.evaluate((one) => ('naturalWidth' in one ? Number(one.naturalWidth) : 0))).toBe(760)
    room.onOpenForm = (id, about) => testForm({ id, about, title: 'Add a note' })
    await page.getByRole('button', { name: 'Add a note…' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByRole('heading', { name: 'Add a note' }).waitFor()
    await dialog.getByLabel('Your reply').fill('Calls rather than writes')
    const noted = { noteId: 'n2', text: 'Calls rather than writes', by: 'Team', at: new Date(), canRemove: true }
    room.onSubmitForm = () => {
      room.onOpenCustomer = () => ({ title: '', lines: [], customer: sampleCustomer({ notes: [noted] }) })
      return { kind: 'done', said: 'The note is on the customer’s page' }
    }
    await dialog.locator('form .button.primary').last().click()
    await page.locator('.noted').getByText('Calls rather than writes').waitFor()
    await page.locator('.toast').getByText('The note is on the customer’s page').waitFor()
    await expect.poll(() => page.evaluate('document.activeElement?.textContent')).toBe('Add a note…')
    expect(room.submitted).toMatchObject([{ form: 'note', about: { customerId: customer.customerId } }])

    room.onChangeCustomer = () => ({ title: 'The note was removed', lines: [], customer })
    await page.getByRole('button', { name: 'Remove: Calls rather than writes' }).click()
    await page.getByText('The note was removed').waitFor()
    expect(room.changes).toMatchObject([{ change: { kind: 'remove-note', noteId: 'n2' } }])
  })

  it('is erased on a page of its own, which says what became of it', async () => {
    await open(path)
    await page.getByRole('button', { name: 'Erase…' }).click()
    await page.waitForURL('**/forms/forget?**')
    room.onSubmitForm = () => ({ kind: 'done', said: 'Erased: 3 conversations' })
    await expect.poll(() => page.evaluate('document.activeElement?.name ?? ""')).toMatch(/^text:/)
    await page.locator('.asking form .button.danger').click()
    await page.getByRole('status').getByText('Erased: 3 conversations').waitFor()
    expect(address().pathname).toBe('/')
    expect(room.submitted).toMatchObject([{ form: 'forget', about: { customerId: customer.customerId } }])
  })
})
