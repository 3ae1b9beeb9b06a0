import type { Channel, Limits, OpenChannel } from '../../../src/channels/channel.ts'
import { readAccounts, readSettings, type Env } from '../../../src/env.ts'
import type { Log } from '../../../src/log.ts'
import { testChannelIo, type TestChannelIo } from '../../support/channel-io.ts'
import { testClock, type TestClock } from '../../support/clock.ts'
import type { Bench, ChannelHarness, Edge, Files, Provider, RawRequest, Stream } from './harness.ts'

/** A channel that is open, with what stands behind it. */
export interface Opened {
  harness: ChannelHarness
  bench: Bench
  io: TestChannelIo
  /** Time goes by another clock from now on. */
  follow(clock: TestClock): void
  channel: OpenChannel
  limits: Limits
  account: string
  /** All that was logged, ids included. */
  logged(): string
  /** The same once more, with a provider of its own. */
  again(): Promise<Opened>
  [Symbol.asyncDispose](): Promise<void>
}

export async function openBench(harness: ChannelHarness): Promise<Opened> {
  const bench = await harness.start()
  try {
    let clock = testClock(bench.startAt?.toISOString())
    const lines: string[] = []
    const shared = {
      now: () => clock.now(),
      advance: (ms: number) => clock.advance(ms),
      set: (at: Date) => clock.set(at),
    }
    const io = { ...testChannelIo(shared), log: writtenLog(lines) }
    const channel = await (bench.open ? bench.open(bench.env, io) : openChannel(harness.channel, bench.env, io))
    if (!channel) throw new Error("The harness's settings leave the channel off")
    return {
      harness,
      bench,
      io,
      follow: (other) => void (clock = other),
      channel,
      limits: { ...harness.channel.limits, ...channel.limits },
      account: channel.accounts[0]?.id ?? '',
      logged: () => lines.join('\n'),
      again: () => openBench(harness),
      [Symbol.asyncDispose]: () => bench.close(),
    }
  } catch (error) {
    await bench.close()
    throw error
  }
}

/** As core does it: null where nothing is set, or the settings switch it off. */
export async function openChannel(channel: Channel, env: Env, io: TestChannelIo): Promise<OpenChannel | null> {
  const { accountsBy } = channel
  const settings = accountsBy ? readAccounts(accountsBy, channel.env, env) : [readSettings(channel.env, env)]
  return settings.length === 0 ? null : channel.open(settings, io)
}

function writtenLog(lines: string[]): Log {
  const write = (fact: string, ids: object = {}) => void lines.push(`${fact} ${JSON.stringify(ids)}`)
  const log = { debug: write, info: write, warn: write, error: write, child: (ids: object) => (write('', ids), log) }
  return log
}

// What a harness must have unless it says that it lacks it.

export const edgesOf = ({ bench }: Opened): Edge[] => needed(bench.edges, 'edges', 'receive')
export const streamOf = ({ bench }: Opened): Stream => needed(bench.stream, 'stream', 'run')
export const providerOf = ({ bench }: Opened): Provider => needed(bench.provider, 'provider', 'provider')
export const filesOf = ({ bench }: Opened): Files => needed(bench.files, 'files', 'download')

export function needed<T>(value: T | undefined | null, what: string, part: string): T {
  if (value === undefined || value === null) throw new Error(`The harness has no ${what}, and does not lack "${part}"`)
  return value
}

let addresses = 0

/** Hands a request to the channel, each from another network. */
export async function receive({ channel }: Opened, raw: RawRequest) {
  const inbound = needed(channel.inbound.receive, 'inbound.receive', 'receive')
  const isBodiless = raw.method === 'GET' || raw.method === 'HEAD'
  const body = isBodiless ? null : new Uint8Array(raw.body)
  const request = new Request(raw.url, { method: raw.method, headers: raw.headers, body })
  const address = `10.${(addresses >> 16) & 255}.${(addresses >> 8) & 255}.${addresses++ & 255}`
  return inbound.call(channel.inbound, request, { address })
}
