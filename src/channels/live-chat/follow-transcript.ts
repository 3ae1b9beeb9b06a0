import { BadInputError } from '../../errors.ts'
import type { ChannelIo, TranscriptLine } from '../channel.ts'

const heartbeatMs = 25_000
const reconnectMs = 2000

interface Follow {
  account: string
  /** The conversation's external id. */
  conversation: string
  /** The last sequence number that the reader has, as it came with the request; null: none. */
  after: string | null
  signal: AbortSignal
  /** Called once, when the stream is over. */
  onEnd?: () => void
}

/**
 * Answers with the conversation as server-sent events, and goes on as lines are added, each once and in order.
 * An event's id is the line's sequence number. Ends when `signal` aborts or the reader leaves.
 * Throws BadInputError for an `after` that is no sequence number, and whatever `io.transcript` throws at first.
 */
export async function followTranscript(io: ChannelIo, follow: Follow): Promise<Response> {
  const { account, conversation, signal } = follow
  let seq = seqOf(follow.after)
  let hasNews = true
  let isClosed = false
  let wake = () => {}

  // Listening starts before the first read, so that no line falls between the two.
  const stopListening = io.onChange(account, conversation, () => {
    hasNews = true
    wake()
  })
  const close = () => {
    if (isClosed) return
    isClosed = true
    stopListening()
    follow.onEnd?.()
    wake()
  }
  signal.addEventListener('abort', close, { once: true })
  if (signal.aborted) close()

  // Reads at every heartbeat too: a change that nobody told us about is late, not lost.
  const next = async () => {
    hasNews = false
    const lines = await io.transcript(account, conversation, seq)
    seq = lines.at(-1)?.seq ?? seq
    // A long conversation comes in portions.
    if (lines.length > 0) hasNews = true
    return lines.map(eventOf).join('') || ': still here\n\n'
  }
  const pause = () =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, heartbeatMs)
      wake = () => {
        clearTimeout(timer)
        resolve()
      }
      if (hasNews || isClosed) wake()
    })

  const encoder = new TextEncoder()
  try {
    const first = await next()
    return new Response(
      new ReadableStream({
        start: (controller) => controller.enqueue(encoder.encode(`retry: ${reconnectMs}\n\n${first}`)),
        // A stream never pulls twice at the same time: reads can't overtake one another.
        async pull(controller) {
          await pause()
          try {
            if (!isClosed) return controller.enqueue(encoder.encode(await next()))
          } catch {
            // The browser comes back, and is then told by the first read what is wrong.
            if (!isClosed) io.log.warn('live chat stream ended', { conversation })
            close()
          }
          controller.close()
        },
        cancel: close,
      }),
      {
        headers: {
          'content-type': 'text/event-stream',
          'cache-control': 'no-store, no-transform',
          'x-accel-buffering': 'no',
        },
      },
    )
  } catch (error) {
    close()
    throw error
  }
}

function seqOf(after: string | null): number {
  if (after === null) return 0
  if (/^\d{1,15}$/.test(after)) return Number(after)
  throw new BadInputError(`"${after.slice(0, 40)}" is not the id of an event. Leave it out to read from the start.`)
}

function eventOf({ seq, from, externalId, name, text, at }: TranscriptLine): string {
  return `id: ${seq}\ndata: ${JSON.stringify({ from, id: externalId, name, text, at })}\n\n`
}
