import { beforeEach, describe, expect, test } from 'vitest'
import { createLog } from '../../../src/log.ts'
import { messageOf } from '../../../src/workspaces/discord/components/message.ts'
import { createDelivery } from '../../../src/workspaces/discord/deliver.ts'
import { createPictures } from '../../../src/workspaces/discord/pictures.ts'
import { createRemoval } from '../../../src/workspaces/discord/remove.ts'
import type { Message } from '../../../src/workspaces/message.ts'
import type { Place, PostRef } from '../../../src/workspaces/workspace.ts'
import { testClock } from '../../support/clock.ts'
import { stubDiscord } from '../../support/discord/stub-discord.ts'
import { sampleCard, sampleTurn } from '../contract/sample-cards.ts'

const guild = '10000'
const room = '30000'
const stranger = '70000'
const card: Message = { kind: 'card', card: sampleCard() }
const said = (isBroadcast = false): Message => ({
  kind: 'entry',
  card: sampleCard(),
  entry: { kind: 'said', turns: [sampleTurn({ text: 'Any news?' })] },
  isBroadcast,
})
const place = (changes: Partial<Place> = {}): Place => ({
  room: `${guild}/${room}`,
  thread: null,
  key: 'k1',
  ...changes,
})

let discord: ReturnType<typeof stubDiscord>
let delivery: ReturnType<typeof createDelivery>
let remove: (ref: PostRef) => Promise<void>

beforeEach(() => {
  const clock = testClock()
  discord = stubDiscord(clock)
  discord.addChannel(room, guild)
  delivery = createDelivery({
    rest: discord.rest,
    render: messageOf,
    upload: async () => ({ shared: [], files: [] }),
    pictures: createPictures({ draw: async () => new Uint8Array(), log: createLog('silent') }),
    io: { clock, log: createLog('silent') },
  })
  remove = createRemoval(discord.rest).remove
})

/** A card with something in its thread, by us and by somebody else. */
async function talkedAbout() {
  const ref = await delivery.post(card, place())
  const entry = await delivery.post(said(true), place({ thread: ref, key: 'k2' }))
  const thread = String(ref['message'])
  discord.write(thread, stranger)
  return { ref, entry, thread }
}
const authors = (channel: string) => discord.standing(channel).map(({ message }) => message.author.id)

describe('what is taken away', () => {
  test('is gone with its thread, whoever wrote in it', async () => {
    const { ref, thread } = await talkedAbout()
    await remove(ref)
    expect(discord.channels.has(thread)).toBe(false)
    expect(discord.standing(room).map(({ message }) => message.id)).not.toContain(thread)
  })

  test('is gone from the room too, where that was told of it; twice does no harm', async () => {
    const { ref, entry } = await talkedAbout()
    expect(discord.standing(room)).toHaveLength(2)
    for (const one of [ref, entry, entry, ref]) await remove(one)
    expect(discord.standing(room)).toEqual([])
  })

  test('is known by what was looked up, too', async () => {
    const { ref } = await talkedAbout()
    const found = await delivery.find(place({ thread: ref, key: 'k2' }), testClock().now())
    await remove(found ?? {})
    expect(discord.standing(room)).toHaveLength(1)
  })

  test('without the right to delete the thread loses what we wrote there and its name, and says what to do', async () => {
    const { ref, thread } = await talkedAbout()
    discord.fault(`DELETE /channels/${thread}`, { code: 50013, status: 403 })
    await expect(remove(ref)).rejects.toMatchObject({
      name: 'PermanentError',
      message: expect.stringContaining('Manage Threads') as string,
      action: expect.stringContaining(`https://discord.com/channels/${guild}/${thread}`) as string,
    })
    expect(authors(thread)).toEqual([stranger])
    expect(discord.channels.get(thread)?.name).toBe('Conversation')
    expect(discord.standing(room).map(({ message }) => message.id)).not.toContain(thread)
    // Once the right is there, the same finishes it.
    await remove(ref)
    expect(discord.channels.has(thread)).toBe(false)
  })

  test('from a thread that was closed opens it first', async () => {
    const { entry, thread } = await talkedAbout()
    discord.fault(`DELETE /channels/${thread}/messages`, { code: 50083 })
    await remove(entry)
    expect(authors(thread)).toEqual([stranger])
  })

  test('is tried later while Discord can’t be reached', async () => {
    const ref = await delivery.post(card, place())
    discord.fault('DELETE', { lost: 'before' })
    await expect(remove(ref)).rejects.toMatchObject({ name: 'RetryableError' })
    await remove(ref)
    expect(discord.standing(room)).toEqual([])
  })

  test('can not be where we see nothing any more, and it is said what to do', async () => {
    const ref = await delivery.post(card, place())
    discord.fault(`DELETE /channels/${room}/messages`, { code: 50001, status: 403 })
    await expect(remove(ref)).rejects.toMatchObject({
      name: 'PermanentError',
      action: expect.stringContaining('by hand') as string,
    })
    await expect(remove({ ts: 'elsewhere' })).rejects.toMatchObject({ name: 'PermanentError' })
  })

  test('is gone already with its channel', async () => {
    const ref = await delivery.post(card, place())
    discord.channels.delete(room)
    await remove(ref)
  })
})
