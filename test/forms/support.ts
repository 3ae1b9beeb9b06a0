import fc from 'fast-check'
import type { Shown } from '../../src/forms/card-form.ts'
import { usualHours } from '../../src/settings/tuning.ts'
import type { Card, CardTurn } from '../../src/workspaces/card.ts'
import type { Form, FormValue, FormValues } from '../../src/workspaces/form.ts'

export const now = new Date('2026-03-02T10:30:00Z')
export const at = (text: string) => new Date(text)

const turn = (
  from: CardTurn['from'],
  text: string,
  isUnanswered: boolean,
  translation: string | null = null,
): CardTurn => ({
  id: text,
  from,
  name: from === 'customer' ? 'Mia' : 'Ana',
  at: now,
  text,
  translation,
  isUnanswered,
  rating: null,
  attachments: [],
  notes: [],
})

/** A customer who was answered once and wrote again, twice, in German. */
export function shownCard(over: Partial<Card> = {}, rest: Partial<Omit<Shown, 'card'>> = {}): Shown {
  const card: Card = {
    conversationId: '01890000-0000-7000-8000-000000000001',
    version: 7,
    state: 'waiting',
    origin: 'Email',
    channelId: 'email',
    subject: null,
    customer: { name: 'Mia', handle: null, history: 'first time' },
    labels: [],
    summary: null,
    waitingSince: now,
    dueAt: null,
    replyWindow: null,
    assignee: null,
    turns: [
      turn('customer', 'Hello', false),
      turn('team', 'Hi', false),
      turn('customer', 'Wo ist mein Paket?', true, 'Where is my parcel?'),
      turn('customer', 'PS: thanks', true),
    ],
    draft: {
      id: 'draft-1',
      revision: 2,
      text: 'On its way.',
      writtenBy: 'fake',
      instruction: null,
      evidence: [],
      flags: [],
    },
    maxLength: 100,
    status: null,
    alerts: [],
    actions: [],
    seenSeq: 3,
    replyText: null,
    ...over,
  }
  return {
    card,
    canSend: true,
    needsTwo: false,
    isFirstApproved: false,
    templates: [
      { id: 'T1', name: 'order_update', language: 'de', text: 'Hallo {{name}}, Ihre Bestellung {{order}} ist da.' },
      { id: 'T2', name: 'sorry', language: 'en', text: 'Sorry that it took so long.' },
    ],
    closed: null,
    hours: { ...usualHours, timeZone: 'UTC' },
    now,
    ...rest,
  }
}

export const seen = { conversationId: '01890000-0000-7000-8000-000000000001', seenSeq: 3, draftId: 'draft-1' }

/** Anything that may come back from outside in place of a value. */
const hostile: fc.Arbitrary<FormValue> = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc.constantFrom('', ' ', '\0', '\ud800', 'now', '+1h', '+999h', '+1d', '2026-13-40T00:00:00Z', '__proto__', 'spam'),
  fc.date(),
  fc.array(fc.string(), { maxLength: 4 }),
  fc.anything() as fc.Arbitrary<FormValue>,
)

/** Some of these fields, with anything in them. */
export function hostileValues(ids: string[]): fc.Arbitrary<FormValues> {
  const fields = Object.fromEntries(ids.map((id) => [id, hostile]))
  return fc.record(fields, { requiredKeys: [] }) as fc.Arbitrary<FormValues>
}

/** What a form would send back if nobody touched it. */
export function untouched({ fields }: Pick<Form, 'fields'>): Record<string, FormValue> {
  return Object.fromEntries(fields.map(({ id, value }) => [id, value]))
}

/** What every platform asks of a form. */
export function faultsOf({ title, submit, fields }: Pick<Form, 'title' | 'submit' | 'fields'>): string[] {
  const ids = fields.map(({ id }) => id)
  return [
    title.length === 0 || title.length > 24 ? `title ${title}` : '',
    submit.length === 0 || submit.length > 24 ? `submit ${submit}` : '',
    fields.length > 5 ? 'too many fields' : '',
    new Set(ids).size < ids.length ? 'two fields of one name' : '',
    ...fields.map((field) => {
      if (field.kind === 'text' && field.value.length > field.maxLength) return `${field.id} is longer than it may be`
      if (field.kind !== 'choice' && field.kind !== 'choices') return ''
      const values = field.options.map(({ value }) => value)
      if (values.length === 0 || values.length > 100 || new Set(values).size < values.length)
        return `${field.id} options`
      const chosen = Array.isArray(field.value) ? field.value : field.value === null ? [] : [field.value]
      return chosen.every((value) => values.includes(value)) ? '' : `${field.id} has a value that it doesn't offer`
    }),
  ].filter((fault) => fault !== '')
}
