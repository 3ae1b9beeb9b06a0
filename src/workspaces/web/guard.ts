import { ConfigError } from '../../errors.ts'

const loopback = /^(localhost|127(\.\d{1,3}){3}|\[?::1\]?)$/

/** Throws ConfigError when a room without a password could be reached from another machine. */
export function requirePrivacy(io: { host: string; publicUrl: string }, password: string | undefined): void {
  if (password !== undefined) return
  if (!loopback.test(io.host))
    throw new ConfigError(
      `The web room has no password, and HOST=${io.host} lets other machines reach it. ` +
        'Set WEB_PASSWORD, or HOST=127.0.0.1, or switch the room off with WEB=off.',
    )
  if (!loopback.test(new URL(io.publicUrl).hostname))
    throw new ConfigError(
      `The web room has no password, and PUBLIC_URL=${io.publicUrl} leads other machines to it. ` +
        'Set WEB_PASSWORD, or switch the room off with WEB=off.',
    )
}

const forwarding = ['x-forwarded-for', 'forwarded', 'x-real-ip', 'via']

/** True when the browser was sent to a name of this machine, not to a foreign name that resolves to it, nor by a proxy. */
export function isLocalHost(request: Request): boolean {
  if (forwarding.some((name) => request.headers.has(name))) return false
  try {
    return loopback.test(new URL(`http://${hostOf(request)}`).hostname)
  } catch {
    return false
  }
}

/** True unless the browser says that another site made the request. */
export function isSameSite(request: Request, publicUrl: string): boolean {
  const site = request.headers.get('sec-fetch-site')
  if (site && site !== 'same-origin' && site !== 'none') return false
  const origin = request.headers.get('origin')
  if (!origin) return true
  return origin === new URL(publicUrl).origin || origin === `${new URL(request.url).protocol}//${hostOf(request)}`
}

function hostOf(request: Request): string {
  return request.headers.get('host') ?? new URL(request.url).host
}
