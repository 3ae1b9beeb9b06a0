import { DiscordAPIError, HTTPError, RateLimitError } from 'discord.js'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { GoneError } from '../../../src/errors.ts'
import { codeOf, failureOf, isTokenRefused } from '../../../src/workspaces/discord/failures.ts'

const sent = { body: { content: 'a customer’s words' }, files: undefined }
const at = ['POST', 'https://discord.com/api/v10/webhooks/1/secret'] as const
const refused = (status: number, code: number, more: object = {}) =>
  new DiscordAPIError({ code, message: 'said', ...more }, code, status, ...at, sent)
const http = (status: number) => new HTTPError(status, 'status', ...at, sent)
/** What something on the way to Discord answers. */
const foreign = (status: number) =>
  new DiscordAPIError({ error: '' }, undefined as unknown as string, status, ...at, sent)
const network = (code: string) => Object.assign(new Error(code), { code })
const timeout = Object.assign(new Error('This operation was aborted'), { name: 'AbortError' })
const limit = (retryAfter: number, timeToReset = retryAfter) =>
  new RateLimitError({
    timeToReset,
    retryAfter,
    limit: 5,
    method: 'POST',
    hash: 'x',
    url: at[1],
    route: '/channels/:id/messages',
    majorParameter: '1',
    global: false,
    sublimitTimeout: 0,
    scope: 'user',
  })
const nameOf = (failure: unknown) => (failure instanceof Error ? failure.name : 'none')

describe('a post that may have happened is never said not to have', () => {
  test.each<[string, Error]>([
    ['500', http(500)],
    ['503', http(503)],
    ['408', foreign(408)],
    ['a reset', network('ECONNRESET')],
    ['a closed socket', network('UND_ERR_SOCKET')],
    ['a timeout', timeout],
    ['a broken answer', new SyntaxError('Unexpected end of JSON input')],
  ])('%s', (_, error) => {
    expect(failureOf('post', 'post', error)).toBe(error)
    expect(failureOf('call', 'read', error)).toMatchObject({ name: 'RetryableError', cause: error })
  })
})

test.each<[string, Error, object]>([
  ['too much at once', limit(30_000), { name: 'RetryableError', retryAfterMs: 30_000 }],
  ['too much, without a time', limit(0, -5), { name: 'RetryableError', retryAfterMs: 60_000 }],
  ['slow mode', refused(400, 20016), { name: 'RetryableError' }],
  ['an overload', refused(400, 130000), { name: 'RetryableError' }],
  ['no connection', network('ECONNREFUSED'), { name: 'RetryableError' }],
  ['no such host', network('ENOTFOUND'), { name: 'RetryableError' }],
  ['a refusal on the way', foreign(403), { name: 'RetryableError' }],
  ['a gone channel', refused(404, 10003), { name: 'GoneError', what: 'room' }],
  ['a gone server', refused(404, 10004), { name: 'GoneError', what: 'room' }],
  ['a channel that is hidden', refused(403, 50001), { name: 'GoneError', what: 'room' }],
  ['a refused token', refused(401, 0), { name: 'RetryableError', retryAfterMs: 60_000 }],
  ['a refusal nobody has heard of', refused(403, 987_654), { name: 'GoneError', what: 'room' }],
  ['a gone message', refused(404, 10008), { name: 'GoneError', what: 'post' }],
  ['a locked thread', refused(400, 160005), { name: 'GoneError', what: 'post' }],
  ['an archived thread', refused(400, 50083), { name: 'GoneError', what: 'post' }],
  ['too large', refused(413, 40005), { name: 'PermanentError' }],
  ['too large on the way', foreign(413), { name: 'PermanentError' }],
  ['an answer that came too late', refused(404, 10062), { name: 'PermanentError' }],
  ['an expired proof', refused(401, 50027), { name: 'PermanentError' }],
  ['a code nobody has heard of', refused(400, 987_654), { name: 'PermanentError' }],
])('%s certainly did not happen', (_, error, told) => {
  expect(failureOf('post', 'post', error)).toMatchObject({ ...told, cause: error })
})

test('a missing permission is told by the names that Discord shows', () => {
  const said = String(failureOf('post', 'post in this channel', refused(403, 50013)))
  for (const name of ['View Channels', 'Send Messages', 'Create Public Threads', 'Send Messages in Threads'])
    expect(said).toContain(name)
})

test('what AutoMod blocks says what to do', () => {
  expect(failureOf('post', 'post', refused(403, 200000))).toMatchObject({
    name: 'PermanentError',
    action: expect.stringContaining('AutoMod') as string,
  })
})

test('of what is built wrongly the place is told, and nothing of the words', () => {
  const kind = { code: 'BASE_TYPE_MAX_LENGTH', message: 'a customer’s words must be 4000 or fewer in length.' }
  const errors = { components: { 0: { components: { 12: { content: { _errors: [kind] } } } } } }
  expect(String(failureOf('post', 'post', refused(400, 50035, { errors })))).toBe(
    "PermanentError: Discord can't post: it is not built as Discord wants it (50035, components[0].components[12].content BASE_TYPE_MAX_LENGTH)",
  )
})

test('Discord’s number is read of a failure and of what became of it', () => {
  const error = refused(404, 10003)
  expect(codeOf(error)).toBe(10003)
  expect(codeOf(failureOf('post', 'post', error))).toBe(10003)
  expect(codeOf(new GoneError('no', 'post', { cause: failureOf('post', 'post', error) }))).toBe(10003)
  for (const other of [http(500), timeout, foreign(403), null, 'no']) expect(codeOf(other)).toBeNull()
})

test('only the bot’s own token counts as refused', () => {
  expect(isTokenRefused(refused(401, 0))).toBe(true)
  expect(isTokenRefused(refused(401, 50027))).toBe(false)
  expect(isTokenRefused(refused(403, 40001))).toBe(false)
})

test('what is a failure of ours already stays as it is', () => {
  const gone = new GoneError('no', 'post')
  expect(failureOf('call', 'read', gone)).toBe(gone)
})

/** The client reads no list that Discord does not send; so it is put in afterwards. */
function refusedWith(status: number, code: number, errors: unknown): DiscordAPIError {
  return Object.assign(refused(status, code), { rawError: { code, message: 'SECRET', errors } })
}

test('whatever Discord answers, a post is either unclear or one of three failures, which quote nothing', () => {
  const kinds = ['RetryableError', 'GoneError', 'PermanentError']
  const statuses = fc.constantFrom(400, 401, 403, 404, 405, 408, 409, 413, 415, 429)
  fc.assert(
    fc.property(statuses, fc.integer({ min: 0, max: 600_000 }), fc.jsonValue(), (status, code, errors) => {
      const error = refusedWith(status, code, { field: { _errors: [{ code: 'BAD', message: errors }] } })
      const failure = failureOf('post', 'post', error)
      expect(failure === error || kinds.includes(nameOf(failure))).toBe(true)
      const told = failureOf('call', 'read', error)
      expect(kinds).toContain(nameOf(told))
      for (const secret of ['SECRET', 'customer', 'webhooks']) expect(String(told)).not.toContain(secret)
    }),
  )
})

test('a list of what is wrong may have any form', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (errors) => {
      const told = String(failureOf('post', 'post', refusedWith(400, 50035, errors)))
      expect(told).toMatch(
        /^PermanentError: Discord can't post: it is not built as Discord wants it \(50035(, [\w.[\] ]+)?\)$/,
      )
    }),
  )
})
