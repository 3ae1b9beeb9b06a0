import fc from 'fast-check'
import type { CustomerPage, Found, ListPage, Marked, Passage } from '../../../src/workspaces/found.ts'
import type { AnswerLine } from '../../../src/workspaces/workspace.ts'
import { hostileText } from './hostile.ts'

const id = fc.uuid({ version: 7 })
const when = fc.date({
  min: new Date('2020-01-01T00:00:00Z'),
  max: new Date('2035-01-01T00:00:00Z'),
  noInvalidDate: true,
})
const url = fc.option(
  fc.oneof(fc.constant('https://acme.slack.com/archives/C1/p1772442000000100'), fc.webUrl(), hostileText),
)
const listPage: fc.Arbitrary<ListPage> = fc.record({ listId: id, page: fc.nat(2000) })
const marked: fc.Arbitrary<Marked> = fc.array(fc.record({ text: hostileText, isMarked: fc.boolean() }), {
  maxLength: 6,
})
const upTo = <T>(one: fc.Arbitrary<T>, maxLength: number) =>
  fc.oneof(fc.array(one, { maxLength }), fc.array(one, { minLength: maxLength, maxLength }))

const passage: fc.Arbitrary<Passage> = fc.record({
  interactionId: id,
  conversationId: id,
  url,
  customer: fc.record({ id, name: hostileText }),
  origin: hostileText,
  at: when,
  labels: fc.array(
    fc.record({
      kind: fc.constantFrom('rating', 'theme', 'sentiment', 'urgency', 'language', 'topic'),
      text: hostileText,
      tone: fc.constantFrom('plain', 'good', 'bad', 'warn'),
    }),
    { maxLength: 8 },
  ),
  state: hostileText,
  said: marked,
  answered: fc.option(marked),
})

export const hostilePassages: fc.Arbitrary<Passage[]> = upTo(passage, 8)

export const hostileFound: fc.Arbitrary<Found> = fc.record({
  page: listPage,
  asked: hostileText,
  note: fc.option(hostileText),
  passages: hostilePassages,
  hasNext: fc.boolean(),
  canShare: fc.boolean(),
})

const lines: fc.Arbitrary<AnswerLine[]> = upTo(
  fc.record({ text: hostileText, conversationId: id, url: url.map((one) => one ?? '') }, { requiredKeys: ['text'] }),
  5,
)

export const hostileCustomer: fc.Arbitrary<CustomerPage> = fc.record({
  customerId: id,
  name: hostileText,
  summary: hostileText,
  identities: upTo(
    fc.record({ channel: hostileText, text: hostileText, isVerified: fc.boolean(), isPublic: fc.boolean() }),
    14,
  ),
  facts: upTo(fc.record({ label: hostileText, value: hostileText }), 8),
  waiting: lines,
  promises: lines,
  notes: upTo(fc.record({ noteId: id, text: hostileText, by: hostileText, at: when, canRemove: fc.boolean() }), 5),
  journey: upTo(
    fc.record({ at: when, about: hostileText, text: hostileText, state: hostileText, conversationId: id, url }),
    8,
  ),
  picture: fc.option(
    fc.record({
      id: fc.constant('journey' as const),
      title: hostileText,
      alt: hostileText,
      kind: fc.constantFrom('line', 'bar'),
      unit: fc.constant('interactions' as const),
      categories: fc.array(hostileText, { maxLength: 31 }),
      series: fc.array(
        fc.record({
          name: hostileText,
          values: fc.array(fc.option(fc.nat(100)), { maxLength: 31 }),
          role: fc.constant('value' as const),
        }),
        { maxLength: 6 },
      ),
    }),
  ),
  alike: upTo(fc.record({ customerId: id, name: hostileText, reason: hostileText }), 3),
  joined: upTo(fc.record({ mergeId: id, text: hostileText }), 3),
  history: listPage,
  isManager: fc.boolean(),
})
