import type { CustomerPage, Found, Marked, Passage } from '../../../src/workspaces/found.ts'

const id = (number: number): string => `00000000-0000-7000-8000-0000000000${String(number).padStart(2, '0')}`

/** "a *b* c": what stands between stars is marked. */
const marked = (text: string): Marked =>
  text.split('*').flatMap((piece, index) => (piece === '' ? [] : [{ text: piece, isMarked: index % 2 === 1 }]))

/** A search with its results: a complaint in another language, one that nobody answered, one that is long. */
export function sampleFound(changes: Partial<Found> = {}): Found {
  const passages: Passage[] = [
    {
      interactionId: id(1),
      conversationId: id(11),
      url: null,
      customer: { id: id(21), name: 'Mia Jansen' },
      origin: 'Email · support@bluebird.example',
      at: new Date('2026-11-18T09:12:00Z'),
      labels: [
        { kind: 'theme', text: 'complaint', tone: 'bad' },
        { kind: 'language', text: 'Dutch', tone: 'plain' },
        { kind: 'topic', text: 'delivery', tone: 'plain' },
      ],
      state: 'answered in 12 min by Ana Ruiz',
      said: marked('… het pakket is nog steeds niet aangekomen. Ik wil graag een *refund* of een nieuwe lamp …'),
      answered: marked('Sorry about that, Mia. Your *refund* of € 49 is on its way; you will see it by Friday.'),
    },
    {
      interactionId: id(2),
      conversationId: id(12),
      url: null,
      customer: { id: id(22), name: '佐藤 愛子' },
      origin: 'Live chat',
      at: new Date('2026-11-17T23:40:00Z'),
      labels: [{ kind: 'theme', text: 'question', tone: 'plain' }],
      state: 'waiting for 4 d 15 h',
      said: marked('ふたが割れていました。*refund* できますか？'),
      answered: null,
    },
    {
      interactionId: id(3),
      conversationId: id(13),
      url: null,
      customer: { id: id(23), name: 'Jonas Weber-Hohenstein, Einkauf und Logistik der Stadtwerke Musterhausen' },
      origin: 'Contact form',
      at: new Date('2026-10-02T14:05:00Z'),
      labels: [
        { kind: 'rating', text: '★★☆☆☆', tone: 'bad' },
        { kind: 'theme', text: 'complaint', tone: 'bad' },
        { kind: 'urgency', text: 'high urgency', tone: 'warn' },
      ],
      state: 'dismissed',
      said: marked(
        'Second time this month that the invoice is wrong. I asked for a *refund* of the difference in September, was told that it takes five days, and have heard nothing since then. Please tell me who is responsible …',
      ),
      answered: null,
    },
  ]
  return {
    page: { listId: id(31), page: 1 },
    asked: 'refund · since Thursday 1 October',
    note: '“refnud” is nowhere: these have “refund”',
    passages,
    hasNext: true,
    canShare: true,
    ...changes,
  }
}

/** A customer with everything a page can say. */
export function sampleCustomer(changes: Partial<CustomerPage> = {}): CustomerPage {
  return {
    customerId: id(21),
    name: 'Mia Jansen',
    summary: '4th time; 2 complaints about delivery; last answered by @Ana Ruiz in 12 min',
    identities: [
      { channel: 'Email', text: 'Mia Jansen · mia@example.com', isVerified: true, isPublic: false },
      { channel: 'Live chat', text: 'Mia', isVerified: false, isPublic: false },
      { channel: 'Google reviews', text: 'Mia J.', isVerified: false, isPublic: true },
    ],
    facts: [
      { label: 'Themes', value: '2 complaints, 1 question, 1 compliment' },
      { label: 'Topics', value: 'delivery (3), refund (1)' },
      { label: 'Satisfaction', value: '★ 3.5 of 5 (2)' },
      { label: 'First heard from', value: '3 March 2026' },
    ],
    waiting: [{ text: '3 h 5 min · Email · Asks where the parcel is', conversationId: id(11) }],
    promises: [
      {
        text: '18 Nov · Ana Ruiz · “Your refund of € 49 is on its way; you will see it by Friday.”',
        conversationId: id(11),
      },
    ],
    notes: [
      {
        noteId: id(41),
        text: 'Runs the café at the corner; calls rather than writes.',
        by: 'Tom',
        at: new Date('2026-11-02T10:00:00Z'),
        canRemove: true,
      },
    ],
    journey: [
      {
        at: new Date('2026-11-18T09:12:00Z'),
        about: 'Email · complaint · delivery',
        text: 'Het pakket is nog steeds niet aangekomen',
        state: 'answered in 12 min by Ana Ruiz',
        conversationId: id(11),
        url: null,
      },
      {
        at: new Date('2026-09-30T18:20:00Z'),
        about: 'Google reviews · compliment',
        text: '★★★★★ Lovely lamps, and they answer at once',
        state: 'answered in 2 h by Tom',
        conversationId: id(14),
        url: null,
      },
    ],
    picture: {
      id: 'journey',
      title: 'Touchpoints by month',
      alt: 'One touchpoint in September, none in October, one in November 2026',
      kind: 'bar',
      unit: 'interactions',
      categories: ['Sep', 'Oct', 'Nov'],
      series: [
        { name: 'Email', values: [0, 0, 1], role: 'value' },
        { name: 'Google reviews', values: [1, 0, 0], role: 'value' },
      ],
    },
    alike: [{ customerId: id(24), name: 'M. Jansen', reason: 'the same address, typed into the contact form' }],
    joined: [{ mergeId: id(51), text: 'Live chat · Mia joined on 3 November by Ana Ruiz' }],
    history: { listId: id(32), page: 0 },
    isManager: true,
    ...changes,
  }
}
