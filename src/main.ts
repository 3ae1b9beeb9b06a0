import { startApp } from './app.ts'
import { readConfig } from './config.ts'
import { doctor } from './doctor.ts'
import { runSettings } from './settings-command.ts'
import { openDatabase } from './db/client.ts'
import { migrate } from './db/migrate.ts'
import { BadInputError, ConfigError } from './errors.ts'

/* oxlint-disable no-console -- what a person at the terminal reads */
try {
  await run(process.argv[2], process.argv.slice(3))
} catch (error) {
  if (error instanceof BadInputError) console.error(`\n${error.message}\n`)
  else console.error(error instanceof ConfigError ? `\nDeskbell can't start.\n${error.message}\n` : error)
  process.exit(1)
}

async function run(command: string | undefined, words: string[]): Promise<void> {
  const config = readConfig(process.env)
  if (command !== undefined && !['doctor', 'migrate', 'settings'].includes(command))
    throw new ConfigError(
      `There is no command "${command}". Known are doctor, migrate and settings; without one, Deskbell starts.`,
    )
  if (command === 'doctor') process.exit((await doctor(config, console.log)) ? 0 : 1)
  if (command === 'migrate') {
    const database = await openDatabase(config.database)
    console.log(`Migrations applied: ${await migrate(database.db)}`)
    return database.close()
  }
  if (command === 'settings') return runSettings(config, words, console.log)
  const app = await startApp(config)
  const { channels, workspaces } = app.ctx
  const isOn = (role: (typeof config.core.ROLES)[number]) => config.core.ROLES.includes(role)
  const pages = [
    ...(isOn('workspace') && workspaces.has('web') ? [`  The team's room:     ${app.url}/\n`] : []),
    ...(isOn('intake') && channels.has('live-chat') ? [`  A visitor's chat:    ${app.url}/chat\n`] : []),
    ...(isOn('intake') && channels.has('form') ? [`  The contact form:    ${app.url}/form\n`] : []),
  ]
  let isStopping = false
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (isStopping) process.exit(1)
      isStopping = true
      app.stop().then(
        () => process.exit(0),
        (error: unknown) => {
          console.error(error)
          process.exit(1)
        },
      )
    })
  }
  console.log(`\nDeskbell is ready.\n${pages.join('')}`)
}
