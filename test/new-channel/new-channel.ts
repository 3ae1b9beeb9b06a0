import { existsSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join, posix } from 'node:path'
import { Script } from 'node:vm'
import { BadInputError } from '../../src/errors.ts'

const template = 'test/new-channel/template'

/** Where each file of the template goes. */
const destinations = (id: string): Record<string, string> => ({
  'index.ts': `src/channels/${id}/index.ts`,
  'fixtures/message.json': `test/channels/${id}/fixtures/message.json`,
  'harness.ts': `test/channels/contract/harnesses/${id}.ts`,
})

/**
 * Writes a channel to start from into the repository at `root`, with its fixture, its harness and its test, and adds it to the
 * registry. Returns the files that were written or changed. Throws BadInputError, before anything is written, for an id that can't be one.
 */
export async function newChannel(root: string, id: string): Promise<string[]> {
  // A word that is a number would make its settings those of another channel's second account.
  if (!/^[a-z][a-z0-9]*(-[a-z][a-z0-9]*)*$/.test(id) || id.length > 40 || id === 'kit')
    throw new BadInputError(
      `"${id}" can't be the id of a channel: lower-case words with hyphens are needed, such as app-store`,
    )
  const files = destinations(id)
  const test = `test/channels/contract/${id}.test.ts`
  for (const path of [`src/channels/${id}`, ...Object.values(files), test])
    if (existsSync(join(root, path))) throw new BadInputError(`${path} exists already: choose another id, or remove it`)

  const texts = await Promise.all(
    Object.entries(files).map(
      async ([from, to]) => [from, to, await readFile(join(root, template, from), 'utf8')] as const,
    ),
  )
  if (isTaken(camel(id), texts.map(([, , text]) => text).join('\n')))
    throw new BadInputError(`"${id}" can't be the id of a channel: in its code the word means something else already`)

  for (const [from, to, text] of texts) {
    await mkdir(join(root, dirname(to)), { recursive: true })
    await writeFile(join(root, to), rebased(renamed(text, id), `${template}/${from}`, to, files))
  }
  await writeFile(join(root, test), contractTest(id))

  const registry = 'src/channels/index.ts'
  const [about = '', ...lines] = (await readFile(join(root, registry), 'utf8')).trimEnd().split('\n')
  const line = `export { ${camel(id)} } from './${id}/index.ts'`
  await writeFile(join(root, registry), `${[about, ...[...lines, line].toSorted(byPath)].join('\n')}\n`)
  return [...Object.values(files), test, registry]
}

function contractTest(id: string): string {
  return `import { harness } from './harnesses/${id}.ts'
import { testChannel } from './test-channel.ts'

testChannel(harness)
`
}

/** True for a word of the language, and for a name that the code has on its outermost level. */
function isTaken(name: string, code: string): boolean {
  const declared = new RegExp(`^(import [^']*|(export )?(async )?(const|function|interface) )\\b${name}\\b`, 'm')
  return declared.test(code) || !isVariable(name)
}

function isVariable(name: string): boolean {
  try {
    return new Script(`'use strict'; const ${name} = 0`) instanceof Script
  } catch {
    return false
  }
}

const byPath = (a: string, b: string) => (pathIn(a) < pathIn(b) ? -1 : 1)
const pathIn = (line: string) => line.split("'")[1] ?? line

/** The template's own names, in each spelling, become the channel's. */
function renamed(text: string, id: string): string {
  return text
    .replaceAll('example-channel', id)
    .replaceAll('EXAMPLE_CHANNEL', id.toUpperCase().replaceAll('-', '_'))
    .replaceAll('exampleChannel', camel(id))
    .replaceAll('Example channel', nameOf(id))
}

/** `app-store` is called "App store" until somebody changes it. */
export function nameOf(id: string): string {
  return `${id.charAt(0).toUpperCase()}${id.slice(1)}`.replaceAll('-', ' ')
}

function camel(id: string): string {
  return id.replaceAll(/-(.)/g, (_, letter: string) => letter.toUpperCase())
}

/** Makes relative paths lead from the new place where they led from the template. */
function rebased(text: string, from: string, to: string, files: Record<string, string>): string {
  return text.replaceAll(/'(\.\.?\/[\w./-]+)'/g, (_, path: string) => {
    const target = posix.join(posix.dirname(from), path)
    const inTemplate = posix.relative(template, target)
    const relative = posix.relative(posix.dirname(to), files[inTemplate] ?? target)
    return `'${relative.startsWith('.') ? relative : `./${relative}`}'`
  })
}
