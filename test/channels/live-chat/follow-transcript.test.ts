import { afterEach, expect, test, vi } from 'vitest'
import type { ChannelIo, TranscriptLine } from '../../../src/channels/channel.ts'
import { followTranscript } from '../../../src/channels/live-chat/follow-transcript.ts'
import { testChannelIo } from '../../support/channel-io.ts'

const account = 'default'
const conversation = 'v1'

const line = (text: string): Omit<TranscriptLine, 'seq'> => ({
  from: 'team',
  externalId: text,
  name: 'Ana',
  text,
  at: new Date('2026-03-02T09:00:00Z'),
})

interface Reader {
  /** Text up to and with this. */
  until(text: string): Promise<string>
  /** What is left until the end of the stream. */
  rest(): Promise<string>
  leave(): Promise<void>
}

async function follow(io: ChannelIo, after: string | null = null, signal = new AbortController().signal) {
  const response = await followTranscript(io, { account, conversation, after, signal })
  const reader = (response.body as ReadableStream<Uint8Array<ArrayBuffer>>)
    .pipeThrough(new TextDecoderStream())
    .getReader()
  let seen = ''
  const read = async (isEnough: () => boolean) => {
    while (!isEnough()) {
      const { value, done } = await reader.read()
      if (done) break
      seen += value
    }
    const all = seen
    seen = ''
    return all
  }
  const chat: Reader = {
    until: (text) => read(() => seen.includes(text)),
    rest: () => read(() => false),
    leave: () => reader.cancel(),
  }
  return chat
}

const idsIn = (text: string) => [...text.matchAll(/^id: (\d+)$/gm)].map((match) => Number(match[1]))

afterEach(() => void vi.useRealTimers())

test('a line is an event with its sequence number as id', async () => {
  const io = testChannelIo()
  io.say(account, conversation, line('one\ntwo'))
  const chat = await follow(io)
  expect(await chat.until('id: 1')).toBe(
    'retry: 2000\n\nid: 1\ndata: {"from":"team","id":"one\\ntwo","name":"Ana","text":"one\\ntwo","at":"2026-03-02T09:00:00.000Z"}\n\n',
  )
  await chat.leave()
})

test('a reader who comes back gets what followed, once and in order, and then what is said', async () => {
  const io = testChannelIo()
  for (const text of ['one', 'two', 'three']) io.say(account, conversation, line(text))
  const chat = await follow(io, '1')
  expect(idsIn(await chat.until('three'))).toEqual([2, 3])
  io.say(account, conversation, line('four'))
  io.say(account, 'somebody else', line('not for them'))
  io.say(account, conversation, line('five'))
  const live = await chat.until('five')
  expect(idsIn(live)).toEqual([4, 5])
  expect(live).not.toContain('not for them')
  await chat.leave()
})

test('a line that is committed while the first ones are read is not lost, nor sent twice', async () => {
  const inner = testChannelIo()
  let reads = 0
  const io: ChannelIo = {
    ...inner,
    async transcript(...args) {
      const lines = await inner.transcript(...args)
      if (++reads <= 3) inner.say(account, conversation, line(`during read ${reads}`))
      return lines
    },
  }
  const chat = await follow(io)
  expect(idsIn(await chat.until('during read 3'))).toEqual([1, 2, 3])
  await chat.leave()
})

test('a long conversation that core reads in portions comes at once and whole', async () => {
  const inner = testChannelIo()
  for (let count = 1; count <= 25; count++) inner.say(account, conversation, line(`line ${count}.`))
  const chat = await follow({
    ...inner,
    transcript: async (...args) => (await inner.transcript(...args)).slice(0, 10),
  })
  expect(idsIn(await chat.until('line 25.'))).toEqual(Array.from({ length: 25 }, (_, index) => index + 1))
  await chat.leave()
})

test('a change that nobody told about is found at the next heartbeat, and silence is filled with comments', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  const inner = testChannelIo()
  const chat = await follow({ ...inner, onChange: () => () => {} })
  const silence = chat.until(': still here\n\n').then(() => chat.until(': still here\n\n'))
  await vi.advanceTimersByTimeAsync(25_000)
  await silence
  inner.say(account, conversation, line('unheard'))
  const found = chat.until('unheard')
  await vi.advanceTimersByTimeAsync(25_000)
  expect(idsIn(await found)).toEqual([1])
  await chat.leave()
})

test('it stops listening when the reader leaves, and ends when the request is aborted', async () => {
  const inner = testChannelIo()
  let listeners = 0
  const io: ChannelIo = {
    ...inner,
    onChange(...args) {
      const stop = inner.onChange(...args)
      listeners++
      return () => {
        listeners--
        stop()
      }
    },
  }
  const first = await follow(io)
  expect(listeners).toBe(1)
  await first.leave()
  expect(listeners).toBe(0)

  const request = new AbortController()
  const second = await follow(io, null, request.signal)
  request.abort()
  await second.rest()
  expect(listeners).toBe(0)

  await (await follow(io, null, AbortSignal.abort())).rest()
  expect(listeners).toBe(0)
})

test('a database that fails at first is an error, and one that fails later ends the stream, so that the browser comes back', async () => {
  const inner = testChannelIo()
  let isDown = true
  const io: ChannelIo = {
    ...inner,
    transcript: (...args) => (isDown ? Promise.reject(new Error('down')) : inner.transcript(...args)),
  }
  await expect(follow(io)).rejects.toThrow('down')
  isDown = false
  const chat = await follow(io)
  isDown = true
  inner.say(account, conversation, line('one'))
  expect(await chat.rest()).not.toContain('one')
})
