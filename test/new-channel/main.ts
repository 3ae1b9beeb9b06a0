import { execFileSync } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { BadInputError } from '../../src/errors.ts'
import { nameOf, newChannel } from './new-channel.ts'

/* oxlint-disable no-console -- what a person at the terminal reads */
const [id = ''] = process.argv.slice(2)
try {
  const written = await newChannel('.', id)
  // How lines break depends on how long the id is.
  execFileSync(join('node_modules', '.bin', 'oxfmt'), written)
  await writeDocuments()
  console.log(`${[...written, 'README.md', '.env.example'].map((path) => `  ${path}`).join('\n')}

Its tests pass as it stands: npx vitest run test/channels/contract/${id}.test.ts
Look for TODO, and go on as README says under "Add a channel".`)
} catch (error) {
  if (!(error instanceof BadInputError)) throw error
  console.error(`${error.message}.\nWrite: npm run new-channel -- app-store`)
  process.exit(1)
}

/** Imported only now: the settings are read from the registry, which has one line more than before. */
async function writeDocuments(): Promise<void> {
  const { envExample, settingsPattern, settingsTable } = await import('../support/documents.ts')
  const row = `| ${nameOf(id)} | TODO | TODO | by the provider's id |`
  const readme = (await readFile('README.md', 'utf8'))
    .replace(settingsPattern, () => settingsTable())
    .replace(/(?<=\n## Channels\n[^]*?(?:\n\|.*)+)\n(?!\|)/, (end) => `\n${row}${end}`)
  await writeFile('README.md', readme)
  await writeFile('.env.example', envExample())
}
