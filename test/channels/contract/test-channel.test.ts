import { describe, expect, it } from 'vitest'
import { isFor } from './check.ts'
import { answersToAll, flaws } from './flaws.ts'
import type { ChannelHarness, Part } from './harness.ts'
import { sampleHarness } from './sample-channel.ts'
import { checks } from './test-channel.ts'

/** The sentences of the checks that a channel doesn't pass. */
async function failed(harness: ChannelHarness): Promise<string[]> {
  const sentences: string[] = []
  for (const check of checks)
    if (isFor(check, harness)) await check.run(harness).catch(() => void sentences.push(check.sentence))
  return sentences
}

describe.concurrent('the suite that every channel is held to', () => {
  it('finds nothing wrong with a channel that is right', async () => {
    expect(await failed(sampleHarness())).toEqual([])
  })

  for (const [sentence, known] of Object.entries(flaws))
    for (const [name, flaw] of Object.entries(known))
      it(`finds ${name}, and nothing else`, async () => {
        expect(await failed(sampleHarness(flaw))).toEqual([sentence])
      })

  it('finds what a channel has although it should lack it', async () => {
    const parts: Part[] = ['receive', 'run', 'send', 'find', 'templates', 'download', 'provider', 'learnAccounts']
    for (const part of parts)
      expect(await failed({ ...sampleHarness(), lacks: { [part]: 'It is said to be absent' } })).toEqual([
        'has what it says it has, and nothing of what it says it lacks',
      ])
  })

  it('finds answers that a channel tells although it should lack them', async () => {
    const lacking = { ...sampleHarness(answersToAll), lacks: { answers: 'It is said to tell none' } }
    expect(await failed(lacking)).toEqual(['takes what customers say from its stream, and says where to go on'])
  })

  it('has no check of which no flaw is known', () => {
    expect(checks.map(({ sentence }) => sentence)).toEqual(Object.keys(flaws))
  })
})
