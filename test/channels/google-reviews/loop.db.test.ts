import { afterEach, beforeEach, expect, test } from 'vitest'
import { createApi } from '../../../src/channels/google-reviews/api.ts'
import { googleReviews } from '../../../src/channels/google-reviews/index.ts'
import { createLocations } from '../../../src/channels/google-reviews/locations.ts'
import { openGoogle } from '../../../src/channels/google-reviews/open-google.ts'
import { createWatch } from '../../../src/channels/google-reviews/watch.ts'
import type { Inlet } from '../../../src/channels/channel.ts'
import { cursors } from '../../../src/db/schema.ts'
import { findOpen, findStanding } from '../../../src/interactions/queries.ts'
import { record } from '../../../src/interactions/record.ts'
import { findUnsettled } from '../../../src/replies/queries.ts'
import type { Card } from '../../../src/workspaces/card.ts'
import { fakeChannel } from '../../support/channel.ts'
import { testChannelIo } from '../../support/channel-io.ts'
import { question } from '../../support/assistant.ts'
import { testClock } from '../../support/clock.ts'
import { openDesk, type Desk } from '../../support/desk.ts'
import { startGoogle, type GooglePeer } from '../../support/google/peer.ts'
import { accountsOf, never } from './support.ts'

const id = 'google-reviews'

let google: GooglePeer
let desk: Desk
/** Looks at Google once, and runs what follows from it. */
let look: () => Promise<void>
beforeEach(async () => {
  // The desk's own clock can't be had before the channel is there: both show the desk's time.
  let now = () => testClock().now()
  google = await startGoogle(() => now())
  const io = { ...testChannelIo(), clock: testClock() }
  io.clock.now = () => now()
  const [account] = accountsOf({ ...google.env, GOOGLE_REVIEWS_LOCATIONS: '456=Mill Street' })
  if (!account) throw new Error('There is no account')
  const channel = { ...fakeChannel(id, openGoogle([account], io), googleReviews.limits), name: googleReviews.name }
  desk = await openDesk({ channels: [channel] })
  now = () => desk.clock.now()
  desk.assistant.onTriage = () => ({ ...question, theme: 'complaint', sentiment: 'negative' })

  const { ctx } = desk
  const inlet: Inlet = {
    async deliver(delivery) {
      const [recorded] = await record(ctx, [{ channel, delivery }])
      return recorded ?? { interactions: [] }
    },
    cursor: async (key) => (await ctx.db.select().from(cursors)).find((row) => row.key === key)?.value,
    unsettled: (location) => findUnsettled(ctx.db, id, location),
    standing: (location) => findStanding(ctx.db, id, location),
    waiting: (location) => findOpen(ctx.db, id, location),
    report: async () => {},
  }
  const api = createApi(account, io.clock)
  const step = createWatch({ account, api, locations: createLocations(account, api, io.clock, []) }, io)
  look = async () => {
    await desk.pass(6 * 60)
    await step(inlet, never)
    await desk.work()
  }
})
afterEach(async () => {
  await desk.close()
  await google.close()
})

function card(): Card {
  const shown = [...desk.room.shown.values()].at(-1)
  if (!shown) throw new Error('There is no card')
  return shown
}

const conversationId = () => card().conversationId

async function approve(): Promise<void> {
  const { draft, seenSeq } = card()
  if (!draft) throw new Error('There is no draft')
  const outcome = await desk.decide(conversationId(), { kind: 'approve', draftId: draft.id, seenSeq })
  expect(outcome).toMatchObject({ isDone: true })
  await desk.pass(googleReviews.limits.graceSeconds + 1)
}

const complain = () =>
  google.reviews.write({ by: 'Mia', stars: 1, comment: 'Cold soup', photos: ['soup'], at: desk.clock.now() })

test('a complaint becomes a card, the answer is reviewed by Google, and shown with its link once it is public', async () => {
  const name = complain()
  await look()
  expect(card()).toMatchObject({
    state: 'waiting',
    customer: { name: 'Mia' },
    labels: expect.arrayContaining([expect.objectContaining({ text: '★☆☆☆☆' })]),
    turns: [{ text: 'Cold soup', rating: 1, attachments: [{ name: 'Photo 1', isKept: true }] }],
    draft: { text: 'Answer 1' },
  })
  expect(desk.assistant.drafts.at(-1)?.view.channel.isPublic).toBe(true)
  await approve()
  expect(google.reviews.all.get(name)?.reviewReply).toMatchObject({ comment: 'Answer 1', reviewReplyState: 'PENDING' })
  await look()
  expect(card()).toMatchObject({ state: 'answered', status: { text: expect.stringContaining('being checked') } })
  google.reviews.moderate(name, 'APPROVED')
  await look()
  expect(card()).toMatchObject({
    state: 'answered',
    status: { text: expect.stringMatching(/^Published/), url: 'https://business.google.com/reviews/Review_1' },
  })
})

test('an answer that Google refuses waits again, with the reason, and another one can be sent', async () => {
  const name = complain()
  await look()
  await approve()
  google.reviews.moderate(name, 'REJECTED', 'ADVERTISING_AND_SOLICITATION')
  await look()
  expect(card()).toMatchObject({
    state: 'waiting',
    alerts: [
      'Rejected: it reads as advertising, or offers something in return. ' +
        "Look at Google's rules for replies, change the words and send it again",
    ],
  })
  const text = 'We are sorry about the soup.'
  await desk.decide(conversationId(), { kind: 'edit', draftId: null, text, seenSeq: card().seenSeq })
  await desk.pass(60)
  google.reviews.moderate(name, 'APPROVED')
  await look()
  expect(google.reviews.all.get(name)?.reviewReply).toMatchObject({ comment: text })
  expect(card()).toMatchObject({ state: 'answered', status: { text: expect.stringMatching(/^Published/) } })
})

test('a changed review is a new version with a new draft, and the later answer takes the place of the first', async () => {
  const name = complain()
  await look()
  await approve()
  google.reviews.moderate(name, 'APPROVED')
  await look()
  google.reviews.change(name, { comment: 'Cold soup, and now they are rude as well' })
  await look()
  expect(card()).toMatchObject({ state: 'waiting', draft: { text: 'Answer 2' } })
  expect(card().turns.at(-1)).toMatchObject({ text: 'Cold soup, and now they are rude as well' })
  expect(desk.room.shown.size).toBe(1)
  await approve()
  google.reviews.moderate(name, 'APPROVED')
  await look()
  expect(google.reviews.all.get(name)?.reviewReply).toMatchObject({ comment: 'Answer 2' })
  expect(card()).toMatchObject({ state: 'answered', status: { text: expect.stringMatching(/^Published/) } })
})

test('a removed review says so on its card, and its words are gone', async () => {
  const name = complain()
  await look()
  google.reviews.remove(name)
  await look()
  expect(card()).toMatchObject({
    state: 'dismissed',
    status: { text: expect.stringContaining('removed by its author') },
  })
  expect(JSON.stringify(card())).not.toContain('Cold soup')
})

test('an answer whose outcome was lost is sent once', async () => {
  const name = complain()
  await look()
  let isLost = false
  google.state.fault = ({ method }) => {
    if (method !== 'PUT' || isLost) return null
    isLost = true
    return { kind: 'lost' }
  }
  await approve()
  await desk.pass(120)
  expect(google.state.calls.filter(({ method }) => method === 'PUT')).toHaveLength(1)
  google.reviews.moderate(name, 'APPROVED')
  await look()
  expect(card()).toMatchObject({ state: 'answered', status: { text: expect.stringMatching(/^Published/) } })
})

test('reviews that were answered on Google before are kept, and ask nobody for anything', async () => {
  const name = complain()
  google.reviews.answer(name, 'Sorry!')
  await look()
  expect(desk.room.shown.size).toBe(0)
  await desk.pass(60)
  google.reviews.change(name, { comment: 'Sorry is not enough' })
  await look()
  expect(card()).toMatchObject({ state: 'waiting', draft: { text: expect.stringContaining('Answer') } })
})

test('a review that somebody answers on Google asks the team for nothing any more, unless they reopen it', async () => {
  const name = complain()
  await look()
  expect(card()).toMatchObject({ state: 'waiting' })
  google.reviews.answer(name, 'Sorry!')
  await look()
  expect(card()).toMatchObject({ state: 'dismissed', status: { text: expect.stringContaining('handled elsewhere') } })
  expect(card().turns.at(-1)?.notes).toEqual(['It was answered outside Deskbell: "Sorry!"'])
  await desk.decide(conversationId(), { kind: 'reopen' })
  await look()
  expect(card()).toMatchObject({ state: 'waiting', draft: { text: expect.stringContaining('Answer') } })
})

test('a review that changed, and was answered on Google before it was looked at, asks for nothing any more', async () => {
  const name = complain()
  await look()
  google.reviews.change(name, { comment: 'Cold and late' })
  google.reviews.answer(name, 'Sorry!')
  await look()
  expect(card()).toMatchObject({ state: 'dismissed' })
  expect(card().turns.at(-1)).toMatchObject({
    text: 'Cold and late',
    notes: ['It was answered outside Deskbell: "Sorry!"'],
  })
})

test('an answer of ours that Google refuses, and somebody puts right on Google, is left to the team', async () => {
  const name = complain()
  await look()
  await approve()
  google.reviews.moderate(name, 'REJECTED', 'OFF_TOPIC')
  await look()
  google.reviews.answer(name, 'Sorry!')
  await look()
  expect(card()).toMatchObject({ state: 'waiting' })
})

test('what changed while our answer was on its way waits for one of its own', async () => {
  const name = complain()
  await look()
  const { draft, seenSeq } = card()
  await desk.decide(conversationId(), { kind: 'approve', draftId: draft?.id ?? '', seenSeq })
  let isRead = false
  google.state.fault = ({ method, path }) => {
    // Between the last look at the review and the reply to it.
    if (method === 'PUT' && !isRead) google.reviews.change(name, { comment: 'Cold soup, and I fell ill' })
    isRead ||= path.endsWith('/reply')
    return null
  }
  await desk.pass(googleReviews.limits.graceSeconds + 1)
  expect(google.reviews.all.get(name)?.reviewReply).toMatchObject({ comment: 'Answer 1' })
  await look()
  expect(card()).toMatchObject({ state: 'waiting', draft: { text: 'Answer 2' } })
  expect(card().turns.findLast(({ from }) => from === 'customer')).toMatchObject({
    text: 'Cold soup, and I fell ill',
    notes: ['They changed their review'],
  })
})

test('a review that changed since it was read is not answered as if it had not', async () => {
  const name = complain()
  await look()
  google.reviews.change(name, { comment: 'Cold soup, and I fell ill' })
  await approve()
  expect(google.reviews.all.get(name)?.reviewReply).toBeUndefined()
  expect(card()).toMatchObject({
    state: 'waiting',
    alerts: [expect.stringContaining('They changed their review since')],
  })
  await look()
  await approve()
  expect(google.reviews.all.get(name)?.reviewReply).toMatchObject({ comment: 'Answer 2' })
})

test('what a colleague answered on Google after ours is never replaced, and told', async () => {
  const name = complain()
  await look()
  await approve()
  google.reviews.moderate(name, 'APPROVED')
  await look()
  google.reviews.change(name, { comment: 'Still cold' })
  await look()
  await desk.pass(60)
  google.reviews.answer(name, 'Come by for another')
  await look()
  expect(card().turns.findLast(({ from }) => from === 'customer')?.notes).toContain(
    'It was answered outside Deskbell: "Come by for another"',
  )
  await approve()
  expect(google.reviews.all.get(name)?.reviewReply).toMatchObject({ comment: 'Come by for another' })
  expect(card()).toMatchObject({
    state: 'waiting',
    alerts: [expect.stringContaining('Somebody answered it on Google')],
  })
})

test('a review that a push announces too early comes in once it can be read', async () => {
  const early = await google.pushed('http://127.0.0.1:3000/channels/google-reviews', {
    notificationType: 'NEW_REVIEW',
    reviewName: 'accounts/123/locations/456/reviews/Late',
    locationName: 'accounts/123/locations/456',
  })
  const [{ open } = { open: undefined }] = [...desk.ctx.channels.values()]
  const received = await open?.inbound.receive?.(early, { address: '127.0.0.1' })
  if (received && desk.channel) await record(desk.ctx, [{ channel: desk.channel, delivery: received.delivery }])
  google.reviews.write({ id: 'Late', comment: 'Cold soup', at: desk.clock.now() })
  await desk.pass(60)
  await look()
  expect(card()).toMatchObject({ state: 'waiting', turns: [{ text: 'Cold soup' }] })
})

test('stars without words get a draft too', async () => {
  google.reviews.write({ stars: 5, at: desk.clock.now() })
  await look()
  expect(card()).toMatchObject({ state: 'waiting', turns: [{ text: '', rating: 5 }], draft: { text: 'Answer 1' } })
})
