import { spawn } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
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
    expect(await errors).toContain('There is no command "doctr". Known are doctor, migrate and settings')
  })

  it('writes the settings into a file, and takes them over from one', { timeout: 60_000 }, async () => {
    const file = join(folder, 'settings.json')
    const run = async (...words: string[]) => {
      const { program, exit, errors } = start({}, 'settings', ...words)
      const said = text(program.stdout)
      return [await exit, ((await said) + (await errors)).trim()]
    }
    expect(await run('export', file)).toEqual([0, `The settings are in ${file}`])
    const settings = JSON.parse(await readFile(file, 'utf8')) as { language: string }
    await writeFile(file, JSON.stringify({ ...settings, language: 'de' }))
    expect(await run('import', file)).toEqual([0, 'Changed: language'])
    await writeFile(file, '{"language": "German"}')
    expect(await run('import', file)).toEqual([1, 'language: Write a language code such as en, de or ja'])
    expect(await run('inport', file)).toEqual([1, expect.stringContaining('npm run settings -- import settings.json')])
    expect(await run('import', join(folder, 'none.json'))).toEqual([1, expect.stringContaining("can't be read")])
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
