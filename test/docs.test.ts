import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { assistantEnv } from '../src/assistant/env.ts'
import { channelTypes, coreEnv, workspaceTypes } from '../src/config.ts'
import type { EnvSpec } from '../src/env.ts'

const readme = readFileSync('README.md', 'utf8')
const scripts = (JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> }).scripts

const parts: { name: string; env: EnvSpec }[] = [
  { name: 'The program', env: coreEnv },
  { name: 'The assistant', env: assistantEnv },
  ...workspaceTypes,
  ...channelTypes,
]

const settingsTable = () =>
  [
    '| setting | for |',
    '|---|---|',
    ...parts.flatMap(({ name, env }) => [
      `| **${name}** | |`,
      ...Object.entries(env).map(([variable, { about }]) => `| \`${variable}\` | ${about.replaceAll('|', '\\|')} |`),
    ]),
  ].join('\n')

const example = () =>
  [
    '# Copy to .env. Nothing is needed to try Deskbell; what is set is switched on.',
    ...parts.flatMap(({ name, env }) => [
      '',
      `# ${name}`,
      ...Object.entries(env).flatMap(([variable, { about, example: value }]) => [
        `# ${about}`,
        `#${variable}=${value ?? ''}`,
      ]),
    ]),
    '',
    '# For compose.yaml',
    '#POSTGRES_PASSWORD=',
    '',
  ].join('\n')

describe('the documents', () => {
  it('list every setting in .env.example', async () => {
    await expect(example()).toMatchFileSnapshot('../.env.example')
  })

  it("list every setting in README's table", () => {
    const [, table] = /<!-- settings -->\n([\s\S]*?)\n<!-- end -->/.exec(readme) ?? []
    expect(table).toBe(settingsTable())
  })

  it('name only commands that exist', () => {
    for (const [, script = ''] of readme.matchAll(/npm run ([a-z][a-z:-]*)/g)) expect(scripts).toHaveProperty([script])
  })

  it('name only files that exist', () => {
    const paths = [...readme.matchAll(/[`(]((?:src|test|migrations)\/[\w./-]+)[`)]/g)].map(([, path = '']) => path)
    expect(paths.length).toBeGreaterThan(10)
    expect(paths.filter((path) => !existsSync(path))).toEqual([])
  })

  it('lock every package that some platform needs, without which `npm ci` refuses to install', () => {
    const lock = JSON.parse(readFileSync('package-lock.json', 'utf8')) as {
      packages: Record<string, { optionalDependencies?: Record<string, string> }>
    }
    const wanted = Object.values(lock.packages).flatMap((entry) => Object.keys(entry.optionalDependencies ?? {}))
    const locked = new Set(Object.keys(lock.packages).map((path) => path.split('node_modules/').at(-1)))
    expect(wanted.filter((name) => !locked.has(name))).toEqual([])
  })
})
