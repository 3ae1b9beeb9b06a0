import { execFile } from 'node:child_process'
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { newChannel } from './new-channel.ts'

/** A copy of the repository, for what is written. */
let root: string
let said: string

const programs = resolve('node_modules/.bin')
/** What a program says at `root`; throws with all that it said when it fails. */
async function run(program: string, ...args: string[]): Promise<string> {
  const env = { ...process.env, NO_COLOR: '1', CI: '' }
  const done = promisify(execFile)(program, args, { cwd: root, env })
  const { stdout, stderr } = await done.catch((error: Error & { stdout?: string; stderr?: string }) => {
    throw new Error(`${program} ${args.join(' ')}\n${error.stdout ?? ''}\n${error.stderr ?? ''}`, { cause: error })
  })
  return stdout + stderr
}

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'deskbell-new-channel-'))
  const copied = ['src', 'test', 'package.json', 'README.md', '.env.example']
  const settings = ['tsconfig.json', 'oxlint.config.ts', '.oxfmtrc.json']
  const filter = (path: string) => !path.endsWith('.png')
  for (const path of [...copied, ...settings]) await cp(path, join(root, path), { recursive: true, filter })
  await symlink(resolve('node_modules'), join(root, 'node_modules'))
  said = await run(process.execPath, 'test/new-channel/main.ts', 'app-store')
})
afterAll(() => rm(root, { recursive: true, force: true }))

const written = [
  'src/channels/app-store/index.ts',
  'test/channels/contract/harnesses/app-store.ts',
  'test/channels/contract/app-store.test.ts',
]

describe('npm run new-channel', () => {
  it('says what it wrote, and what to do next', () => {
    for (const path of [...written, 'src/channels/index.ts']) expect(said).toContain(path)
    expect(said).toContain('Add a channel')
  })

  it('adds the channel to the registry and to the documents', async () => {
    const read = (path: string) => readFile(join(root, path), 'utf8')
    expect(await read('src/channels/index.ts')).toContain(`\nexport { appStore } from './app-store/index.ts'\n`)
    expect(await read('README.md')).toContain('\n| App store | ')
    expect(await read('README.md')).toContain('\n| `APP_STORE_TOKEN` | ')
    expect(await read('.env.example')).toContain('\n#APP_STORE_TOKEN=')
    for (const path of written) expect(await read(path)).not.toMatch(/example-?channel/i)
  })

  it('writes what the linter, the formatter and the compiler take as it stands', async () => {
    await writeFile(
      join(root, 'tsconfig.new.json'),
      JSON.stringify({ extends: './tsconfig.json', include: [...written, 'src/channels/index.ts'] }),
    )
    const changed = [...written, 'src/channels/index.ts', 'test/channels/app-store/fixtures/message.json']
    await run(join(programs, 'oxlint'), '--deny-warnings', ...written)
    await run(join(programs, 'oxfmt'), '--check', ...changed)
    await run(join(programs, 'tsc'), '-p', 'tsconfig.new.json')
  })

  it('writes a channel that is held to the contract, and keeps to it', async () => {
    // Without the databases that a whole run starts.
    await writeFile(join(root, 'vitest.new.ts'), 'export default { test: { testTimeout: 30_000 } }\n')
    const test = 'test/channels/contract/app-store.test.ts'
    expect(await run(join(programs, 'vitest'), 'run', '--config', 'vitest.new.ts', test)).toMatch(/1 passed/)
  })

  it('refuses an id that is none, or is there already, and writes nothing', async () => {
    for (const id of [
      '',
      'App',
      'app store',
      '../email',
      'app_store',
      'app-',
      '1app',
      'sms-2',
      'kit',
      'a'.repeat(41),
      'class',
      'default',
      'z',
      'harness',
    ])
      await expect(newChannel(root, id)).rejects.toThrow(`"${id}" can't be the id of a channel`)
    await expect(newChannel(root, 'email')).rejects.toThrow('src/channels/email exists already')
    const again = await run(process.execPath, 'test/new-channel/main.ts', 'app-store').catch(String)
    expect(again).toContain('src/channels/app-store exists already: choose another id, or remove it.')
  })
})
