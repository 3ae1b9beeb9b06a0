import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Downloaded } from '../../src/channels/channel.ts'
import { attachments } from '../../src/db/schema.ts'
import { CredentialsError, PermanentError, RetryableError } from '../../src/errors.ts'
import { forgetCustomer } from '../../src/erasures/forget.ts'
import { fetchAttachment } from '../../src/interactions/fetch-attachment.ts'
import { largestAttachment } from '../../src/interactions/interaction.ts'
import { fakeChannel, inbound } from '../support/channel.ts'
import { openDesk, type Desk } from '../support/desk.ts'
import { fakeWorkspace } from '../support/workspace.ts'

let desk: Desk
let asked: Record<string, string>[]
let onDownload: () => Promise<Downloaded>
beforeEach(async () => {
  asked = []
  onDownload = async () => ({ content: new Uint8Array([1, 2, 3]) })
  const channel = fakeChannel('fake', {
    async download(_account, source) {
      asked.push(source)
      return onDownload()
    },
  })
  desk = await openDesk({ channels: [channel] })
})
afterEach(() => desk.close())

const photo = (id: string) => ({ name: `${id}.jpg`, mediaType: 'image/jpeg', bytes: 0, source: { id } })
const hear = (...ids: string[]) => desk.hearOne(inbound('a', { attachments: ids.map(photo) }))
const shown = async (id: string) => (await desk.conversation(id)).turns[0]
const retry = async (id: string) => {
  const [problem] = (await desk.conversation(id)).problems
  await desk.decide(id, { kind: 'retry', problemId: problem?.id ?? '' })
  await desk.work()
}

describe('a file that was only announced', () => {
  it('is fetched once, and the card shows it', async () => {
    const id = await hear('p1')
    expect((await shown(id))?.attachments).toMatchObject([{ isKept: false, missing: 'being-fetched' }])
    const { version } = await desk.conversation(id)
    await desk.work()
    expect((await shown(id))?.attachments).toMatchObject([{ name: 'p1.jpg', isKept: true, bytes: 3 }])
    expect((await desk.conversation(id)).version).toBeGreaterThan(version)
    const [file] = await desk.ctx.db.select().from(attachments)
    expect(file).toMatchObject({ source: null, problem: null })
    expect([...(file?.content ?? [])]).toEqual([1, 2, 3])
    await fetchAttachment(desk.ctx, { attachmentId: file?.id ?? '', conversationId: id }, new AbortController().signal)
    expect(asked).toEqual([{ id: 'p1' }])
  })

  it('is given up when it is gone, or too large, and the note says why', async () => {
    onDownload = async () => {
      throw new PermanentError('it expired')
    }
    const id = await hear('p1')
    await desk.work()
    expect(await shown(id)).toMatchObject({
      attachments: [{ isKept: false, missing: 'not-fetched' }],
      notes: ['p1.jpg: it expired'],
    })
    onDownload = async () => ({ content: new Uint8Array(largestAttachment + 1) })
    await desk.hear(inbound('b', { attachments: [photo('p2')] }))
    await desk.work()
    expect((await desk.conversation(id)).turns[1]?.notes).toEqual(['p2.jpg: it is too large to keep'])
    expect((await desk.conversation(id)).problems).toEqual([])
  })

  it('is asked for again while the provider is down, and when a teammate has it tried again, with all others', async () => {
    onDownload = async () => {
      throw new RetryableError('Busy')
    }
    const id = await hear('p1', 'p2')
    await desk.work()
    expect((await desk.conversation(id)).problems).toMatchObject([{ text: 'Fetching a file failed: Busy' }])
    onDownload = async () => ({ content: new Uint8Array([1]), mediaType: 'image/png' })
    await retry(id)
    expect((await shown(id))?.attachments).toMatchObject([
      { isKept: true, mediaType: 'image/png' },
      { isKept: true, mediaType: 'image/png' },
    ])
    expect((await desk.conversation(id)).problems).toEqual([])
  })

  it('comes by itself once its account is authorised anew', async () => {
    onDownload = async () => {
      throw new CredentialsError('The token expired', { action: 'Make a new one' })
    }
    const id = await hear('p1')
    await desk.work()
    expect((await shown(id))?.attachments).toMatchObject([{ missing: 'being-fetched' }])
    onDownload = async () => ({ content: new Uint8Array([1]) })
    await desk.pass(3600)
    expect((await shown(id))?.attachments).toMatchObject([{ isKept: true }])
  })

  it('is put into the thread of a card that was posted before, once for all files of a turn', async () => {
    const talk = fakeWorkspace('fake', { hasThreads: true })
    await desk.close()
    desk = await openDesk({ channels: [desk.channel], rooms: [talk] })
    const busy = onDownload
    onDownload = async () => {
      throw new CredentialsError('The token expired', { action: 'Make a new one' })
    }
    const id = await hear('p1', 'p2')
    await desk.work()
    await desk.hear(inbound('b'))
    await desk.work()
    expect(talk.thread(id)).toHaveLength(1)
    onDownload = busy
    await desk.pass(3600)
    expect(talk.thread(id).map(({ entry }) => entry)).toMatchObject([
      { kind: 'said' },
      { kind: 'files', turns: [{ attachments: [{ name: 'p1.jpg' }, { name: 'p2.jpg' }] }] },
    ])
  })

  it('is fetched by another process when one dies in the midst, and harms nothing when it was erased meanwhile', async () => {
    onDownload = async () => {
      onDownload = async () => ({ content: new Uint8Array([1]) })
      return desk.crash()
    }
    const id = await hear('p1')
    await desk.work()
    expect((await shown(id))?.attachments).toMatchObject([{ isKept: true }])
    const { customer } = await desk.conversation(id)
    onDownload = async () => {
      await forgetCustomer(desk.ctx, customer.id, 'fake:ana')
      return { content: new Uint8Array([1]) }
    }
    await desk.hear(inbound('c', { attachments: [photo('p3')] }))
    await desk.work()
    expect(await desk.ctx.db.select().from(attachments)).toEqual([])
  })
})
