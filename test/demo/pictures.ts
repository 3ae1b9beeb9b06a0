import { mkdir } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { openBrowser } from '../support/browser.ts'
import { testClock } from '../support/clock.ts'
import { sampleReport } from '../workspaces/contract/sample-report.ts'
import { fakeRoom, serveWorkspace } from '../workspaces/web/fake-room.ts'
import { startDemo } from './start.ts'

/** Takes README's pictures: `npm run pictures` for all, `npm run pictures digest` for one. */
const folder = fileURLToPath(new URL('./pictures/', import.meta.url))
await mkdir(folder, { recursive: true })
const browser = await openBrowser()
try {
  const [asked] = process.argv.slice(2)
  if (!asked || asked === 'room') await takeRoom()
  if (!asked || asked === 'digest') await takeDigest()
} finally {
  await browser.close()
}

/** The demo after its morning. */
async function takeRoom(): Promise<void> {
  const demo = await startDemo(0)
  try {
    await demo.play(new AbortController().signal)
    await take('room-light', demo.url, { width: 1280, height: 860 }, 'light')
  } finally {
    await demo.stop()
  }
}

/** A busy day: the demo's own has just begun. */
async function takeDigest(): Promise<void> {
  const report = sampleReport({ note: null })
  const room = fakeRoom([], testClock())
  room.reports.set(report.id, report)
  room.bulletins = [{ at: room.io.clock.now(), message: { kind: 'report', report } }]
  const workspace = room.workspace()
  await workspace.start(room.handlers)
  const served = await serveWorkspace(workspace)
  try {
    await take('digest-light', `${served.url}/reports`, { width: 1280, height: 1330 }, 'light')
  } finally {
    await workspace.stop()
    await served.close()
  }
}

async function take(
  name: string,
  url: string,
  viewport: { width: number; height: number },
  colorScheme: 'light' | 'dark',
): Promise<void> {
  const page = await browser.newPage({ viewport, colorScheme, deviceScaleFactor: 1.5 })
  await page.goto(url)
  await page.locator('article').first().waitFor()
  await page.evaluate('Promise.all([...document.images].map((one) => one.decode()))')
  await page.screenshot({ path: `${folder}${name}.png` })
  await page.close()
}
