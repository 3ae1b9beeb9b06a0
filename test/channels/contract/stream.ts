import { expect } from 'vitest'
import { CredentialsError } from '../../../src/errors.ts'
import { pause, within } from '../../../src/waiting.ts'
import { testInlet, type TestInlet } from '../../support/inlet.ts'
import { expectAction, onBench, type Check } from './check.ts'
import { expectSound, saying, unanswered } from './delivered.ts'
import { needed, providerOf, streamOf, type Opened } from './opened.ts'

export const streamChecks: Check[] = [
  onBench('takes what customers say from its stream, and says where to go on', ['run'], async (opened) => {
    const inlet = await started(opened)
    await streamOf(opened).say('Do you open on Sundays?')
    await listen(opened, inlet, () => saying(inlet.interactions, 'Do you open on Sundays?').length > 0)
    for (const delivery of inlet.deliveries) expectSound(opened, delivery)
    expect(inlet.cursors.size).toBeGreaterThan(0)
    expect(opened.logged()).not.toContain('Sundays')
  }),

  onBench('stops its stream within a second of being told to', ['run'], async (opened) => {
    const inlet = testInlet()
    const { stop } = begin(opened, inlet)
    await until(() => inlet.cursors.size > 0, opened)
    expect(await stop(), 'stopped').toBe(true)
    const stopped = new AbortController()
    stopped.abort()
    const run = needed(opened.channel.inbound.run, 'inbound.run', 'run')
    const late = run.call(opened.channel.inbound, testInlet(), stopped.signal)
    // How it ends doesn't matter to core, once it was told to.
    expect(await within(late.then(isOver, isOver), 1000), 'never began').toBe(true)
  }),

  onBench('goes on where its stream was stopped, and loses and doubles nothing', ['run'], async (opened) => {
    const { say } = streamOf(opened)
    const inlet = await started(opened)
    const texts = ['While it listened', 'While it was away', 'And once more', 'After that']
    await say(texts[0] ?? '')
    await listen(opened, inlet, () => saying(inlet.interactions, texts[0] ?? '').length > 0)
    for (const text of texts.slice(1)) await say(text)
    await listen(opened, inlet, () => texts.every((text) => saying(inlet.interactions, text).length > 0))
    expect(texts.map((text) => saying(inlet.interactions, text).length)).toEqual([1, 1, 1, 1])
  }),

  onBench('delivers again what could not be committed', ['run'], async (opened) => {
    const inlet = await started(opened)
    await streamOf(opened).say('Nobody may lose this')
    const { deliver } = inlet
    const before = JSON.stringify([...inlet.cursors])
    let failures = 0
    inlet.deliver = async (delivery) => {
      if (saying(delivery.interactions, 'Nobody may lose this').length === 0 || failures > 0) return deliver(delivery)
      failures += 1
      expect(JSON.stringify([...inlet.cursors]), 'the cursor moves with what it is the cursor of').toBe(before)
      throw new Error('The database is down')
    }
    await listen(opened, inlet, () => saying(inlet.interactions, 'Nobody may lose this').length > 0)
    expect(failures).toBe(1)
    expect(saying(inlet.interactions, 'Nobody may lose this')).toHaveLength(1)
  }),

  onBench(
    'says which account must be authorised anew, and that it works again',
    ['run', 'credentials'],
    async (opened) => {
      const { channel, io } = opened
      const inlet = testInlet()
      await providerOf(opened).fault('unauthorised')
      const { stop } = begin(opened, inlet)
      try {
        const wrong = () => inlet.reports.find(({ problem }) => problem !== null)
        await until(() => wrong() !== undefined, opened)
        await providerOf(opened).fault(null)
        io.clock.advance(24 * 3600_000)
        const { account, problem } = wrong() ?? { account: '', problem: null }
        expect(channel.accounts.map(({ id }) => id)).toContain(account)
        expectAction(problem ?? new Error('Nothing was said'), CredentialsError)
        await until(() => inlet.reports.findLast((one) => one.account === account)?.problem === null, opened)
      } finally {
        await stop()
      }
    },
  ),

  onBench('does not take its own replies in its stream for what customers say', ['run', 'echo'], async (opened) => {
    const { echo, say } = streamOf(opened)
    if (!echo) return void expect(opened.bench.edges?.some((edge) => edge.echo)).toBe(true)
    const inlet = await started(opened)
    await echo()
    await say('The next one')
    await listen(opened, inlet, () => saying(inlet.interactions, 'The next one').length > 0)
    expect(unanswered(inlet.interactions)).toHaveLength(1)
  }),
]

const isOver = () => true

/** An inlet to which the channel has delivered what its first start does: perhaps only where to go on. */
export async function started(opened: Opened): Promise<TestInlet> {
  const inlet = testInlet()
  await listen(opened, inlet, () => inlet.cursors.size > 0)
  return inlet
}

/** Runs the stream until this is so. */
export async function listen(opened: Opened, inlet: TestInlet, isSo: () => boolean): Promise<void> {
  const { stop } = begin(opened, inlet)
  try {
    await until(isSo, opened)
  } finally {
    await stop()
  }
}

/** As core does it: what throws is started again. `stop` says whether it stopped within a second. */
function begin(
  { channel: { inbound }, harness: { patienceMs = 1000 } }: Opened,
  inlet: TestInlet,
): { stop(): Promise<boolean> } {
  const run = needed(inbound.run, 'inbound.run', 'run')
  const stopping = new AbortController()
  const { signal } = stopping
  const running = (async () => {
    while (!signal.aborted) {
      await run.call(inbound, inlet, signal).catch(() => {})
      await pause(10, signal)
    }
    return true
  })()
  return {
    async stop() {
      stopping.abort()
      return (await within(running, Math.min(1000, patienceMs))) ?? false
    },
  }
}

async function until(isSo: () => boolean, { harness: { patienceMs = 10_000 } }: Opened): Promise<void> {
  const end = performance.now() + patienceMs
  while (!isSo()) {
    if (performance.now() > end) throw new Error(`It did not come within ${patienceMs} ms`)
    await pause(10, new AbortController().signal)
  }
}
