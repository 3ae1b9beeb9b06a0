import { expect } from 'vitest'
import { pause, within } from '../../../src/waiting.ts'
import { onBench, type Check } from './check.ts'
import type { Learning } from './harness.ts'
import { needed, type Opened } from './opened.ts'

const never = new AbortController().signal

export const learningChecks: Check[] = [
  onBench(
    'learns what the settings leave out of its accounts, and asks no more often than it needs to',
    ['learnAccounts'],
    async (opened) => {
      const { learnt, asked } = learningOf(opened)
      await learn(opened, never)
      expect(opened.channel.accounts).toEqual(expect.arrayContaining(learnt))
      const first = asked()
      expect(first).toBeGreaterThan(0)
      for (let times = 0; times < 3; times++) {
        opened.io.clock.advance(5 * 60_000)
        await learn(opened, never)
      }
      expect(asked(), 'asked once more within a quarter of an hour').toBe(first)
    },
  ),

  onBench('stops learning when told to, and learns the next time', ['learnAccounts'], async (opened) => {
    const { learnt, asked, silence } = learningOf(opened)
    silence(true)
    const stopping = new AbortController()
    const learning = learn(opened, stopping.signal)
    for (let times = 0; times < 100 && asked() === 0; times++) await pause(10, never)
    stopping.abort()
    expect(await within(learning.then(isOver, isOver), 1000), 'stopped').toBe(true)
    silence(false)
    await learn(opened, never)
    expect(opened.channel.accounts).toEqual(expect.arrayContaining(learnt))
  }),
]

const isOver = () => true

const learningOf = ({ bench }: Opened): Learning => needed(bench.learning, 'learning', 'learnAccounts')

function learn({ channel }: Opened, signal: AbortSignal): Promise<void> {
  return needed(channel.learnAccounts, 'learnAccounts', 'learnAccounts').call(channel, signal)
}
