import type { Action, Card, CardTurn } from '../../../src/workspaces/card.ts'
import type { Form } from '../../../src/workspaces/form.ts'

/** A card that waits with a draft; `changes` make it another. */
export function testCard(changes: Partial<Card> = {}): Card {
  return {
    conversationId: 'c1',
    version: 1,
    state: 'waiting',
    origin: 'Live chat',
    channelId: 'live-chat',
    subject: null,
    customer: { name: 'Ana Lopez', handle: null, history: 'first time' },
    labels: [{ kind: 'theme', text: 'question', tone: 'plain' }],
    summary: 'Asks when the parcel comes.',
    waitingSince: new Date('2026-03-02T08:54:00Z'),
    dueAt: null,
    replyWindow: null,
    assignee: null,
    turns: [testTurn({ text: 'Where is my parcel?' })],
    draft: {
      id: 'd1',
      revision: 1,
      text: 'Hello Ana, it comes tomorrow.',
      writtenBy: 'offline',
      instruction: null,
      evidence: ['Template: question'],
      flags: [],
    },
    maxLength: 4000,
    status: null,
    alerts: [],
    actions: waitingActions('d1'),
    seenSeq: 3,
    replyText: null,
    ...changes,
  }
}

export function testTurn(changes: Partial<CardTurn> = {}): CardTurn {
  return {
    id: 't1',
    rating: null,
    from: 'customer',
    name: 'Ana Lopez',
    at: new Date('2026-03-02T08:54:00Z'),
    text: 'Hello?',
    translation: null,
    isUnanswered: true,
    attachments: [],
    notes: [],
    ...changes,
  }
}

export function waitingActions(draftId: string): Action[] {
  return [
    testAction('approve', 'Approve & send', { style: 'primary', target: draftId }),
    testAction('edit', 'Edit', { target: draftId, form: 'edit' }),
    testAction('redraft', 'Redraft…', { form: 'redraft' }),
    testAction('assign', 'Assign to me'),
    testAction('schedule', 'Send later…', { target: draftId, form: 'schedule' }),
    testAction('assign-to', 'Assign to…', { form: 'assign' }),
    testAction('dismiss', 'Dismiss…', { form: 'dismiss' }),
    testAction('snooze', 'Snooze…', { form: 'snooze' }),
    testAction('spam', 'Spam', { style: 'danger' }),
  ]
}

/** An action that asks nothing, unless `more` says so. */
export function testAction(id: Action['id'], label: string, more: Partial<Action> = {}): Action {
  return { id, label, style: 'plain', target: null, form: null, ...more }
}

/** The card once its reply is on its way. */
export function sendingCard(card: Card, now = new Date()): Card {
  return {
    ...card,
    version: card.version + 1,
    state: 'sending',
    waitingSince: card.waitingSince,
    draft: null,
    replyText: card.draft?.text ?? null,
    status: {
      text: 'Sending… approved by Team',
      tone: 'plain',
      at: null,
      undoUntil: new Date(now.getTime() + 10_000),
    },
    actions: [testAction('undo', 'Undo', { style: 'primary', target: 'r1' }), testAction('assign', 'Assign to me')],
  }
}

/** A form that asks one of everything that every workspace can ask. */
export function testForm(changes: Partial<Form> = {}): Form {
  const field = { hint: null, isOptional: false }
  return {
    id: 'edit',
    title: 'Edit the reply',
    submit: 'Send',
    context: [],
    fields: [
      { ...field, id: 'text', label: 'Your reply', kind: 'text', value: 'Hello Ana', maxLength: 4000, isLong: true },
      {
        ...field,
        id: 'why',
        label: 'Why?',
        kind: 'choice',
        value: 'late',
        options: [
          { value: 'late', label: 'It is late' },
          { value: 'lost', label: 'It is lost' },
        ],
      },
      {
        ...field,
        id: 'themes',
        label: 'Themes',
        isOptional: true,
        kind: 'choices',
        value: ['question'],
        options: [
          { value: 'question', label: 'Question' },
          { value: 'complaint', label: 'Complaint' },
          { value: 'compliment', label: 'Compliment' },
        ],
      },
      { ...field, id: 'at', label: 'When', isOptional: true, kind: 'moment', value: null },
      { ...field, id: 'to', label: 'To', isOptional: true, kind: 'teammate', value: null },
    ],
    about: { conversationId: 'c1', seenSeq: 3, draftId: 'd1' },
    ...changes,
  }
}

/** A form with a customer's words above its fields, which leave room for them. */
export function testFormBelow(context: Form['context'], changes: Partial<Form> = {}): Form {
  return testForm({ context, fields: testForm().fields.slice(0, 4), ...changes })
}
