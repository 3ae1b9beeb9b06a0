import { expect } from 'vitest'
import type { Delivery } from '../../../src/channels/channel.ts'
import { record } from '../../../src/interactions/record.ts'
import { fakeChannel, inbound } from '../../support/channel.ts'
import { openDesk, type Desk } from '../../support/desk.ts'
import { testInlet } from '../../support/inlet.ts'
import type { Check } from './check.ts'
import type { ChannelHarness, Part } from './harness.ts'
import { deliveryOf } from './inbound.ts'
import { edgesOf, openBench, providerOf, streamOf, type Opened } from './opened.ts'
import { listen, started } from './stream.ts'

/** What holds of a channel together with core. */
export const deskChecks: Check[] = [
  onDesk('makes one interaction of the same delivery twice', [], async ({ opened, hear }) => {
    const again = await twice(opened, 'Where is my order?')
    const [first] = await hear(await again())
    const [second] = await hear(await again())
    expect(first).toMatchObject({ isDuplicate: false })
    expect(second).toEqual({ ...first, isDuplicate: true })
  }),

  onDesk('keeps drafts within what it takes, and lets nobody approve more', [], async ({ opened, desk, hear }) => {
    const { maxLength, quietSeconds } = opened.limits
    const [first] = await hear(await heard(opened, 'Tell me all about it'))
    const id = first?.conversationId ?? ''
    await desk.pass(quietSeconds + 1)
    expect(desk.assistant.drafts.at(-1)?.brief.maxLength).toBe(maxLength)
    const approved = async (length: number) => {
      desk.assistant.onDraft = () => ({ text: 'x'.repeat(length), evidence: [] })
      await desk.decide(id, { kind: 'redraft', seenSeq: 1, instruction: 'longer' })
      await desk.work()
      const { draft, inboundSeq: seenSeq } = await desk.conversation(id)
      expect(draft?.text).toHaveLength(length)
      return desk.decide(id, { kind: 'approve', draftId: draft?.id ?? '', seenSeq })
    }
    expect(await approved(maxLength + 1)).toMatchObject({ isDone: false, reason: expect.stringContaining('Shorten') })
    await desk.pass(60)
    if (opened.bench.provider) expect(opened.bench.provider.attempts()).toBe(0)
    expect(await approved(maxLength)).toMatchObject({ isDone: true })
  }),

  onDesk(
    'gets an approved reply to the customer once, also when the answer to it is lost',
    ['provider', 'reset-after'],
    async ({ opened, desk, hear, take }) => {
      const provider = providerOf(opened)
      const { graceSeconds, quietSeconds } = opened.limits
      const [first] = await hear(await heard(opened, 'Where is my order?'))
      const id = first?.conversationId ?? ''
      await desk.pass(quietSeconds + 1)
      const { draft, inboundSeq: seenSeq } = await desk.conversation(id)
      await provider.fault('reset-after')
      const decided = await desk.decide(id, { kind: 'approve', draftId: draft?.id ?? '', seenSeq })
      expect(decided).toMatchObject({ isDone: true })
      await desk.pass(graceSeconds + 1)
      expect(await provider.arrived()).toEqual([draft?.text])
      await provider.fault(null)
      const sending = (await desk.conversation(id)).reply
      expect(['unknown', 'queued', 'accepted']).toContain(sending?.state)
      if (provider.news)
        await take(
          await deliveryOf(
            opened,
            await provider.news(provider.reply({ id: sending?.id ?? '', text: draft?.text ?? '' })),
          ),
        )
      await desk.pass(3600)
      expect(await provider.arrived(), 'what the customer has').toEqual([draft?.text])
      const { reply } = await desk.conversation(id)
      if (opened.harness.lacks.news === undefined) expect(['accepted', 'published']).toContain(reply?.state)
      else
        expect(reply, 'the team is asked').toMatchObject({
          state: 'unknown',
          problem: { action: expect.stringMatching(/\w/) },
        })
    },
  ),
]

interface AtDesk {
  opened: Opened
  desk: Desk
  /** Commits; what was recorded, an entry each. */
  hear(delivery: Delivery): Promise<{ id: string; conversationId: string; isDuplicate: boolean }[]>
  take(delivery: Delivery): Promise<unknown>
}

function onDesk(sentence: string, needs: Part[], run: (at: AtDesk) => Promise<void>): Check {
  return {
    sentence,
    needs,
    async run(harness: ChannelHarness) {
      await using opened = await openBench(harness)
      const { id, name } = harness.channel
      const channel = { ...fakeChannel(id), name, limits: opened.limits, type: harness.channel, open: opened.channel }
      const desk = await openDesk({ channels: [channel] })
      // The desk's own clock stands in the past, which it relies on.
      opened.follow(desk.clock)
      const take = (delivery: Delivery) => record(desk.ctx, [{ channel, delivery }])
      try {
        await run({ opened, desk, take, hear: async (delivery) => (await take(delivery))[0]?.interactions ?? [] })
      } finally {
        await desk.close()
      }
    },
  }
}

const heard = async (opened: Opened, text: string) => (await twice(opened, text))()

/** How a customer's words come in, as often as it is called: by a request, by the stream, or written down by a teammate. */
async function twice(opened: Opened, text: string): Promise<() => Promise<Delivery>> {
  const { lacks } = opened.harness
  const [edge] = lacks.receive === undefined ? edgesOf(opened) : []
  if (edge) {
    const raw = await edge.say(text)
    return () => deliveryOf(opened, raw)
  }
  if (lacks.run !== undefined)
    return async () => ({ interactions: [inbound('written-down', { account: opened.account, text })] })
  const begun = await started(opened)
  await streamOf(opened).say(text)
  return async () => {
    // From where it began, as after a crash before the commit.
    const inlet = testInlet()
    for (const [key, value] of begun.cursors) inlet.cursors.set(key, value)
    await listen(opened, inlet, () => inlet.interactions.length > 0)
    return { interactions: inlet.interactions }
  }
}
