import { PermanentError, RetryableError } from '../../errors.ts'

interface Call {
  url: string
  headers?: Record<string, string>
  timeoutMs: number
}

export interface JsonCall extends Call {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  /** Sent as JSON; `URLSearchParams` as a form. */
  body?: unknown
}

export interface JsonAnswer {
  status: number
  headers: Headers
  /** Undefined where the answer is not JSON. */
  json: unknown
}

/** More than any API answers with at once. */
const longestAnswerBytes = 16 * 1024 * 1024

/** The request never left: no address, nobody there, or no encryption that we trust. */
const neverLeft =
  /^(ENOTFOUND|EAI_\w+|ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|EADDRNOTAVAIL|UND_ERR_CONNECT_TIMEOUT|CERT_\w+|ERR_TLS_\w+|ERR_SSL_\w+|EPROTO|DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_\w+|HOSTNAME_MISMATCH)$/

/**
 * Calls an API and returns its answer, whatever its status; redirects are not followed.
 * Throws RetryableError when the request certainly did not arrive, or changes nothing (GET). Any other error means that the
 * outcome is not known: the time was up, or the connection broke after the request had left.
 */
export async function callJson(call: JsonCall, signal: AbortSignal): Promise<JsonAnswer> {
  const { method, body } = call
  const isForm = body instanceof URLSearchParams
  const sent = body === undefined ? null : isForm ? body.toString() : JSON.stringify(body)
  const type = isForm ? 'application/x-www-form-urlencoded' : 'application/json'
  const headers = { accept: 'application/json', ...(sent !== null && { 'content-type': type }), ...call.headers }
  return exchange({ ...call, headers }, method, sent, signal, async (response) => {
    const bytes = await readBytes(response, longestAnswerBytes)
    if (bytes === null) throw new Error(`${hostOf(call.url)} answered with more than 16 MB`)
    return { status: response.status, headers: response.headers, json: parse(bytes) }
  })
}

export interface FileAnswer {
  status: number
  headers: Headers
  /** Empty unless the status is 200. */
  content: Uint8Array
}

/** Fetches a file; redirects are not followed. Throws RetryableError, or PermanentError when it is larger than `maxBytes`. */
export async function fetchFile(call: Call & { maxBytes: number }, signal: AbortSignal): Promise<FileAnswer> {
  return exchange(call, 'GET', null, signal, async (response) => {
    const { status, headers } = response
    if (status !== 200) {
      await response.body?.cancel()
      return { status, headers, content: new Uint8Array() }
    }
    const content = await readBytes(response, call.maxBytes)
    if (content) return { status, headers, content }
    const megabytes = Math.round(call.maxBytes / 1024 / 1024)
    throw new PermanentError(`The file is larger than ${megabytes} MB`)
  })
}

/** What `Retry-After` asks for, in milliseconds; undefined where it says nothing. `now` for one that names a time. */
export function retryAfterMs(headers: Headers, now: Date): number | undefined {
  const said = headers.get('retry-after')?.trim()
  if (!said) return undefined
  if (/^\d{1,7}$/.test(said)) return Number(said) * 1000
  const ms = Date.parse(said) - now.getTime()
  return Number.isNaN(ms) ? undefined : Math.max(0, ms)
}

async function exchange<T>(
  { url, headers = {}, timeoutMs }: Call,
  method: string,
  body: string | null,
  signal: AbortSignal,
  read: (response: Response) => Promise<T>,
): Promise<T> {
  const timeout = AbortSignal.timeout(timeoutMs)
  try {
    // An idle connection that the other side just closed would make outcomes unknown for nothing.
    const options = { method, headers: { ...headers, connection: 'close' }, body, redirect: 'manual' } as const
    return await read(await fetch(url, { ...options, signal: AbortSignal.any([signal, timeout]) }))
  } catch (cause) {
    if (cause instanceof PermanentError) throw cause
    const host = hostOf(url)
    if (neverLeft.test(codeOf(cause)))
      throw new RetryableError(`${host} can't be reached: ${reasonOf(cause)}`, { cause })
    const said = timeout.aborted
      ? `${host} did not answer within ${Math.round(timeoutMs / 1000)} seconds`
      : `The connection to ${host} broke: ${reasonOf(cause)}`
    throw method === 'GET' ? new RetryableError(said, { cause }) : new Error(said, { cause })
  }
}

/** Null when there are more than `maxBytes`. */
async function readBytes(response: Response, maxBytes: number): Promise<Uint8Array | null> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  if (response.body) {
    for await (const chunk of response.body as ReadableStream<Uint8Array>) {
      bytes += chunk.byteLength
      // Leaving the loop cancels the rest.
      if (bytes > maxBytes) return null
      chunks.push(chunk)
    }
  }
  return Buffer.concat(chunks)
}

function parse(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8'))
  } catch {
    return undefined
  }
}

/** Query strings hold secrets: only the host is told. */
function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : 'The address'
}

/** Of the innermost error that has one. */
function codeOf(error: unknown): string {
  let code = ''
  for (const one of chainOf(error)) if ('code' in one && typeof one.code === 'string') code = one.code
  return code
}

function reasonOf(error: unknown): string {
  const last = chainOf(error).at(-1)
  return codeOf(error) || last?.message || String(error)
}

function chainOf(error: unknown): Error[] {
  const chain: Error[] = []
  for (let one = error; one instanceof Error && chain.length < 10;) {
    chain.push(one)
    // Several addresses were tried: the errors are much the same.
    one = one instanceof AggregateError && one.errors.length > 0 ? one.errors[0] : one.cause
  }
  return chain
}
