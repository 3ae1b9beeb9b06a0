import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { roleOf } from '../../src/teammates/access.ts'

const group = fc.constantFrom('T1/agents', 'T1/managers', 'T1/others')
const membership = fc.record({ groups: fc.uniqueArray(group), isAdmin: fc.boolean() })
const roles = fc.record({ agents: fc.option(group), managers: fc.option(group) })

describe('a role', () => {
  it.each([
    ['nobody chose groups', [], false, null, null, 'agent'],
    ['an admin in no group', [], true, 'a', 'm', 'manager'],
    ['a manager who is no agent', ['m'], false, 'a', 'm', 'manager'],
    ['an agent', ['a'], false, 'a', 'm', 'agent'],
    ['in another group', ['x'], false, 'a', 'm', null],
    ['everybody may decide', ['x'], false, null, 'm', 'agent'],
  ])('%s', (_, groups, isAdmin, agents, managers, role) => {
    expect(roleOf({ groups, isAdmin }, { agents, managers })).toBe(role)
  })

  it('is that of everybody where no roles were chosen', () => {
    fc.assert(
      fc.property(membership, (member) => {
        expect(roleOf(member, undefined)).toBe(member.isAdmin ? 'manager' : 'agent')
      }),
    )
  })

  it('never gets less by one group more, and never locks an admin out', () => {
    const rank = { manager: 2, agent: 1 }
    const rankOf = (role: ReturnType<typeof roleOf>) => (role === null ? 0 : rank[role])
    fc.assert(
      fc.property(membership, roles, group, (member, chosen, more) => {
        const before = roleOf(member, chosen)
        const after = roleOf({ ...member, groups: [...member.groups, more] }, chosen)
        expect(rankOf(after)).toBeGreaterThanOrEqual(rankOf(before))
        expect(roleOf({ ...member, isAdmin: true }, chosen)).toBe('manager')
      }),
    )
  })

  it('comes only from a group that was chosen for it', () => {
    fc.assert(
      fc.property(membership, roles, ({ groups }, chosen) => {
        const role = roleOf({ groups, isAdmin: false }, chosen)
        const isIn = (chosenGroup: string | null) => groups.some((one) => one === chosenGroup)
        expect(role === 'manager').toBe(isIn(chosen.managers))
        expect(role === null).toBe(!isIn(chosen.managers) && chosen.agents !== null && !isIn(chosen.agents))
      }),
    )
  })
})
