import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

let folder: string
beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), 'deskbell-main-'))))
afterEach(() => rm(folder, { recursive: true, force: true }))

function start(env: Record<string, string> = {}, ...args: string[]) {
  const program = spawn(process.execPath, ['src/main.ts', ...args], {
    env: { PATH: process.env['PATH'], PORT: '0', DATA_DIR: join(folder, 'data'), LOG_LEVEL: 'silent', ...env },
  })
  const exit = new Promise<number | null>((resolve) => program.once('exit', resolve))
  return { program, exit, errors: text(program.stderr) }
}

describe('the program', () => {
  it('refuses a command that there is not, instead of starting', async () => {
    const { exit, errors } = start({}, 'doctr')
    expect(await exit).toBe(1)
    expect(await errors).toContain('There is no command "doctr". Known are doctor and migrate')
  })

  it('names the pages that are on, and no others, and stops when it is told to', async () => {
    const { program, exit } = start({ WEB: 'off', LIVE_CHAT: 'off' })
    let said = ''
    for await (const part of program.stdout) {
      said += String(part)
      if (said.includes('/form\n')) break
    }
    expect(said).toMatch(/Deskbell is ready\.\n {2}The contact form: {4}http:\/\/127\.0\.0\.1:\d+\/form\n/)
    expect(said).not.toMatch(/room|chat/)
    program.kill('SIGTERM')
    expect(await exit).toBe(0)
  })
})
