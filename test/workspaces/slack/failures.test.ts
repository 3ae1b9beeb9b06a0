import fc from 'fast-check'
import { webApi } from '@slack/bolt'
import { describe, expect, test } from 'vitest'
import { failureOf } from '../../../src/workspaces/slack/failures.ts'
import { idOf, parseId } from '../../../src/workspaces/slack/ids.ts'

const platform = (error: string, more: object = {}) => new webApi.WebAPIPlatformError({ ok: false, error, ...more })
const http = (status: number) => new webApi.WebAPIHTTPError(status, 'status', {}, '<h1>no</h1>')
const network = (code: string) =>
  new webApi.WebAPIRequestError(new TypeError('fetch failed', { cause: Object.assign(new Error(code), { code }) }))
const timeout = new webApi.WebAPIRequestError(new DOMException('too slow', 'TimeoutError'))
const nameOf = (failure: unknown) => (failure instanceof Error ? failure.name : 'none')

describe('a post that may have happened is never said not to have', () => {
  test.each<[string, Error]>([
    ['500', http(500)],
    ['503', http(503)],
    ['408', http(408)],
    ['a reset', network('ECONNRESET')],
    ['a closed socket', network('UND_ERR_SOCKET')],
    ['a timeout', timeout],
    ['a broken answer', new TypeError('terminated')],
    ['an answer that is no JSON', platform('<html>Bad gateway</html>')],
    ['fatal_error', platform('fatal_error')],
    ['internal_error', platform('internal_error')],
    ['service_unavailable', platform('service_unavailable')],
    ['request_timeout', platform('request_timeout')],
  ])('%s', (_, error) => {
    expect(failureOf('post', 'post', error)).toBe(error)
    expect(failureOf('call', 'read', error)).toMatchObject({ name: 'RetryableError', cause: error })
  })
})

test.each<[string, Error, object]>([
  ['too much at once', new webApi.WebAPIRateLimitedError(30), { name: 'RetryableError', retryAfterMs: 30_000 }],
  ['ratelimited', platform('ratelimited'), { name: 'RetryableError' }],
  [
    '429 without a time',
    new Error('Retry header did not contain a valid timeout (url: …)'),
    { name: 'RetryableError' },
  ],
  ['no connection', network('ECONNREFUSED'), { name: 'RetryableError' }],
  ['no such host', network('ENOTFOUND'), { name: 'RetryableError' }],
  ['a refusal on the way', http(403), { name: 'RetryableError' }],
  ['a gone room', platform('channel_not_found'), { name: 'GoneError', what: 'room' }],
  ['a gone app', platform('account_inactive'), { name: 'GoneError', what: 'room' }],
  ['a gone message', platform('message_not_found'), { name: 'GoneError', what: 'post' }],
  ['a closed window', platform('edit_window_closed'), { name: 'GoneError', what: 'post' }],
  ['bad blocks', platform('invalid_blocks'), { name: 'PermanentError' }],
  ['a code nobody has heard of', platform('brand_new_error'), { name: 'PermanentError' }],
])('%s certainly did not happen', (_, error, told) => {
  expect(failureOf('post', 'post', error)).toMatchObject({ ...told, cause: error })
})

test('what is told of a failure quotes no token', () => {
  const error = platform('invalid_auth', { token: 'xoxb-secret' })
  expect(String(failureOf('post', 'post here', error))).toBe(
    "GoneError: Slack can't post here: Slack does not know the bot's token",
  )
})

test('whatever Slack answers, a post is either unclear or one of three failures', () => {
  const kinds = ['RetryableError', 'GoneError', 'PermanentError']
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[a-z_]{1,30}$/)), (code) => {
      const error = platform(code)
      const failure = failureOf('post', 'post', error)
      expect(failure === error || kinds.includes(nameOf(failure))).toBe(true)
      expect(kinds).toContain(nameOf(failureOf('call', 'read', error)))
    }),
  )
})

test('ids come back as they went, and nothing else is taken for one', () => {
  const part = (first: string) => fc.stringMatching(new RegExp(`^${first}[A-Z0-9]{1,11}$`))
  fc.assert(
    fc.property(part('T'), part('[CGUWS]'), (team, local) => {
      expect(parseId(idOf(team, local))).toEqual({ team, local })
    }),
  )
  fc.assert(
    fc.property(fc.string(), (text) => {
      const id = parseId(text)
      expect(id === null || idOf(id.team, id.local) === text).toBe(true)
    }),
  )
  for (const text of ['', 'room', 'C0ABC', 'T1/c1', 'T1/C1/D1', 'T1/C1\n', ' T1/C1']) expect(parseId(text)).toBeNull()
})
