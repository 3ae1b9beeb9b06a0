import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { Webhook } from 'standardwebhooks'
import { z } from 'zod'
import type { Random } from './random.ts'
import { anyUrl, isNoAnswer, type Replica } from './replica.ts'

/** Something that a customer was told has arrived. */
export interface Written {
  channel: 'live-chat' | 'form' | 'email'
  /** Made by the customer's side. */
  externalId: string
  /** Live chat: the visitor. */
  visitor: string | null
  text: string
}

/** Everything that was acknowledged, and what it took. */
export interface Letterbox {
  acknowledged: Written[]
  requests: number
  /** Requests that were not answered, or not by 2xx: delivered again. */
  unanswered: number
  /** Deliveries that were repeated although one had been acknowledged. */
  repeated: number
}

export interface CustomersOptions {
  random: Random
  replicas: Replica[]
  formSecret: string
  /** Puts a mail into the team's inbox. */
  putMail: (raw: string) => Promise<void>
  /** How many of each write at a time. A server lets 30 visitors in from one network; each of these is three. */
  crowd: { visitors: number; forms: number; mails: number }
  letterbox: Letterbox
  /** Nothing new is begun after that; what is begun is delivered. */
  until: AbortSignal
  /** Gives up. */
  limit: AbortSignal
}

const sentences = [
  'Where is my parcel? It should have been here on Monday.',
  'The kettle arrived with a crack in the handle, and I am quite annoyed.',
  'Do you ship to Lisbon, and what does it cost?',
  'I love the new blue mugs, please tell whoever painted them!',
  'Could you bring back the large size? Many people ask for it.',
  'Your competitor delivers in one day. Why does it take you four?',
  'Wie lange habe ich Zeit, etwas zurückzuschicken?',
  '¿Puedo cambiar la dirección de entrega de mi pedido?',
  'Merci beaucoup, tout est parfait.',
  'Thanks, that is all I needed.',
  'The invoice shows <b>two</b> items & I bought one; "please" correct it.',
]
const names = ['Mia Berg', 'Tom Okoro', 'Zoë Núñez', 'Ravi Patel', 'Ida Holm', 'Léo Martin']
const visitorSchema = z.object({ visitor: z.string(), token: z.string() })

/** Has customers write until told to stop, each delivery repeated until it is acknowledged. */
export async function runCustomers(options: CustomersOptions): Promise<void> {
  const { crowd, until } = options
  const repeat = async (work: (options: CustomersOptions) => Promise<void>) => {
    const own = { ...options, random: options.random.fork() }
    while (!until.aborted) {
      await work(own)
      await pause(own, 100, 1500)
    }
  }
  const all = (count: number, work: (options: CustomersOptions) => Promise<void>) =>
    Array.from({ length: count }, () => repeat(work))
  const chats = Array.from({ length: crowd.visitors }, async () => {
    const visitors = [await arrive(options), await arrive(options), await arrive(options)]
    return repeat((own) => chat(own, own.random.pick(visitors)))
  })
  await Promise.all([...chats, ...all(crowd.forms, submit), ...all(crowd.mails, mail)])
}

type Visitor = z.infer<typeof visitorSchema>

async function arrive(options: CustomersOptions): Promise<Visitor> {
  const answer = await post(options, '/channels/live-chat/visitors', () => ({ body: '{}' }))
  return visitorSchema.parse(await answer.json())
}

/** A few lines by one visitor. */
async function chat(options: CustomersOptions, { visitor, token }: Visitor): Promise<void> {
  const { random, until } = options
  const name = random.pick(names)
  for (let lines = random.between(1, 4); lines > 0 && !until.aborted; lines--) {
    const [externalId, text] = [randomUUID(), sentence(random)]
    const body = JSON.stringify({ visitor, token, id: externalId, text, name })
    await deliver(options, { channel: 'live-chat', externalId, visitor, text }, '/channels/live-chat', () => ({ body }))
    await pause(options, 100, 2500)
  }
}

/** One signed submission of a site's own server. */
async function submit(options: CustomersOptions): Promise<void> {
  const { random, formSecret } = options
  const [externalId, text] = [randomUUID(), sentence(random)]
  const email = `customer-${random.between(1, 40)}@example.com`
  const body = JSON.stringify({ name: random.pick(names), email, message: text })
  const webhook = new Webhook(formSecret)
  await deliver(options, { channel: 'form', externalId, visitor: null, text }, '/channels/form', () => {
    const now = new Date()
    const headers = {
      'webhook-id': externalId,
      'webhook-timestamp': String(Math.floor(now.getTime() / 1000)),
      'webhook-signature': webhook.sign(externalId, now, body),
    }
    return { body, headers }
  })
}

/** One mail. Once it lies in the inbox, it must be found there. */
async function mail({ random, putMail, letterbox }: CustomersOptions): Promise<void> {
  const [externalId, text] = [`<${randomUUID()}@example.com>`, sentence(random)]
  const head = [
    `From: writer-${random.between(1, 40)}@example.com`,
    'To: desk@example.org',
    'Subject: A question',
    `Message-ID: ${externalId}`,
    `Date: ${new Date().toUTCString()}`,
    'MIME-Version: 1.0',
    'Content-Type: text/plain; charset=utf-8',
    'Content-Transfer-Encoding: 8bit',
  ]
  await putMail([...head, '', text, ''].join('\r\n'))
  letterbox.acknowledged.push({ channel: 'email', externalId, visitor: null, text })
}

/** No two are the same, so that one in another's place is noticed. */
function sentence(random: Random): string {
  return `${random.pick(sentences)} (${randomUUID().slice(0, 13)})`
}

/** Some deliveries come twice, one after the other or at once on two replicas. */
async function deliver(
  options: CustomersOptions,
  written: Written,
  path: string,
  make: () => { body: string; headers?: Record<string, string> },
): Promise<void> {
  const { random, letterbox } = options
  const twice = random.chance(0.25)
  const atOnce = twice && random.chance(0.5)
  const again = atOnce ? post(options, path, make) : null
  await post(options, path, make)
  letterbox.acknowledged.push(written)
  await (twice && !atOnce ? post(options, path, make) : again)
  if (twice) letterbox.repeated += 1
}

/** Posts until it is acknowledged, to whichever replica is up. */
async function post(
  { replicas, letterbox, limit }: CustomersOptions,
  path: string,
  make: () => { body: string; headers?: Record<string, string> },
): Promise<Response> {
  for (;;) {
    const url = await anyUrl(replicas, limit)
    const { body, headers } = make()
    letterbox.requests += 1
    try {
      const response = await fetch(url + path, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body,
        signal: AbortSignal.any([limit, AbortSignal.timeout(15_000)]),
      })
      if (response.ok) return response
      const answer = await response.text()
      if (response.status < 500 && response.status !== 429)
        throw new Error(`${path} answered ${response.status}: ${answer}`)
    } catch (error) {
      if (limit.aborted || !isNoAnswer(error)) throw error
    }
    letterbox.unanswered += 1
    await sleep(150, undefined, { signal: limit })
  }
}

/** Ends early when nothing new may begin. */
async function pause({ random, until }: CustomersOptions, least: number, most: number): Promise<void> {
  await sleep(random.between(least, most), undefined, { signal: until }).catch(() => {})
}
