import { mkdir } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { openBrowser } from '../support/browser.ts'
import { startDemo } from './start.ts'

/** Takes README's pictures of the demo: `npm run pictures`. */
const folder = fileURLToPath(new URL('./pictures/', import.meta.url))
await mkdir(folder, { recursive: true })
const demo = await startDemo(0)
const browser = await openBrowser()
try {
  await demo.play(new AbortController().signal)
  await take('room-light', { width: 1280, height: 860 }, 'light')
} finally {
  await browser.close()
  await demo.stop()
}

async function take(
  name: string,
  viewport: { width: number; height: number },
  colorScheme: 'light' | 'dark',
): Promise<void> {
  const page = await browser.newPage({ viewport, colorScheme, deviceScaleFactor: 1.5 })
  await page.goto(demo.url)
  await page.locator('article, [data-id]').first().waitFor()
  await page.screenshot({ path: `${folder}${name}.png` })
  await page.close()
}
