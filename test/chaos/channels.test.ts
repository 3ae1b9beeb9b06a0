import { setTimeout as pause } from 'node:timers/promises'
import { expect, it } from 'vitest'
import type { Conversation } from '../../src/conversations/conversation.ts'
import { decide } from '../../src/conversations/decide.ts'
import { readConversation } from '../../src/conversations/read.ts'
import { attachments, conversations, interactions, replies } from '../../src/db/schema.ts'
import type { Decision } from '../../src/workspaces/workspace.ts'
import { eventually } from '../support/eventually.ts'
import { refusal, startGoogle, type Call, type Fault as GoogleFault } from '../support/google/peer.ts'
import { runApp, type RunningApp } from '../support/running-app.ts'
import { message, messages, status, value, webhook, type User } from '../support/whatsapp/payloads.ts'
import { startWhatsApp, type Fault, type SentMessage } from '../support/whatsapp/peer.ts'
import { createRandom, type Random } from './random.ts'

const seed = 7
const each = 15

/** Minutes of waiting pass in seconds. Behind the queue's clock to the end, however slow the machine: nothing waits for that one. */
const speed = 60
const startedAt = Date.now()
const now = () => new Date(startedAt - 12 * 3_600_000 + (Date.now() - startedAt) * speed)

const slow = (ms: number) => ({ kind: 'slow', ms }) as const
const metaLoses: Fault[] = [
  { kind: 'reset', when: 'before' },
  { kind: 'reset', when: 'after' },
  { kind: 'status', when: 'before', status: 503 },
  { kind: 'status', when: 'after', status: 502 },
  { kind: 'status', when: 'before', status: 429, retryAfter: 5 },
  slow(300),
  slow(0),
]
const metaRefuses: Fault[] = [131056, 130429, 131000, 2].map((code) => ({ kind: 'refused', code }))
const googleLoses: GoogleFault[] = [
  { kind: 'reset' },
  { kind: 'lost' },
  { kind: 'status', status: 503 },
  { kind: 'error', status: 429, body: refusal(429, 'RESOURCE_EXHAUSTED') },
  slow(300),
  slow(0),
]

it('with faults on every call of both providers, nobody is lost and nobody is answered twice', async () => {
  const random = createRandom(seed)
  const meta = await startWhatsApp()
  const google = await startGoogle(now)
  const app = await runApp({ ...meta.env, ...google.env, GOOGLE_REVIEWS_POLL_MINUTES: '0.005' }, { clock: { now } })
  try {
    meta.fault('messages', ...shuffled(random, [...metaLoses, ...metaLoses, ...metaRefuses]))
    meta.fault('media', ...shuffled(random, metaLoses))
    meta.fault('file', ...shuffled(random, metaLoses))
    const left = new Map<string, GoogleFault[]>()
    const put: string[] = []
    google.state.fault = (call) => {
      const edge = edgeOf(call)
      if (!left.has(edge)) left.set(edge, shuffled(random, googleLoses))
      const fault = left.get(edge)?.shift() ?? null
      if (call.method === 'PUT' && (!fault || fault.kind === 'lost' || fault.kind === 'slow')) put.push(call.path)
      return fault
    }

    const users = Array.from({ length: each }, (_, index): User => {
      const number = 100 + index
      return { wa_id: `49170000${number}`, user_id: `DE.4711${number}`, name: `Customer ${number}` }
    })
    const reviews: string[] = []
    await Promise.all([
      ...users.map(async (user, index) => {
        await pause(random.between(0, 1500))
        const body = `Where is my parcel? I am ${user.name}.`
        const image = { id: meta.addMedia(new Uint8Array([0xff, 0xd8, 0xff, index]), 'image/jpeg'), caption: body }
        const asked =
          index % 3 === 0
            ? message('image', { ...image, mime_type: 'image/jpeg' }, user)
            : message('text', { body }, user)
        const hook = messages(user, { ...asked, timestamp: seconds() })
        // Meta repeats what it does not know to be taken.
        const taken = await Promise.all([meta.deliver(app.url, hook), meta.deliver(app.url, hook)])
        expect(taken.map((answer) => answer.status)).toEqual([200, 200])
      }),
      ...users.map(async ({ name = '' }, index) => {
        await pause(random.between(0, 1500))
        const photos = index % 3 === 0 ? { photos: [`photo-${index}`] } : {}
        const comment = `Cold soup. I am ${name}.`
        const review = google.reviews.write({ by: name, stars: 1 + (index % 5), comment, at: now(), ...photos })
        reviews.push(review)
        if (index % 2 > 0) return
        // Pub/Sub goes on until it is told that it was heard, and then once more.
        const push = async () => {
          const pushed = await google.pushed(`${app.url}/channels/google-reviews`, {
            notificationType: 'NEW_REVIEW',
            reviewName: review,
          })
          expect((await fetch(pushed)).status).toBe(200)
        }
        await eventually(push)
        await eventually(push)
      }),
    ])

    const told = new Set<string>()
    /** How many of two had their way, each time. */
    const done: number[] = []
    const settled = await eventually(async () => {
      const all = await readAll(app)
      done.push(...(await Promise.all(all.map((conversation) => work(app, conversation, meta.sent)))))
      // Statuses come last: till then all that is known of a lost answer is that it was lost.
      for (const sent of all.some(isOnItsWay) ? [] : meta.sent) {
        if (told.has(sent.id)) continue
        told.add(sent.id)
        for (const state of shuffled(random, ['sent', 'delivered', 'delivered', 'read'])) {
          const over = { timestamp: seconds(), biz_opaque_callback_data: sent.body['biz_opaque_callback_data'] }
          await meta.deliver(app.url, webhook(value({ statuses: [status(sent.id, state, over)] })))
        }
      }
      for (const [name, { reviewReply }] of google.reviews.all)
        if (reviewReply?.reviewReplyState === 'PENDING') google.reviews.moderate(name, 'APPROVED')
      const open = all.filter(({ channel, state, reply }) => {
        const isDone = channel.id === 'whatsapp' ? reply?.readAt : reply?.state === 'published'
        return state !== 'answered' || !isDone
      })
      expect(open.map(({ customer, state, reply }) => [customer.name, state, reply?.state, reply?.problem])).toEqual([])
      expect(all).toHaveLength(2 * each)
      const files = await app.ctx.db.select().from(attachments)
      expect(files.filter(({ content }) => content !== null)).toHaveLength((2 * each) / 3)
      return all
    }, 240_000)

    expect(Math.max(...done)).toBe(1)
    // Each had all its faults.
    for (const edge of ['PUT reply', 'GET reviews', 'photos']) expect([edge, left.get(edge)]).toEqual([edge, []])
    expect(settled.map(({ turns }) => turns.filter(({ from }) => from === 'customer').length)).toEqual(
      settled.map(() => 1),
    )
    const rows = await app.ctx.db.select({ id: interactions.id }).from(interactions)
    expect(rows).toHaveLength(2 * each)
    const answers = await app.ctx.db.select().from(replies)
    expect(answers).toHaveLength(2 * each)
    for (const { id, text, channel, conversationId } of answers) {
      if (channel === 'whatsapp') {
        const arrived = meta.sent.filter(({ body }) => body['biz_opaque_callback_data'] === id)
        expect(arrived.map(({ body }) => body['text'])).toEqual([{ body: text, preview_url: false }])
      } else {
        const name = settled.find((one) => one.id === conversationId)?.customer.name
        const review = [...google.reviews.all.values()].find(({ reviewer }) => reviewer.displayName === name)
        expect(review?.reviewReply?.comment).toBe(text)
      }
    }
    expect(meta.sent).toHaveLength(each)
    expect(put.toSorted()).toEqual(reviews.map((name) => `/v4/${name}/reply`).toSorted())
  } finally {
    await app.close()
    await Promise.all([meta.close(), google.close()])
  }
}, 300_000)

const seconds = () => String(Math.floor(now().getTime() / 1000))

function shuffled<T>(random: Random, items: readonly T[]): T[] {
  return items
    .map((item) => ({ item, by: random.between(0, 1e9) }))
    .toSorted((a, b) => a.by - b.by)
    .map(({ item }) => item)
}

/** What is called: `GET reviews`, `PUT reply`, `POST token` … */
function edgeOf({ method, path }: Call): string {
  const [, first = ''] = path.split(/[/?]/)
  return first === 'photos'
    ? first
    : `${method} ${/\/(reviews\/[^/]+|[a-z]+)(?:\?|$)/.exec(path)?.[1]?.split('/')[0] ?? path}`
}

async function readAll({ ctx }: RunningApp): Promise<Conversation[]> {
  const rows = await ctx.db.select({ id: conversations.id }).from(conversations)
  const all = await Promise.all(rows.map(({ id }) => readConversation(ctx.db, ctx.channels, id)))
  return all.flatMap((conversation) => conversation ?? [])
}

function isOnItsWay({ channel, draft, reply }: Conversation): boolean {
  const isAsked = reply?.state === 'unknown' && reply.problem !== null
  return channel.id === 'whatsapp' && (draft?.state === 'proposed' || (reply?.state !== 'accepted' && !isAsked))
}

/**
 * What two teammates do at the same moment: approve what is drafted; send again what Deskbell asks about and the customer lacks.
 * Returns how many of them had their way.
 */
async function work(
  { ctx }: RunningApp,
  { id, draft, reply, inboundSeq }: Conversation,
  sent: SentMessage[],
): Promise<number> {
  const arrived = sent.some(({ body }) => body['biz_opaque_callback_data'] === reply?.id)
  const wanted =
    draft?.state === 'proposed'
      ? { kind: 'approve' as const, draftId: draft.id, seenSeq: inboundSeq }
      : reply?.state === 'unknown' && reply.problem && !arrived
        ? { kind: 'resend' as const, replyId: reply.id }
        : null
  if (!wanted) return 0
  const outcomes = await Promise.all(
    ['Ana', 'Ben'].map((name) => {
      const decision: Decision = { ...wanted, conversationId: id, teammate: { id: name.toLowerCase(), name } }
      return decide(ctx, 'web', decision)
    }),
  )
  return outcomes.filter(({ isDone }) => isDone).length
}
