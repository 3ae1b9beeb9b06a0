import { createServer } from 'node:net'
import { ConfigError } from '../../src/errors.ts'
import { startDemo } from './start.ts'
import { morning } from './morning.ts'

/* oxlint-disable no-console -- what a person at the terminal reads */
try {
  await run()
} catch (error) {
  console.error(error instanceof ConfigError ? `\nThe demo can't start.\n${error.message}\n` : error)
  process.exit(1)
}

async function run(): Promise<void> {
  const given = process.env['PORT']
  const demo = await startDemo(given ? Number(given) : await freePortFrom(3000))
  const playing = new AbortController()
  process.on('exit', demo.remove)
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (playing.signal.aborted) process.exit(1)
      playing.abort()
      console.log('\nStopping. The database of this demo is thrown away.')
      demo.stop().finally(() => process.exit(0))
    })
  }
  console.log(`
Lantern Street Cycles, an imaginary bicycle shop, opens its desk.
  The team's room:     ${demo.url}/
  A visitor's chat:    ${demo.url}/chat
  The contact form:    ${demo.url}/form
WhatsApp and Google are played on this machine: what you send there is read or published within a minute.

Open the room: ${morning.length} customers write within the next seconds.`)
  try {
    await demo.play(playing.signal)
  } catch (error) {
    if (playing.signal.aborted) return
    throw error
  }
  console.log(`
The morning is played in. Now it is your turn: approve, edit, dismiss; write in the chat and answer yourself.
Contact-form answers leave by e-mail, which the demo does not have: copy the text, then mark it as sent.
Ctrl-C ends the demo.`)
}

/** The first port from `port` on that nobody listens on. */
async function freePortFrom(port: number): Promise<number> {
  const isFree = await new Promise<boolean>((resolve) => {
    const probe = createServer().once('error', () => resolve(false))
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)))
  })
  return isFree ? port : freePortFrom(port + 1)
}
