import { createHmac, timingSafeEqual } from 'node:crypto'

/** What a page that was handed out carries in a hidden field. */
export interface FormToken {
  issuedAt: Date
  /** Tells one page from another; no full stop in it. */
  nonce: string
}

/** A text that only a holder of `key` can make. */
export function writeToken(key: Buffer, { issuedAt, nonce }: FormToken): string {
  return sign(key, `${issuedAt.getTime()}.${nonce}`)
}

/** Null: not made with this key, or changed since. How old it may be is for the caller to say. */
export function readToken(key: Buffer, text: string): FormToken | null {
  const [issuedAt = '', nonce = ''] = text.split('.')
  const given = Buffer.from(text)
  const right = Buffer.from(sign(key, `${issuedAt}.${nonce}`))
  if (given.length !== right.length || !timingSafeEqual(given, right)) return null
  return { issuedAt: new Date(Number(issuedAt)), nonce }
}

function sign(key: Buffer, payload: string): string {
  return `${payload}.${createHmac('sha256', key).update(payload).digest('base64url')}`
}
