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

describe('a draft that could not be written', () => {
  it('writes nothing for words that were dealt with since', async () => {
    desk.assistant.onDraft = () => {
      throw new Error('model down')
    }
    await desk.decide(id, { kind: 'redraft', seenSeq: 1, instruction: '' })
    await desk.work()
    const [problem] = (await desk.conversation(id)).problems
    desk.assistant.onDraft = () => ({ text: 'Fine', evidence: [] })
    await desk.hear(inbound('b'))
    await desk.work()
    await desk.decide(id, { kind: 'retry', problemId: problem?.id ?? '' })
    await desk.work()
    expect(await desk.conversation(id)).toMatchObject({ isDrafting: false, problems: [] })
  })

  it('is no alarm any more once a draft was written', async () => {
    desk.assistant.onDraft = () => {
      throw new Error('model down')
    }
    await desk.decide(id, { kind: 'redraft', seenSeq: 1, instruction: '' })
    await desk.work()
    desk.assistant.onDraft = () => ({ text: 'Fine', evidence: [] })
    await desk.hear(inbound('b'))
    await desk.work()
    expect(desk.room.shown.get(id)?.alerts).toEqual([])
  })
})
