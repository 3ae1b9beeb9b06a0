import { expect } from 'vitest'
import type { OutboundReply, Sent } from '../../../src/channels/channel.ts'
import { CredentialsError, PermanentError, RetryableError } from '../../../src/errors.ts'
import { within } from '../../../src/waiting.ts'
import { expectAction, onBench, thrownBy, type Check } from './check.ts'
import { deliveryOf } from './inbound.ts'
import { filesOf, needed, providerOf, type Opened } from './opened.ts'

const never = new AbortController().signal

export const sendingChecks: Check[] = [
  onBench('sends a reply once, word for word, and says by which id and when', ['send'], async (opened) => {
    const text = 'Dear Mia,\n\nit is on its way: <b>50 %</b> & "more" – äöü 🚲.'
    const sent = await send(opened, { text })
    expect(sent.externalId).toMatch(/\S/)
    expect(sent.at.getTime()).not.toBeNaN()
    if (sent.url !== undefined) expect(sent.url).toMatch(/^https?:\/\//)
    if (opened.harness.lacks.provider === undefined) expect(await providerOf(opened).arrived()).toEqual([text])
  }),

  onBench('refuses a reply that is too long before anything leaves', ['send'], async (opened) => {
    const provider = opened.harness.lacks.provider === undefined ? providerOf(opened) : null
    const { maxLength } = opened.limits
    const error = await thrownBy(() => send(opened, { text: 'x'.repeat(maxLength + 1) }))
    expect(error).toBeInstanceOf(PermanentError)
    expect(provider?.attempts() ?? 0, 'requests').toBe(0)
    await send(opened, { text: 'x'.repeat(maxLength) })
  }),

  onBench('knows what to do when its credentials are refused', ['provider', 'unauthorised'], async (opened) => {
    await providerOf(opened).fault('unauthorised')
    expectAction(await thrownBy(() => send(opened)), CredentialsError)
    expect(await providerOf(opened).arrived()).toEqual([])
  }),

  onBench('does not try again what it may not do', ['provider', 'forbidden'], async (opened) => {
    await providerOf(opened).fault('forbidden')
    expectAction(await thrownBy(() => send(opened)), PermanentError)
    expect(await providerOf(opened).arrived()).toEqual([])
  }),

  onBench('waits as long as the provider asks when it is too fast', ['provider', 'rate-limited'], async (opened) => {
    const provider = providerOf(opened)
    await provider.fault('rate-limited')
    const error = await thrownBy(() => send(opened))
    expect(error).toBeInstanceOf(RetryableError)
    if (provider.retryAfterMs !== null) expect(error).toMatchObject({ retryAfterMs: provider.retryAfterMs })
    await provider.fault(null)
    await send(opened)
  }),

  onBench('says what it means that the provider is in trouble', ['provider', 'server-error'], async (opened) => {
    const provider = providerOf(opened)
    await provider.fault('server-error')
    expect(meaningOf(await thrownBy(() => send(opened)))).toBe(provider.serverError)
  }),

  onBench('does not take silence for a refusal, and lets go when told to', ['provider', 'silence'], async (opened) => {
    const { patienceMs = 5000 } = opened.harness
    await providerOf(opened).fault('silence')
    const waited = thrownBy(() => send(opened, {}, AbortSignal.timeout(Math.min(300, patienceMs / 8))))
    const error = await within(waited, patienceMs)
    expect(['retryable', 'unknown']).toContain(error && meaningOf(error))
  }),

  onBench(
    'tries again, or asks, when the connection broke before anything was taken',
    ['provider', 'reset-before'],
    async (opened) => {
      await providerOf(opened).fault('reset-before')
      expect(['retryable', 'unknown']).toContain(meaningOf(await thrownBy(() => send(opened))))
      expect(await providerOf(opened).arrived()).toEqual([])
    },
  ),

  onBench(
    'does not say that a reply was not sent when its answer was lost',
    ['provider', 'reset-after'],
    async (opened) => {
      const provider = providerOf(opened)
      await provider.fault('reset-after')
      const meaning = meaningOf(await thrownBy(() => send(opened)))
      if (opened.channel.isResendSafe) expect(['retryable', 'unknown']).toContain(meaning)
      else expect(meaning).toBe('unknown')
      expect(await provider.arrived()).toHaveLength(1)
    },
  ),

  onBench(
    'finds out what became of a reply whose answer was lost',
    ['provider', 'reset-after', 'news'],
    async (opened) => {
      const { channel, io, bench } = opened
      const provider = providerOf(opened)
      const reply = provider.reply({ approvedAt: io.clock.now(), attemptedAt: io.clock.now() })
      await provider.fault('reset-after')
      await thrownBy(() => sendIt(opened, reply))
      await provider.fault(null)
      if (channel.isResendSafe) await sendIt(opened, reply)
      else if (provider.news) {
        const { receipts = [] } = await deliveryOf(opened, await provider.news(reply))
        expect(receipts).toContainEqual(expect.objectContaining({ replyId: reply.id }))
        expect(receipts.map(({ state }) => state)).not.toContain('failed')
      } else {
        const found = await channel.find?.(reply)
        expect(found).toMatchObject({ outcome: 'arrived', sent: { externalId: expect.stringMatching(/\S/) } })
      }
      expect(await provider.arrived(), `with the settings ${Object.keys(bench.env).join(', ')}`).toEqual([reply.text])
    },
  ),

  onBench('does not claim that a reply arrived which was never sent', ['find'], async (opened) => {
    const { channel, io } = opened
    const reply = providerOf(opened).reply({ approvedAt: io.clock.now(), attemptedAt: io.clock.now() })
    const found = await Promise.resolve(channel.find?.(reply)).catch((error: unknown) => {
      expect(error).toBeInstanceOf(RetryableError)
      return null
    })
    expect(found?.outcome).not.toBe('arrived')
  }),

  onBench('names its templates, with blanks that can be filled', ['templates'], async (opened) => {
    const list = await needed(opened.channel.templates, 'templates', 'templates')(opened.account)
    expect(list.length).toBeGreaterThan(0)
    expect(new Set(list.map(({ id }) => id)).size).toBe(list.length)
    for (const { id, name, language, text } of list) {
      for (const one of [id, name, text]) expect(one).toMatch(/\S/)
      expect(Intl.getCanonicalLocales(language)).toHaveLength(1)
      expect(text.replaceAll(/\{\{[^{}\s][^{}]*\}\}/g, ''), 'a blank that can not be filled').not.toMatch(/\{\{|\}\}/)
    }
    if (opened.harness.lacks.unauthorised !== undefined) return
    await using other = await opened.again()
    await providerOf(other).fault('unauthorised')
    const asked = needed(other.channel.templates, 'templates', 'templates')(other.account)
    expectAction(await thrownBy(() => asked), CredentialsError)
  }),

  onBench('fetches files, and says when one is gone', ['download'], async (opened) => {
    const { there, gone } = filesOf(opened)
    const download = needed(opened.channel.download, 'download', 'download')
    const { content, mediaType } = await download(opened.account, there.source, never)
    expect(Buffer.from(content).equals(there.content), 'the content').toBe(true)
    if (mediaType !== undefined) expect(mediaType).toMatch(/^[\w.+-]+\/[\w.+-]+$/)
    expect(await thrownBy(() => download(opened.account, gone, never))).toBeInstanceOf(PermanentError)
  }),

  onBench('calls nobody but its provider for a file', ['download'], async (opened) => {
    const { there } = filesOf(opened)
    const download = needed(opened.channel.download, 'download', 'download')
    for (const [name, value] of Object.entries(there.source)) {
      // Nobody listens there: who calls finds that out, and would try again.
      const elsewhere = { ...there.source, [name]: value.replace(/^(https?:\/\/)[^/]+/, '$1127.0.0.1:9') }
      if (elsewhere[name] === value) continue
      expect(await thrownBy(() => download(opened.account, elsewhere, never))).toBeInstanceOf(PermanentError)
    }
  }),
]

/** Sends something to somebody, as core does: with the moment in which the attempt began. */
async function send(opened: Opened, changes: Partial<OutboundReply> = {}, signal = never): Promise<Sent> {
  const at = opened.io.clock.now()
  const stamps = { approvedAt: at, attemptedAt: at }
  const { provider } = opened.bench
  return sendIt(
    opened,
    provider ? provider.reply({ ...stamps, ...changes }) : anyReply(opened, { ...stamps, ...changes }),
    signal,
  )
}

async function sendIt({ channel }: Opened, reply: OutboundReply, signal = never): Promise<Sent> {
  if (typeof channel.send !== 'function') throw new Error('The channel sends nothing, and does not lack "send"')
  return channel.send(reply, signal)
}

/** Where the customer reads what core keeps, it doesn't matter who it is. */
function anyReply({ account }: Opened, changes: Partial<OutboundReply>): OutboundReply {
  return {
    id: '019a2b3c-4d5e-7f60-8a9b-0c1d2e3f4a5b',
    account,
    text: 'On its way',
    to: { externalId: 'mia', name: 'Mia', phone: null },
    conversation: { externalId: 'thread', subject: null },
    references: [],
    approvedAt: new Date(0),
    attemptedAt: null,
    template: null,
    ...changes,
  }
}

/** What core makes of an error. */
function meaningOf(error: Error): 'retryable' | 'permanent' | 'unknown' {
  if (error instanceof RetryableError) return 'retryable'
  return error instanceof PermanentError ? 'permanent' : 'unknown'
}
