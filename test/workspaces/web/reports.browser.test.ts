import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { Workspace } from '../../../src/workspaces/workspace.ts'
import { openBrowser } from '../../support/browser.ts'
import { hasChromium } from '../../support/machine.ts'
import { sampleReport } from '../contract/sample-report.ts'
import { testCard } from '../contract/samples.ts'
import { fakeRoom, serveWorkspace, type FakeRoom, type Served } from './fake-room.ts'

const clock = { now: () => new Date() }
const report = sampleReport({ waiting: [{ conversationId: 'c1', text: '19 h · Mia · Email', url: null }] })
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

async function open(path: string, options: BrowserContextOptions = {}, bulletins: FakeRoom['bulletins'] = []) {
  room = fakeRoom([testCard()], clock)
  room.reports.set(report.id, report)
  room.bulletins = [...bulletins, { at: clock.now(), message: { kind: 'report', report } }]
  workspace = room.workspace()
  await workspace.start(room.handlers)
  served = await serveWorkspace(workspace)
  page = await (await browser.newContext(options)).newPage()
  noise = []
  page.on('pageerror', (error) => noise.push(error.message))
  page.on('console', (message) => message.type() === 'error' && noise.push(message.text()))
  await page.goto(served.url + path)
}

/** Every picture, where it was taken from, once it is shown. */
async function pictures(): Promise<string[]> {
  for (const image of await page.locator('figure img').all()) await image.scrollIntoViewIfNeeded()
  const images = page.locator('figure img')
  await expect
    .poll(() => images.evaluateAll((all) => all.every((one) => 'naturalWidth' in one && Number(one.naturalWidth) > 0)))
    .toBe(true)
  const sources = await images.evaluateAll((all) =>
    all.map((one) => ('currentSrc' in one ? String(one.currentSrc) : '')),
  )
  return sources.map((source) => new URL(source).search)
}

describe.skipIf(!hasChromium)('the digest in a browser', () => {
  it.each([
    ['a desk in the light', { width: 1280, height: 900 }, 'light', ''],
    ['a desk in the dark', { width: 1280, height: 900 }, 'dark', '?look=dark'],
    ['a phone in the light', { width: 390, height: 844 }, 'light', '?size=narrow'],
    ['a phone in the dark', { width: 390, height: 844 }, 'dark', '?look=dark&size=narrow'],
  ] as const)(
    'shows the pictures for %s, and nothing is wider than the page',
    async (_, viewport, colorScheme, query) => {
      await open('/reports', { viewport, colorScheme })
      expect(await pictures()).toEqual([query, query])
      expect(await page.locator('html').evaluate((one) => one.scrollWidth)).toBe(viewport.width)
    },
  )

  it('assigns on the spot, and says so', async () => {
    await open(`/reports/${report.id}`)
    await page.getByRole('button', { name: 'Assign to me: 19 h · Mia · Email' }).click()
    await page.getByText('Assigned to you').waitFor()
    expect(room.decisions).toMatchObject([{ kind: 'assign', conversationId: 'c1' }])
    expect(await page.locator(':focus').textContent()).toBe('Assigned to you')
    expect(new URL(page.url()).pathname).toBe(`/reports/${report.id}`)
  })

  it('says why assigning changed nothing', async () => {
    await open(`/reports/${report.id}`)
    room.onDecision = () => ({ isDone: false, reason: 'Ben was faster.', card: null })
    await page.getByRole('button', { name: /^Assign to me/ }).click()
    await page.getByText('Ben was faster.').waitFor()
    noise = noise.filter((text) => !text.includes('409'))
  })

  it('opens a number by keyboard, and downloads its file', async () => {
    await open('/reports')
    await page.getByRole('link', { name: 'Answered: 52' }).focus()
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: '52 answered · Friday 20 November 2026' }).waitFor()
    const [file] = await Promise.all([page.waitForEvent('download'), page.getByText('Download as CSV').click()])
    expect(file.suggestedFilename()).toBe('deskbell-answered-2026-11-20.csv')
  })

  it('works without a script', async () => {
    await open('/reports', { javaScriptEnabled: false })
    await page.getByRole('button', { name: /^Assign to me/ }).click()
    expect(new URL(page.url()).pathname).toBe('/cards/c1')
    expect(room.decisions).toHaveLength(1)
  })

  it('tells the room what was noticed without a reload', async () => {
    await open('/')
    await page.getByText('Live', { exact: true }).waitFor()
    const notice = { kind: 'notice' as const, title: '14 complaints about delivery in 30 min', lines: [] }
    room.bulletins.unshift({ at: clock.now(), message: notice })
    await workspace.post(notice, { room: 'room', thread: null, key: 'notice:1' })
    await page.getByRole('complementary', { name: 'Notices' }).getByText(notice.title).waitFor()
    await expect.poll(() => page.locator('#notice').textContent()).toContain(notice.title)
  })

  it('takes a notice away once its card is dealt with, and tells the one below it no second time', async () => {
    const about = (title: string, id: string) => ({
      at: clock.now(),
      message: { kind: 'notice' as const, title, lines: [{ text: `about ${id}`, conversationId: id }] },
    })
    await open('/', {}, [about('Late: complaint', 'c1'), about('Late: question', 'c2')])
    room.put(testCard({ conversationId: 'c2' }))
    await page.reload()
    await page.getByText('Live', { exact: true }).waitFor()
    const notices = page.getByRole('complementary', { name: 'Notices' })
    await notices.getByText('Late: complaint').waitFor()
    const answered = room.put(testCard({ state: 'answered', version: 99 }))
    await workspace.update({}, { kind: 'card', card: answered })
    await expect
      .poll(() =>
        notices
          .locator('p')
          .allTextContents()
          .then((all) => all.length),
      )
      .toBe(1)
    await notices.getByText('Late: question').waitFor()
    expect(await page.locator('#notice').textContent()).not.toContain('Late')
  })

  it('tells by when the team wants to have answered, and that it is late, as time goes by', async () => {
    await open('/', { timezoneId: 'America/New_York' })
    await page.clock.install({ time: new Date('2026-03-02T14:00:00Z') })
    room.put(testCard({ dueAt: new Date('2026-03-02T14:30:00Z') }))
    await page.reload()
    const due = page.locator('.due')
    await expect.poll(() => due.textContent().then((text) => text?.trim())).toMatch(/^(Due|Late since)\s+09:30\sAM$/)
    await page.clock.setSystemTime(new Date('2026-03-02T14:16:00Z'))
    await page.clock.runFor(1000)
    await expect.poll(() => due.getAttribute('class')).toContain('warn')
    await page.clock.setSystemTime(new Date('2026-03-02T14:31:00Z'))
    await page.clock.runFor(1000)
    await expect.poll(() => due.textContent().then((text) => text?.trim())).toMatch(/^Late since\s+09:30\sAM$/)
    expect(await due.getAttribute('class')).toBe('due late')
  })
})
