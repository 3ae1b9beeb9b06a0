import type { Context } from 'hono'
import { BadInputError } from '../../errors.ts'
import type { Peer } from '../../peer.ts'
import type { Session } from './session.ts'

/** What was posted, by name: a text, several texts, or what a person can't have typed. */
export type Posted = Record<string, unknown>
export type WebEnv = { Bindings: { peer: Peer }; Variables: { session: Session; fields: Posted } }
export type WebRequest = Context<WebEnv>

/** Reads a form, or what the room's script sent. Throws BadInputError. */
export async function readPosted(c: WebRequest): Promise<Posted> {
  const type = c.req.header('content-type') ?? ''
  if (/^(application\/x-www-form-urlencoded|multipart\/form-data)\b/.test(type)) {
    return c.req.parseBody({ all: true }).catch((cause: unknown) => {
      throw new BadInputError("This form can't be read. Reload the page, then try again.", { cause })
    })
  }
  if (!/^application\/json\b/.test(type)) throw new BadInputError('Send a form or JSON.', { status: 415 })
  const body: unknown = await c.req.json().catch((cause: unknown) => {
    throw new BadInputError('The body is not valid JSON.', { cause })
  })
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    throw new BadInputError('The body must be a JSON object.')
  return { ...body }
}

export function textOf(c: WebRequest, name: string): string {
  const value = c.var.fields?.[name]
  return typeof value === 'string' ? value : ''
}

export function wantsJson(c: Context): boolean {
  return c.req.header('accept')?.includes('application/json') ?? false
}

/** Never leads to another site. */
export function localPath(path: string): string {
  return /^\/(?![/\\])[^\\\p{Cc}]*$/u.test(path) ? path : '/'
}
