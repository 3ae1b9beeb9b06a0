import { createHash, createHmac } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { z } from 'zod'
import type { Peer } from '../../peer.ts'
import { nothing, type ChannelIo, type Inbound, type Page, type Received } from '../channel.ts'
import { formPage, thanksPage, trapName, type FieldName, type Values } from './page.ts'
import { interactionOf, submissionShape, type Submission } from './submission.ts'
import { suspicionOf } from './suspicion.ts'
import { readToken, writeToken } from './token.ts'

const tokenLifeMs = 2 * 3_600_000
const leastFillMs = 3000
const perEmail = { max: 5, seconds: 600 }
/** Generous: an office, or a whole mobile network, may stand behind one address. */
const perPeer = { max: 20, seconds: 600 }
const perForm = { max: 60, seconds: 60 }
/** Beyond this nothing is taken: no office writes so much, and a flood would fill the database. */
const flood = { max: 200, seconds: 600 }

const securityHeaders = {
  'content-security-policy':
    "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'same-origin',
}
const submissionSchema = z.object(submissionShape)

/**
 * The contact form's pages, and what receives their posts. Nothing is refused for looking like spam: it is delivered
 * with the reasons for the suspicion, and the sender sees the same page as everybody.
 */
export function openHostedForm(io: ChannelIo): { pages: Page[]; receive: NonNullable<Inbound['receive']> } {
  const key = io.key('form')
  const css = readFileSync(new URL('./form.css', import.meta.url), 'utf8')
  // Hashed: the counters outlive the message, and must not tell who wrote.
  const hashed = (text: string) => createHmac('sha256', key).update(text).digest('base64url')

  async function receive(request: Request, peer: Peer): Promise<Received> {
    const posted = new URLSearchParams(await request.text())
    const now = io.clock.now()
    const token = readToken(key, posted.get('token') ?? '')
    const ageMs = token ? now.getTime() - token.issuedAt.getTime() : 0
    const isExpired = ageMs > tokenLifeMs
    const isForeign = isFromElsewhere(request)
    const values = valuesOf(posted)
    const parsed = submissionSchema.safeParse(values)

    if (isForeign || !token || isExpired || !parsed.success) {
      const errors = parsed.success ? {} : errorsOf(parsed.error)
      const notice = noticeOf({ isForeign, isForged: !token, isExpired })
      // Who is asked to press Send again has filled the form in already: the least fill time doesn't start anew.
      const issuedAt = isExpired ? new Date(now.getTime() - leastFillMs) : (token?.issuedAt ?? now)
      const next = writeToken(key, { nonce: token?.nonce ?? io.newId(), issuedAt })
      const body = await formPage({ token: next, values, errors, notice })
      return { delivery: nothing, respond: () => htmlResponse(body, isForeign ? 403 : 422) }
    }

    if (!(await io.allow(`form flood ${hashed(peer.address)}`, flood.max, flood.seconds))) {
      const notice = 'Too many messages came from your network. Please wait ten minutes, then press Send once more.'
      const body = await formPage({ token: posted.get('token') ?? '', values, errors: {}, notice })
      return { delivery: nothing, respond: () => htmlResponse(body, 429) }
    }

    const signs = [
      ...(posted.get(trapName) ? ['The hidden field was filled in'] : []),
      ...(ageMs < leastFillMs ? [`Filled in within ${Math.max(1, Math.ceil(ageMs / 1000))} s`] : []),
      ...suspicionOf(parsed.data),
    ]
    // What is suspected anyhow isn't counted: a flood of it must not bring honest visitors under suspicion.
    const suspicion = signs.length > 0 ? signs : await exceededLimit(parsed.data.email, peer)
    const interaction = interactionOf(externalIdOf(token.nonce, parsed.data), parsed.data, now)
    return {
      delivery: { interactions: [{ ...interaction, ...(suspicion.length > 0 && { suspicion }) }] },
      respond: () => new Response(null, { status: 303, headers: { location: '/form/thanks' } }),
    }
  }

  /** Beyond the first limit that is reached nothing is counted any more. */
  async function exceededLimit(email: string, { address }: Peer): Promise<string[]> {
    const minutes = ({ seconds }: typeof perPeer) => (seconds === 60 ? 'a minute' : `${seconds / 60} minutes`)
    const limits = [
      { name: `form peer ${hashed(address)}`, limit: perPeer, where: 'from one internet address' },
      { name: `form email ${hashed(email.toLowerCase())}`, limit: perEmail, where: 'from this e-mail address' },
      { name: 'form', limit: perForm, where: 'through the form' },
    ]
    for (const { name, limit, where } of limits) {
      if (!(await io.allow(name, limit.max, limit.seconds)))
        return [`More than ${limit.max} messages ${where} in ${minutes(limit)}`]
    }
    return []
  }

  /** Old browsers, and pages without TLS, don't send Sec-Fetch-Site. */
  function isFromElsewhere(request: Request): boolean {
    const site = request.headers.get('sec-fetch-site')
    if (site) return site !== 'same-origin' && site !== 'none'
    const origin = request.headers.get('origin')
    if (!origin) return false
    const own = [request.url, io.publicUrl].map((url) => new URL(url).host)
    return !URL.canParse(origin) || !own.includes(new URL(origin).host)
  }

  async function showForm(request: Request): Promise<Response> {
    const values = { ...valuesOf(new URL(request.url).searchParams), message: '' }
    const token = writeToken(key, { issuedAt: io.clock.now(), nonce: io.newId() })
    return htmlResponse(await formPage({ token, values, errors: {}, notice: null }))
  }

  return {
    receive,
    pages: [
      { method: 'GET', path: '/form', handle: showForm },
      { method: 'GET', path: '/form/thanks', handle: async () => htmlResponse(await thanksPage()) },
      {
        method: 'GET',
        path: '/form.css',
        handle: async () =>
          new Response(css, {
            headers: {
              'content-type': 'text/css; charset=utf-8',
              'cache-control': 'public, max-age=300',
              'x-content-type-options': 'nosniff',
            },
          }),
      },
    ],
  }
}

/**
 * The same words from the same page are one submission, however often they are sent. Other words from it are another:
 * who goes back to mend a mistyped address must not be taken for a double click.
 */
function externalIdOf(nonce: string, { name, email, subject, message }: Submission): string {
  const words = createHash('sha256').update(JSON.stringify([name, email, subject, message]))
  return `${nonce}-${words.digest('hex').slice(0, 16)}`
}

function noticeOf(what: { isForeign: boolean; isForged: boolean; isExpired: boolean }): string | null {
  if (what.isForeign) return 'It came from a page of another site. Please press Send once more.'
  if (what.isForged) return 'This page could not be recognised. Please press Send once more.'
  if (what.isExpired) return 'The page was open for long. Please press Send once more.'
  return null
}

function valuesOf(params: URLSearchParams): Values {
  const read = (name: FieldName) => params.get(name) ?? ''
  return { name: read('name'), email: read('email'), subject: read('subject'), message: read('message') }
}

function errorsOf(error: z.ZodError): Partial<Values> {
  return Object.fromEntries(error.issues.toReversed().map(({ path, message }) => [path[0], message]))
}

/** Kept in the browser's history, so that Back shows the same page with the same token. */
function htmlResponse(body: string, status = 200): Response {
  const headers = {
    ...securityHeaders,
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'private, no-cache',
  }
  return new Response(body, { status, headers })
}
