import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { approvalStep, isOneEnough, secondApprovalReasons, type Matter } from '../../src/drafts/second-approval.ts'
import { themes } from '../../src/interactions/interaction.ts'
import { noSecondApproval, type SecondApproval } from '../../src/settings/tuning.ts'

const matter: Matter = {
  theme: 'complaint',
  channel: { id: 'email', name: 'Email' },
  rating: 2,
  flags: [{ code: 'promise', text: 'Promises a refund' }],
}

const flag = fc.record({ code: fc.constantFrom('promise' as const, 'caution' as const), text: fc.string() })
const matters: fc.Arbitrary<Matter> = fc.record({
  theme: fc.option(fc.constantFrom(...themes)),
  channel: fc.constantFrom({ id: 'email', name: 'Email' }, { id: 'form', name: 'Contact form' }),
  rating: fc.option(fc.integer({ min: 1, max: 5 })),
  flags: fc.array(flag, { maxLength: 3 }),
})
const allRules: fc.Arbitrary<SecondApproval> = fc.record({
  themes: fc.uniqueArray(fc.constantFrom(...themes)),
  channels: fc.uniqueArray(fc.constantFrom('email', 'form')),
  flags: fc.uniqueArray(fc.constantFrom('promise', 'caution')),
  maxRating: fc.option(fc.integer({ min: 1, max: 5 })),
  by: fc.constantFrom('anybody' as const, 'managers' as const),
})

describe('why two must approve', () => {
  it('is every rule that holds, in words', () => {
    const all: SecondApproval = {
      themes: ['complaint'],
      channels: ['email'],
      flags: ['promise'],
      maxRating: 2,
      by: 'anybody',
    }
    expect(secondApprovalReasons(matter, all)).toEqual(['complaint', 'Email', 'promises a refund', '2 stars'])
    expect(secondApprovalReasons({ ...matter, rating: 1 }, { ...noSecondApproval, maxRating: 1 })).toEqual(['1 star'])
    expect(secondApprovalReasons({ ...matter, rating: 3 }, { ...noSecondApproval, maxRating: 2 })).toEqual([])
  })

  it('is also that nobody knows yet whether a rule about themes holds', () => {
    const rules: SecondApproval = { ...noSecondApproval, themes: ['complaint'] }
    expect(secondApprovalReasons({ ...matter, theme: null }, rules)).toEqual(['theme not known yet'])
    expect(secondApprovalReasons({ ...matter, theme: 'question' }, rules)).toEqual([])
  })

  it('is nothing without rules, and never the same twice', () => {
    fc.assert(
      fc.property(matters, allRules, (about, rules) => {
        expect(secondApprovalReasons(about, noSecondApproval)).toEqual([])
        const reasons = secondApprovalReasons(about, rules)
        expect(new Set(reasons).size).toBe(reasons.length)
        if (isOneEnough(rules)) expect(reasons).toEqual([])
      }),
    )
  })

  it('never gets less when a rule is added or made stricter', () => {
    fc.assert(
      fc.property(matters, allRules, allRules, (about, rules, more) => {
        const both: SecondApproval = {
          themes: [...rules.themes, ...more.themes],
          channels: [...rules.channels, ...more.channels],
          flags: [...rules.flags, ...more.flags],
          maxRating: Math.max(rules.maxRating ?? 0, more.maxRating ?? 0) || null,
          by: rules.by,
        }
        const reasons = secondApprovalReasons(about, both)
        expect(reasons).toEqual(expect.arrayContaining(secondApprovalReasons(about, rules)))
        expect(reasons.length > 0).toBe(
          secondApprovalReasons(about, rules).length + secondApprovalReasons(about, more).length > 0,
        )
      }),
    )
  })
})

describe('an approval', () => {
  it('sends only when one is enough, or somebody else approved before', () => {
    const people = fc.constantFrom('ana', 'ben')
    const approvals = fc.record({
      reasons: fc.array(fc.string(), { maxLength: 2 }),
      first: fc.option(people),
      by: people,
      mustBeManager: fc.boolean(),
    })
    fc.assert(
      fc.property(approvals, (approval) => {
        const { reasons, first, by, mustBeManager } = approval
        if (reasons.length > 0 && first === by) {
          expect(() => approvalStep(approval)).toThrow('somebody else must be the second')
          return
        }
        const isSecond = first !== null && first !== by
        expect(approvalStep(approval)).toBe(
          reasons.length === 0 ? 'send' : !isSecond ? 'first' : mustBeManager ? 'ask-manager' : 'send',
        )
      }),
    )
  })
})
