import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { Webhook } from 'standardwebhooks'
import { describe, expect, it } from 'vitest'
import { verifyStandardWebhook, webhookSecrets } from '../../../src/channels/kit/standard-webhooks.ts'
import { readSettings, setting } from '../../../src/env.ts'
import { ConfigError, SignatureError } from '../../../src/errors.ts'

const now = new Date('2026-03-02T09:00:00Z')
const secondsNow = now.getTime() / 1000
const secret = `whsec_${Buffer.alloc(32, 1).toString('base64')}`
const other = `whsec_${Buffer.alloc(24, 2).toString('base64')}`
const read = (text: string | undefined) =>
  readSettings({ SECRETS: setting('Secrets', webhookSecrets, { secret: true }) }, { SECRETS: text }).SECRETS
const sign = (body: string, { by = secret, id = 'msg_1', at = now } = {}) => new Webhook(by).sign(id, at, body)

interface Given {
  body?: string | Uint8Array
  secrets?: string
  id?: string
  timestamp?: string
  signature?: string
  at?: Date
}

function verify({
  body = '{}',
  secrets = secret,
  id = 'msg_1',
  timestamp = String(secondsNow),
  signature = sign('{}'),
  at = now,
}: Given) {
  return verifyStandardWebhook({
    headers: new Headers({ 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signature }),
    body: typeof body === 'string' ? Buffer.from(body) : body,
    secrets: read(secrets),
    now: at,
  })
}

describe('verifyStandardWebhook', () => {
  it('accepts what the reference library signs, whatever the body', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary' }).map((text) => text.toWellFormed()),
        fc.stringMatching(/^[\x21-\x7e]{1,40}$/),
        (body, id) => {
          expect(verify({ body, id, signature: sign(body, { id }) })).toEqual({ id, sentAt: now })
        },
      ),
    )
  })

  it('fits the published example of the convention', () => {
    const example = {
      secrets: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
      id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      timestamp: '1614265330',
      body: '{"test": 2432232314}',
      signature: 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
      at: new Date(1_614_265_330_000),
    }
    expect(verify(example).id).toBe(example.id)
  })

  it('accepts either of two live secrets, and any fitting signature of several', () => {
    const both = `${secret}, ${other}`
    expect(verify({ secrets: both })).toBeTruthy()
    expect(verify({ secrets: both, signature: sign('{}', { by: other }) })).toBeTruthy()
    expect(verify({ signature: `v1a,abc v1,AAAA ${sign('{}', { by: other })} ${sign('{}')}` })).toBeTruthy()
    expect(() => verify({ secrets: other })).toThrow('No signature in webhook-signature fits')
  })

  it('refuses a changed body, id or timestamp', () => {
    expect(() => verify({ body: '{ }' })).toThrow(SignatureError)
    expect(() => verify({ id: 'msg_2' })).toThrow(SignatureError)
    expect(() => verify({ timestamp: String(secondsNow + 1) })).toThrow(SignatureError)
  })

  it('refuses a signature of another version or shape', () => {
    for (const signature of [
      sign('{}').replace('v1,', 'v2,'),
      sign('{}').slice(3),
      'v1',
      'v1,',
      ',',
      sign('{}').slice(0, -1),
    ])
      expect(() => verify({ signature })).toThrow('No signature in webhook-signature fits')
  })

  it('takes up to 5 minutes of difference between the clocks, and says how much there was', () => {
    const at = (minutes: number) => {
      const signedAt = new Date(now.getTime() + minutes * 60_000)
      return verify({ timestamp: String(signedAt.getTime() / 1000), signature: sign('{}', { at: signedAt }) })
    }
    expect(at(-5)).toBeTruthy()
    expect(at(5)).toBeTruthy()
    expect(() => at(-12)).toThrow('The webhook-timestamp is 12 minutes old; check the clock of the sender')
    expect(() => at(5.2)).toThrow('The webhook-timestamp is 5.2 minutes in the future; check the clock of the sender')
  })

  it('names a missing header and a timestamp that is no number', () => {
    for (const name of ['webhook-id', 'webhook-timestamp', 'webhook-signature']) {
      const headers = new Headers({ 'webhook-id': 'a', 'webhook-timestamp': '1', 'webhook-signature': 'v1,a' })
      headers.delete(name)
      expect(() => verifyStandardWebhook({ headers, body: new Uint8Array(), secrets: read(secret), now })).toThrow(
        `The header ${name} is missing`,
      )
    }
    expect(() => verify({ timestamp: 'soon' })).toThrow('a whole number of seconds')
  })

  it('throws nothing but SignatureError, whatever it is given', () => {
    const header = fc.stringMatching(/^[\x21-\x7e\x80-\xff]{1,60}$/)
    fc.assert(
      fc.property(
        fc.uint8Array(),
        header,
        fc.oneof(header, fc.integer().map(String), fc.constant(String(secondsNow))),
        fc.oneof(
          header,
          header.map((text) => `v1,${text}`),
        ),
        (body, id, timestamp, signature) => {
          expect(() => verify({ body, id, timestamp, signature })).toThrow(SignatureError)
        },
      ),
    )
  })
})

describe('webhookSecrets', () => {
  it('reads none, one or two secrets', () => {
    expect(read(undefined)).toEqual([])
    expect(read(secret)).toEqual([Buffer.alloc(32, 1)])
    expect(read(`${secret} ${other}`)).toHaveLength(2)
  })

  it('says what is wrong without repeating the secret', () => {
    const short = Buffer.alloc(8, 7).toString('base64')
    const wrong = [
      secret.slice(6),
      `whsec_${short}`,
      'whsec_',
      'whsec_!!!',
      `whsec_${randomBytes(65).toString('base64')}`,
    ]
    for (const text of wrong)
      expect(() => read(text)).toThrow(
        'SECRETS is wrong in secret number 1: not "whsec_" followed by base64 of 24 to 64 bytes',
      )
    expect(() => read(`${secret},${other},${secret}`)).toThrow(
      'SECRETS holds 3 secrets, but at most two can be live at once',
    )
    expect(() => read(`${secret},whsec_${short}`)).toThrow(ConfigError)
    expect(() => read(`${secret},whsec_${short}`)).not.toThrow(short)
  })
})
