import { createHmac, timingSafeEqual } from 'node:crypto'
import type { Context } from 'hono'
import { deleteCookie, getCookie, setCookie } from 'hono/cookie'
import type { CookieOptions } from 'hono/utils/cookie'
import { z } from 'zod'
import type { Teammate, WorkspaceIo } from '../workspace.ts'

export interface Session {
  teammate: Teammate
  /** Every POST must carry it. */
  csrf: string
  expiresAt: Date
}

export interface Sessions {
  read(c: Context): Session | null
  open(c: Context, teammate: Teammate): Session
  close(c: Context): void
  /** False when no password is set. Takes the same time for every wrong one. */
  isPassword(given: string): boolean
}

const lifetimeSeconds = 30 * 24 * 3600
const ticketSchema = z.object({ id: z.string(), name: z.string(), expires: z.number(), nonce: z.string() })

/** Sessions live in a signed cookie. A new password ends them all. */
export function createSessions(
  io: Pick<WorkspaceIo, 'key' | 'clock' | 'newId' | 'publicUrl'>,
  password: string | undefined,
): Sessions {
  const isSecure = io.publicUrl.startsWith('https:')
  const cookie = isSecure ? '__Host-deskbell' : 'deskbell'
  const options: CookieOptions = { path: '/', httpOnly: true, sameSite: 'Lax', secure: isSecure }
  const sign = (key: Buffer, text: string) => createHmac('sha256', key).update(text).digest()
  const key = sign(io.key('web-session'), password ?? '')
  const signature = (ticket: string) => sign(key, `session\n${ticket}`).toString('base64url')
  const csrf = (ticket: string) => sign(key, `csrf\n${ticket}`).toString('base64url')

  return {
    read(c) {
      const [ticket = '', given = ''] = (getCookie(c, cookie) ?? '').split('.')
      if (!isSame(given, signature(ticket))) return null
      const { id, name, expires } = ticketSchema.parse(JSON.parse(Buffer.from(ticket, 'base64url').toString()))
      if (expires <= io.clock.now().getTime()) return null
      return { teammate: { id, name }, csrf: csrf(ticket), expiresAt: new Date(expires) }
    },
    open(c, teammate) {
      const expiresAt = new Date(io.clock.now().getTime() + lifetimeSeconds * 1000)
      const content = { ...teammate, expires: expiresAt.getTime(), nonce: io.newId() }
      const ticket = Buffer.from(JSON.stringify(content)).toString('base64url')
      setCookie(c, cookie, `${ticket}.${signature(ticket)}`, { ...options, maxAge: lifetimeSeconds })
      return { teammate, csrf: csrf(ticket), expiresAt }
    },
    close(c) {
      deleteCookie(c, cookie, options)
    },
    isPassword(given) {
      return password !== undefined && timingSafeEqual(sign(key, given), sign(key, password))
    },
  }
}

/** Compares without telling by its time where two texts differ. */
export function isSame(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)]
  return left.length === right.length && timingSafeEqual(left, right)
}
