import { afterEach, beforeEach, describe, expect, it } from 'vitest'
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
const reply = async () => (await desk.conversation(id)).reply

describe('a draft that comes late', () => {
  it('does not replace what a teammate wrote and took back', async () => {
    desk.assistant.onDraft = async () => {
      await desk.decide(id, { kind: 'edit', draftId: null, seenSeq: 1, text: 'My own words' })
      await desk.decide(id, { kind: 'undo', replyId: (await reply())?.id ?? '' })
      return { text: 'Late', evidence: [] }
    }
    await desk.decide(id, { kind: 'redraft', seenSeq: 1, instruction: 'x' })
    await desk.work()
    expect(await desk.conversation(id)).toMatchObject({ draft: { text: 'My own words', state: 'proposed' } })
  })
})

describe('a request for another draft', () => {
  it('is refused while one is being written, so that no instruction is lost unnoticed', async () => {
    await desk.decide(id, { kind: 'redraft', seenSeq: 1, instruction: 'shorter' })
    expect(await desk.decide(id, { kind: 'redraft', seenSeq: 1, instruction: 'longer' }, 'ben')).toMatchObject({
      isDone: false,
      reason: 'Another draft is being written. Nothing was changed',
    })
    await desk.work()
    expect(await desk.conversation(id)).toMatchObject({ draft: { revision: 2, instruction: 'shorter' } })
  })
})
