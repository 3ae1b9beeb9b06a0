import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { clickValue, readClick } from '../../../../src/workspaces/slack/blocks/click.ts'

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
          expect(readClick('do:mark-unsent', value)).toEqual({
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
        expect(readClick('do:read', value)).toEqual({
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
    ['open:1', 'approve AZorPE1ef2CKmwwdLj9KWw - 3'],
    ['do:approve', ''],
    ['do:approve', null],
    ['do:approve', undefined],
    ['do:approve', 'approve'],
    ['do:approve', 'approve!! AZorPE1ef2CKmwwdLj9KWw - 3'],
    ['do:approve', 'launch AZorPE1ef2CKmwwdLj9KWw - 3'],
    ['do:approve', 'toString AZorPE1ef2CKmwwdLj9KWw - 3'],
    ['do:approve', 'approve short - 3'],
    ['do:approve', 'approve AZorPE1ef2CKmwwdLj9KWw - -3'],
    ['do:approve', 'approve AZorPE1ef2CKmwwdLj9KWw - zzzzzzzzzzz'],
    ['do:approve', 'approve AZorPE1ef2CKmwwdLj9KWw - 3 more'],
    ['do:approve', 'approve =%E0%A4%A - 3'],
    ['do:approve', '{"c":"x"}'],
  ])('is not read from what is none: %s %j', (actionId, value) => {
    expect(readClick(actionId, value)).toBeNull()
  })

  it('never throws', () => {
    fc.assert(fc.property(fc.string(), (value) => readClick('do:x', value) === null))
  })
})
