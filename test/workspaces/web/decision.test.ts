import { describe, expect, it } from 'vitest'
import { BadInputError } from '../../../src/errors.ts'
import { parseDecision } from '../../../src/workspaces/web/decision.ts'
import { teammateNamed } from '../../../src/workspaces/web/teammate.ts'

const now = new Date('2026-03-02T09:00:00Z')
const teammate = { id: 'ana', name: 'Ana' }
const about = { conversationId: 'c1', teammate, now }
const base = { conversationId: 'c1', teammate }

describe('a decision', () => {
  it.each([
    [
      { action: 'approve', target: 'd1', seenSeq: '7' },
      { kind: 'approve', draftId: 'd1', seenSeq: 7 },
    ],
    [
      { action: 'approve', target: 'd1', seenSeq: 7 },
      { kind: 'approve', draftId: 'd1', seenSeq: 7 },
    ],
    [
      { action: 'edit', target: 'd1', seenSeq: 7, text: ' a ' },
      { kind: 'edit', draftId: 'd1', seenSeq: 7, text: ' a ' },
    ],
    [
      { action: 'edit', seenSeq: 7, text: 'a' },
      { kind: 'edit', draftId: null, seenSeq: 7, text: 'a' },
    ],
    [
      { action: 'edit', target: '', seenSeq: 7, text: 'a' },
      { kind: 'edit', draftId: null, seenSeq: 7, text: 'a' },
    ],
    [
      { action: 'redraft', seenSeq: 7, instruction: ' shorter ' },
      { kind: 'redraft', seenSeq: 7, instruction: 'shorter' },
    ],
    [
      { action: 'dismiss', seenSeq: 7, reason: 'duplicate' },
      { kind: 'dismiss', seenSeq: 7, reason: 'duplicate' },
    ],
    [
      { action: 'spam', seenSeq: 7 },
      { kind: 'dismiss', seenSeq: 7, reason: 'spam' },
    ],
    [
      { action: 'snooze', seenSeq: 7, until: '+1h' },
      { kind: 'snooze', seenSeq: 7, until: new Date('2026-03-02T10:00:00Z') },
    ],
    [
      { action: 'snooze', seenSeq: 7, until: '2026-03-03T09:00:00+01:00' },
      { kind: 'snooze', seenSeq: 7, until: new Date('2026-03-03T08:00:00Z') },
    ],
    [{ action: 'assign' }, { kind: 'assign', to: teammate }],
    [{ action: 'unassign' }, { kind: 'assign', to: null }],
    [{ action: 'reopen' }, { kind: 'reopen' }],
    [
      { action: 'undo', target: 'r1' },
      { kind: 'undo', replyId: 'r1' },
    ],
    [
      { action: 'mark-sent', target: 'r1' },
      { kind: 'mark-sent', replyId: 'r1' },
    ],
    [
      { action: 'resend', target: 'r1' },
      { kind: 'resend', replyId: 'r1' },
    ],
    [
      { action: 'retry', target: 'p1' },
      { kind: 'retry', problemId: 'p1' },
    ],
  ])('is read from %j', (body, decision) => {
    expect(parseDecision(body, about)).toEqual({ ...base, ...decision })
  })

  it.each([
    [{}, 'action is not something'],
    [{ action: 'copy' }, 'action is not something'],
    [{ action: 'approve', target: 'd1' }, 'seenSeq'],
    [{ action: 'approve', target: 'd1', seenSeq: '' }, 'seenSeq'],
    [{ action: 'approve', target: 'd1', seenSeq: '-1' }, 'seenSeq'],
    [{ action: 'approve', target: '', seenSeq: 1 }, 'target is missing'],
    [{ action: 'edit', seenSeq: 1, text: ' \n ' }, 'text is empty'],
    [{ action: 'edit', seenSeq: 1, text: 'x'.repeat(100_001) }, 'text is too long'],
    [{ action: 'dismiss', seenSeq: 1, reason: 'bored' }, 'reason must be one of: no-reply-needed'],
    [{ action: 'snooze', seenSeq: 1, until: '+0h' }, 'choose a time in the future'],
    [{ action: 'snooze', seenSeq: 1, until: '2026-03-02T08:59:59Z' }, 'choose a time in the future'],
    [{ action: 'snooze', seenSeq: 1, until: '2028-01-01T00:00:00Z' }, 'at most a year'],
    [{ action: 'snooze', seenSeq: 1, until: '2026-03-03T09:00' }, 'choose a time in the future'],
    [{ action: 'undo' }, 'target is missing'],
  ])('is refused when it is %j', (body, problem) => {
    expect(() => parseDecision(body, about)).toThrow(BadInputError)
    expect(() => parseDecision(body, about)).toThrow(problem)
  })
})

describe("a teammate's name", () => {
  it('makes one id, however it is written', () => {
    for (const name of ['Ana López', ' ana  lópez', 'ANA LO\u0301PEZ', 'Ana\u202E López'])
      expect(teammateNamed(name).id).toBe('ana-lópez')
    expect(teammateNamed('李 小龙')).toEqual({ id: '李-小龙', name: '李 小龙' })
  })

  it.each(['', '  ', '🙂', '-', 'x'.repeat(61)])('is refused when it is %j', (name) => {
    expect(() => teammateNamed(name)).toThrow(BadInputError)
  })
})
