import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createApi } from '../../../src/channels/google-reviews/api.ts'
import { followReplies } from '../../../src/channels/google-reviews/moderation.ts'
import { replyIdOf } from '../../../src/channels/google-reviews/reply.ts'
import { googleReviews } from '../../../src/channels/google-reviews/index.ts'
import type { OpenChannel, OutboundReply } from '../../../src/channels/channel.ts'
import { CredentialsError, PermanentError, RetryableError } from '../../../src/errors.ts'
import { testChannelIo, type TestChannelIo } from '../../support/channel-io.ts'
import { refusal, startGoogle, type GooglePeer } from '../../support/google/peer.ts'
import { testInlet, type TestInlet } from '../../support/inlet.ts'
import { accountsOf, never, openWith, replyTo } from './support.ts'

const minute = 60_000

let io: TestChannelIo
let google: GooglePeer
let channel: OpenChannel
let name: string
beforeEach(async () => {
  io = testChannelIo()
  google = await startGoogle(() => io.clock.now())
  channel = openWith(google.env, io)
  name = google.reviews.write({ comment: 'Cold soup', stars: 2, at: new Date('2026-03-01T09:00:00Z') })
})
afterEach(() => google.close())

const version = () => `${name}@${google.reviews.all.get(name)?.updateTime}`
const reply = (text: string, over: Partial<OutboundReply> = {}) =>
  replyTo(name, text, { references: [version()], ...over })
const send = async (outbound: OutboundReply) => {
  if (typeof channel.send !== 'function') throw new Error('The channel cannot send')
  return channel.send(outbound, never)
}
const there = () => google.reviews.all.get(name)?.reviewReply
const puts = () => google.state.calls.filter(({ method }) => method === 'PUT').length

describe('sending', () => {
  test('a reply stands under its review, and is told apart from one before', async () => {
    const sent = await send(reply('We are sorry.'))
    expect(sent).toEqual({
      externalId: replyIdOf(name, replyTo(name, '').id),
      at: io.clock.now(),
      url: 'https://business.google.com/reviews/Review_1',
    })
    expect(there()).toMatchObject({ comment: 'We are sorry.' })
  })

  test('sending again after a lost answer changes nothing', async () => {
    google.state.fault = ({ method }) => (method === 'PUT' ? { kind: 'lost' } : null)
    const problem = await send(reply('We are sorry.')).catch((cause: unknown) => cause)
    expect(problem).not.toBeInstanceOf(RetryableError)
    expect(problem).not.toBeInstanceOf(PermanentError)
    google.state.fault = () => null
    const at = io.clock.now()
    io.clock.advance(minute)
    await expect(send(reply('We are sorry.'))).resolves.toMatchObject({ at })
    expect(puts()).toBe(1)
    expect(channel.isResendSafe).toBe(true)
  })

  test('the same words as before count from when they were approved anew', async () => {
    await send(reply('We are sorry.'))
    io.clock.advance(minute)
    google.reviews.change(name, { comment: 'Still cold' })
    io.clock.advance(minute)
    const at = io.clock.now()
    await expect(send(reply('We are sorry.', { approvedAt: at }))).resolves.toMatchObject({ at })
  })

  test('what a colleague answered on Google is never replaced', async () => {
    google.reviews.answer(name, 'My own words')
    await expect(send(reply('We are sorry.'))).rejects.toThrow('Somebody answered it on Google: "My own words"')
    expect(there()).toMatchObject({ comment: 'My own words' })
  })

  test('an answer to words that have changed since is replaced, and so is our own, and one that Google refused', async () => {
    google.reviews.answer(name, 'My own words')
    io.clock.advance(minute)
    google.reviews.change(name, { comment: 'Cold soup, and no answer' })
    await send(reply('We are sorry.'))
    expect(there()).toMatchObject({ comment: 'We are sorry.' })
    const previous = { text: 'We are sorry.', acceptedAt: io.clock.now() }
    await send(reply('We are very sorry.', { previous }))
    expect(there()).toMatchObject({ comment: 'We are very sorry.' })
    google.reviews.moderate(name, 'REJECTED', 'OFF_TOPIC')
    await send(reply('We are sorry about the soup.'))
    expect(there()).toMatchObject({ comment: 'We are sorry about the soup.' })
  })

  test('what a colleague put in the place of our own is never replaced, and whatever Google made of our words is ours', async () => {
    await send(reply('We are sorry.'))
    const previous = { text: 'We are sorry. ', acceptedAt: io.clock.now() }
    google.reviews.answer(name, 'We are s***y.')
    await send(reply('We are very sorry.', { previous }))
    io.clock.advance(minute)
    google.reviews.answer(name, 'My own words')
    const later = { text: 'We are very sorry.', acceptedAt: new Date(io.clock.now().getTime() - minute) }
    await expect(send(reply('We are sorry indeed.', { previous: later }))).rejects.toThrow('Somebody answered it')
    expect(there()).toMatchObject({ comment: 'My own words' })
  })

  test('a review that says something else by now is not answered; one that says the same is', async () => {
    const answers = { externalId: `${name}@earlier`, text: 'Cold  soup', rating: 2 }
    google.reviews.change(name, { comment: 'Hot soup' })
    await expect(send(reply('We are sorry.', { answers }))).rejects.toThrow('They changed their review since')
    google.reviews.change(name, { comment: 'Cold soup', stars: 1 })
    await expect(send(reply('We are sorry.', { answers }))).rejects.toThrow(PermanentError)
    google.reviews.change(name, { comment: 'Cold soup', stars: 2 })
    await send(reply('We are sorry.', { answers }))
    expect(there()).toMatchObject({ comment: 'We are sorry.' })
  })

  test('no text that the channel allows is too long for Google, and longer ones are refused before they leave', async () => {
    await send(reply('湯'.repeat(googleReviews.limits.maxLength)))
    const problem = await send(reply('湯'.repeat(1366))).catch((cause: unknown) => cause)
    expect(problem).toBeInstanceOf(PermanentError)
    expect(problem).toMatchObject({ message: 'The reply has 1366 characters; 1365 are possible' })
    expect(puts()).toBe(1)
  })

  test('a review that is gone cannot be answered', async () => {
    google.reviews.remove(name)
    await expect(send(reply('We are sorry.', { references: [] }))).rejects.toThrow('not on Google any more')
  })

  test('one review that may not be answered does not make the account a broken one', async () => {
    const refused = { kind: 'error', status: 403, body: refusal(403, 'PERMISSION_DENIED') } as const
    google.state.fault = ({ method }) => (method === 'PUT' ? refused : null)
    const problem = await send(reply('We are sorry.')).catch((cause: unknown) => cause)
    expect(problem).toBeInstanceOf(PermanentError)
    expect(problem).not.toBeInstanceOf(CredentialsError)
    google.state.fault = ({ path }) => (path === '/token' ? null : refused)
    await expect(send(reply('We are sorry.'))).rejects.toThrow(CredentialsError)
  })

  test('a token that is refused is a word on the account', async () => {
    google.state.fault = ({ method }) =>
      method === 'PUT' ? { kind: 'error', status: 401, body: refusal(401, 'UNAUTHENTICATED') } : null
    await expect(send(reply('We are sorry.'))).rejects.toThrow(CredentialsError)
  })

  test('an account that the settings no longer name cannot answer', async () => {
    const other = { externalId: 'accounts/9/locations/1/reviews/x', subject: null }
    await expect(send(reply('We are sorry.', { conversation: other }))).rejects.toThrow(
      'Deskbell has no Google accounts/9',
    )
  })
})

describe('moderation', () => {
  let inlet: TestInlet
  let follow: () => Promise<void>
  beforeEach(async () => {
    inlet = testInlet()
    const [account] = accountsOf(google.env)
    if (!account) throw new Error('There is no account')
    const following = {
      api: createApi(account, io.clock),
      clock: io.clock,
      accountName: account.name,
      nextLookAt: new Map<string, number>(),
    }
    follow = () => followReplies(following, '456', inlet, never)
    const outbound = reply('We are sorry.')
    await send(outbound)
    inlet.pending = [{ ...outbound, acceptedAt: io.clock.now() }]
  })
  const receipts = () => inlet.deliveries.flatMap((delivery) => delivery.receipts ?? [])

  test('a reply is published when Google says so, and not before', async () => {
    for (const state of ['PENDING', 'REVIEW_REPLY_STATE_UNSPECIFIED', 'SOMETHING_NEW']) {
      google.reviews.moderate(name, state)
      await follow()
      io.clock.advance(minute)
    }
    delete there()?.reviewReplyState
    await follow()
    expect(receipts()).toEqual([])
    google.reviews.moderate(name, 'APPROVED')
    io.clock.advance(minute)
    await follow()
    expect(receipts()).toMatchObject([
      {
        externalId: replyIdOf(name, inlet.pending[0]?.id ?? ''),
        replyId: inlet.pending[0]?.id,
        state: 'published',
        url: 'https://business.google.com/reviews/Review_1',
      },
    ])
  })

  test('a refused reply says why, and what to do', async () => {
    google.reviews.moderate(name, 'REJECTED', 'PERSONAL_INFO')
    await follow()
    expect(receipts()).toMatchObject(
      [{ state: 'rejected', reason: 'it has personal details in it', action: /send it again/ }].map((one) => ({
        ...one,
        action: expect.stringMatching(one.action),
      })),
    )
  })

  test('it is looked at often at first, and rarely after days', async () => {
    const lookups = () =>
      google.state.calls.filter(({ method, path }) => method === 'GET' && path.endsWith(name)).length
    const before = lookups()
    for (let index = 0; index < 10; index++) {
      await follow()
      io.clock.advance(30_000)
    }
    const early = lookups() - before
    expect(early).toBeGreaterThan(5)
    io.clock.advance(2 * 24 * 60 * minute)
    const late = lookups()
    for (let index = 0; index < 10; index++) {
      await follow()
      io.clock.advance(30 * minute)
    }
    expect(lookups() - late).toBe(1)
  })

  test('a reply that somebody deleted on Google is not said to stand', async () => {
    google.reviews.deleteAnswer(name)
    await follow()
    expect(receipts()).toEqual([])
    io.clock.advance(15 * minute)
    await follow()
    expect(receipts()).toMatchObject([{ state: 'failed', reason: expect.stringContaining('somebody deleted it') }])
  })

  test('a reply that somebody changed on Google is not said to be ours', async () => {
    io.clock.advance(15 * minute)
    google.reviews.answer(name, 'Their words')
    await follow()
    expect(receipts()).toMatchObject([{ state: 'failed', reason: expect.stringContaining('it says "Their words"') }])
  })

  test('a look that comes too early, and sees the reply before, settles nothing', async () => {
    const [ours] = inlet.pending
    const before = there()
    if (!ours || !before) throw new Error('There is no reply')
    for (const state of ['REJECTED', 'APPROVED']) {
      google.reviews.moderate(name, state)
      io.clock.advance(minute)
      inlet.pending = [{ ...ours, id: state, text: 'We are very sorry.', acceptedAt: io.clock.now() }]
      await follow()
    }
    expect(receipts()).toEqual([])
  })

  test('of two replies to one review only the later one stands there', async () => {
    const [first] = inlet.pending
    if (!first) throw new Error('There is no reply')
    const second = { ...reply('We are very sorry.', { id: 'second', approvedAt: io.clock.now() }), acceptedAt: null }
    second.approvedAt.setMinutes(30)
    inlet.pending = [first, second]
    google.reviews.answer(name, 'We are very sorry.')
    await follow()
    expect(receipts()).toMatchObject([{ replyId: 'second', state: 'published' }])
  })

  test('one that cannot be looked up holds up the others once, and one of another account never', async () => {
    const [first] = inlet.pending
    if (!first) throw new Error('There is no reply')
    const denied = google.reviews.write({ id: 'Denied' })
    const other = { externalId: 'accounts/9/locations/456/reviews/x', subject: null }
    inlet.pending = [
      { ...replyTo(denied, 'Hello', { id: 'denied' }), acceptedAt: null },
      { ...first, id: 'other', conversation: other },
      first,
    ]
    const refused = { kind: 'error', status: 403, body: refusal(403, 'PERMISSION_DENIED') } as const
    google.state.fault = ({ path }) => (path.endsWith('/Denied') || path.includes('accounts/9') ? refused : null)
    google.reviews.moderate(name, 'APPROVED')
    await expect(follow()).rejects.toThrow(CredentialsError)
    await follow()
    expect(receipts()).toMatchObject([{ replyId: first.id, state: 'published' }])
  })

  test('when the review is gone, that is what is told', async () => {
    google.reviews.remove(name)
    await follow()
    expect(receipts()).toEqual([])
    expect(inlet.deliveries).toMatchObject([{ removals: [{ account: '456', externalId: name }] }])
  })
})
