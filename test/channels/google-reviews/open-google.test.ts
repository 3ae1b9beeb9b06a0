import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createApi } from '../../../src/channels/google-reviews/api.ts'
import { createLocations } from '../../../src/channels/google-reviews/locations.ts'
import { createWatch } from '../../../src/channels/google-reviews/watch.ts'
import type { OpenChannel } from '../../../src/channels/channel.ts'
import { ConfigError, CredentialsError, PermanentError, RetryableError } from '../../../src/errors.ts'
import { pause } from '../../../src/waiting.ts'
import { testChannelIo, type TestChannelIo } from '../../support/channel-io.ts'
import { eventually } from '../../support/eventually.ts'
import { refusal, startGoogle, type GooglePeer } from '../../support/google/peer.ts'
import { testInlet } from '../../support/inlet.ts'
import { accountsOf, never, openWith, secondAccount } from './support.ts'

const minute = 60_000

let io: TestChannelIo
let google: GooglePeer
beforeEach(async () => {
  io = testChannelIo()
  google = await startGoogle(() => io.clock.now())
})
afterEach(() => google.close())

describe('settings', () => {
  test('locations may have the names that cards show, and opening makes no call', () => {
    const env = {
      ...google.env,
      GOOGLE_REVIEWS_LOCATIONS: '456=Mill Street, locations/789, accounts/123/locations/12 = Quay',
    }
    expect(openWith(env, io).accounts).toEqual([
      { id: '456', name: 'Mill Street' },
      { id: '789', name: 'Location 789' },
      { id: '12', name: 'Quay' },
    ])
    expect(google.state.calls).toEqual([])
  })

  test.each([
    ['GOOGLE_REVIEWS_ACCOUNT', 'mill-street', 'is not a Business Profile account'],
    ['GOOGLE_REVIEWS_LOCATIONS', 'Mill Street', 'which is not a location'],
    ['GOOGLE_REVIEWS_PUSH_EMAIL', '', 'Set both or none'],
    ['GOOGLE_REVIEWS_PUSH_AUDIENCE', '', 'Set both or none'],
    ['GOOGLE_REVIEWS_POLL_MINUTES', 'often', 'must be a number'],
    ['GOOGLE_REVIEWS_API_URL', 'http://proxy.example.com', 'unencrypted'],
    ['GOOGLE_REVIEWS_CLIENT_SECRET', '', 'is not set'],
  ])('%s "%s" is refused with a reason', (variable, value, reason) => {
    const open = () => openWith({ ...google.env, [variable]: value }, io)
    expect(open).toThrow(ConfigError)
    expect(open).toThrow(reason)
  })

  test('one account can stand once, and several beside each other', () => {
    const second = (account: string) => secondAccount(google.env, { ACCOUNT: account, LOCATIONS: '5=Five' })
    expect(openWith({ ...google.env, ...second('accounts/9') }, io).accounts).toEqual([{ id: '5', name: 'Five' }])
    expect(() => openWith({ ...google.env, ...second('123') }, io)).toThrow(ConfigError)
  })
})

test('names that the settings leave out are asked for, once an hour, and by every process', async () => {
  google.state.locations.set('789', 'Harbour')
  const env = { ...google.env, GOOGLE_REVIEWS_LOCATIONS: '456, 789=Quay' }
  const asked = () => google.state.calls.filter(({ path }) => path.includes('/locations?')).length
  for (const [settings, names] of [
    [google.env, ['Mill Street', 'Harbour']],
    [env, ['Mill Street', 'Quay']],
  ] as const) {
    const channel = openWith(settings, io)
    const before = asked()
    for (let times = 0; times < 2; times++) await channel.learnAccounts?.(never)
    expect(channel.accounts.map(({ name }) => name)).toEqual(names)
    expect(asked() - before).toBe(1)
  }
  expect(openWith({ ...google.env, GOOGLE_REVIEWS_LOCATIONS: '456=Mill Street' }, io).learnAccounts).toBeUndefined()
})

test('names that could not be had are asked for again a few minutes later', async () => {
  const channel = openWith({ ...google.env, GOOGLE_REVIEWS_LOCATIONS: '456' }, io)
  google.state.fault = ({ path }) => (path.startsWith('/v1/') ? { kind: 'status', status: 503 } : null)
  await channel.learnAccounts?.(never)
  google.state.fault = () => null
  await channel.learnAccounts?.(never)
  expect(channel.accounts).toEqual([{ id: '456', name: 'Location 456' }])
  io.clock.advance(5 * 60_000)
  await channel.learnAccounts?.(never)
  expect(channel.accounts).toEqual([{ id: '456', name: 'Mill Street' }])
})

describe('checking', () => {
  test('every credential is used, and what was found is told', async () => {
    google.state.locations.set('789', 'Harbour')
    google.reviews.write()
    const channel = openWith(google.env, io)
    await expect(channel.check()).resolves.toEqual([
      'accounts/123 lets us in; locations: 2',
      'Mill Street: 1 reviews',
      'Harbour: its reviews can be read',
      'Google pushes to http://127.0.0.1:3000/channels/google-reviews as pusher@bluebird.iam.gserviceaccount.com',
    ])
    expect(channel.accounts.map(({ name }) => name)).toEqual(['Mill Street', 'Harbour'])
    await expect(channel.check('789')).resolves.toEqual(['Harbour: its reviews can be read'])
  })

  test('a location that is not ours is told, and with one only that', async () => {
    const channel = openWith({ ...google.env, GOOGLE_REVIEWS_LOCATIONS: '456=Mill Street, 9=Nine' }, io)
    await expect(channel.check('456')).resolves.toHaveLength(1)
    await expect(channel.check()).rejects.toThrow(PermanentError)
    google.state.isRefreshTokenGood = false
    io.clock.advance(2 * 3600_000)
    await expect(channel.check('456')).rejects.toThrow(CredentialsError)
  })
})

test('what is wrong with one account is not said of the locations of another', async () => {
  const env = { ...google.env, GOOGLE_REVIEWS_LOCATIONS: '456=Mill Street' }
  const broken = { ACCOUNT: 'accounts/9', LOCATIONS: '5=Five', REFRESH_TOKEN: 'withdrawn' }
  const channel = openWith({ ...env, ...secondAccount(env, broken) }, io)
  await expect(channel.check('456')).resolves.toEqual(['Mill Street: its reviews can be read'])
  await expect(channel.check('5')).rejects.toThrow(CredentialsError)
  await expect(channel.check()).rejects.toThrow(CredentialsError)
})

describe('photos', () => {
  let channel: OpenChannel
  let source: Record<string, string>
  beforeEach(() => {
    channel = openWith(google.env, io)
    const review = google.reviews.write({ photos: ['soup'] })
    source = { review, index: '0', url: `${google.url}/photos/soup` }
  })
  const download = (from = source) => channel.download?.('456', from, never)

  test('are fetched from Google', async () => {
    await expect(download()).resolves.toEqual({ content: google.photo, mediaType: 'image/jpeg' })
  })

  test('have another address after a while, which the review tells', async () => {
    google.state.expired.add('soup')
    const media = google.reviews.all.get(source['review'] ?? '')?.reviewMediaItems?.[0]
    if (media) media.thumbnailUrl = `${google.url}/photos/soup-again`
    await expect(download()).resolves.toMatchObject({ mediaType: 'image/jpeg' })
  })

  test('that are gone are given up, and those that cannot be had now are not', async () => {
    google.state.expired.add('soup')
    await expect(download()).rejects.toThrow(PermanentError)
    google.reviews.remove(source['review'] ?? '')
    await expect(download()).rejects.toThrow(PermanentError)
    for (const fault of [
      { kind: 'status', status: 503 },
      { kind: 'status', status: 429 },
      { kind: 'reset' },
    ] as const) {
      google.state.fault = ({ path }) => (path.startsWith('/photos') ? fault : null)
      await expect(download()).rejects.toThrow(RetryableError)
    }
  })

  test('come from nowhere else', async () => {
    for (const url of [
      'https://evil.example.com/x',
      'https://googleusercontent.com.evil.example.com/x',
      'https://evilgoogleusercontent.com/x',
      'http://lh3.googleusercontent.com/x',
      'http://169.254.169.254/latest',
      'file:///etc/passwd',
      '',
    ])
      await expect(download({ ...source, url })).rejects.toThrow('It does not lie with Google')
  })

  test('are pictures and nothing else', async () => {
    google.state.fault = ({ path }) => (path.startsWith('/photos') ? { kind: 'error', status: 200, body: {} } : null)
    await expect(download()).rejects.toThrow('not a picture')
  })
})

describe('watching', () => {
  function watching(env = google.env) {
    const [account] = accountsOf(env)
    if (!account) throw new Error('There is no account')
    const api = createApi(account, io.clock)
    const inlet = testInlet()
    const locations = createLocations(account, api, io.clock, [])
    const step = createWatch({ account, api, locations }, io)
    return { inlet, step: () => step(inlet, never), locations }
  }
  const polls = () => google.state.calls.filter(({ path }) => path.includes('/reviews?')).length

  test('locations are found by themselves, also later ones, and each is looked at in its time', async () => {
    const { inlet, step, locations } = watching()
    google.reviews.write({ comment: 'Here' })
    await step()
    await step()
    expect(polls()).toBe(1)
    google.state.locations.set('789', 'Harbour')
    google.reviews.write({ comment: 'There', location: '789' })
    io.clock.advance(61 * minute)
    await step()
    expect(inlet.interactions.map(({ account, text }) => `${account} ${text}`)).toEqual(['456 Here', '789 There'])
    google.state.locations.delete('456')
    io.clock.advance(61 * minute)
    await step()
    expect(locations.open).toEqual(['789'])
    expect(locations.accounts.map(({ name }) => name)).toEqual(['Mill Street', 'Harbour'])
  })

  test('one broken location does not stop the others, and is said to be broken until it is mended', async () => {
    google.state.locations.set('789', 'Harbour')
    const { inlet, step } = watching()
    google.reviews.write({ comment: 'There', location: '789' })
    const denied = { kind: 'error', status: 403, body: refusal(403, 'PERMISSION_DENIED') } as const
    google.state.fault = ({ path }) => (path.includes('locations/456/') ? denied : null)
    await step()
    expect(inlet.interactions).toHaveLength(1)
    const about456 = () => inlet.reports.filter(({ account }) => account === '456').map(({ problem }) => problem)
    expect(about456()).toEqual([expect.any(CredentialsError)])
    google.state.fault = () => null
    io.clock.advance(11 * minute)
    await step()
    expect(about456().at(-1)).toBeNull()
  })

  test('without a token nothing is asked, and every location is said to be broken', async () => {
    const { inlet, step } = watching({ ...google.env, GOOGLE_REVIEWS_LOCATIONS: '456=A, 789=B' } as typeof google.env)
    google.state.isRefreshTokenGood = false
    await step()
    await step()
    expect(google.state.calls.map(({ path }) => path)).toEqual(['/token'])
    expect(inlet.reports.map(({ account, problem }) => [account, problem?.name])).toEqual([
      ['456', 'CredentialsError'],
      ['789', 'CredentialsError'],
    ])
  })

  test('when not even the locations are known, the account itself is said to be broken, and mended', async () => {
    const { inlet, step } = watching()
    google.state.isRefreshTokenGood = false
    await step()
    google.state.isRefreshTokenGood = true
    io.clock.advance(20 * minute)
    await step()
    const about = inlet.reports.filter(({ account }) => account === 'accounts/123')
    expect(about.map(({ problem }) => problem?.name ?? null)).toEqual(['CredentialsError', null])
  })

  test('when Google asks to slow down, all of the project rests', async () => {
    google.state.locations.set('789', 'Harbour')
    const { step } = watching()
    const slow = {
      kind: 'error',
      status: 429,
      body: refusal(429, 'RESOURCE_EXHAUSTED'),
      headers: { 'retry-after': '90' },
    } as const
    google.state.fault = ({ path }) => (path.includes('/reviews?') ? slow : null)
    await step()
    expect(polls()).toBe(1)
    io.clock.advance(minute)
    await step()
    expect(polls()).toBe(1)
    google.state.fault = () => null
    io.clock.advance(minute)
    await step()
    expect(polls()).toBeGreaterThan(1)
  })

  test('a clock that is set back stops nothing', async () => {
    const { inlet, step } = watching()
    io.clock.advance(365 * 24 * 60 * minute)
    await step()
    io.clock.advance(-365 * 24 * 60 * minute)
    google.forgetTokens()
    google.reviews.write({ comment: 'Now' })
    await step()
    expect(inlet.interactions.map(({ text }) => text)).toEqual(['Now'])
  })

  test('what the database throws is not swallowed', async () => {
    const { inlet, step } = watching()
    google.reviews.write()
    inlet.deliver = () => Promise.reject(new Error('The database is away'))
    await expect(step()).rejects.toThrow('The database is away')
  })

  test('when it breaks off at one account, it goes on at none until it is started again', async () => {
    const env = { ...google.env, GOOGLE_REVIEWS_POLL_MINUTES: '0.001' }
    const channel = openWith({ ...env, ...secondAccount(env, { ACCOUNT: '9', LOCATIONS: '5=Five' }) }, io)
    const inlet = testInlet()
    inlet.deliver = () => Promise.reject(new Error('The database is away'))
    await expect(channel.inbound.run?.(inlet, never)).rejects.toThrow('The database is away')
    const calls = google.state.calls.length
    io.clock.advance(24 * 60 * minute)
    await pause(200, never)
    expect(google.state.calls).toHaveLength(calls)
  })

  test('it runs until it is stopped', async () => {
    const channel = openWith({ ...google.env, GOOGLE_REVIEWS_POLL_MINUTES: '0.001' }, io)
    const inlet = testInlet()
    const ending = new AbortController()
    const running = channel.inbound.run?.(inlet, ending.signal)
    google.reviews.write({ comment: 'Fine' })
    await eventually(() => expect(inlet.interactions).toHaveLength(1))
    ending.abort()
    await running
  })
})
