import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { envExample, settingsPattern, settingsTable } from './support/documents.ts'

const readme = readFileSync('README.md', 'utf8')
const scripts = (JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> }).scripts

describe('the documents', () => {
  it('list every setting in .env.example', async () => {
    await expect(envExample()).toMatchFileSnapshot('../.env.example')
  })

  it("list every setting in README's table", () => {
    expect(settingsPattern.exec(readme)?.[0]).toBe(settingsTable())
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
