import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Conversation } from '../../src/conversations/conversation.ts'
import type { Triage } from '../../src/interactions/interaction.ts'
import type { Reply, ReplyState } from '../../src/replies/reply.ts'
import { cardOf, duration } from '../../src/workspaces/card.ts'

const at = new Date('2026-03-02T09:00:00Z')
const triage: Triage = {
  theme: 'complaint',
  sentiment: 'negative',
  urgency: 'high',
  language: 'de',
  topics: ['delivery'],
  summary: 'Parcel is late',
  translation: null,
  needsReply: true,
}

function conversation(over: Partial<Conversation> = {}): Conversation {
  return {
    id: 'c1',
    channel: {
      id: 'email',
      name: 'Email',
      account: 'desk@example.com',
      isPublic: false,
      isLetter: true,
      maxLength: 1000,
    },
    subject: 'Parcel',
    state: 'waiting',
    inboundSeq: 2,
    version: 7,
    createdAt: at,
    waitingSince: at,
    replyBy: null,
    snoozedUntil: null,
    dismissed: null,
    suspicion: [],
    assignee: null,
    customer: { id: 'p1', name: 'Mia', handle: 'mia@example.com', conversationsBefore: 0 },
    turns: [
      {
        from: 'customer',
        name: 'Mia',
        at,
        text: 'Wo ist mein Paket?',
        translation: 'Where is my parcel?',
        kind: 'message',
        automatic: null,
        attachments: [],
        notes: [],
      },
    ],
    triage,
    isDrafting: false,
    draft: {
      id: 'd1',
      conversationId: 'c1',
      revision: 1,
      state: 'proposed',
      text: 'Es kommt.',
      answersSeq: 2,
      writtenBy: 'offline',
      instruction: null,
      evidence: [],
      flags: [],
      createdAt: at,
    },
    reply: null,
    problems: [],
    ...over,
  }
}

function reply(state: ReplyState, over: Partial<Reply> = {}): Reply {
  return {
    id: 'r1',
    conversationId: 'c1',
    draftId: 'd1',
    channel: 'email',
    account: 'desk@example.com',
    state,
    text: 'Es kommt.',
    answersSeq: 2,
    waitingSince: at,
    approvedBy: 'Ana',
    approvedAt: at,
    sendAfter: new Date(at.getTime() + 10_000),
    attempts: 1,
    attemptedAt: at,
    acceptedAt: null,
    externalId: null,
    url: null,
    problem: null,
    editedShare: 0,
    ...over,
  }
}

const actionsOf = (over: Partial<Conversation>) => cardOf(conversation(over)).actions.map(({ id }) => id)

describe('a card', () => {
  it('says where it came from, who wrote, and what it is about', () => {
    const card = cardOf(conversation())
    expect(card.origin).toBe('Email · desk@example.com')
    expect(card.customer).toEqual({ name: 'Mia', handle: 'mia@example.com', history: 'first time' })
    expect(card.labels.map(({ text, tone }) => `${text} ${tone}`)).toEqual([
      'complaint bad',
      'negative bad',
      'high urgency warn',
      'German plain',
      'delivery plain',
    ])
    expect(card.summary).toBe('Parcel is late')
  })

  it.each([
    [1, '2nd conversation'],
    [2, '3rd conversation'],
    [10, '11th conversation'],
    [20, '21st conversation'],
    [111, '112th conversation'],
  ])('counts %i conversations before as "%s"', (conversationsBefore, history) => {
    expect(
      cardOf(conversation({ customer: { id: 'p', name: 'Mia', handle: null, conversationsBefore } })).customer.history,
    ).toBe(history)
  })

  it("leaves out a summary that only repeats the customer's words", () => {
    expect(cardOf(conversation({ triage: { ...triage, summary: 'Wo ist mein…' } })).summary).toBeNull()
  })

  it('shows a translation with the words it is of', () => {
    expect(cardOf(conversation()).turns).toMatchObject([
      { text: 'Wo ist mein Paket?', translation: 'Where is my parcel?' },
    ])
  })

  it('offers to approve only a draft for the newest words, and none while another is being written', () => {
    expect(actionsOf({})).toEqual(['approve', 'edit', 'redraft', 'assign', 'dismiss', 'snooze', 'spam'])
    expect(actionsOf({ inboundSeq: 3, isDrafting: true })).toEqual(['edit', 'assign', 'dismiss', 'snooze', 'spam'])
    expect(actionsOf({ draft: null })).not.toContain('approve')
  })

  it('has no button that changes what was said once it is being sent or was sent', () => {
    expect(actionsOf({ state: 'sending', reply: reply('queued') })).toEqual(['undo', 'assign'])
    expect(actionsOf({ state: 'sending', reply: reply('sending') })).toEqual(['assign'])
    expect(actionsOf({ state: 'answered', reply: reply('accepted') })).toEqual(['assign'])
  })

  it('says "sent" only when the provider accepted it', () => {
    const said = (state: ReplyState) => cardOf(conversation({ state: 'sending', reply: reply(state) })).status?.text
    for (const state of ['queued', 'sending', 'unknown', 'by_hand'] as const) expect(said(state)).not.toMatch(/^Sent/)
    const accepted = reply('accepted', { acceptedAt: new Date(at.getTime() + 6 * 60_000), editedShare: 0.12 })
    expect(cardOf(conversation({ state: 'answered', reply: accepted })).status).toMatchObject({
      text: 'Sent by Ana · edited 12 % · answered in 6 min',
      tone: 'good',
    })
  })

  it('warns when they wrote again after the approval', () => {
    expect(cardOf(conversation({ state: 'sending', reply: reply('queued', { answersSeq: 1 }) })).alerts).toEqual([
      'They wrote again after this reply was approved',
    ])
  })

  it('releases suspected spam or keeps it out', () => {
    expect(actionsOf({ state: 'quarantined', suspicion: ['Too fast'] })).toEqual(['reopen', 'spam'])
  })
})

describe('duration', () => {
  it.each([
    [0, '0 s'],
    [59_999, '59 s'],
    [60_000, '1 min'],
    [3_600_000, '1 h'],
    [3_660_000, '1 h 1 min'],
    [90_000_000, '1 d 1 h'],
  ])('shows %i ms as %s', (ms, text) => {
    expect(duration(ms)).toBe(text)
  })

  it('always has one or two units', () => {
    fc.assert(
      fc.property(fc.integer({ min: -10, max: 10_000_000_000 }), (ms) =>
        /^\d+ (s|min|h|d)( \d+ (min|h))?$/.test(duration(ms)),
      ),
    )
  })
})
