import type { z } from 'zod'
import { list } from '../../env.ts'
import { BadInputError } from '../../errors.ts'

/** Origins as browsers write them, or `*`. */
export const originList: z.ZodType<string[]> = list.transform((values, context) =>
  values.map((value) => {
    const url = URL.parse(value)
    // A strict form: it goes into a header, where a stray character would mean something else.
    const isOrigin = url?.href === `${url?.origin}/` && /^https?:\/\/[a-z0-9.:[\]-]+$/.test(url.origin)
    if (value === '*' || isOrigin) return url?.origin ?? value
    context.addIssue({
      code: 'custom',
      message: `has "${value}", which is not an origin like https://www.example.com (no path)`,
    })
    return value
  }),
)

/** The value of the CSP directive that says which sites may frame the chat. */
export function frameAncestors(origins: string[]): string {
  return origins.includes('*') ? '*' : ["'self'", ...origins].join(' ')
}

/** Throws BadInputError (403) when a browser sends from a page of a site that is not allowed. */
export function checkOrigin(request: Request, publicUrl: string, origins: string[]): void {
  const origin = request.headers.get('origin')
  // Programs send none. They still need a token.
  if (origin === null || origins.includes('*') || origins.includes(origin)) return
  // Only hosts are compared: a proxy in front may turn https into http.
  const host = URL.parse(origin)?.host
  if (host && (host === new URL(request.url).host || host === new URL(publicUrl).host)) return
  throw new BadInputError(`Pages of ${origin} may not use this chat. Its operator can add them to LIVE_CHAT_ORIGINS.`, {
    status: 403,
  })
}
