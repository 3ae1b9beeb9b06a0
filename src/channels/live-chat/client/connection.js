/** The visitor's connection with the server: one stream down, posts up, both of which outlive failures. */
import { forget, load, loadAll, onOtherTab, save } from './store.js'

const root = new URL('.', import.meta.url).href.replace(/\/$/, '')
const postTimeoutMs = 15_000
/** A connection that is back by then was not worth a word. */
const offlineAfterMs = 3000

/**
 * Calls `placed(seq, line)` for each line of the conversation in order, `changed(line, state, reason)` for a line
 * on its way out, `online(isOnline)` when the server answers or no longer does, and `restarted()` when the server
 * no longer knows the visitor and the conversation begins anew.
 */
export function createConnection({ placed, changed, online, restarted }) {
  let visitor = load('visitor')
  let lastSeq = 0
  let source = null
  let isSending = false
  let offlineTimer
  const unsent = loadAll('line:').toSorted((a, b) => a.at - b.at)
  const streamRetry = createRetry(connect)
  const sendRetry = createRetry(sendAll)

  /** Gets a visitor id, or makes sure that ours is still good. */
  async function enrol() {
    const response = await post('/visitors', visitor ?? {})
    if (!response.ok) throw Object.assign(new Error(`HTTP ${response.status}`), { waitMs: waitOf(response) })
    const given = await response.json()
    // Another tab may have been faster; both must be the same visitor.
    const other = load('visitor')
    const mine = other && other.visitor !== visitor?.visitor ? other : given
    const isNew = mine.visitor !== visitor?.visitor
    if (isNew && visitor) {
      lastSeq = 0
      restarted()
    }
    visitor = mine
    save('visitor', visitor)
  }

  function connect() {
    source?.close()
    if (!visitor) return
    source = new EventSource(`${root}/events?${new URLSearchParams({ ...visitor, after: lastSeq })}`)
    source.addEventListener('open', () => {
      streamRetry.reset()
      clearTimeout(offlineTimer)
      offlineTimer = undefined
      online(true)
      sendRetry.now()
    })
    source.addEventListener('message', (event) => {
      const seq = Number(event.lastEventId)
      if (seq <= lastSeq) return
      lastSeq = seq
      const line = JSON.parse(event.data)
      drop(line.id)
      placed(seq, line)
    })
    source.addEventListener('error', async () => {
      offlineTimer ??= setTimeout(() => online(false), offlineAfterMs)
      // The browser reconnects by itself, unless the server answered with an error.
      if (source.readyState !== EventSource.CLOSED) return
      await enrol().catch(() => {})
      streamRetry.later()
    })
  }

  function drop(id) {
    forget(`line:${id}`)
    const index = unsent.findIndex((line) => line.id === id)
    if (index >= 0) unsent.splice(index, 1)
  }

  /** Sends what is unsent, in order, one at a time. The server knows a line by its id, so trying again does no harm. */
  async function sendAll() {
    if (isSending) return
    isSending = true
    try {
      for (let line; (line = unsent.find(({ isRefused }) => !isRefused));) {
        const wait = await send(line)
        if (wait === undefined) continue
        for (const waiting of unsent) if (!waiting.isRefused) changed(waiting, 'waiting')
        sendRetry.later(wait)
        return
      }
      sendRetry.reset()
    } finally {
      isSending = false
    }
  }

  /** Returns undefined when the line is done with, else the least time to wait in milliseconds. */
  async function send(line) {
    changed(line, 'sending')
    try {
      if (!visitor) {
        await enrol()
        connect()
      }
      const response = await post('', { ...visitor, ...line.message, id: line.id })
      if (response.status === 401) {
        await enrol()
        connect()
        return 0
      }
      if (response.status === 429 || response.status >= 500) return waitOf(response)
      if (response.ok) {
        drop(line.id)
        changed(line, 'sent')
      } else {
        const { error } = await response.json().catch(() => ({}))
        line.isRefused = true
        changed(line, 'refused', error ?? `the server answered ${response.status}.`)
      }
    } catch (error) {
      return error.waitMs ?? 0
    }
  }

  const waitOf = (response) => (Number(response.headers.get('retry-after')) || 0) * 1000
  const post = (path, body) =>
    fetch(root + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(postTimeoutMs),
    })

  onOtherTab('visitor', () => {
    const other = load('visitor')
    if (!other || other.visitor === visitor?.visitor) return
    if (visitor) restarted()
    visitor = other
    lastSeq = 0
    connect()
  })
  addEventListener('online', () => {
    connect()
    sendRetry.now()
  })

  return {
    start() {
      for (const line of unsent) changed(line, 'waiting')
      connect()
      void sendAll()
    },
    /** `message` has `text`, and `name`, `email` and `page` if they are known. */
    write(message) {
      const line = { id: newId(), at: Date.now(), text: message.text, message }
      unsent.push(line)
      save(`line:${line.id}`, line)
      changed(line, 'sending')
      sendRetry.now()
    },
    retry(id) {
      const line = unsent.find((candidate) => candidate.id === id)
      if (line) line.isRefused = false
      sendRetry.now()
    },
    discard: drop,
  }
}

/** Runs `task` again after growing, uneven pauses, so that a server that comes back isn't met by everybody at once. */
function createRetry(task) {
  let failures = 0
  let timer
  const reset = () => {
    failures = 0
    clearTimeout(timer)
  }
  return {
    reset,
    now() {
      reset()
      void task()
    },
    later(leastMs = 0) {
      clearTimeout(timer)
      const ms = Math.min(30_000, 1000 * 2 ** failures++)
      timer = setTimeout(task, Math.max(leastMs, ms * (0.5 + Math.random() / 2)))
    },
  }
}

/** A random UUID. `crypto.randomUUID` exists only on https pages. */
function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
  return [hex.slice(0, 8), hex.slice(8, 12), `4${hex.slice(13, 16)}`, `a${hex.slice(17, 20)}`, hex.slice(20)].join('-')
}
