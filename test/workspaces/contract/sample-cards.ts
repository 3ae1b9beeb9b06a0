import { template } from '../../../src/forms/template.ts'
import { usualHours } from '../../../src/settings/tuning.ts'
import type { Action, ActionId, Card, CardTurn } from '../../../src/workspaces/card.ts'
import type { Form } from '../../../src/workspaces/form.ts'
import type { Home, SettingsPage } from '../../../src/workspaces/workspace.ts'

/** Cards as `cardOf` makes them, in every state that a room shows; and forms and pages. */

const conversationId = '019a2b3c-4d5e-7f60-8a9b-0c1d2e3f4a5b'
const draftId = '019a2b3c-4d5e-7f60-8a9b-0c1d2e3f4a5c'
const replyId = '019a2b3c-4d5e-7f60-8a9b-0c1d2e3f4a5d'
const problemId = '019a2b3c-4d5e-7f60-8a9b-0c1d2e3f4a5e'

const at = (time: string) => new Date(`2026-03-02T${time}Z`)
const action = (
  id: ActionId,
  label: string,
  style: Action['style'] = 'plain',
  target: string | null = null,
  form: Action['form'] = null,
): Action => ({ id, label, style, target, form })

export function sampleTurn(changes: Partial<CardTurn> = {}): CardTurn {
  return {
    id: 'i1',
    from: 'customer',
    name: 'Mia Okafor',
    at: at('08:54:00'),
    text: 'Hello?',
    translation: null,
    isUnanswered: true,
    rating: null,
    attachments: [],
    notes: [],
    ...changes,
  }
}

const words = `Guten Morgen,

vor zwei Wochen habe ich die blaue Teekanne bestellt (Nr. 1042), und heute kam sie endlich an: mit abgebrochenem Henkel. Das ist schon das zweite Mal. Ich hätte gern mein Geld zurück, sonst muss ich eine schlechte Bewertung schreiben.

Mia Okafor`

const translation = `Good morning,

two weeks ago I ordered the blue teapot (no. 1042), and today it finally arrived: with a broken handle. This is already the second time. I would like my money back, otherwise I will have to write a bad review.

Mia Okafor`

const draftText = `Hallo Mia,

es tut mir sehr leid, dass die Teekanne zerbrochen ankam, und das schon zum zweiten Mal. Zurückschicken müssen Sie nichts: Wir erstatten heute die vollen 48 € auf Ihre Karte; in drei Tagen sind sie da.

Viele Grüße
Ihr Bluebird-Team`

/** A complaint in another language, with a draft that wants a look. */
export function sampleCard(changes: Partial<Card> = {}): Card {
  return {
    conversationId,
    version: 12,
    state: 'waiting',
    origin: 'Email · support@bluebird.example',
    channelId: 'email',
    subject: 'Teekanne schon wieder kaputt angekommen',
    customer: { name: 'Mia Okafor', handle: 'mia@okafor.example', history: '3rd conversation' },
    labels: [
      { kind: 'theme', text: 'complaint', tone: 'bad' },
      { kind: 'sentiment', text: 'negative', tone: 'bad' },
      { kind: 'urgency', text: 'high urgency', tone: 'warn' },
      { kind: 'language', text: 'German', tone: 'plain' },
      { kind: 'topic', text: 'damaged parcel', tone: 'plain' },
      { kind: 'topic', text: 'refund', tone: 'plain' },
    ],
    summary: null,
    waitingSince: at('08:54:00'),
    dueAt: at('09:54:00'),
    replyWindow: { closesAt: at('20:54:00'), hours: 24, minutesLeft: null },
    assignee: { id: 'slack:T1/U1', name: 'Ana' },
    turns: [
      sampleTurn({
        text: words,
        translation,
        attachments: [
          { id: 'a1', name: 'teapot.jpg', mediaType: 'image/jpeg', bytes: 2_140_000, isKept: true },
          { id: 'a2', name: 'invoice-1042.pdf', mediaType: 'application/pdf', bytes: 120_400, isKept: true },
        ],
      }),
    ],
    draft: {
      id: draftId,
      revision: 2,
      text: draftText,
      writtenBy: 'openai/gpt-6-luna',
      instruction: 'shorter, no voucher',
      evidence: ['Policy: broken goods', 'Their message of 08:54'],
      flags: [{ code: 'promise', text: 'Promises a refund' }],
    },
    maxLength: 20_000,
    status: null,
    alerts: [],
    actions: [
      action('approve', 'Approve & send', 'primary', draftId),
      action('edit', 'Edit', 'plain', draftId, 'edit'),
      action('schedule', 'Send later…', 'plain', draftId, 'schedule'),
      action('redraft', 'Redraft…', 'plain', null, 'redraft'),
      action('assign', 'Assign to me'),
      action('assign-to', 'Assign to…', 'plain', null, 'assign'),
      action('dismiss', 'Dismiss…', 'plain', null, 'dismiss'),
      action('snooze', 'Snooze…', 'plain', null, 'snooze'),
      action('spam', 'Spam', 'danger'),
    ],
    seenSeq: 3,
    replyText: null,
    ...changes,
  }
}

const status = (text: string, changes: Partial<NonNullable<Card['status']>> = {}): Card['status'] => ({
  text,
  tone: 'plain',
  at: null,
  undoUntil: null,
  ...changes,
})

const answered = {
  state: 'answered',
  waitingSince: null,
  dueAt: null,
  replyWindow: null,
  draft: null,
  turns: [
    sampleTurn({ text: words, translation, isUnanswered: false }),
    sampleTurn({ id: 'r1', from: 'team', name: 'Ana', text: draftText, isUnanswered: false }),
  ],
} satisfies Partial<Card>
const onItsWay = { state: 'sending', draft: null, replyText: draftText } as const
const assign = action('unassign', 'Unassign')

/** By what is going on. */
export const sampleCards: Record<string, Card> = {
  waiting: sampleCard(),
  'waiting with a review': sampleCard({
    origin: 'Google reviews · Main Street',
    subject: null,
    assignee: null,
    dueAt: null,
    replyWindow: null,
    turns: [sampleTurn({ rating: 2, text: 'The tea was cold, and nobody said sorry.' })],
  }),
  'window closing': sampleCard({
    origin: 'Pigeon post · +49 30 123456',
    replyWindow: { closesAt: at('10:40:00'), hours: 24, minutesLeft: 120 },
    turns: [
      sampleTurn({
        text: words,
        translation,
        attachments: [
          { id: 'a1', name: 'teapot.jpg', mediaType: 'image/jpeg', bytes: 0, isKept: false, missing: 'being-fetched' },
          { id: 'a2', name: 'voice.ogg', mediaType: 'audio/ogg', bytes: 0, isKept: false, missing: 'not-fetched' },
        ],
      }),
    ],
    actions: [
      ...sampleCard().actions.slice(0, 3),
      action('template', 'Send a template…', 'plain', null, 'template'),
      ...sampleCard().actions.slice(3),
    ],
  }),
  'window closed': sampleCard({
    origin: 'Pigeon post · +49 30 123456',
    replyWindow: { closesAt: at('08:59:00'), hours: 24, minutesLeft: 0 },
    alerts: [
      'Pigeon post takes no free text more than 24 h after their last message. Send a template, or wait until they write again',
    ],
    actions: [
      action('template', 'Send a template…', 'primary', null, 'template'),
      action('assign', 'Assign to me'),
      action('assign-to', 'Assign to…', 'plain', null, 'assign'),
      action('dismiss', 'Dismiss…', 'plain', null, 'dismiss'),
      action('snooze', 'Snooze…', 'plain', null, 'snooze'),
      action('spam', 'Spam', 'danger'),
    ],
  }),
  drafting: sampleCard({
    draft: null,
    status: status('Writing a draft…'),
    actions: [action('edit', 'Write', 'plain', null, 'edit'), assign],
  }),
  'first approved': sampleCard({ status: status('Approved by Ben; a second teammate has to approve it: low rating') }),
  'needs no reply': sampleCard({
    draft: null,
    status: status('Probably needs no reply'),
    actions: [
      action('dismiss', 'No reply needed', 'primary'),
      action('edit', 'Write', 'plain', null, 'edit'),
      action('spam', 'Spam', 'danger'),
    ],
  }),
  sending: sampleCard({
    ...onItsWay,
    status: status('Sending… approved by Ana', { undoUntil: at('09:02:10') }),
    actions: [action('undo', 'Undo', 'primary', replyId), assign],
  }),
  'by hand': sampleCard({
    ...onItsWay,
    status: status("Approved by Ana. This channel can't send: copy the text, send it yourself, then mark it as sent", {
      tone: 'warn',
    }),
    actions: [
      action('copy', 'Copy text', 'primary', replyId),
      action('mark-sent', 'Mark as sent', 'plain', replyId),
      action('undo', 'Undo', 'plain', replyId),
      assign,
    ],
  }),
  unknown: sampleCard({
    ...onItsWay,
    alerts: ['Not known whether it arrived: the mail server closed the connection. Look into the mailbox'],
    actions: [
      action('mark-sent', 'It arrived', 'plain', replyId),
      action('resend', 'Send again', 'danger', replyId),
      assign,
    ],
  }),
  failed: sampleCard({
    draft: null,
    replyText: draftText,
    alerts: ['Not sent: the mailbox does not exist'],
    actions: [
      action('resend', 'Send again', 'primary', replyId),
      action('edit', 'Edit', 'plain', null, 'edit'),
      assign,
    ],
  }),
  'in trouble': sampleCard({
    alerts: ['Writing a draft failed: the assistant did not answer', 'Another job failed: no room'],
    actions: [
      action('retry', 'Try again', 'primary', problemId),
      action('retry', 'Try again', 'primary', replyId),
      ...sampleCard().actions,
    ],
  }),
  answered: sampleCard({
    ...answered,
    status: status('Sent by Ana · edited 12 % · answered in 6 min', {
      tone: 'good',
      at: at('09:00:12'),
      url: 'https://reviews.example/1?a=1&b=2',
    }),
    actions: [assign],
  }),
  'delivered and read': sampleCard({
    ...answered,
    status: status('Sent by Ana, read · from a template · answered in 6 min', { tone: 'good', at: at('09:00:12') }),
    actions: [assign],
  }),
  'in moderation': sampleCard({
    ...answered,
    status: status('Sent by Ana · not shown yet: being checked by Stars & Co', { at: at('09:00:12') }),
    actions: [assign],
  }),
  rejected: sampleCard({
    draft: null,
    replyText: draftText,
    alerts: ['Rejected: It has a phone number in it. Take it out and send the reply again'],
    actions: [
      action('edit', 'Edit', 'primary', null, 'edit'),
      action('resend', 'Send again', 'plain', replyId),
      assign,
    ],
  }),
  held: sampleCard({
    ...onItsWay,
    status: status('Waiting to be sent; approved by Ana', { tone: 'warn' }),
    alerts: [
      'Not sent yet: The access token has expired. Make a new one and set it in PIGEON_TOKEN. It goes out by itself then',
    ],
    actions: [action('undo', 'Undo', 'plain', replyId), assign],
  }),
  dismissed: sampleCard({
    state: 'dismissed',
    waitingSince: null,
    draft: null,
    status: status('Dismissed by Ana: no reply needed'),
    actions: [action('reopen', 'Reopen')],
  }),
  snoozed: sampleCard({
    state: 'snoozed',
    waitingSince: null,
    draft: null,
    status: status('Snoozed until', { at: at('14:00:00') }),
    actions: [action('reopen', 'Wake now', 'primary'), assign],
  }),
  quarantined: sampleCard({
    state: 'quarantined',
    draft: null,
    status: status('Suspected spam: links only', { tone: 'warn' }),
    actions: [action('reopen', 'Not spam', 'primary'), action('spam', 'Spam', 'danger')],
  }),
}

const field = { hint: null, isOptional: false }

export const editForm: Form = {
  id: 'edit',
  title: 'Edit the reply',
  submit: 'Send',
  context: [
    { title: 'Mia Okafor wrote', text: words },
    { title: 'In your language', text: translation },
  ],
  fields: [
    {
      ...field,
      id: 'text',
      label: 'Your reply',
      hint: 'At most 20,000 characters. It is sent as it stands here.',
      kind: 'text',
      value: draftText,
      maxLength: 20_000,
      isLong: true,
    },
  ],
  about: { conversationId, draftId, seenSeq: 3 },
}

/** As it opens once the reply window has closed. */
export const templateForm: Form = {
  id: 'template',
  ...template.make({
    card: sampleCard({ draft: null }),
    canSend: true,
    needsTwo: false,
    isFirstApproved: false,
    templates: [
      { id: 'T1', name: 'order_update', language: 'de', text: 'Hallo {{1}}, Ihre Bestellung {{2}} ist unterwegs.' },
      { id: 'T2', name: 'sorry', language: 'en', text: 'Sorry that it took us so long. May we still help?' },
    ],
    closed: null,
    hours: usualHours,
    now: at('09:02:00'),
  }),
  about: { conversationId, draftId: null, seenSeq: 3 },
}

/** One field of every kind. */
export const everyField: Form['fields'] = [
  { ...field, id: 'words', label: 'Words', kind: 'text', value: '', maxLength: 200, isLong: false },
  {
    ...field,
    id: 'reason',
    label: 'Reason',
    kind: 'choice',
    value: 'spam',
    options: [
      { value: 'spam', label: 'Spam' },
      { value: 'duplicate', label: 'Duplicate' },
    ],
  },
  {
    ...field,
    id: 'themes',
    label: 'Themes',
    kind: 'choices',
    value: ['a'],
    options: [
      { value: 'a', label: 'A' },
      { value: 'b', label: 'B' },
    ],
    isOptional: true,
  },
  { ...field, id: 'until', label: 'Until', kind: 'moment', value: at('14:00:00') },
  { ...field, id: 'to', label: 'To', kind: 'teammate', value: 'slack:T1/U1' },
  { ...field, id: 'room', label: 'Channel', kind: 'room', value: 'T1/C1' },
  { ...field, id: 'group', label: 'Group', kind: 'group', value: 'T1/S1', isOptional: true },
]

export const sampleHome: Home = {
  mine: [
    { text: 'Mia Okafor · Email · complaint · waiting for 6 min', url: 'https://acme.slack.example/archives/C1/p1' },
  ],
  waiting: [
    {
      text: 'Ravi Patel · WhatsApp · question · waiting for 2 h 5 min',
      url: 'https://acme.slack.example/archives/C1/p2',
    },
    { text: 'Mia Okafor · Email · complaint · waiting for 6 min', url: 'https://acme.slack.example/archives/C1/p1' },
    {
      text: 'Lena · Google reviews · compliment · waiting for 1 min',
      url: 'https://acme.slack.example/archives/C1/p3',
    },
  ],
  waitingCount: 3,
  answered: [{ text: 'Tom Wu · Live chat · answered in 3 min', url: 'https://acme.slack.example/archives/C1/p4' }],
  answeredCount: 1,
  isManager: true,
}

/** As `readSettingsPage` makes it. */
export const sampleSettings: SettingsPage = {
  sections: [
    {
      title: 'Voice',
      lines: [{ text: 'Name: Bluebird Teas' }, { text: 'Voice: Warm, short, no exclamation marks.' }],
      forms: [{ label: 'Voice…', form: 'settings.voice', about: {} }],
    },
    {
      title: 'Rooms',
      lines: [
        { text: 'Cards → T1/C1' },
        {
          text: 'Complaint, high urgency → T1/C2',
          remove: { label: 'Remove', form: 'settings.room-rule.remove', about: { index: 0 } },
        },
        {
          text: 'Email, German → T1/C3',
          remove: { label: 'Remove', form: 'settings.room-rule.remove', about: { index: 1 } },
        },
        { text: 'What is late, and what goes wrong → T1/C2' },
      ],
      forms: [
        { label: 'Rooms…', form: 'settings.rooms', about: {} },
        { label: 'Add a rule…', form: 'settings.room-rule', about: {} },
      ],
    },
    {
      title: 'Hours',
      lines: [{ text: 'Mon-Fri 09:00-17:00' }, { text: 'Time zone: Europe/Berlin' }, { text: 'Holidays: 2026-12-25' }],
      forms: [{ label: 'Hours…', form: 'settings.hours', about: {} }],
    },
    {
      title: 'Reply targets',
      lines: [
        {
          text: 'Complaint: within 30 min of the team’s hours',
          remove: { label: 'Remove', form: 'settings.target.remove', about: { index: 0 } },
        },
      ],
      forms: [{ label: 'Add a target…', form: 'settings.target', about: {} }],
    },
    {
      title: 'Roles',
      lines: [{ text: 'May decide: T1/S1' }, { text: 'May change the settings: who runs the workspace' }],
      forms: [{ label: 'Roles…', form: 'settings.roles', about: {} }],
    },
    {
      title: 'Second approval',
      lines: [{ text: 'Needed for: promise · 2 stars or fewer. The second must be somebody else' }],
      forms: [{ label: 'Second approval…', form: 'settings.second-approval', about: {} }],
    },
  ],
}
