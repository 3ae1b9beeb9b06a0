import { z } from 'zod'
import { setting } from '../../../src/env.ts'
import { BadInputError, ConfigError, CredentialsError, PermanentError, RetryableError } from '../../../src/errors.ts'
import { defineChannel, type InboundInteraction } from '../../../src/channels/channel.ts'
import { apiUrl } from '../../../src/channels/kit/api-url.ts'
import { callJson, retryAfterMs, type JsonAnswer, type JsonCall } from '../../../src/channels/kit/http.ts'
import { cleanLine, cleanText } from '../../../src/channels/kit/clean-text.ts'
import { refuseTooLong } from '../../../src/channels/kit/reply-length.ts'
import { verifyStandardWebhook, webhookSecrets } from '../../../src/channels/kit/standard-webhooks.ts'

const account = 'main'
const maxLength = 4000
const timeoutMs = 30_000

/** What the provider sends when a customer writes, or when a reply of ours stands there. */
const eventSchema = z.object({
  id: z.string().min(1).max(200),
  thread: z.string().min(1).max(200),
  from: z.object({ id: z.string().min(1).max(200), name: z.string().optional(), isUs: z.boolean().default(false) }),
  text: z.string(),
  at: z.iso.datetime({ offset: true }),
})

/** What it answers when it took a reply, and when it is asked for one. */
const sentSchema = z.object({ id: z.string().min(1), at: z.iso.datetime({ offset: true }) })

/**
 * Example channel: messages come by a signed webhook, and replies leave by a JSON API that can be asked for them.
 * TODO: name the provider's pages that this is built from, and make of it what they say.
 */
export const exampleChannel = defineChannel({
  id: 'example-channel',
  name: 'Example channel',
  env: {
    EXAMPLE_CHANNEL_TOKEN: setting('Example channel: token of its API', z.string().optional(), {
      example: 'the token from its page for developers',
      secret: true,
    }),
    EXAMPLE_CHANNEL_SECRETS: setting(
      'Example channel: secrets of its webhook, two while one is replaced',
      webhookSecrets,
      {
        example: 'whsec_ and the output of: openssl rand -base64 32',
        secret: true,
      },
    ),
    EXAMPLE_CHANNEL_API_URL: setting(
      'Example channel: address of its API, for a proxy',
      apiUrl.default('https://api.example.com'),
    ),
  },
  limits: {
    maxLength,
    isPublic: false,
    isLetter: false,
    replyWindowHours: null,
    graceSeconds: 10,
    quietSeconds: 5,
    isModerated: false,
  },
  open([settings], io) {
    const { EXAMPLE_CHANNEL_TOKEN: token, EXAMPLE_CHANNEL_SECRETS: secrets = [] } = settings ?? {}
    if (!settings || (!token && secrets.length === 0)) return null
    if (!token) throw new ConfigError('EXAMPLE_CHANNEL_TOKEN is not set: without it nothing can be answered')
    if (secrets.length === 0) throw new ConfigError('EXAMPLE_CHANNEL_SECRETS is not set: without it nobody is believed')

    const call = (method: JsonCall['method'], path: string, body: unknown, signal: AbortSignal) =>
      callJson(
        {
          url: `${settings.EXAMPLE_CHANNEL_API_URL}${path}`,
          method,
          headers: { authorization: `Bearer ${token}` },
          body,
          timeoutMs,
        },
        signal,
      )
    const sentOf = (json: unknown) => {
      const { id, at } = sentSchema.parse(json)
      return { externalId: id, at: new Date(at) }
    }

    return {
      accounts: [{ id: account, name: 'Example channel' }],
      inbound: {
        async receive(request) {
          const now = io.clock.now()
          const body = new Uint8Array(await request.arrayBuffer())
          verifyStandardWebhook({ headers: request.headers, body, secrets, now })
          return { delivery: { interactions: interactionsOf(body, now) } }
        },
      },
      async send(reply, signal) {
        refuseTooLong(reply.text, maxLength)
        const message = { reference: reply.id, to: reply.to.externalId, text: reply.text }
        const answer = await call('POST', '/messages', message, signal)
        refuseFailed(answer, io.clock.now())
        return sentOf(answer.json)
      },
      async find(reply) {
        const answer = await call('GET', `/messages/${reply.id}`, undefined, AbortSignal.timeout(timeoutMs))
        if (isUnknown(answer)) return { outcome: 'absent' }
        refuseFailed(answer, io.clock.now())
        return { outcome: 'arrived', sent: sentOf(answer.json) }
      },
      isResendSafe: false,
      async check() {
        refuseFailed(await call('GET', '/me', undefined, AbortSignal.timeout(timeoutMs)), io.clock.now())
        return ['The token lets us in']
      },
    }
  },
})

/** Throws SignatureError before, BadInputError here: what core answers with 401 and 400. */
function interactionsOf(body: Uint8Array, now: Date): InboundInteraction[] {
  const { success, data } = eventSchema.safeParse(parse(body))
  if (!success) throw new BadInputError('The body is not an event of this channel: id, thread, from, text and at')
  if (data.from.isUs) return []
  const name = cleanLine(data.from.name ?? '', 100)
  const at = new Date(data.at)
  return [
    {
      account,
      externalId: data.id,
      kind: 'message',
      conversation: { externalId: data.thread },
      customer: { externalId: data.from.id, ...(name && { name }) },
      text: cleanText(data.text),
      occurredAt: at < now ? at : now,
    },
  ]
}

function parse(body: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(body).toString('utf8'))
  } catch {
    return undefined
  }
}

/** The provider itself says that it has no such message: anybody's 404 would have the reply sent again. */
function isUnknown({ status, json }: JsonAnswer): boolean {
  return status === 404 && z.object({ error: z.literal('no_such_message') }).safeParse(json).success
}

/** By what the caller does next. An Error of no such kind: perhaps it was done, so it is found out. */
function refuseFailed({ status, headers }: JsonAnswer, now: Date): void {
  if (status < 300) return
  if (status === 401)
    throw new CredentialsError('The token is no longer good', { action: 'Set EXAMPLE_CHANNEL_TOKEN to a new one' })
  if (status === 429) {
    const waitMs = retryAfterMs(headers, now)
    throw new RetryableError('Too much was sent at once', waitMs === undefined ? {} : { retryAfterMs: waitMs })
  }
  if (status >= 500) throw new Error(`The provider is in trouble (${status})`)
  throw new PermanentError(`The provider refused it (${status})`, { action: 'Answer the customer in another way' })
}
