import { expect } from 'vitest'
import { nothing, type Delivery } from '../../../src/channels/channel.ts'
import { BadInputError, SignatureError } from '../../../src/errors.ts'
import { onBench, type Check } from './check.ts'
import { expectSound, idsOf, saying, unanswered } from './delivered.ts'
import type { Edge, RawRequest } from './harness.ts'
import { edgesOf, needed, receive, type Opened } from './opened.ts'

const dayMs = 24 * 3600_000

export const inboundChecks: Check[] = [
  onBench('takes what customers say from a genuine request', ['receive'], async (opened) => {
    await onEveryEdge(opened, async (edge) => {
      const delivery = await deliveryOf(opened, await edge.say('Do you open on Sundays?'))
      expectSound(opened, delivery)
      expect(saying(unanswered(delivery.interactions), 'Do you open on Sundays?')).toHaveLength(1)
    })
  }),

  onBench('refuses a request that is not signed, or signed by somebody else', ['receive'], async (opened) => {
    await onEveryEdge(opened, async (edge) => {
      for (const name of edge.proof) {
        const { headers, ...raw } = await edge.say('Is this genuine?')
        const given = needed(headers[name], `the header ${name}`, 'receive')
        const { [name]: _, ...bare } = headers
        await expectRefused(opened, { ...raw, headers: bare }, `without ${name}`)
        for (const forged of ['', 'x', given.slice(0, -1), changed(given), `${given}x`])
          await expectRefused(opened, { ...raw, headers: { ...bare, [name]: forged } }, `with another ${name}`)
      }
      const forgeries = edge.forgeries?.(await edge.say('Is this genuine?')) ?? {}
      expect(edge.proof.length + Object.keys(forgeries).length, 'ways to forge a request').toBeGreaterThan(0)
      for (const [how, raw] of Object.entries(forgeries)) await expectRefused(opened, raw, how)
    })
  }),

  onBench('refuses a request whose body was changed on its way', ['receive'], async (opened) => {
    await onEveryEdge(opened, async (edge) => {
      const raw = await edge.say('Send it to 5 Elm Street')
      if (edge.unprovenBody !== null) return void expect(edge.unprovenBody).toMatch(/\w{3}/)
      const body = Buffer.from(Buffer.from(raw.body).toString('latin1').replace('Elm', 'Oak'), 'latin1')
      expect(body.equals(raw.body), 'the words stand in the body').toBe(false)
      await expectRefused(opened, { ...raw, body }, 'with other words')
      await expectRefused(opened, { ...raw, body: Buffer.concat([raw.body, Buffer.from(' ')]) }, 'with more at its end')
    })
  }),

  onBench(
    'refuses a request that is played again a day later, or takes it for the same',
    ['receive'],
    async (opened) => {
      await onEveryEdge(opened, async (edge) => {
        const raw = await edge.say('Where is my order?')
        const first = await deliveryOf(opened, raw)
        opened.io.clock.advance(dayMs)
        if (edge.replayed === 'refused') await expectRefused(opened, raw, 'a day later')
        else expect(idsOf(await deliveryOf(opened, raw))).toEqual(idsOf(first))
        opened.io.clock.advance(-dayMs)
      })
    },
  ),

  onBench('gives the same delivery the same ids, and other words other ids', ['receive'], async (opened) => {
    await onEveryEdge(opened, async (edge) => {
      const [one, other] = [await edge.say('The first'), await edge.say('The second')]
      const first = idsOf(await deliveryOf(opened, one))
      expect(first.length).toBeGreaterThan(0)
      expect(idsOf(await deliveryOf(opened, one))).toEqual(first)
      for (const id of idsOf(await deliveryOf(opened, other))) expect(first).not.toContainEqual(id)
    })
  }),

  onBench('does not take its own replies for what customers say', ['receive', 'echo'], async (opened) => {
    // On one of them is enough: a provider may echo on one way only.
    const echoes = edgesOf(opened).flatMap(({ echo }) => echo ?? [])
    if (opened.bench.stream?.echo && echoes.length === 0) return
    expect(echoes.length, 'ways in which a reply comes back').toBeGreaterThan(0)
    for (const echo of echoes) expect(unanswered((await deliveryOf(opened, await echo())).interactions)).toEqual([])
  }),

  onBench('keeps what customers say out of the log', ['receive'], async (opened) => {
    await onEveryEdge(opened, async (edge) => {
      const raw = await edge.say('Zebrafinch')
      await deliveryOf(opened, raw)
      const cut = edge.genuine(raw.body.slice(0, -3))
      await receive(opened, cut).catch(() => {})
      expect(opened.logged()).not.toContain('Zebrafinch')
    })
  }),
]

async function onEveryEdge(opened: Opened, look: (edge: Edge) => Promise<void>): Promise<void> {
  for (const edge of edgesOf(opened)) {
    try {
      await look(edge)
    } catch (error) {
      if (error instanceof Error) error.message = `${edge.name}: ${error.message}`
      throw error
    }
  }
}

/** What a request led to; committed, and answered as if it were new. */
export async function deliveryOf(opened: Opened, raw: RawRequest): Promise<Delivery> {
  const { delivery, respond } = await receive(opened, raw)
  const interactions = delivery.interactions.map((_, index) => ({
    id: `${index}`,
    conversationId: '',
    isDuplicate: false,
  }))
  const status = respond?.({ interactions }).status ?? 200
  expect(status, 'the answer').toBeLessThan(400)
  return delivery
}

/** The provider gets 4xx, and nothing is delivered. */
async function expectRefused(opened: Opened, raw: RawRequest, how: string): Promise<void> {
  let delivery = nothing
  let status: number
  try {
    const received = await receive(opened, raw)
    delivery = received.delivery
    status = received.respond?.({ interactions: [] }).status ?? 200
  } catch (error) {
    expect(error instanceof SignatureError || error instanceof BadInputError, `${how}: ${String(error)}`).toBe(true)
    status = error instanceof BadInputError ? error.status : 401
  }
  expect(delivery, how).toEqual(nothing)
  expect(status >= 400 && status < 500, `${how}: refused, not answered with ${status}`).toBe(true)
}

/** Another one of the same length. */
function changed(text: string): string {
  const at = Math.floor(text.length / 2)
  return `${text.slice(0, at)}${text[at] === '0' ? '1' : '0'}${text.slice(at + 1)}`
}
