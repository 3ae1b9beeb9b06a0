import { mkdir } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import type { Page } from 'playwright-core'
import { openBrowser } from '../support/browser.ts'
import { openRoom } from './room.ts'
import { startDemo } from './start.ts'

/** Takes README's pictures of the demo after its morning: `npm run pictures`. */
const folder = fileURLToPath(new URL('./pictures/', import.meta.url))
await mkdir(folder, { recursive: true })
const browser = await openBrowser()
const demo = await startDemo(0)
try {
  await demo.play(new AbortController().signal)
  await take('room-light', '/', { width: 1280, height: 860 })
  await take('digest-light', '/reports', { width: 1280, height: 1330 }, (page) =>
    page.locator('article.report h2 a').click(),
  )
  await take('history-light', '/history?order=newest&q=bring+bicycle', { width: 1280, height: 1000 })
  await take('customer-light', '/history?q=customer:Hannah', { width: 1280, height: 1330 }, (page) =>
    page.getByRole('link', { name: 'Hannah Brandt' }).first().click(),
  )
  await takeCard('whatsapp-light', 'Ida Holm')
  await takeCard('review-light', 'Colin Farraday')
} finally {
  await demo.stop()
  await browser.close()
}

/** Takes the card of a customer alone. */
async function takeCard(name: string, customer: string): Promise<void> {
  const room = await openRoom(demo.url, 'Ana', new AbortController().signal)
  const page = await browser.newPage({
    viewport: { width: 720, height: 860 },
    colorScheme: 'light',
    deviceScaleFactor: 1.5,
  })
  await page.goto(`${demo.url}/cards/${await room.find(customer)}`)
  await page.waitForLoadState('networkidle')
  await page.locator('article').screenshot({ path: `${folder}${name}.png` })
  await page.close()
}

/** `open`: goes on to what the picture is of. */
async function take(
  name: string,
  path: string,
  viewport: { width: number; height: number },
  open: (page: Page) => Promise<void> = async () => {},
): Promise<void> {
  const page = await browser.newPage({ viewport, colorScheme: 'light', deviceScaleFactor: 1.5 })
  await page.goto(demo.url + path)
  await open(page)
  await page.waitForLoadState('networkidle')
  await page.locator('article').first().waitFor()
  // Those out of sight are not loaded.
  await page.evaluate('Promise.all([...document.images].filter((one) => one.complete).map((one) => one.decode()))')
  await page.screenshot({ path: `${folder}${name}.png` })
  await page.close()
}
