import { expect } from 'vitest'
import { onBench, type Check } from './check.ts'
import { expectSound, saying } from './delivered.ts'
import { needed, streamOf } from './opened.ts'
import { listen, started } from './stream.ts'

export const answeredChecks: Check[] = [
  onBench(
    'tells what was answered past Deskbell while it waits, and nothing that was changed since',
    ['run', 'answers'],
    async (opened) => {
      const { answer, change } = needed(opened.bench.elsewhere, 'elsewhere', 'answers')
      const inlet = await started(opened)
      const told = (since = 0) => inlet.deliveries.slice(since).flatMap(({ answers = [] }) => answers)
      const hear = (text: string) => listen(opened, inlet, () => saying(inlet.interactions, text).length > 0)
      const say = async (text: string) => {
        await streamOf(opened).say(text)
        await hear(text)
      }

      await streamOf(opened).say('Where is it?')
      await say('And mine?')
      await hear('Where is it?')
      answer('Where is it?')
      // The first may come before the rest of its round.
      for (const text of ['One more', 'And another']) await say(text)
      expect(told(), 'of what waits for nobody').toEqual([])

      inlet.open = inlet.interactions.map(({ conversation }) => conversation.externalId)
      await listen(opened, inlet, () => told().length > 0)
      const [one] = saying(inlet.interactions, 'Where is it?')
      for (const { externalId, at } of told()) {
        expect([one?.externalId, one?.versionOf], 'what was answered').toContain(externalId)
        expect(at.getTime(), 'answered after it was said').toBeGreaterThanOrEqual(one?.occurredAt.getTime() ?? 0)
      }

      change('Where is it?', 'Where is it now?')
      await hear('Where is it now?')
      const changedAt = inlet.deliveries.findIndex(
        ({ interactions }) => saying(interactions, 'Where is it now?').length > 0,
      )
      await say('At last')
      expect(told(changedAt), 'of what was changed since').toEqual([])
      for (const delivery of inlet.deliveries) expectSound(opened, delivery)
    },
  ),
]
