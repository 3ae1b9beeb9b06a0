import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { clickValue, parseClick } from '../../../src/workspaces/kit/click.ts'

const id = fc.uuid({ version: 7 })

describe('a click on a card', () => {
  it('carries what it is about, and fits into an option', () => {
    fc.assert(
      fc.property(
        id,
        fc.option(id),
        fc.maxSafeNat(),
        fc.constantFrom(null, 'edit' as const),
        (conversationId, target, seenSeq, form) => {
          const value = clickValue({ conversationId, seenSeq }, { id: 'mark-unsent', target, form })
          expect(value.length).toBeLessThanOrEqual(75)
          expect(parseClick(value)).toEqual({
            action: 'mark-unsent',
            conversationId,
            target,
            seenSeq,
            isQuick: form === null,
          })
        },
      ),
    )
  })

  it('carries ids of any kind', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }), (conversationId) => {
        const value = clickValue({ conversationId, seenSeq: 1 }, { id: 'read', target: conversationId, form: null })
        expect(parseClick(value)).toEqual({
          action: 'read',
          conversationId,
          target: conversationId,
          seenSeq: 1,
          isQuick: true,
        })
      }),
    )
  })

  it.each([
    '',
    'approve',
    'approve!! AZorPE1ef2CKmwwdLj9KWw - 3',
    'launch AZorPE1ef2CKmwwdLj9KWw - 3',
    'toString AZorPE1ef2CKmwwdLj9KWw - 3',
    'approve short - 3',
    'approve AZorPE1ef2CKmwwdLj9KWw - -3',
    'approve AZorPE1ef2CKmwwdLj9KWw - zzzzzzzzzzz',
    'approve AZorPE1ef2CKmwwdLj9KWw - 3 more',
    'approve =%E0%A4%A - 3',
    '{"c":"x"}',
  ])('is not read from what is none: %j', (value) => {
    expect(parseClick(value)).toBeNull()
  })

  it('never throws', () => {
    fc.assert(fc.property(fc.string(), (value) => parseClick(value) === null))
  })
})
