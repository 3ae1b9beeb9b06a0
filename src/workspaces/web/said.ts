import type { Context } from 'hono'
import { deleteCookie, getCookie, setCookie } from 'hono/cookie'

const cookie = 'deskbell-said'
const options = { path: '/', httpOnly: true, sameSite: 'Lax' } as const

/** Keeps a line for the page that follows this answer. */
export function keepSaid(c: Context, said: string | null): void {
  if (said !== null) setCookie(c, cookie, said.slice(0, 500).toWellFormed(), { ...options, maxAge: 60 })
}

/** The line that was kept; it is shown once. */
export function takeSaid(c: Context): string | null {
  const said = getCookie(c, cookie) ?? null
  if (said !== null) deleteCookie(c, cookie, options)
  return said
}
