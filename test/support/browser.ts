import { chromium, type Browser } from 'playwright-core'
import { chromium as installed } from './machine.ts'

/** Launches the machine's own Chromium; nothing is downloaded. */
export async function openBrowser(): Promise<Browser> {
  const { path: executablePath, remedy } = installed
  if (!executablePath) throw new Error(`No Chromium found. ${remedy}`)
  return chromium.launch({
    executablePath,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  })
}
