import { createHmac, timingSafeEqual } from 'node:crypto'
import { z } from 'zod'
import { SignatureError } from '../../errors.ts'

const visitorSchema = z.strictObject({ visitor: z.string().min(1).max(100), token: z.string().min(1).max(100) })

/** Who a browser is to us, and the proof of it. */
type Visitor = z.infer<typeof visitorSchema>

export interface Visitors {
  create(id: string): Visitor
  isGenuine(value: unknown): value is Visitor
  /** Throws SignatureError when the token does not belong to the visitor. */
  verify(visitor: string, token: string): void
}

/** Visitors are not stored: the token is the visitor's id, signed with `key`. */
export function createVisitors(key: Buffer): Visitors {
  const sign = (visitor: string) => createHmac('sha256', key).update(visitor).digest()
  const owns = ({ visitor, token }: Visitor) => {
    const given = Buffer.from(token, 'base64url')
    const expected = sign(visitor)
    return given.length === expected.length && timingSafeEqual(given, expected)
  }
  return {
    create: (visitor) => ({ visitor, token: sign(visitor).toString('base64url') }),
    isGenuine: (value): value is Visitor => {
      const parsed = visitorSchema.safeParse(value)
      return parsed.success && owns(parsed.data)
    },
    verify(visitor, token) {
      if (!owns({ visitor, token })) {
        throw new SignatureError(
          'The token does not belong to this visitor. Ask for a visitor and a token at POST /channels/live-chat/visitors.',
        )
      }
    },
  }
}
