import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { drafts, events, teammates } from '../../src/db/schema.ts'
import { PermanentError, RetryableError } from '../../src/errors.ts'
import { writeTuning } from '../../src/settings/update.ts'
import { defaultTuning, type Roles } from '../../src/settings/tuning.ts'
import { checkAccess } from '../../src/teammates/access.ts'
import type { Membership } from '../../src/workspaces/workspace.ts'
import { inbound } from '../support/channel.ts'
import { openDesk, type Desk } from '../support/desk.ts'

let desk: Desk
let id: string
let asked: string[]
beforeEach(async () => {
  desk = await openDesk()
  id = await desk.hearOne(inbound('a'))
  await desk.work()
  asked = []
  membersAre({})
})
afterEach(() => desk.close())

function membersAre(people: Record<string, Partial<Membership>>) {
  desk.room.membershipOf = async (teammateId) => {
    asked.push(teammateId)
    return { groups: [], isAdmin: false, ...people[teammateId] }
  }
}

const rolesAre = (roles: Roles) => writeTuning(desk.ctx, { ...defaultTuning, roles: { fake: roles } }, 'fake:boss')
const check = (teammateId: string, needed: 'agent' | 'manager') =>
  checkAccess(desk.ctx, 'fake', { id: teammateId, name: teammateId }, needed)

describe('who may decide', () => {
  it('is everybody, without asking the workspace, where no group was chosen', async () => {
    expect(await desk.decide(id, { kind: 'assign', to: null }, 'stranger')).toMatchObject({ isDone: true })
    await rolesAre({ agents: null, managers: 'managers' })
    expect(await desk.decide(id, { kind: 'assign', to: null }, 'stranger')).toMatchObject({ isDone: true })
    expect(asked).toEqual([])
  })

  it('is a group, its managers and who runs the workspace; nobody else leaves a trace', async () => {
    await rolesAre({ agents: 'agents', managers: 'managers' })
    membersAre({ ana: { groups: ['agents'] }, max: { groups: ['managers'] }, boss: { isAdmin: true } })
    for (const by of ['ana', 'max', 'boss'])
      expect(await desk.decide(id, { kind: 'snooze', seenSeq: 1, until: in1h() }, by)).toMatchObject({ isDone: true })
    await desk.decide(id, { kind: 'reopen' }, 'ana')
    const before = await desk.conversation(id)
    const draftId = before.draft?.id ?? ''
    const until = in1h()
    for (const intent of [
      { kind: 'approve', draftId, seenSeq: 1 },
      { kind: 'edit', draftId, seenSeq: 1, text: 'Mine' },
      { kind: 'redraft', seenSeq: 1, instruction: '' },
      { kind: 'dismiss', seenSeq: 1, reason: 'spam' },
      { kind: 'snooze', seenSeq: 1, until },
      { kind: 'assign', to: { id: 'eve', name: 'Eve' } },
      { kind: 'reopen' },
      { kind: 'undo', replyId: draftId },
      { kind: 'mark-sent', replyId: draftId },
      { kind: 'mark-unsent', replyId: draftId },
      { kind: 'resend', replyId: draftId },
      { kind: 'retry', problemId: draftId },
    ] as const) {
      expect(await desk.decide(id, intent, 'eve'), intent.kind).toMatchObject({
        isDone: false,
        reason: 'Only members of the group agents may decide. Ask a manager: the group managers',
        card: { conversationId: id },
      })
    }
    expect((await desk.conversation(id)).version).toBe(before.version)
    expect((await desk.ctx.db.select().from(events)).some(({ actor }) => actor === 'fake:eve')).toBe(false)
    expect((await desk.ctx.db.select().from(teammates)).some(({ name }) => name === 'Eve')).toBe(false)
  })

  it('is nobody while the workspace can not tell, and the refusal says so', async () => {
    await rolesAre({ agents: 'agents', managers: null })
    for (const error of [new RetryableError('Slack is busy'), new PermanentError('A scope is missing')]) {
      desk.room.membershipOf = async () => {
        throw error
      }
      expect(await desk.decide(id, { kind: 'dismiss', seenSeq: 1, reason: 'duplicate' })).toMatchObject({
        isDone: false,
        reason: `Nothing was done: it could not be found out whether you may do this (${error.message}). Try again in a minute`,
        card: { state: 'waiting' },
      })
    }
    const [draft] = await desk.ctx.db.select().from(drafts)
    expect(draft?.state).toBe('proposed')
  })

  it('lets a fault of our own through instead of taking it for a refusal', async () => {
    await rolesAre({ agents: 'agents', managers: null })
    desk.room.membershipOf = async () => {
      throw new TypeError('broken')
    }
    await expect(desk.decide(id, { kind: 'reopen' })).rejects.toThrow('broken')
  })
})

describe('who may change the settings', () => {
  it('is a group, or only who runs the workspace', async () => {
    membersAre({ max: { groups: ['managers'] }, boss: { isAdmin: true } })
    await expect(check('boss', 'manager')).resolves.toBeUndefined()
    await expect(check('max', 'manager')).rejects.toThrow(
      'Only managers may do this. Ask somebody who runs the workspace',
    )
    await rolesAre({ agents: null, managers: 'managers' })
    await expect(check('max', 'manager')).resolves.toBeUndefined()
    await expect(check('ana', 'manager')).rejects.toThrow(
      'Only managers may do this. Ask a manager: the group managers',
    )
  })
})

const in1h = () => new Date(desk.clock.now().getTime() + 3_600_000 + asked.length * 1000)
