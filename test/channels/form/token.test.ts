import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readToken, writeToken } from '../../../src/channels/form/token.ts'

const key = Buffer.alloc(32, 1)
const tokens = fc.record({
  issuedAt: fc.date({ noInvalidDate: true, min: new Date(0) }),
  nonce: fc.uuid(),
})

describe('form token', () => {
  it('reads back what was written', () => {
    fc.assert(fc.property(tokens, (token) => void expect(readToken(key, writeToken(key, token))).toEqual(token)))
  })

  it('notices any change of any character', () => {
    fc.assert(
      fc.property(tokens, fc.nat(), fc.string({ maxLength: 2 }), (token, place, patch) => {
        const text = writeToken(key, token)
        const at = place % text.length
        const changed = text.slice(0, at) + patch + text.slice(at + 1)
        fc.pre(changed !== text)
        expect(readToken(key, changed)).toBeNull()
      }),
    )
  })

  it('notices another key', () => {
    fc.assert(
      fc.property(tokens, (token) => void expect(readToken(Buffer.alloc(32, 2), writeToken(key, token))).toBeNull()),
    )
  })

  it('takes any text without throwing', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => void expect(readToken(key, text)).toBeNull()))
  })
})
