import { describe, expect, it } from 'vitest'
import { BadInputError } from '../../../src/errors.ts'
import { parseDecision } from '../../../src/workspaces/web/decision.ts'
import { teammateNamed } from '../../../src/workspaces/web/teammate.ts'

const teammate = { id: 'ana', name: 'Ana' }
const about = { conversationId: 'c1', teammate }

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
      { action: 'dismiss', seenSeq: 7, reason: 'duplicate' },
      { kind: 'dismiss', seenSeq: 7, reason: 'duplicate' },
    ],
    [
      { action: 'spam', seenSeq: 7 },
      { kind: 'dismiss', seenSeq: 7, reason: 'spam' },
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
    expect(parseDecision(body, about)).toEqual({ ...about, ...decision })
  })

  it.each([
    [{}, 'action is not something'],
    [{ action: 'copy' }, 'action is not something'],
    [{ action: 'edit', target: 'd1', seenSeq: 1, text: 'Hi' }, 'action is not something'],
    [{ action: 'approve', target: 'd1' }, 'seenSeq'],
    [{ action: 'approve', target: 'd1', seenSeq: '' }, 'seenSeq'],
    [{ action: 'approve', target: 'd1', seenSeq: '-1' }, 'seenSeq'],
    [{ action: 'approve', target: '', seenSeq: 1 }, 'target is missing'],
    [{ action: 'dismiss', seenSeq: 1, reason: 'bored' }, 'reason must be one of: no-reply-needed'],
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
