import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { conversationStates, type Conversation } from '../../src/conversations/conversation.ts'
import type { Triage } from '../../src/interactions/interaction.ts'
import type { Reply, ReplyState } from '../../src/replies/reply.ts'
import { duration, leftText } from '../../src/workspaces/card-words.ts'
import { cardOf } from '../../src/workspaces/card.ts'

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
      accountName: 'desk@example.com',
      isPublic: false,
      isLetter: true,
      maxLength: 1000,
      canSend: true,
      isModerated: false,
      hasTemplates: false,
    },
    subject: 'Parcel',
    state: 'waiting',
    inboundSeq: 2,
    version: 7,
    createdAt: at,
    waitingSince: at,
    dueAt: null,
    replyWindow: null,
    snoozedUntil: null,
    dismissed: null,
    suspicion: [],
    assignee: null,
    customer: { id: 'p1', name: 'Mia', handle: 'mia@example.com', history: 'first time' },
    turns: [
      {
        id: 'i1',
        from: 'customer',
        name: 'Mia',
        at,
        seq: 2,
        rating: null,
        text: 'Wo ist mein Paket?',
        translation: 'Where is my parcel?',
        kind: 'message',
        automatic: null,
        attachments: [],
        notes: [],
      },
    ],
    triage,
    surfacings: 0,
    surfacedBecause: null,
    secondApproval: [],
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
      template: null,
      firstApprovedBy: null,
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
    isScheduled: false,
    attempts: 1,
    attemptedAt: at,
    acceptedAt: null,
    externalId: null,
    deliveredAt: null,
    readAt: null,
    url: null,
    template: null,
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

  it("leaves out a summary that only repeats the customer's words", () => {
    expect(cardOf(conversation({ triage: { ...triage, summary: 'Wo ist mein…' } })).summary).toBeNull()
  })

  it('shows a translation with the words it is of', () => {
    expect(cardOf(conversation()).turns).toMatchObject([
      { text: 'Wo ist mein Paket?', translation: 'Where is my parcel?' },
    ])
  })

  it('offers to approve only a draft for the newest words, and none while another is being written', () => {
    expect(actionsOf({})).toEqual([
      'approve',
      'edit',
      'redraft',
      'assign',
      'schedule',
      'assign-to',
      'dismiss',
      'snooze',
      'customer',
      'spam',
    ])
    expect(actionsOf({ inboundSeq: 3, isDrafting: true })).toEqual([
      'edit',
      'assign',
      'assign-to',
      'dismiss',
      'snooze',
      'customer',
      'spam',
    ])
    expect(actionsOf({ draft: null })).not.toContain('approve')
  })

  it('has no button that changes what was said once it is being sent or was sent', () => {
    expect(actionsOf({ state: 'sending', reply: reply('queued') })).toEqual(['undo', 'assign', 'assign-to', 'customer'])
    expect(actionsOf({ state: 'sending', reply: reply('sending') })).toEqual(['assign', 'assign-to', 'customer'])
    expect(actionsOf({ state: 'answered', reply: reply('accepted') })).toEqual(['assign', 'assign-to', 'customer'])
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

  it('offers to send later only what one more approval sends, where the channel can send', () => {
    const { channel, draft } = conversation()
    expect(actionsOf({ channel: { ...channel, canSend: false } })).not.toContain('schedule')
    expect(actionsOf({ secondApproval: ['complaint'] })).not.toContain('schedule')
    const approved = draft && { ...draft, firstApprovedBy: { id: 'fake:ana', name: 'Ana' } }
    expect(actionsOf({ secondApproval: ['complaint'], draft: approved })).toContain('schedule')
  })

  it('says how many approvals are missing, and why', () => {
    const said = (over: Partial<Conversation>) => {
      const { actions, status } = cardOf(conversation(over))
      return [actions.find(({ id }) => id === 'approve')?.label, status?.text]
    }
    const secondApproval = ['complaint', '2 stars']
    const { draft } = conversation()
    const approved = draft && { ...draft, firstApprovedBy: { id: 'fake:ana', name: 'Ana' } }
    expect(said({})).toEqual(['Approve & send', undefined])
    expect(said({ secondApproval })).toEqual(['Approve (1 of 2)', 'Two teammates must approve: complaint, 2 stars'])
    expect(said({ secondApproval, draft: approved })).toEqual([
      'Approve & send',
      'Approved by Ana. A second teammate must approve: complaint, 2 stars',
    ])
    expect(said({ secondApproval, draft: approved, isDrafting: true })).toEqual([undefined, 'Writing another draft…'])
    // The rule is gone: one is enough.
    expect(said({ draft: approved })).toEqual(['Approve & send', undefined])
  })

  it('says when a scheduled reply leaves, without a countdown', () => {
    const scheduled = reply('queued', { isScheduled: true, attempts: 0 })
    expect(cardOf(conversation({ state: 'sending', reply: scheduled })).status).toEqual({
      text: 'Approved by Ana. Sends at',
      tone: 'plain',
      at: scheduled.sendAfter,
      undoUntil: null,
    })
  })

  it('tells of a scheduled reply that was taken back, while they wait', () => {
    const reason = 'The scheduled reply was taken back, because they wrote again'
    const withdrawn = reply('withdrawn', { isScheduled: true, problem: { reason } })
    expect(cardOf(conversation({ reply: withdrawn }))).toMatchObject({ alerts: [reason], replyText: null })
    expect(cardOf(conversation({ state: 'dismissed', reply: withdrawn })).alerts).toEqual([])
  })

  it.each([
    [1, '★☆☆☆☆', 'bad'],
    [2, '★★☆☆☆', 'bad'],
    [3, '★★★☆☆', 'warn'],
    [4, '★★★★☆', 'good'],
    [5, '★★★★★', 'good'],
  ])('shows %i stars as %s, before everything else', (rating, text, tone) => {
    const turns = conversation().turns.map((turn) => ({ ...turn, rating }))
    expect(cardOf(conversation({ turns })).labels[0]).toEqual({ kind: 'rating', text, tone })
    expect(cardOf(conversation({ turns, triage: null })).labels).toHaveLength(1)
  })

  it('says what each action asks', () => {
    const forms = cardOf(conversation()).actions.map(({ id, form }) => `${id} ${form}`)
    expect(forms).toEqual([
      'approve null',
      'edit edit',
      'redraft redraft',
      'assign null',
      'schedule schedule',
      'assign-to assign',
      'dismiss dismiss',
      'snooze snooze',
      'customer null',
      'spam null',
    ])
  })

  it('counts down to the end of the reply window only while nobody has decided', () => {
    const replyWindow = { closesAt: new Date(at.getTime() + 3_600_000), hours: 24, minutesLeft: 120 }
    for (const state of conversationStates)
      expect(cardOf(conversation({ state, replyWindow })).replyWindow).toBe(
        state === 'waiting' || state === 'snoozed' ? replyWindow : null,
      )
    expect(leftText(replyWindow)).toBe('less than 2 h left')
    expect(leftText({ ...replyWindow, minutesLeft: 30 })).toBe('less than 30 min left')
    expect([null, 0].map((minutesLeft) => leftText({ ...replyWindow, minutesLeft }))).toEqual([null, null])
  })

  it('offers approved templates in the menu, and in the place of own words once the window has closed', () => {
    const open = { closesAt: at, hours: 24, minutesLeft: 30 }
    const closed = { ...open, minutesLeft: 0 }
    const { channel, draft } = conversation()
    const templates = { ...channel, hasTemplates: true }
    const meant = new Set(['approve', 'edit', 'redraft', 'schedule', 'resend', 'template'])
    const offered = (over: Partial<Conversation>) =>
      cardOf(conversation(over))
        .actions.filter(({ id }) => meant.has(id))
        .map(({ id, style }) => `${id} ${style}`)
    const beside = ['approve primary', 'edit plain', 'redraft plain', 'schedule plain']
    expect(offered({ replyWindow: open })).toEqual(beside)
    expect(offered({ replyWindow: open, channel: templates })).toEqual([...beside, 'template plain'])
    expect(offered({ replyWindow: closed, channel: templates })).toEqual(['template primary'])
    expect(offered({ replyWindow: closed })).toEqual([])
    expect(offered({ replyWindow: closed, draft: null, reply: reply('failed') })).toEqual([])
    const template = { id: 'T1', values: {} }
    expect(
      offered({ replyWindow: closed, channel: templates, draft: null, reply: reply('failed', { template }) }),
    ).toEqual(['resend primary', 'template primary'])
    expect(offered({ replyWindow: closed, channel: templates, draft: draft && { ...draft, template } })).toEqual([
      'approve primary',
      'template plain',
    ])
  })

  it('says what can be done once the window has closed, by the channel’s own name and numbers', () => {
    const replyWindow = { closesAt: at, hours: 48, minutesLeft: 0 }
    const { channel } = conversation()
    expect(cardOf(conversation({ replyWindow, channel: { ...channel, hasTemplates: true } })).alerts).toEqual([
      'Email takes no free text more than 48 h after their last message. Send a template, or wait until they write again',
    ])
    expect(cardOf(conversation({ replyWindow })).alerts).toEqual([
      'Email takes no reply more than 48 h after their last message. Answer them another way and dismiss this, or wait until they write again',
    ])
    for (const state of ['sending', 'answered', 'dismissed', 'snoozed'] as const)
      expect(cardOf(conversation({ replyWindow, state })).alerts).toEqual([])
  })

  it('tells what became of what was sent', () => {
    const acceptedAt = new Date(at.getTime() + 6 * 60_000)
    const said = (over: Partial<Reply>, isModerated = false, state: ReplyState = 'accepted') => {
      const { channel } = conversation()
      const sent = reply(state, { acceptedAt, ...over })
      const { status } = cardOf(conversation({ state: 'answered', channel: { ...channel, isModerated }, reply: sent }))
      return `${status?.text} (${status?.tone})`
    }
    expect(said({ deliveredAt: at })).toBe('Sent by Ana, delivered · answered in 6 min (good)')
    expect(said({ deliveredAt: at, readAt: at })).toBe('Sent by Ana, read · answered in 6 min (good)')
    expect(said({ readAt: at })).toBe('Sent by Ana, read · answered in 6 min (good)')
    expect(said({ template: { id: 'T1', values: {} }, editedShare: null })).toBe(
      'Sent by Ana · from a template · answered in 6 min (good)',
    )
    expect(said({}, true)).toBe('Sent by Ana · not shown yet: being checked by Email (plain)')
    expect(said({}, true, 'published')).toBe('Published, approved by Ana · answered in 6 min (good)')
  })

  it('says why a reply was rejected or has to wait, and what to do', () => {
    const problem = { reason: 'It has a phone number in it', action: 'Take it out' }
    expect(cardOf(conversation({ draft: null, reply: reply('rejected', { problem }) }))).toMatchObject({
      alerts: ['Rejected: It has a phone number in it. Take it out'],
      replyText: 'Es kommt.',
    })
    const held = { reason: 'The token has expired', action: 'Make a new one', isHeld: true }
    const card = cardOf(conversation({ state: 'sending', reply: reply('queued', { problem: held }) }))
    expect(card).toMatchObject({
      alerts: ['Not sent yet: The token has expired. Make a new one. It goes out by itself then'],
      status: { text: 'Waiting to be sent; approved by Ana', tone: 'warn', undoUntil: null },
    })
    expect(card.actions[0]).toMatchObject({ id: 'undo', style: 'plain' })
  })

  it('leads to the customer in every state', () => {
    for (const state of conversationStates) {
      const actions = cardOf(conversation({ state, draft: null })).actions.filter(({ id }) => id === 'customer')
      expect(actions).toEqual([
        { id: 'customer', label: 'About this customer…', style: 'plain', target: null, form: null },
      ])
    }
  })

  it('releases suspected spam or keeps it out', () => {
    expect(actionsOf({ state: 'quarantined', suspicion: ['Too fast'] })).toEqual(['reopen', 'customer', 'spam'])
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
