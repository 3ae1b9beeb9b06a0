import { eq } from 'drizzle-orm'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { decide } from '../../../src/conversations/decide.ts'
import { readConversation } from '../../../src/conversations/read.ts'
import type { Conversation } from '../../../src/conversations/conversation.ts'
import { attachments, conversations, interactions } from '../../../src/db/schema.ts'
import { eventually } from '../../support/eventually.ts'
import { runApp, type RunningApp } from '../../support/running-app.ts'
import { message, messages, text, value, webhook, type User } from '../../support/whatsapp/payloads.ts'
import { startWhatsApp, type SentMessage, type WhatsAppPeer } from '../../support/whatsapp/peer.ts'

const photo = new Uint8Array([0xff, 0xd8, 0xff, 0xe0, 1, 2, 3])

describe('the whole way of a WhatsApp message', { timeout: 60_000 }, () => {
  let peer: WhatsAppPeer
  let app: RunningApp
  /** The program's clock goes behind the queue's: while the customer is quiet, and until a reply leaves, nobody has to wait. */
  const behindMs = 19_000
  let shiftMs = -behindMs

  beforeAll(async () => {
    peer = await startWhatsApp()
    app = await runApp(peer.env, { clock: { now: () => new Date(Date.now() + shiftMs) } })
  })
  beforeEach(() => void (shiftMs = -behindMs))
  afterAll(async () => {
    await app?.close()
    await peer?.close()
  })

  const now = () => String(Math.floor((Date.now() + shiftMs) / 1000))
  let users = 0
  const somebody = (name: string): User => ({ wa_id: `49170000000${++users}`, user_id: `DE.4711${users}`, name })

  async function deliver(body: unknown): Promise<void> {
    expect((await peer.deliver(app.url, body)).status).toBe(200)
  }

  async function read(user: User): Promise<Conversation> {
    const where = eq(conversations.externalId, user.user_id ?? '')
    const [row] = await app.ctx.db.select({ id: conversations.id }).from(conversations).where(where)
    const conversation = row && (await readConversation(app.ctx.db, app.ctx.channels, row.id))
    if (!conversation) throw new Error('There is no conversation yet')
    return conversation
  }

  /** Waits for the draft and approves it. */
  async function approve(user: User): Promise<string> {
    const { id, draft, inboundSeq } = await eventually(async () => {
      const conversation = await read(user)
      expect(conversation.draft?.state).toBe('proposed')
      return conversation
    })
    const seen = { kind: 'approve', conversationId: id, draftId: draft?.id ?? '', seenSeq: inboundSeq } as const
    const outcomes = [
      await decide(app.ctx, 'web', { ...seen, teammate: { id: 'ana', name: 'Ana' } }),
      await decide(app.ctx, 'web', { ...seen, teammate: { id: 'ben', name: 'Ben' } }),
    ]
    expect(outcomes.map(({ isDone }) => isDone)).toEqual([true, false])
    shiftMs += 11_000
    return draft?.text ?? ''
  }

  const sentTo = (user: User): SentMessage[] => peer.sent.filter(({ to }) => to === (user.wa_id ?? user.user_id))

  it('is set up by a handshake', async () => {
    expect(await peer.shakeHands(app.url)).toEqual({ status: 200, text: '1158201444' })
    expect((await peer.shakeHands(app.url, 'guessed')).status).toBe(401)
    expect((await peer.deliver(app.url, webhook(), 'another secret')).status).toBe(401)
  })

  it('with a photo becomes a card, is answered once, and the card tells that the answer was read', async () => {
    const mia = somebody('Mia')
    const image = {
      id: peer.addMedia(photo, 'image/jpeg'),
      mime_type: 'image/jpeg',
      caption: 'Is this how it should look?',
    }
    const asked = message('image', image, mia, { timestamp: now() })
    await deliver(messages(mia, asked))
    await deliver(messages(mia, asked))
    expect((await read(mia)).turns).toHaveLength(1)
    await eventually(async () => {
      const [file] = await app.ctx.db.select().from(attachments)
      expect([...(file?.content ?? [])]).toEqual([...photo])
    })

    const words = await approve(mia)
    const [sent] = await eventually(() => {
      expect(sentTo(mia)).toHaveLength(1)
      return sentTo(mia)
    })
    expect(sent?.body).toMatchObject({ text: { body: words }, context: { message_id: asked['id'] } })
    if (!sent) return
    for (const states of [['read'], ['delivered', 'sent'], ['read', 'sent']]) await peer.tell(app.url, sent, ...states)
    const { reply, state } = await eventually(async () => {
      const conversation = await read(mia)
      expect(conversation.reply?.readAt).not.toBeNull()
      return conversation
    })
    expect(state).toBe('answered')
    expect(reply).toMatchObject({ state: 'accepted', externalId: sent.id, deliveredAt: expect.any(Date) })

    await deliver(messages(mia, message('reaction', { message_id: sent.id, emoji: '🙏' }, mia, { timestamp: now() })))
    expect((await read(mia)).state).toBe('answered')
    expect(sentTo(mia)).toHaveLength(1)
  })

  it('whose answer was lost after it was taken is settled by its status, and not sent again', async () => {
    const otto = somebody('Otto')
    await deliver(messages(otto, text('Do you open on Sundays?', otto, { timestamp: now() })))
    peer.fault('messages', { kind: 'reset', when: 'after' })
    await approve(otto)
    await eventually(async () => expect((await read(otto)).reply?.state).toBe('unknown'))
    const [sent] = sentTo(otto)
    if (!sent) throw new Error('Nothing was sent')
    expect((await read(otto)).reply?.externalId).toBeNull()
    await peer.tell(app.url, sent, 'delivered')
    const { reply, state } = await read(otto)
    expect([reply?.state, reply?.externalId, state]).toEqual(['accepted', sent.id, 'answered'])
    await deliver(messages(otto, text('Thank you', otto, { timestamp: now() })))
    await eventually(async () => expect((await read(otto)).draft).not.toBeNull())
    expect(sentTo(otto)).toHaveLength(1)
  })

  it('that failed later says so, and the customer waits again', async () => {
    const nora = somebody('Nora')
    await deliver(messages(nora, text('Hello?', nora, { timestamp: now() })))
    await approve(nora)
    const [sent] = await eventually(() => {
      expect(sentTo(nora)).toHaveLength(1)
      return sentTo(nora)
    })
    if (!sent) return
    await eventually(async () => expect((await read(nora)).reply?.state).toBe('accepted'))
    const failed = {
      id: sent.id,
      status: 'failed',
      timestamp: now(),
      errors: [{ code: 131026, title: 'Undeliverable' }],
    }
    await deliver(webhook(value({ statuses: [failed] })))
    const { reply, state } = await read(nora)
    expect(reply).toMatchObject({ state: 'failed', problem: { reason: expect.stringContaining('131026') } })
    expect(state).toBe('waiting')
  })

  it('from a new number is by the same customer', async () => {
    const pia = somebody('Pia')
    const later = { ...somebody('Pia'), name: 'Pia' }
    await deliver(messages(pia, text('Hello', pia, { timestamp: now() })))
    const system = {
      type: 'user_changed_number',
      body: 'User changed their number',
      wa_id: later.wa_id,
      user_id: later.user_id,
      previous_user_id: pia.user_id,
    }
    const notice = message('system', system, { wa_id: pia.wa_id ?? '' }, { timestamp: now() })
    await deliver(webhook(value({ users: [], messages: [notice] })))
    await deliver(messages(later, text('It is me again', later, { timestamp: now() })))
    expect((await read(later)).customer.id).toBe((await read(pia)).customer.id)
    const rows = await app.ctx.db.select({ automatic: interactions.automatic }).from(interactions)
    expect(rows.filter(({ automatic }) => automatic === 'auto-reply')).toHaveLength(1)
  })
})
