import fc from 'fast-check'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createApi } from '../../../src/channels/google-reviews/api.ts'
import { pollLocation, type Polling } from '../../../src/channels/google-reviews/poll.ts'
import { versionId } from '../../../src/channels/google-reviews/review.ts'
import { RetryableError } from '../../../src/errors.ts'
import { testClock, type TestClock } from '../../support/clock.ts'
import { refusal, startGoogle, type GooglePeer } from '../../support/google/peer.ts'
import { testInlet, type TestInlet } from '../../support/inlet.ts'
import { accountsOf, never } from './support.ts'

const minute = 60_000
const day = 24 * 60 * minute

let clock: TestClock
let google: GooglePeer
let inlet: TestInlet
let polling: Polling
beforeEach(async () => {
  clock = testClock()
  google = await startGoogle(() => clock.now())
  restart()
})
afterEach(() => google.close())

/** Nothing is known yet. */
function restart(): void {
  const [account] = accountsOf(google.env)
  if (!account) throw new Error('There is no account')
  inlet = testInlet()
  inlet.standing = async () => [...new Set(inlet.interactions.map(({ conversation }) => conversation.externalId))]
  polling = { api: createApi(account, clock), clock, accountName: account.name, backMs: 30 * day }
}

const poll = () => pollLocation(polling, '456', inlet, never)
const texts = () => inlet.interactions.map(({ text }) => text)
const removed = () => inlet.deliveries.flatMap(({ removals = [] }) => removals.map(({ externalId }) => externalId))
const ago = (ms: number) => new Date(clock.now().getTime() - ms)
const pages = () => google.state.calls.filter(({ path }) => path.includes('/reviews?')).length

test('the first look takes the last month, oldest first, and asks for no more', async () => {
  for (let index = 0; index < 120; index++) google.reviews.write({ comment: `Day ${index}`, at: ago(index * day) })
  await poll()
  expect(texts()).toEqual(Array.from({ length: 31 }, (_, index) => `Day ${30 - index}`))
  expect(pages()).toBe(1)
})

test('many at once come in several deliveries, and the cursor moves with each', async () => {
  for (let index = 0; index < 130; index++)
    google.reviews.write({ comment: `${index}`, at: ago((130 - index) * minute) })
  await poll()
  expect(inlet.deliveries.map(({ interactions }) => interactions.length)).toEqual([50, 50, 30])
  expect(inlet.deliveries.every(({ cursor }) => cursor?.key === 'reviews/456')).toBe(true)
  expect(inlet.cursors.get('reviews/456')).toMatchObject({ seen: { length: 50 } })
  expect(texts()).toEqual(Array.from({ length: 130 }, (_, index) => `${index}`))
})

test('a delivery that fails moves no cursor: the rest comes the next time', async () => {
  for (let index = 0; index < 130; index++)
    google.reviews.write({ comment: `${index}`, at: ago((130 - index) * minute) })
  const { deliver } = inlet
  let left = 1
  inlet.deliver = async (delivery) => {
    if (left-- > 0) return deliver(delivery)
    throw new Error('The database is away')
  }
  await expect(poll()).rejects.toThrow('away')
  inlet.deliver = deliver
  await poll()
  expect(texts()).toEqual(Array.from({ length: 130 }, (_, index) => `${index}`))
})

test('while nothing changes, nothing is delivered', async () => {
  const at = ago(minute)
  for (let index = 0; index < 4; index++) google.reviews.write({ at })
  await poll()
  const { length } = inlet.deliveries
  for (let index = 0; index < 3; index++) await poll()
  expect(inlet.deliveries.length).toBe(length)
})

test('reviews of the very same moment are not missed, though one was taken before', async () => {
  const at = ago(minute)
  google.reviews.write({ comment: 'One', at })
  await poll()
  google.reviews.write({ comment: 'Two', at })
  await poll()
  expect(texts()).toEqual(['One', 'Two'])
})

test('a review that Google shows only days after it was written is not missed', async () => {
  google.reviews.write({ comment: 'New', at: ago(0) })
  await poll()
  google.reviews.write({ comment: 'Late', at: ago(3 * day) })
  await poll()
  expect(texts()).toEqual(['New', 'Late'])
})

test('a review dated in the future hides none of today', async () => {
  google.reviews.write({ comment: 'Tomorrow', at: ago(-20 * day) })
  await poll()
  clock.advance(minute)
  google.reviews.write({ comment: 'Today' })
  await poll()
  expect(texts()).toEqual(['Tomorrow', 'Today'])
})

test('a changed review is a new version of the same', async () => {
  const name = google.reviews.write({ comment: 'Bad', stars: 1 })
  await poll()
  clock.advance(minute)
  google.reviews.change(name, { comment: 'Good after all', stars: 4 })
  await poll()
  expect(inlet.interactions).toMatchObject([
    { versionOf: name, text: 'Bad', rating: 1 },
    { versionOf: name, text: 'Good after all', rating: 4 },
  ])
})

test('a review that is gone is taken back, as soon as the whole list was seen', async () => {
  const gone = google.reviews.write()
  google.reviews.write()
  await poll()
  google.reviews.remove(gone)
  await poll()
  expect(removed()).toEqual([gone])
})

test('with many reviews the whole list is compared once a day', async () => {
  const names = Array.from({ length: 60 }, (_, index) => google.reviews.write({ at: ago(index * minute) }))
  await poll()
  google.reviews.remove(names[3] ?? '')
  for (let index = 0; index < 3; index++) {
    clock.advance(5 * minute)
    await poll()
  }
  expect(removed()).toEqual([])
  clock.advance(day)
  await poll()
  expect(removed()).toEqual([names[3]])
})

test('a review that is only missing from the list is not taken back', async () => {
  const name = google.reviews.write()
  await poll()
  inlet.standing = async () => [name, 'accounts/9/locations/456/reviews/of-another-account']
  const { listed } = google.reviews
  google.reviews.listed = () => []
  await poll()
  google.reviews.listed = listed
  expect(removed()).toEqual([])
})

test('a review that may not be asked for is not taken back, and holds up nothing', async () => {
  const name = google.reviews.write({ comment: 'One' })
  await poll()
  google.reviews.remove(name)
  const denied = { kind: 'error', status: 403, body: refusal(403, 'PERMISSION_DENIED') } as const
  google.state.fault = ({ path }) => (path.endsWith(name) ? denied : null)
  google.reviews.write({ comment: 'Two' })
  await poll()
  expect(texts()).toEqual(['One', 'Two'])
  expect(removed()).toEqual([])
})

test('what changes or goes while the pages are turned hides nothing', async () => {
  const names = Array.from({ length: 70 }, (_, index) =>
    google.reviews.write({ comment: `${index}`, at: ago(index * minute) }),
  )
  google.state.fault = ({ path }) => {
    if (!path.includes('pageToken=page-50')) return null
    google.state.fault = () => null
    google.reviews.change(names[60] ?? '', { comment: 'Changed' })
    for (const name of names.slice(0, 3)) google.reviews.remove(name)
    return null
  }
  await poll()
  await poll()
  expect(texts()).toContain('Changed')
  clock.advance(day)
  await poll()
  expect(removed().toSorted()).toEqual(names.slice(0, 3).toSorted())
  const standing = [...google.reviews.all.values()].map(({ comment }) => comment)
  expect(texts()).toEqual(expect.arrayContaining(standing))
})

test('an answer on Google is told while the review waits for the team, and of no other', async () => {
  const [waits = '', changed = '', done = '', refused = ''] = Array.from({ length: 4 }, () => google.reviews.write())
  await poll()
  inlet.open = [waits, changed, refused]
  clock.advance(minute)
  for (const name of [waits, changed, done, refused]) google.reviews.answer(name, 'Sorry!')
  google.reviews.moderate(refused, 'REJECTED')
  const answeredAt = clock.now()
  clock.advance(minute)
  google.reviews.change(changed, { comment: 'Still bad' })
  await poll()
  const text = 'Sorry!'
  expect(inlet.deliveries.flatMap(({ answers = [] }) => answers)).toEqual([
    { account: '456', externalId: waits, text, at: answeredAt },
  ])
})

test('a list without an end ends', async () => {
  const again = () => ({ kind: 'error', status: 200, body: { nextPageToken: `again ${pages() % 3}` } }) as const
  google.state.fault = ({ path }) => (path.includes('/reviews?') ? again() : null)
  await expect(poll()).rejects.toThrow(RetryableError)
})

const move = fc.record({
  what: fc.constantFrom('write', 'write', 'change', 'remove', 'poll', 'poll', 'wait', 'crash'),
  which: fc.nat(20),
  /** In minutes: many at the same moment. */
  ago: fc.constantFrom(0, 0, 0, 1, 5),
})

test('whatever happens between the looks, each version that stood at one is delivered, in order', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(move, { maxLength: 25 }), async (moves) => {
      restart()
      google.reviews.all.clear()
      // Enough for several pages.
      for (let index = 0; index < 48; index++) google.reviews.write({ at: ago(index * minute) })
      await poll()
      const stood = new Set<string>()
      for (const { what, which, ago: minutes } of [...moves, { what: 'poll', which: 0, ago: 0 }]) {
        const name = [...google.reviews.all.keys()].at(-1 - which) ?? ''
        if (what === 'write') google.reviews.write({ at: ago(minutes * minute) })
        if (what === 'change' && name) google.reviews.change(name, { comment: `Changed ${which}` })
        if (what === 'remove') google.reviews.remove(name)
        if (what === 'wait') clock.advance(30_000)
        if (what === 'crash') {
          const { deliver } = inlet
          inlet.deliver = async () => Promise.reject(new Error('away'))
          await poll().catch(() => {})
          inlet.deliver = deliver
        }
        if (what !== 'poll') continue
        for (const { name: standing, updateTime } of google.reviews.all.values())
          stood.add(versionId({ name: standing, version: updateTime }))
        await poll()
      }
      const got = inlet.interactions.map(({ externalId }) => externalId)
      expect(got).toEqual(expect.arrayContaining([...stood]))
      for (const { interactions } of inlet.deliveries) {
        const times = interactions.map(({ occurredAt }) => occurredAt.getTime())
        expect(times).toEqual(times.toSorted((a, b) => a - b))
      }
      const versions = new Map<string, number>()
      for (const { versionOf = '', occurredAt } of inlet.interactions) {
        expect(occurredAt.getTime()).toBeGreaterThanOrEqual(versions.get(versionOf) ?? 0)
        versions.set(versionOf, occurredAt.getTime())
      }
    }),
    { numRuns: 30 },
  )
})
