import { eq } from 'drizzle-orm'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { events } from '../../src/db/schema.ts'
import { inbound } from '../support/channel.ts'
import { openDesk, type Desk } from '../support/desk.ts'

let desk: Desk
let id: string
beforeEach(async () => {
  desk = await openDesk()
  id = await desk.hearOne(inbound('a'))
  await desk.work()
})
afterEach(() => desk.close())

async function approve() {
  const { draft, inboundSeq } = await desk.conversation(id)
  const outcome = await desk.decide(id, { kind: 'approve', draftId: draft?.id ?? '', seenSeq: inboundSeq })
  expect(outcome).toMatchObject({ isDone: true })
}

describe('the event log', () => {
  it('tells by itself how long each interaction waited, and who answered it', async () => {
    desk.clock.advance(5 * 60_000)
    desk.channel.onSend = async () => {
      // Written before the answer was accepted, but not answered by it.
      await desk.hear(inbound('b', { occurredAt: new Date('2026-03-02T09:05:30Z') }))
      desk.clock.advance(60_000)
      return { externalId: 'x', at: desk.clock.now() }
    }
    await approve()
    await desk.work()
    desk.channel.onSend = async () => ({ externalId: 'y', at: desk.clock.now() })
    desk.clock.advance(60_000)
    await approve()
    await desk.work()

    const log = await desk.ctx.db.select().from(events).where(eq(events.conversationId, id)).orderBy(events.at)
    const of = (type: string) => log.filter((event) => event.type === type)
    const waits = of('interaction.received').map(({ data }) => {
      const answer = of('reply.accepted').find((event) => Number(event.data['answersSeq']) >= Number(data['seq']))
      return [
        Date.parse(String(answer?.data['acceptedAt'])) - Date.parse(String(data['occurredAt'])),
        answer?.data['approvedBy'],
      ]
    })
    expect(waits).toEqual([
      [6 * 60_000, 'fake:ana'],
      [90_000, 'fake:ana'],
    ])
    expect(new Set(of('interaction.triaged').map((event) => event.interactionId)).size).toBe(2)
    for (const type of ['draft.proposed', 'draft.approved', 'reply.sending']) expect(of(type), type).toHaveLength(2)
    expect(of('draft.approved').map(({ actor, data }) => [actor, data['answersSeq']])).toEqual([
      ['fake:ana', 1],
      ['fake:ana', 2],
    ])
  })
})
