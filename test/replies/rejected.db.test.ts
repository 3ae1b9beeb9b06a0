import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Receipt } from '../../src/channels/channel.ts'
import { record } from '../../src/interactions/record.ts'
import { fakeChannel, inbound } from '../support/channel.ts'
import { openDesk, type Desk } from '../support/desk.ts'

let desk: Desk
let id: string
beforeEach(async () => {
  desk = await openDesk({ channels: [fakeChannel('fake', { isResendSafe: true }, { isModerated: true })] })
  id = await desk.hearOne(inbound('a', { kind: 'review', rating: 2 }))
  await desk.work()
  await desk.decide(id, { kind: 'edit', draftId: null, seenSeq: 1, text: 'Call +49 30 123456' })
  await desk.work()
})
afterEach(() => desk.close())

const card = () => desk.room.shown.get(id)

/** The provider's word on the newest reply. */
async function hear(state: Receipt['state'], more: Partial<Receipt> = {}): Promise<void> {
  const externalId = (await desk.conversation(id)).reply?.externalId ?? ''
  const receipt: Receipt = { externalId, state, at: desk.clock.now(), ...more }
  await record(desk.ctx, [{ channel: desk.channel, delivery: { interactions: [], receipts: [receipt] } }])
  await desk.work()
}

describe('a reply that the provider looks at first', () => {
  it('is said to be checked, then published, with where it can be read', async () => {
    expect(card()?.status).toMatchObject({ text: 'Sent by Ana · not shown yet: being checked by Fake', tone: 'plain' })
    await hear('published', { url: 'https://stars.example/1' })
    expect(card()?.status).toMatchObject({ tone: 'good', url: 'https://stars.example/1' })
    expect(card()?.status?.text).toMatch(/^Published, approved by Ana · /)
  })

  it('and rejects, waits again with the reason, and can be mended or sent again as it was', async () => {
    const rejected = { reason: 'It has a phone number in it', action: 'Take it out' }
    await hear('rejected', rejected)
    expect(card()).toMatchObject({
      state: 'waiting',
      alerts: ['Rejected: It has a phone number in it. Take it out'],
      replyText: 'Call +49 30 123456',
    })
    expect(
      card()
        ?.actions.slice(0, 2)
        .map((action) => action.id),
    ).toEqual(['edit', 'resend'])
    const { reply } = await desk.conversation(id)
    expect(await desk.decide(id, { kind: 'resend', replyId: reply?.id ?? '' })).toMatchObject({ isDone: true })
    await desk.work()
    expect(card()?.status?.text).toMatch(/not shown yet/)
    await hear('rejected', rejected)
    const mended = { kind: 'edit', draftId: null, seenSeq: 1, text: 'Write to us' } as const
    expect(await desk.decide(id, mended)).toMatchObject({ isDone: true })
    await desk.work()
    expect(card()).toMatchObject({ state: 'answered', alerts: [] })
    expect(desk.channel.sent.map(({ text }) => text)).toEqual([
      'Call +49 30 123456',
      'Call +49 30 123456',
      'Write to us',
    ])
  })
})
