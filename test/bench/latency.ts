import { setTimeout as pause } from 'node:timers/promises'
import type { Sender } from './load.ts'

const patienceMs = 60_000

/** Milliseconds from the moment at which the sender knew that its submission was accepted. */
export interface Latencies {
  toCard: number[]
  toDraft: number[]
}

/** An open room: notes when each customer's card is there, and when it shows its draft. */
export interface Watch {
  measure(send: (submit: (customer: string) => Promise<void>) => Promise<void>, sender: Sender): Promise<Latencies>
  close(): Promise<void>
}

/** Opens the room's event stream as a browser does. */
export async function watchRoom(url: string): Promise<Watch> {
  const closing = new AbortController()
  const page = await fetch(`${url}/`)
  await page.arrayBuffer()
  const cookie = page.headers.get('set-cookie')?.split(';', 1)[0] ?? ''
  const stream = await fetch(`${url}/room/events`, { headers: { cookie }, signal: closing.signal })
  if (!stream.ok || !stream.body) throw new Error(`The room does not open: ${stream.status}`)
  const cards = new Map<string, number>()
  const drafts = new Map<string, number>()
  const reading = follow(stream.body, (text) => {
    const at = performance.now()
    const customer = /^event: card\n.*?(bench-\d+)/s.exec(text)?.[1]
    if (!customer) return
    if (!cards.has(customer)) cards.set(customer, at)
    if (!drafts.has(customer) && text.includes('class=\\"draft\\"')) drafts.set(customer, at)
  }).catch((error: unknown) => {
    if (!closing.signal.aborted) throw error
  })
  let count = 0
  return {
    async measure(send, sender) {
      const accepted = new Map<string, number>()
      await send(async (prefix) => {
        const customer = `${prefix}-${(count += 1)}`
        accepted.set(customer, await sender.submit(customer))
      })
      const until = performance.now() + patienceMs
      while ([...accepted.keys()].some((customer) => !drafts.has(customer))) {
        if (performance.now() > until) throw new Error('Some cards never got their draft')
        await pause(20)
      }
      const since = (seen: Map<string, number>) =>
        [...accepted].map(([customer, at]) => Math.max(0, (seen.get(customer) ?? Number.NaN) - at))
      return { toCard: since(cards), toDraft: since(drafts) }
    },
    async close() {
      closing.abort()
      await reading
    },
  }
}

async function follow(body: ReadableStream<Uint8Array>, heard: (event: string) => void): Promise<void> {
  const decoder = new TextDecoder()
  let rest = ''
  for await (const chunk of body) {
    const parts = (rest + decoder.decode(chunk, { stream: true })).split('\n\n')
    rest = parts.pop() ?? ''
    for (const part of parts) heard(part)
  }
}
