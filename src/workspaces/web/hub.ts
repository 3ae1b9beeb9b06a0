import { z } from 'zod'
import type { Card } from '../card.ts'
import type { CardFilter, WorkspaceIo } from '../workspace.ts'

/** Tells every open page of this replica what changed. */
export interface Hub {
  /** Opens one page's stream of events. */
  connect(expiresAt: Date): Response
  stop(): void
}

/** A card as a page takes it in. An empty `html`: it is gone. */
export interface CardMessage {
  conversationId: string
  version: number
  bucket: CardFilter | null
  html: string
}

const hintSchema = z.union([z.object({ conversationId: z.string() }), z.object({ isBulletin: z.literal(true) })])
const heartbeatMs = 20_000
const countsDelayMs = 300
const maxBufferedBytes = 8_000_000

/** A card was posted, or changed, or is gone. */
export function hintFor(conversationId: string): string {
  return JSON.stringify({ conversationId })
}

/** A report, a notice or a shared page was posted, or changed, or is gone. */
export const bulletinHint = JSON.stringify({ isBulletin: true })

/**
 * Hears hints; reads and renders a card once per replica, however many pages are open.
 * A page that can't be kept up to date is disconnected: it connects again and reads the whole list.
 */
export function createHub(
  io: Pick<WorkspaceIo, 'clock' | 'log' | 'countCards' | 'readCard' | 'onHint'>,
  toMessage: (card: Card) => Promise<CardMessage>,
): Hub {
  const pages = new Map<ReadableStreamDefaultController<Uint8Array>, Date>()
  const reading = new Map<string, { again: boolean }>()
  const encoder = new TextEncoder()
  let countsTimer: NodeJS.Timeout | undefined

  const unhear = io.onHint((hint) => {
    if (pages.size === 0) return
    const parsed = hintSchema.safeParse(parseJson(hint))
    if (!parsed.success) return io.log.warn('web hint not understood')
    // What it says is read by each page that shows it.
    if ('isBulletin' in parsed.data) return emit('bulletin', null)
    void pushCard(parsed.data.conversationId)
    countsTimer ??= setTimeout(() => void pushCounts(), countsDelayMs).unref()
  })
  const heartbeat = setInterval(() => {
    const now = io.clock.now()
    for (const [page, expiresAt] of pages) if (expiresAt <= now) close(page)
    send(': \n\n')
  }, heartbeatMs).unref()

  /** One read at a time for each conversation; hints heard meanwhile make one more. */
  async function pushCard(conversationId: string): Promise<void> {
    const busy = reading.get(conversationId)
    if (busy) return void (busy.again = true)
    const turn = { again: false }
    reading.set(conversationId, turn)
    try {
      do {
        turn.again = false
        const card = await io.readCard(conversationId)
        const gone: CardMessage = { conversationId, version: Number.MAX_SAFE_INTEGER, bucket: null, html: '' }
        emit('card', card ? await toMessage(card) : gone)
      } while (turn.again)
    } catch (error) {
      disconnect(error)
    } finally {
      reading.delete(conversationId)
    }
  }

  async function pushCounts(): Promise<void> {
    countsTimer = undefined
    try {
      emit('counts', await io.countCards())
    } catch (error) {
      disconnect(error)
    }
  }

  function disconnect(error: unknown): void {
    io.log.warn('web room could not be kept up to date', { error: error instanceof Error ? error.name : 'unknown' })
    for (const page of pages.keys()) close(page)
  }

  function emit(event: string, data: unknown): void {
    send(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`)
  }

  function send(text: string): void {
    const bytes = encoder.encode(text)
    for (const page of pages.keys()) {
      if ((page.desiredSize ?? 0) <= 0) close(page)
      else page.enqueue(bytes)
    }
  }

  function close(page: ReadableStreamDefaultController<Uint8Array>): void {
    pages.delete(page)
    page.close()
  }

  return {
    connect(expiresAt) {
      let own: ReadableStreamDefaultController<Uint8Array>
      const stream = new ReadableStream<Uint8Array>(
        {
          start(page) {
            own = page
            pages.set(page, expiresAt)
            page.enqueue(encoder.encode('retry: 1000\n\n'))
          },
          cancel: () => void pages.delete(own),
        },
        new ByteLengthQueuingStrategy({ highWaterMark: maxBufferedBytes }),
      )
      return new Response(stream, {
        headers: { 'content-type': 'text/event-stream', 'cache-control': 'no-store', 'x-accel-buffering': 'no' },
      })
    },
    stop() {
      unhear()
      clearInterval(heartbeat)
      clearTimeout(countsTimer)
      for (const page of pages.keys()) close(page)
    },
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
