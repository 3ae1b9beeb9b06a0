import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { eq } from 'drizzle-orm'
import { events, interactions } from '../../src/db/schema.ts'
import { RetryableError } from '../../src/errors.ts'
import { question } from '../support/assistant.ts'
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

describe('triage', () => {
  it('follows a request for a draft also where no theme was found before', async () => {
    desk.assistant.onTriage = () => {
      throw new Error('model down')
    }
    const other = await desk.hearOne(inbound('t', { conversation: { externalId: 'thread-2' } }))
    await desk.work()
    desk.assistant.onTriage = () => ({ ...question, needsReply: false })
    await desk.decide(other, { kind: 'redraft', seenSeq: 1, instruction: 'kind' })
    await desk.work()
    expect(await desk.conversation(other)).toMatchObject({ isDrafting: false, draft: { instruction: 'kind' } })
  })

  it('keeps the theme, and writes nothing, when a teammate answers meanwhile', async () => {
    let answered = false
    desk.assistant.onTriage = async () => {
      if (!answered) {
        answered = true
        await desk.decide(id, { kind: 'edit', draftId: null, seenSeq: 2, text: 'By hand' })
      }
      return question
    }
    desk.channel.onSend = async () => {
      throw new RetryableError('busy')
    }
    await desk.hear(inbound('b'))
    await desk.work()
    for (let n = 0; n < 30; n++) {
      desk.clock.advance(15 * 60_000)
      await desk.work()
    }
    const now = await desk.conversation(id)
    expect(now.reply?.state).toBe('failed')
    expect(now.isDrafting).toBe(false)
    expect(await desk.ctx.db.select({ theme: interactions.theme }).from(interactions)).toEqual([
      { theme: 'question' },
      { theme: 'question' },
    ])
  })

  it('gives every interaction a theme, also the first of several in a row', async () => {
    await desk.hear(inbound('b'))
    await desk.hear(inbound('c'))
    await desk.work()
    expect(await desk.ctx.db.select({ theme: interactions.theme }).from(interactions)).toEqual(
      Array.from({ length: 3 }, () => ({ theme: 'question' })),
    )
    const logged = await desk.ctx.db.select().from(events).where(eq(events.type, 'interaction.triaged'))
    expect(new Set(logged.map((event) => event.interactionId)).size).toBe(3)
  })
})
