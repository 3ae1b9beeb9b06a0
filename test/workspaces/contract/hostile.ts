import fc from 'fast-check'
import type { Action, Card, CardTurn } from '../../../src/workspaces/card.ts'
import type { AnswerLine } from '../../../src/workspaces/workspace.ts'
import { sampleCard, sampleCards, sampleTurn } from './sample-cards.ts'

/** What customers, models and teammates could write to break a message. */
const pieces = [
  '<!channel>',
  '<!here|here>',
  '<@U1>',
  '<#C1|general>',
  '<!subteam^S1>',
  '<https://evil.example|https://bank.example>',
  '<!date^1^{date}^https://evil.example|x>',
  '&amp; &lt; & < > |',
  '*bold* _italic_ ~gone~ `code` ```block```',
  '\n> quoted\n>>> more',
  ':smile: :tada::skin-tone-2:',
  '\u202eright to left\u2066',
  'שלום עולם',
  'مرحبا',
  '👩‍👩‍👧‍👦🏳️‍🌈🙂',
  'e\u0301\u0323'.repeat(20),
  '\ud83d',
  '\udc00',
  '\u0000\u0007\u001b[31m',
  '\r\n\r\n\r\n',
  '\u00a0\u200b\u2060\ufeff',
  '   ',
  '',
  'https://example.com/a?b=1&c=2|d',
  '"}]},{"type":"divider"}',
  '__proto__',
]

export const hostileText: fc.Arbitrary<string> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc
      .array(fc.oneof(fc.constantFrom(...pieces), fc.string({ unit: 'binary', maxLength: 20 })), { maxLength: 6 })
      .map((parts) => parts.join('')),
  },
  { weight: 1, arbitrary: fc.constantFrom('', ' ', '\n', '\u200b', '\u3164', '\u202e') },
  {
    weight: 2,
    arbitrary: fc
      .tuple(
        fc.constantFrom(...pieces, 'word ', 'x', '&', '🙂', '\n', 'a\n\nb'),
        fc.constantFrom(80, 300, 3001, 12_500, 40_000),
      )
      .map(([piece, length]) =>
        (piece === '' ? 'y' : piece).repeat(Math.ceil(length / (piece.length || 1))).slice(0, length),
      ),
  },
)

const id = fc.uuid({ version: 7 })
const when = fc.date({
  min: new Date('2020-01-01T00:00:00Z'),
  max: new Date('2035-01-01T00:00:00Z'),
  noInvalidDate: true,
})
const tone = fc.constantFrom('plain', 'good', 'bad', 'warn')
const few = <T>(one: fc.Arbitrary<T>, maxLength = 8) => fc.array(one, { maxLength })

const attachment = fc.record({
  id,
  name: hostileText,
  mediaType: hostileText,
  bytes: fc.nat(50_000_000),
  isKept: fc.boolean(),
})

export const hostileTurn: fc.Arbitrary<CardTurn> = fc.record({
  id,
  from: fc.constantFrom('customer', 'team'),
  name: hostileText,
  at: when,
  text: hostileText,
  translation: fc.option(hostileText),
  isUnanswered: fc.boolean(),
  rating: fc.option(fc.integer({ min: 0, max: 6 })),
  attachments: fc.oneof(few(attachment, 3), fc.array(attachment, { minLength: 60, maxLength: 60 })),
  notes: few(hostileText, 6),
})

const turns: fc.Arbitrary<CardTurn[]> = fc.oneof(
  { weight: 5, arbitrary: few(hostileTurn, 4) },
  { weight: 1, arbitrary: hostileTurn.map((turn) => Array.from({ length: 100 }, () => turn)) },
)

const likelyActions = fc.constantFrom(...Object.values(sampleCards).map(({ actions }) => actions))
const manyActions = likelyActions.map((actions): Action[] => [
  ...Array.from({ length: 7 }, (_, index) => ({
    ...(sampleCards['in trouble']?.actions[0] as Action),
    target: `p${index}`,
  })),
  ...actions,
])

export const hostileCard: fc.Arbitrary<Card> = fc
  .record({
    conversationId: id,
    version: fc.nat(),
    state: fc.constantFrom('waiting', 'sending', 'answered', 'dismissed', 'snoozed', 'quarantined'),
    origin: hostileText,
    subject: fc.option(hostileText),
    customer: fc.record({ name: hostileText, handle: fc.option(hostileText), history: hostileText }),
    labels: few(fc.record({ kind: fc.constantFrom('theme', 'urgency', 'topic'), text: hostileText, tone }), 12),
    summary: fc.option(hostileText),
    waitingSince: fc.option(when),
    replyWindow: fc.option(
      fc.record({ closesAt: when, hours: fc.constant(24), minutesLeft: fc.constantFrom(null, 0, 30, 120, 360) }),
    ),
    assignee: fc.option(
      fc.record({
        id: fc.oneof(hostileText, fc.constantFrom('slack:T1/U1', 'slack:T2/U9', 'web:U1')),
        name: hostileText,
      }),
    ),
    turns,
    draft: fc.option(
      fc.record({
        id,
        revision: fc.integer({ min: 1, max: 50 }),
        text: hostileText,
        writtenBy: hostileText,
        instruction: fc.option(hostileText),
        evidence: few(hostileText, 12),
        flags: few(fc.record({ code: fc.constant('promise' as const), text: hostileText }), 12),
      }),
    ),
    status: fc.option(
      fc.record({
        text: hostileText,
        tone,
        at: fc.option(when),
        undoUntil: fc.option(when),
        url: fc.oneof(hostileText, fc.webUrl({ withQueryParameters: true })),
      }),
    ),
    alerts: few(hostileText, 12),
    actions: fc.oneof(likelyActions, manyActions),
    seenSeq: fc.nat(),
    replyText: fc.option(hostileText),
  })
  .map((changes) => sampleCard(changes as Partial<Card>))

/** A card in which every text is `text`. */
export function cardSaying(text: string, changes: Partial<Card> = {}): Card {
  return sampleCard({
    origin: text,
    subject: text,
    customer: { name: text, handle: text, history: text },
    labels: [{ kind: 'theme', text, tone: 'plain' }],
    summary: text,
    assignee: { id: text, name: text },
    turns: [
      sampleTurn({
        name: text,
        text,
        translation: text,
        notes: [text],
        attachments: [{ id: 'a', name: text, mediaType: text, bytes: 1, isKept: true }],
      }),
    ],
    draft: {
      id: 'd1',
      revision: 1,
      text,
      writtenBy: text,
      instruction: text,
      evidence: [text],
      flags: [{ code: 'promise', text }],
    },
    status: { text, tone: 'good', at: null, undoUntil: null, url: text },
    alerts: [text],
    replyText: text,
    ...changes,
  })
}

/** Every object in a payload. */
export function* objectsIn(value: unknown): Generator<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) return
  if (!Array.isArray(value)) yield value as Record<string, unknown>
  for (const part of Object.values(value)) yield* objectsIn(part)
}

const ours = [
  /<!date\^-?\d+\^[^<>|^]*\|\d{4}-\d\d-\d\d \d\d:\d\d UTC>/g,
  // Only ever those of the test: people who are assigned, and links that were asked for.
  /<@U1>/g,
  /<https?:\/\/[^<>|\s]+\|[^<>|]*>/g,
]

/** What in a payload is no mere text, though somebody else's words may have put it there. */
export function forgeries(payload: unknown): string[] {
  const found: string[] = []
  if (/[\u202a-\u202e\u2066\u2067]/.test(JSON.stringify(payload))) found.push('a mark that reorders text')
  for (const part of objectsIn(payload)) {
    const { type, text } = part
    if (type === 'mrkdwn' && typeof text === 'string') {
      const rest = ours.reduce((left, shape) => left.replace(shape, ''), text)
      if (/[<>]/.test(rest)) found.push(`mrkdwn: ${rest}`)
      if (part['verbatim'] !== true) found.push(`not verbatim: ${text}`)
    }
    if (type === 'plain_text' && part['emoji'] !== false) found.push(`emoji: ${String(text)}`)
    if (['broadcast', 'usergroup', 'channel', 'team', 'emoji', 'markdown'].includes(String(type)))
      found.push(String(type))
    if (type === 'user' && part['user_id'] !== 'U1') found.push(`user: ${String(part['user_id'])}`)
  }
  return found
}

/** Lines of an answer: few as a rule, and more than there is room for. */
export const hostileLines = fc.oneof(
  { weight: 4, arbitrary: fc.array(hostileLine(), { maxLength: 8 }) },
  { weight: 1, arbitrary: fc.array(hostileLine(), { minLength: 120, maxLength: 120 }) },
)

function hostileLine(): fc.Arbitrary<AnswerLine> {
  return fc.record({ text: hostileText, url: fc.oneof(fc.webUrl(), hostileText) }, { requiredKeys: ['text'] })
}
