import { readdirSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { harness as template } from '../../new-channel/template/harness.ts'
import { foundNothing, newIds, sentAgain } from './flaws.ts'
import type { ChannelHarness } from './harness.ts'
import { sampleHarness } from './sample-channel.ts'
import { deskChecks, testChannelOnDesk } from './test-channel.ts'

const files = readdirSync(new URL('harnesses', import.meta.url))
for (const id of files.map((file) => file.replace(/\.ts$/, ''))) {
  const { harness } = (await import(`./harnesses/${id}.ts`)) as { harness: ChannelHarness }
  testChannelOnDesk(harness)
}

// What `npm run new-channel` writes.
testChannelOnDesk(template)

// The suite itself.
testChannelOnDesk(sampleHarness())

describe('the suite that every channel is held to, together with core,', () => {
  const [isOne, , isSentOnce] = deskChecks.map(({ sentence, run }) => ({ sentence, run }))
  const broken: [name: string, check: typeof isOne, harness: ChannelHarness][] = [
    ['ids that are new each time', isOne, sampleHarness(newIds)],
    ['a lost answer that is taken for a failure', isSentOnce, sampleHarness(sentAgain)],
    ['a lookup that finds nothing', isSentOnce, sampleHarness(foundNothing)],
  ]
  for (const [name, check, harness] of broken)
    it(`finds ${name}`, async () => {
      await expect(check?.run(harness)).rejects.toThrow()
    })
})
