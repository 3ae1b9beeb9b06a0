import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import { z } from 'zod'
import { messageOf } from '../../errors.ts'
import type { WorkspaceIo } from '../workspace.ts'
import { asking, codeOf } from './failures.ts'
import { isAllowed, type Installation, type Installations } from './installations.ts'
import { installPath, redirectPath, scopes } from './manifest.ts'
import type { Web } from './web-client.ts'

interface Parts {
  clientId: string
  clientSecret: string
  /** Ids of the workspaces and organisations that may install. */
  allowed: string[]
  apiUrl: string
  installations: Installations
  web: Web
  io: Pick<WorkspaceIo, 'clock' | 'log' | 'publicUrl' | 'key' | 'newId'>
}

/** So long somebody may think it over on Slack's page. */
const lifetimeSeconds = 15 * 60

/** What Slack grants: https://docs.slack.dev/reference/methods/oauth.v2.access */
const grantSchema = z.object({
  access_token: z.string().startsWith('xoxb-'),
  bot_user_id: z.string().default(''),
  is_enterprise_install: z.boolean().default(false),
  team: z.object({ id: z.string(), name: z.string().default('') }).nullish(),
  enterprise: z.object({ id: z.string(), name: z.string().default('') }).nullish(),
  /** Only with token rotation, which this app doesn't ask for. */
  refresh_token: z.string().optional(),
})

/** Installing in many workspaces: `/slack/install` leads to Slack, which leads back. Null for what isn't for us. */
export function createOauth(parts: Parts): (request: Request) => Promise<Response | null> {
  const { io } = parts
  const isSecure = io.publicUrl.startsWith('https:')
  const cookie = isSecure ? '__Host-deskbell-slack' : 'deskbell-slack'
  const redirectUri = `${io.publicUrl}${redirectPath}`
  const sign = (nonce: string, expires: number) =>
    createHmac('sha256', io.key('slack-oauth')).update(`${nonce}\n${expires}`).digest('base64url')
  const setCookie = (value: string, seconds: number) =>
    `${cookie}=${value}; Path=/; Max-Age=${seconds}; HttpOnly; SameSite=Lax${isSecure ? '; Secure' : ''}`

  function leave(): Response {
    const nonce = createHash('sha256')
      .update(`${io.newId()}${io.key('slack-oauth-nonce').toString('hex')}`)
      .digest('base64url')
    const expires = Math.floor(io.clock.now().getTime() / 1000) + lifetimeSeconds
    const address = new URL('/oauth/v2/authorize', parts.apiUrl)
    address.search = new URLSearchParams({
      client_id: parts.clientId,
      scope: Object.keys(scopes).join(','),
      redirect_uri: redirectUri,
      state: `${expires}.${sign(nonce, expires)}`,
    }).toString()
    return new Response(null, {
      status: 302,
      headers: { location: address.href, 'set-cookie': setCookie(nonce, lifetimeSeconds), 'cache-control': 'no-store' },
    })
  }

  /** True for the browser that left from here, in time. */
  function isOwnState(request: Request, state: string): boolean {
    const nonce = cookieOf(request, cookie)
    const [expires = '', signature = ''] = state.split('.')
    if (!nonce || !/^\d{1,12}$/.test(expires)) return false
    if (Number(expires) * 1000 <= io.clock.now().getTime()) return false
    return isSame(signature, sign(nonce, Number(expires)))
  }

  async function comeBack(request: Request): Promise<Response> {
    const { searchParams } = new URL(request.url)
    if (!isOwnState(request, searchParams.get('state') ?? ''))
      return page(
        400,
        'This link is no longer good',
        `Start again at ${io.publicUrl}${installPath}, in one browser and within 15 minutes.`,
      )
    const refused = searchParams.get('error')
    if (refused)
      return page(
        400,
        'Deskbell was not installed',
        refused === 'access_denied' ? 'You declined. Nothing was changed.' : 'Slack could not do it. Start again.',
      )
    // Before the code is used up: without a place for the token nothing is installed at all.
    const known = await parts.installations.list().catch(() => null)
    if (known === null) return unavailable()

    const grant = await exchange(searchParams.get('code') ?? '')
    if (grant === null)
      return page(
        502,
        'Deskbell was not installed',
        `Slack did not confirm it. Start again at ${io.publicUrl}${installPath}.`,
      )
    const installation = installationOf(grant, io.clock.now())
    if (installation === null || grant.refresh_token) {
      await revoke(grant.access_token)
      return page(
        400,
        'Deskbell was not installed',
        'Switch token rotation off in the app’s settings (OAuth & Permissions), then start again.',
      )
    }
    if (!isAllowed(installation, parts.allowed)) {
      await revoke(grant.access_token)
      io.log.warn('slack install refused: not in SLACK_TEAMS', { id: installation.id })
      return page(
        403,
        'This workspace is not on the list',
        `Whoever runs this Deskbell can add ${installation.id} to SLACK_TEAMS. Nothing was installed.`,
      )
    }
    try {
      await parts.installations.store(installation)
    } catch (error) {
      io.log.error('slack installation not stored', { id: installation.id, reason: messageOf(error) })
      // Slack gives the same token again where it was installed before: that one still works.
      if (!known.some(({ id }) => id === installation.id)) await revoke(grant.access_token)
      return unavailable()
    }
    io.log.info('slack installed', { id: installation.id })
    return page(
      200,
      `Deskbell is installed in ${installation.name}`,
      'Invite it to the channel where the cards shall appear: write /invite @Deskbell there.',
    )
  }

  async function exchange(code: string): Promise<z.infer<typeof grantSchema> | null> {
    try {
      const said = await asking('call', 'confirm the installation', () =>
        parts.web.client().oauth.v2.access({
          client_id: parts.clientId,
          client_secret: parts.clientSecret,
          code,
          redirect_uri: redirectUri,
        }),
      )
      return grantSchema.parse(said)
    } catch (error) {
      const cause = error instanceof Error ? error.cause : undefined
      io.log.warn('slack did not confirm an installation', {
        code: codeOf(cause),
        reason: error instanceof z.ZodError ? 'answer not understood' : messageOf(error),
      })
      return null
    }
  }

  async function revoke(token: string): Promise<void> {
    await asking('call', 'revoke a token', () => parts.web.client(token).auth.revoke()).catch((error: unknown) =>
      io.log.warn('a slack token that is not wanted could not be revoked', { reason: messageOf(error) }),
    )
  }

  return async (request) => {
    const { pathname } = new URL(request.url)
    if (pathname !== installPath && pathname !== redirectPath) return null
    if (request.method !== 'GET')
      return new Response('Open this address in a browser', { status: 405, headers: { allow: 'GET' } })
    if (pathname === installPath) return leave()
    const response = await comeBack(request)
    response.headers.set('set-cookie', setCookie('', 0))
    return response
  }
}

function installationOf(grant: z.infer<typeof grantSchema>, now: Date): Installation | null {
  const place = grant.is_enterprise_install ? grant.enterprise : grant.team
  if (!place) return null
  return {
    id: place.id,
    enterprise: grant.enterprise?.id ?? null,
    isEnterpriseWide: grant.is_enterprise_install,
    name: place.name || place.id,
    botToken: grant.access_token,
    botUserId: grant.bot_user_id,
    botId: null,
    installedAt: now.getTime(),
  }
}

function cookieOf(request: Request, name: string): string | null {
  const cookies = (request.headers.get('cookie') ?? '').split(';').map((pair) => pair.trim())
  return cookies.find((pair) => pair.startsWith(`${name}=`))?.slice(name.length + 1) || null
}

function isSame(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)]
  return left.length === right.length && timingSafeEqual(left, right)
}

function unavailable(): Response {
  return page(
    503,
    'Deskbell was not installed',
    'It has trouble reaching its database, and nothing was kept. Start again in a few minutes.',
  )
}

function page(status: number, title: string, text: string): Response {
  const body = `<!doctype html>
    <html lang="en">
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width" />
      <title>${escaped(title)}</title>
      <style>
        body {
          font:
            1.1rem/1.5 system-ui,
            sans-serif;
          max-width: 32rem;
          margin: 15vh auto;
          padding: 0 1rem;
          color-scheme: light dark;
        }
      </style>
      <h1>${escaped(title)}</h1>
      <p>${escaped(text)}</p>
    </html>`
  return new Response(body, {
    status,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
      'referrer-policy': 'no-referrer',
    },
  })
}

/** A workspace is named by whoever installs. */
function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
