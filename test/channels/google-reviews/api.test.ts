import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createApi, type GoogleApi } from '../../../src/channels/google-reviews/api.ts'
import { CredentialsError, PermanentError, RetryableError } from '../../../src/errors.ts'
import { testClock, type TestClock } from '../../support/clock.ts'
import { refusal, startGoogle, type Fault, type GooglePeer } from '../../support/google/peer.ts'
import { accountsOf, never } from './support.ts'

let clock: TestClock
let google: GooglePeer
let api: GoogleApi
let name: string
beforeEach(async () => {
  clock = testClock()
  google = await startGoogle(() => clock.now())
  const [account] = accountsOf(google.env)
  if (!account) throw new Error('There is no account')
  api = createApi(account, clock)
  name = google.reviews.write({ comment: 'Fine' })
})
afterEach(() => google.close())

const grants = () => google.state.calls.filter(({ path }) => path === '/token').length
const error = (status: number, code: string, details: object[] = [], headers = {}): Fault => ({
  kind: 'error',
  status,
  headers,
  body: refusal(status, code, 'A reason', details),
})
const failWith = (fault: Fault) => (google.state.fault = ({ path }) => (path === '/token' ? null : fault))
const get = () => api.review(name, never)
const put = () => api.putReply(name, 'Thank you', never)

test('that a review is gone is believed of Google alone', async () => {
  google.reviews.remove(name)
  await expect(get()).resolves.toBeNull()
  failWith({ kind: 'status', status: 404 })
  await expect(get()).rejects.toThrow(PermanentError)
})

test('pages that lead round in circles come to an end', async () => {
  let asked = 0
  google.state.fault = ({ path }) =>
    path.startsWith('/v1')
      ? { kind: 'error', status: 200, body: { nextPageToken: asked++ % 2 ? 'one' : 'other' } }
      : null
  await expect(api.locations(never)).rejects.toThrow('the same page again')
})

describe('access tokens', () => {
  test('one serves until a minute before its end, however many ask at once', async () => {
    await Promise.all([get(), get(), get()])
    expect(grants()).toBe(1)
    clock.advance(3538_000)
    await get()
    expect(grants()).toBe(1)
    clock.advance(3_000)
    await get()
    expect(grants()).toBe(2)
  })

  test('one that was taken back is asked for anew, and the call made again', async () => {
    await get()
    google.forgetTokens()
    await expect(put()).resolves.toMatchObject({ comment: 'Thank you', state: 'pending' })
    expect(grants()).toBe(2)
  })

  test('a refresh token that is no longer good says what to do', async () => {
    google.state.isRefreshTokenGood = false
    const problem = await get().catch((cause: unknown) => cause)
    expect(problem).toBeInstanceOf(CredentialsError)
    expect(problem).toMatchObject({ action: expect.stringContaining('GOOGLE_REVIEWS_REFRESH_TOKEN') })
  })

  test('a wrong client says so', async () => {
    const [account] = accountsOf({ ...google.env, GOOGLE_REVIEWS_CLIENT_SECRET: 'wrong' })
    if (!account) throw new Error('There is no account')
    const problem = await createApi(account, clock)
      .signIn()
      .catch((cause: unknown) => cause)
    expect(problem).toBeInstanceOf(CredentialsError)
    expect(problem).toMatchObject({ action: expect.stringContaining('GOOGLE_REVIEWS_CLIENT_SECRET') })
  })

  test('while Google is in trouble there is none, and that passes', async () => {
    const faults: Fault[] = [
      { kind: 'status', status: 503 },
      { kind: 'status', status: 400 },
      { kind: 'reset' },
      { kind: 'lost' },
      error(429, 'RESOURCE_EXHAUSTED'),
      { kind: 'error', status: 200, body: { nothing: true } },
    ]
    for (const fault of faults) {
      google.state.fault = () => fault
      await expect(get()).rejects.toThrow(RetryableError)
      await expect(put()).rejects.toThrow(RetryableError)
    }
    google.state.fault = () => null
    await expect(get()).resolves.toMatchObject({ name })
  })
})

describe('every failure says what to do', () => {
  const quota = (value: string) => [{ reason: 'RATE_LIMIT_EXCEEDED', metadata: { quota_limit_value: value } }]

  test.each<[string, Fault, typeof RetryableError | typeof CredentialsError | typeof PermanentError, object]>([
    ['401', error(401, 'UNAUTHENTICATED'), CredentialsError, {}],
    ['403', error(403, 'PERMISSION_DENIED'), CredentialsError, { action: expect.stringContaining('manager') }],
    [
      '403 for an API that is off',
      error(403, 'PERMISSION_DENIED', [{ reason: 'SERVICE_DISABLED' }]),
      CredentialsError,
      { action: expect.stringContaining('Switch on') },
    ],
    [
      '403 for a scope that is missing',
      error(403, 'PERMISSION_DENIED', [{ reason: 'ACCESS_TOKEN_SCOPE_INSUFFICIENT' }]),
      CredentialsError,
      { action: expect.stringContaining('scope') },
    ],
    ['429', error(429, 'RESOURCE_EXHAUSTED', quota('300')), RetryableError, { retryAfterMs: 60_000 }],
    [
      '429 with a time',
      error(429, 'RESOURCE_EXHAUSTED', [], { 'retry-after': '7' }),
      RetryableError,
      { retryAfterMs: 7000 },
    ],
    ['a quota of 0', error(429, 'RESOURCE_EXHAUSTED', quota('0')), CredentialsError, {}],
    ['500', { kind: 'status', status: 500 }, RetryableError, {}],
    ['503 with a time', error(503, 'UNAVAILABLE', [], { 'retry-after': '5' }), RetryableError, { retryAfterMs: 5000 }],
    ['400', error(400, 'INVALID_ARGUMENT'), PermanentError, { message: 'Google refused: A reason' }],
    ['a location that is not verified', error(400, 'FAILED_PRECONDITION'), PermanentError, {}],
  ])('%s', async (_, fault, kind, shape) => {
    failWith(fault)
    for (const call of [get, put, () => api.reviews('456', null, never), () => api.locations(never)]) {
      const problem = await call().catch((cause: unknown) => cause)
      // That one review may not be answered says nothing of the account.
      const isOfReview = call === put && 'status' in fault && fault.status === 403
      expect(problem).toBeInstanceOf(isOfReview ? PermanentError : kind)
      expect(problem).toMatchObject(shape)
    }
  })

  test('a connection that breaks: reading may be tried again, of a reply the outcome is not known', async () => {
    await get()
    for (const kind of ['reset', 'lost'] as const) {
      failWith({ kind })
      await expect(get()).rejects.toThrow(RetryableError)
      const problem = await put().catch((cause: unknown) => cause)
      expect(problem).toBeInstanceOf(Error)
      expect(problem).not.toBeInstanceOf(RetryableError)
      expect(problem).not.toBeInstanceOf(PermanentError)
    }
    expect(google.reviews.all.get(name)?.reviewReply).toMatchObject({ comment: 'Thank you' })
  })

  test('an answer that is not understood may be a proxy', async () => {
    failWith({ kind: 'error', status: 200, body: '<h1>Log in</h1>' })
    await expect(get()).rejects.toThrow(RetryableError)
    await expect(api.reviews('456', null, never)).rejects.toThrow(RetryableError)
  })

  test('a reply that was taken is taken, whatever the answer looks like', async () => {
    failWith({ kind: 'error', status: 200, body: 'ok' })
    await expect(put()).resolves.toMatchObject({ comment: 'Thank you', state: 'unknown' })
  })

  test('a review that is not there is told from one that cannot be asked for', async () => {
    google.reviews.remove(name)
    await expect(get()).resolves.toBeNull()
  })
})
