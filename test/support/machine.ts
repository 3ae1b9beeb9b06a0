import { existsSync } from 'node:fs'

/** A program of this machine that some tests need. */
interface Part {
  name: string
  /** Where it lies; undefined: it isn't there. */
  path: string | undefined
  remedy: string
}

/** The variable, where it is set, is the only place looked at. */
function find(variable: string, name: string, debianPackage: string, usual: string[]): Part {
  const given = process.env[variable]
  const path = (given ? [given] : usual).find((candidate) => existsSync(candidate))
  return { name, path, remedy: `Debian: apt-get install ${debianPackage}. Elsewhere: set ${variable} to its path` }
}

export const chromium = find('CHROMIUM_PATH', 'Chromium', 'chromium', [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
])
export const dovecot = find('DOVECOT_PATH', 'dovecot', 'dovecot-imapd', [
  '/usr/sbin/dovecot',
  '/usr/local/sbin/dovecot',
  '/opt/homebrew/sbin/dovecot',
])
export const hasChromium = chromium.path !== undefined
export const hasDovecot = dovecot.path !== undefined

/** What to install, a line each; null when everything is there. */
export function missingParts(): string | null {
  const missing = [chromium, dovecot].filter(({ path }) => path === undefined)
  return missing.length === 0 ? null : missing.map(({ name, remedy }) => `  ${name} is missing. ${remedy}.`).join('\n')
}
