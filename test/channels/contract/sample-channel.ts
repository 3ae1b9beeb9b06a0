import { z } from 'zod'
import { defineChannel, nothing, type Channel, type OutboundReply } from '../../../src/channels/channel.ts'
import { refuseTooLong } from '../../../src/channels/kit/reply-length.ts'
import { verifyStandardWebhook, webhookSecrets } from '../../../src/channels/kit/standard-webhooks.ts'
import { setting } from '../../../src/env.ts'
import { BadInputError, ConfigError, CredentialsError, PermanentError, RetryableError } from '../../../src/errors.ts'
import { pause } from '../../../src/waiting.ts'
import { testClock } from '../../support/clock.ts'
import type { ChannelHarness, Fault } from './harness.ts'
import { signedBy, signedRequest } from './signed.ts'

/** A provider that is a few arrays. */
export interface SampleProvider {
  fault: Fault | null
  sent: OutboundReply[]
  attempts: number
  /** What its stream holds; the cursor says how many of them were taken. */
  said: Said[]
  /** What it signed, by signature. */
  signed: Map<string, Uint8Array>
  /** What was answered in its own app, and how much had been said by then. */
  answered: { one: Said; after: number }[]
  /** How often it was asked for the account's name, and whether it leaves that unanswered. */
  asked: number
  isSilent: boolean
}

export type Said = z.infer<typeof saidSchema>
const saidSchema = z.object({
  id: z.string().min(1).max(100),
  from: z.string().min(1).max(100),
  text: z.string(),
  isOurs: z.boolean(),
  /** The id of what this takes the place of. */
  of: z.string().min(1).max(100).optional(),
})

export const sampleSecret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`
const maxLength = 500

/** A channel with every part that one can have, and nothing wrong with it. */
export function sampleChannel(at: SampleProvider): Channel {
  return defineChannel({
    id: 'sample',
    name: 'Sample',
    env: {
      SAMPLE_KEY: setting(
        'Key of the account',
        z.string().startsWith('key-', { error: 'must start with key-' }).optional(),
        { example: 'key-1234', secret: true },
      ),
      SAMPLE_SECRETS: setting('Secrets of the webhook', webhookSecrets, { example: sampleSecret, secret: true }),
    },
    limits: {
      maxLength,
      isPublic: false,
      isLetter: false,
      replyWindowHours: null,
      graceSeconds: 0,
      quietSeconds: 0,
      isModerated: false,
    },
    open([settings], io) {
      const { SAMPLE_KEY: key, SAMPLE_SECRETS: secrets = [] } = settings ?? {}
      if (!key && secrets.length === 0) return null
      if (!key || secrets.length === 0) throw new ConfigError(`${key ? 'SAMPLE_SECRETS' : 'SAMPLE_KEY'} is not set`)

      const interactionsOf = ({ id, from, text, isOurs, of }: Said) =>
        isOurs
          ? []
          : [
              {
                account: 'main',
                externalId: id,
                ...(of !== undefined && { versionOf: of }),
                kind: 'message' as const,
                conversation: { externalId: from },
                customer: { externalId: from },
                text,
                occurredAt: io.clock.now(),
              },
            ]
      const answersTo = (waiting: string[]) =>
        at.answered
          .filter(({ one }) => waiting.includes(one.from))
          .filter(({ one, after }) => !at.said.slice(after).some(({ of }) => of === one.id))
          .map(({ one }) => ({
            account: 'main',
            externalId: one.id,
            text: 'Sorry',
            at: io.clock.now(),
          }))
      const login = () => {
        if (at.fault === 'unauthorised') throw new CredentialsError('The key is no good', { action: 'Set SAMPLE_KEY' })
      }

      const main = { id: 'main', name: 'An account' }
      let isLearnt = false
      return {
        accounts: [main],
        async learnAccounts(signal) {
          if (isLearnt) return
          at.asked += 1
          if (at.isSilent) await pause(60_000, signal)
          signal.throwIfAborted()
          main.name = 'Main'
          isLearnt = true
        },
        inbound: {
          async receive(request) {
            const body = new Uint8Array(await request.arrayBuffer())
            verifyStandardWebhook({ headers: request.headers, body, secrets, now: io.clock.now() })
            return { delivery: { interactions: interactionsOf(read(body)) } }
          },
          async run(inlet, signal) {
            let taken = Number((await inlet.cursor('sample')) ?? 0)
            const cursor = () => ({ key: 'sample', value: taken })
            if (!signal.aborted) await inlet.deliver({ ...nothing, cursor: cursor() })
            while (!signal.aborted) {
              try {
                login()
                await inlet.report('main', null)
              } catch (error) {
                if (!(error instanceof CredentialsError)) throw error
                await inlet.report('main', error)
              }
              const [next] = at.said.slice(taken)
              if (next) taken += 1
              if (next) await inlet.deliver({ interactions: interactionsOf(next), cursor: cursor() })
              const answers = answersTo(await inlet.waiting('main'))
              if (answers.length > 0) await inlet.deliver({ ...nothing, answers })
              if (!next) await pause(2, signal)
            }
          },
        },
        async send(reply, signal) {
          refuseTooLong(reply.text, maxLength)
          at.attempts += 1
          login()
          if (at.fault === 'forbidden') throw new PermanentError('Not allowed', { action: 'Ask the provider' })
          if (at.fault === 'rate-limited') throw new RetryableError('Too fast', { retryAfterMs: 7000 })
          if (at.fault === 'silence') await pause(60_000, signal)
          if (at.fault === null || at.fault === 'reset-after') at.sent.push(reply)
          if (at.fault !== null) throw new Error('No answer')
          return { externalId: `sent-${reply.id}`, at: io.clock.now() }
        },
        async find(reply) {
          if (!at.sent.some(({ id }) => id === reply.id)) return { outcome: 'absent' }
          return { outcome: 'arrived', sent: { externalId: `sent-${reply.id}`, at: io.clock.now() } }
        },
        isResendSafe: false,
        async templates() {
          login()
          return ['a', 'b'].map((id) => ({ id, name: 'order', language: 'en-GB', text: 'It comes on {{day}}.' }))
        },
        async download(_account, { url }) {
          if (url !== fileUrl) throw new PermanentError('There is no such file')
          return { content: Buffer.from('file'), mediaType: 'text/plain' }
        },
        async check() {
          login()
          return ['The key lets us in']
        },
      }
    },
  })
}

const fileUrl = 'https://files.example/1'

function read(body: Uint8Array): Said {
  let json: unknown
  try {
    json = JSON.parse(Buffer.from(body).toString())
  } catch (cause) {
    throw new BadInputError('The body is not JSON', { cause })
  }
  const parsed = saidSchema.safeParse(json)
  if (parsed.success) return parsed.data
  throw new BadInputError('This is no message. Send id, from, text and isOurs')
}

const about = (name: string) => `${name === 'SAMPLE_KEY' ? 'Key of the account' : 'Secrets of the webhook'}`

/** The suite's way to it; `flaw` may put something wrong. */
export function sampleHarness(
  flaw: (channel: Channel, at: SampleProvider) => Channel = (channel) => channel,
): ChannelHarness {
  const at: SampleProvider = {
    fault: null,
    sent: [],
    attempts: 0,
    said: [],
    signed: new Map(),
    answered: [],
    asked: 0,
    isSilent: false,
  }
  const names = ['SAMPLE_KEY', 'SAMPLE_SECRETS']
  let said = 0
  const next = (text: string, isOurs = false): Said => ({
    id: `said-${++said}`,
    from: `customer-${said}`,
    text,
    isOurs,
  })
  const genuine = (body: Uint8Array) => {
    const raw = signedRequest('http://127.0.0.1:3000/channels/sample', sampleSecret, body, testClock().now())
    at.signed.set(raw.headers['webhook-signature'] ?? '', body)
    return raw
  }
  const saidAs = (text: string): Said => {
    const one = at.said.find((each) => each.text === text)
    if (!one) throw new Error(`Nobody said "${text}"`)
    return one
  }
  const saying = async (one: Said) => genuine(Buffer.from(JSON.stringify(one)))
  const needed = { SAMPLE_KEY: 'key-5678', SAMPLE_SECRETS: sampleSecret }
  return {
    channel: flaw(sampleChannel(at), at),
    lacks: {},
    needed,
    documents: {
      readme: names.map((name) => `| \`${name}\` | ${about(name)} |`).join('\n'),
      example: names.map((name) => `\n# ${about(name)}\n#${name}=`).join(''),
    },
    patienceMs: 800,
    hostileRuns: 5,
    async start() {
      Object.assign(at, { fault: null, sent: [], attempts: 0, said: [], answered: [], asked: 0, isSilent: false })
      return {
        env: needed,
        edges: [
          {
            name: 'The webhook',
            genuine,
            say: (text) => saying(next(text)),
            echo: () => saying(next('Our own reply', true)),
            proof: signedBy,
            unprovenBody: null,
            replayed: 'refused',
          },
        ],
        stream: {
          say: async (text) => void at.said.push(next(text)),
          echo: async () => void at.said.push(next('Our own reply', true)),
        },
        provider: {
          reply: (changes) => ({
            id: 'r1',
            account: 'main',
            text: 'On its way',
            to: { externalId: 'customer-1', name: null, phone: null },
            conversation: { externalId: 'customer-1', subject: null },
            references: [],
            approvedAt: new Date(0),
            attemptedAt: null,
            template: null,
            ...changes,
          }),
          fault: (fault) => void (at.fault = fault),
          retryAfterMs: 7000,
          serverError: 'unknown',
          arrived: async () => at.sent.map(({ text }) => text),
          attempts: () => at.attempts,
        },
        elsewhere: {
          answer: (text) => void at.answered.push({ one: saidAs(text), after: at.said.length }),
          change(text, other) {
            const { id, from } = saidAs(text)
            at.said.push({ ...next(other), from, of: id })
          },
        },
        learning: {
          learnt: [{ id: 'main', name: 'Main' }],
          asked: () => at.asked,
          silence: (isSilent) => void (at.isSilent = isSilent),
        },
        files: { there: { source: { url: fileUrl }, content: Buffer.from('file') }, gone: { url: `${fileUrl}2` } },
        close: async () => {},
      }
    },
  }
}
