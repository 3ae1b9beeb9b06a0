import fc from 'fast-check'
import { generateKeyPair } from 'jose'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { reviewOf } from '../../../src/channels/google-reviews/push.ts'
import type { OpenChannel, Received } from '../../../src/channels/channel.ts'
import { BadInputError, CredentialsError, RetryableError, SignatureError } from '../../../src/errors.ts'
import { testChannelIo, type TestChannelIo } from '../../support/channel-io.ts'
import { refusal, startGoogle, type GooglePeer } from '../../support/google/peer.ts'
import { openWith, secondAccount } from './support.ts'

let io: TestChannelIo
let google: GooglePeer
let channel: OpenChannel
beforeEach(async () => {
  io = testChannelIo()
  google = await startGoogle(() => io.clock.now())
  channel = openWith(google.env, io)
})
afterEach(() => google.close())

const target = 'http://127.0.0.1:3000/channels/google-reviews'
const send = async (notification: object, token?: string): Promise<Received> => {
  const received = await channel.inbound.receive?.(await google.pushed(target, notification, token), {
    address: '127.0.0.1',
  })
  if (!received) throw new Error('The channel takes no pushes')
  return received
}
const about = (reviewName: string, notificationType = 'NEW_REVIEW') => ({
  notificationType,
  reviewName,
  locationName: 'accounts/123/locations/456',
})

test('a push brings the review itself, which the push does not hold', async () => {
  const name = google.reviews.write({ stars: 1, comment: 'Cold soup', by: 'Mia' })
  const { delivery } = await send(about(name))
  expect(delivery.interactions).toMatchObject([{ account: '456', versionOf: name, text: 'Cold soup', rating: 1 }])
})

test('a push of a review that was answered on Google tells of the answer, too', async () => {
  const name = google.reviews.write()
  google.reviews.answer(name, 'Sorry!')
  const { delivery } = await send(about(name, 'UPDATED_REVIEW'))
  expect(delivery.answers).toEqual([{ account: '456', externalId: name, text: 'Sorry!', at: io.clock.now() }])
})

test('the names of a notification may be written both ways', async () => {
  const name = google.reviews.write({ comment: 'Fine' })
  const { delivery } = await send({
    notification_type: 'UPDATED_REVIEW',
    review_name: name,
    location_name: 'locations/456',
  })
  expect(delivery.interactions).toMatchObject([{ text: 'Fine' }])
})

test('a review that is not to be read yet is left to the next look, and not taken for one that was removed', async () => {
  const name = google.reviews.write()
  google.reviews.remove(name)
  const { delivery } = await send(about(name))
  expect(delivery).toEqual({ interactions: [] })
})

test('what is about something else is acknowledged, and nothing more', async () => {
  const name = google.reviews.write()
  const ignored = [
    about(name, 'NEW_QUESTION'),
    { notificationType: 'GOOGLE_UPDATE', locationName: 'accounts/123/locations/456' },
    about('accounts/123/locations/456/reviews/../../oauth2'),
    {},
  ]
  for (const notification of ignored) expect((await send(notification)).delivery).toEqual({ interactions: [] })
  expect(google.state.calls.filter(({ path }) => path.startsWith('/v4'))).toEqual([])
})

test('reviews of locations that are not answered here are left alone', async () => {
  channel = openWith({ ...google.env, GOOGLE_REVIEWS_LOCATIONS: '789=Harbour' }, io)
  const name = google.reviews.write({ location: '456' })
  expect((await send(about(name))).delivery).toEqual({ interactions: [] })
})

test('one subscription may serve several accounts: the one whose location it is takes the push', async () => {
  const env = { ...google.env, GOOGLE_REVIEWS_LOCATIONS: '456=Mill Street' }
  const name = google.reviews.write({ comment: 'Fine' })
  for (const both of [
    { ...env, ...secondAccount(env, { ACCOUNT: 'accounts/9', LOCATIONS: '5=Five' }) },
    { ...env, GOOGLE_REVIEWS_ACCOUNT: 'accounts/9', GOOGLE_REVIEWS_LOCATIONS: '5=Five', ...secondAccount(env, {}) },
    // Nothing is known of its locations yet.
    { ...env, GOOGLE_REVIEWS_ACCOUNT: 'accounts/9', GOOGLE_REVIEWS_LOCATIONS: '', ...secondAccount(env, {}) },
  ]) {
    channel = openWith(both, io)
    expect((await send(about(name))).delivery.interactions).toMatchObject([{ account: '456', text: 'Fine' }])
  }
})

test('a review that may not be read for good is not pushed again and again', async () => {
  const name = google.reviews.write()
  const refused = { kind: 'error', status: 400, body: refusal(400, 'INVALID_ARGUMENT') } as const
  google.state.fault = ({ path }) => (path.startsWith('/v4') ? refused : null)
  expect((await send(about(name))).delivery).toEqual({ interactions: [] })
})

test('only Google may push, for us, by the account we know', async () => {
  const name = google.reviews.write()
  const { privateKey } = await generateKeyPair('RS256')
  const past = Math.floor(io.clock.now().getTime() / 1000) - 7200
  const [header, payload, signature] = (await google.mint()).split('.')
  const unsigned = Buffer.from('{"alg":"none","typ":"JWT"}').toString('base64url')
  const hmac = Buffer.from('{"alg":"HS256","typ":"JWT","kid":"key-1"}').toString('base64url')
  const other = Buffer.from('{"email":"x"}').toString('base64url')
  const bad = [
    await google.mint({}, privateKey),
    await google.mint({}, privateKey, 'key-9'),
    await google.mint({ exp: past + 60, iat: past }),
    await google.mint({ aud: 'https://elsewhere.example.com' }),
    await google.mint({ iss: 'https://accounts.example.com' }),
    await google.mint({ email: 'someone@else.iam.gserviceaccount.com' }),
    await google.mint({ email_verified: false }),
    await google.mint({ email_verified: 'true' }),
    `${unsigned}.${payload}.`,
    `${hmac}.${payload}.${signature}`,
    `${header}.${other}.${signature}`,
    `${header}.${payload}.`,
    'x',
    '',
    'a'.repeat(10_000),
  ]
  for (const token of bad) await expect(send(about(name), token)).rejects.toThrow(SignatureError)
  const request = new Request(target, { method: 'POST', body: '{}' })
  await expect(channel.inbound.receive?.(request, { address: '' })).rejects.toThrow(SignatureError)
  expect(google.state.calls.every(({ path }) => path === '/oauth2/v3/certs')).toBe(true)
})

test('a push that cannot be checked or looked up now fails, so that Pub/Sub brings it again', async () => {
  const name = google.reviews.write()
  google.state.fault = ({ path }) => (path.includes('certs') ? { kind: 'status', status: 503 } : null)
  await expect(send(about(name))).rejects.toThrow(RetryableError)
  google.state.fault = ({ path }) => (path.includes('certs') ? { kind: 'reset' } : null)
  await expect(send(about(name))).rejects.toThrow(RetryableError)
  google.state.fault = ({ path }) => (path.startsWith('/v4') ? { kind: 'status', status: 500 } : null)
  await expect(send(about(name))).rejects.toThrow(RetryableError)
  google.state.fault = () => null
  google.state.isRefreshTokenGood = false
  google.forgetTokens()
  await expect(send(about(name))).rejects.toThrow(CredentialsError)
  google.state.isRefreshTokenGood = true
  expect((await send(about(name))).delivery.interactions).toHaveLength(1)
})

test('without its settings there is nothing to push to', () => {
  const { GOOGLE_REVIEWS_PUSH_AUDIENCE: _, GOOGLE_REVIEWS_PUSH_EMAIL: __, ...env } = google.env
  expect(openWith(env, io).inbound.receive).toBeUndefined()
})

test('a body that is no Pub/Sub message is refused with an example of one', async () => {
  const data = (text: string) => JSON.stringify({ message: { data: Buffer.from(text).toString('base64') } })
  for (const body of ['', 'x', '[]', '{}', '{"message":1}', '{"message":{"data":1}}', data('x'), data('[1]'), data('')])
    if (body !== data('')) expect(() => reviewOf(body)).toThrow(BadInputError)
  expect(reviewOf(data(''))).toBeNull()
  await expect(channel.inbound.receive?.(new Request(target), { address: '' })).rejects.toMatchObject({ status: 405 })
  fc.assert(
    fc.property(fc.jsonValue(), fc.string(), (value, text) => {
      for (const body of [JSON.stringify(value), data(JSON.stringify(value)), text, data(text)]) {
        try {
          reviewOf(body)
        } catch (error) {
          expect(error).toBeInstanceOf(BadInputError)
        }
      }
    }),
  )
})
