import { isValidSlackRequest } from '@slack/bolt'
import { BadInputError } from '../../errors.ts'
import type { WorkspaceIo } from '../workspace.ts'
import { eventsPath } from './manifest.ts'
import type { Incoming } from './receiver.ts'

/** Slack waits for 3 s; a little less, so that it hears from us. */
const usualCeilingMs = 2800
const windowSeconds = 5 * 60

/**
 * Requests from Slack: https://docs.slack.dev/authentication/verifying-requests-from-slack. Null for what isn't for us.
 * Answers 503 when nobody acknowledged in time, so that Slack sends an event again, and tells the teammate of a click.
 */
export function createHttpReceiver({
  signingSecret,
  clock,
  take,
  ceilingMs = usualCeilingMs,
}: {
  signingSecret: string
  clock: WorkspaceIo['clock']
  take(incoming: Incoming): Promise<void>
  ceilingMs?: number
}): (request: Request) => Promise<Response | null> {
  return async (request) => {
    if (new URL(request.url).pathname !== eventsPath) return null
    if (request.method !== 'POST') return problem(405, 'Slack sends its events here with POST', { allow: 'POST' })
    const text = await request.text()
    const isJson = request.headers.get('content-type')?.includes('json') ?? false
    // Slack's check of the certificate carries no signature, and wants nothing done.
    if (!isJson && new URLSearchParams(text).get('ssl_check') === '1') return new Response(null, { status: 200 })
    if (!isSigned(request, text, signingSecret, clock.now())) return problem(401, 'The signature is not Slack’s')
    const body = readBody(text, isJson)
    if (body['type'] === 'url_verification') return Response.json({ challenge: String(body['challenge'] ?? '') })
    return answer(request, body, take, ceilingMs)
  }
}

function answer(
  request: Request,
  body: Record<string, unknown>,
  take: (incoming: Incoming) => Promise<void>,
  ceilingMs: number,
): Promise<Response> {
  return new Promise((resolve) => {
    const giveUp = () => resolve(problem(503, 'This was not taken; please send it again'))
    const timer = setTimeout(giveUp, ceilingMs)
    const retryNum = Number(request.headers.get('x-slack-retry-num') ?? Number.NaN)
    const done = take({
      body,
      retryNum: Number.isInteger(retryNum) ? retryNum : undefined,
      retryReason: request.headers.get('x-slack-retry-reason') ?? undefined,
      async ack(said) {
        clearTimeout(timer)
        resolve(responseOf(said))
      },
    })
    void done.then(() => {
      clearTimeout(timer)
      giveUp()
    })
  })
}

function responseOf(said: unknown): Response {
  if (said === undefined || said === null || said === '') return new Response(null, { status: 200 })
  return typeof said === 'string' ? new Response(said) : Response.json(said)
}

function isSigned(request: Request, body: string, signingSecret: string, now: Date): boolean {
  const signature = request.headers.get('x-slack-signature')
  const timestamp = request.headers.get('x-slack-request-timestamp')
  if (!signature || !timestamp || !/^\d{1,12}$/.test(timestamp)) return false
  if (Math.abs(now.getTime() / 1000 - Number(timestamp)) > windowSeconds) return false
  return isValidSlackRequest({
    signingSecret,
    body,
    headers: { 'x-slack-signature': signature, 'x-slack-request-timestamp': Number(timestamp) },
    nowMilliseconds: now.getTime(),
  })
}

/** Throws BadInputError. */
function readBody(text: string, isJson: boolean): Record<string, unknown> {
  if (isJson) return parse(text)
  const fields = new URLSearchParams(text)
  const payload = fields.get('payload')
  return payload === null ? Object.fromEntries(fields) : parse(payload)
}

function parse(json: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(json)
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value }
  } catch {
    // Told below.
  }
  throw new BadInputError('The body is no JSON object')
}

function problem(status: number, error: string, headers: Record<string, string> = {}): Response {
  return Response.json({ error }, { status, headers })
}
