import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Card } from '../../../../src/workspaces/card.ts'
import { colours } from '../../../../src/workspaces/discord/components/elements.ts'
import { readPress } from '../../../../src/workspaces/discord/components/ids.ts'
import { hasMarks } from '../../../../src/workspaces/discord/components/marks.ts'
import {
  broadcastOf,
  messageOf,
  type Look,
  type SharedFile,
} from '../../../../src/workspaces/discord/components/message.ts'
import type { Entry, EntryMessage } from '../../../../src/workspaces/message.ts'
import { problemsOf } from '../../../support/discord-limits.ts'
import { readAsPerson } from '../../../support/discord/read-as-person.ts'
import { cardSaying, hostileCard, hostileLines, hostileText, hostileTurn, objectsIn } from '../../contract/hostile.ts'
import { sampleCard, sampleCards, sampleTurn } from '../../contract/sample-cards.ts'

const look: Look = { key: 'k' }
const cardShown = (card: Card) => messageOf({ kind: 'card', card }, look)
const sample = (name: string) => sampleCards[name] ?? sampleCard()
const ana = { id: 'discord:222222222222222222', name: 'Ana' }
const threadUrl = 'https://discord.com/channels/1/2/3'

interface Button {
  label: string
  style: number
  pressed: ReturnType<typeof readPress>
}

function buttonsOf(message: unknown): Button[] {
  return [...objectsIn(message)].flatMap(({ type, label, style, custom_id: id }) =>
    type === 2 && typeof id === 'string'
      ? [{ label: String(label), style: Number(style), pressed: readPress(id) }]
      : [],
  )
}
const clicksOf = (message: unknown) =>
  buttonsOf(message).flatMap(({ pressed }) =>
    pressed && 'click' in pressed ? [{ kind: pressed.kind, ...pressed.click }] : [],
  )
const buttonOf = (message: unknown, label: string) => buttonsOf(message).find((button) => button.label === label)

/** What can't be seen need not be there: an empty letter is one of those. */
const letters = (text: string) => text.toWellFormed().replace(/[^\p{L}\p{N}]|\u3164/gu, '')

/** What worked of the markup that is not ours: we never mark up in these ways, or mention anybody but the assignee. */
const forgeries = (message: unknown, assignee = '') =>
  readAsPerson(message).marks.filter(
    (mark) =>
      !['bold', 'italic', 'small', 'quote', 'list', 'code block'].includes(mark) &&
      !mark.startsWith('time <t:') &&
      mark !== `mention <@${assignee}>`,
  )

/** The addresses that a message may lead to. */
const linksIn = (message: unknown) => readAsPerson(message).links

describe('a card in Discord', () => {
  it.each(Object.entries(sampleCards))('is within the limits: %s', (_, card) => {
    expect(problemsOf(cardShown(card))).toEqual([])
    expect(forgeries(cardShown(card))).toEqual([])
    expect(hasMarks(cardShown(card).components, 'k')).toBe(true)
  })

  it.each(Object.entries(sampleCards))('offers every action exactly once: %s', (_, card) => {
    const clicks = clicksOf(cardShown(card))
    for (const click of clicks)
      expect(click).toMatchObject({ conversationId: card.conversationId, seenSeq: card.seenSeq })
    const expected = card.actions
      .filter(({ id }) => id !== 'copy')
      .map(({ id, target, form }) => `${id} ${target} ${form === null}`)
    const offered = clicks
      .filter(({ action }) => action !== 'read')
      .map(({ action, target, isQuick }) => `${action} ${target} ${isQuick}`)
    expect(offered.toSorted()).toEqual(expected.toSorted())
  })

  it('is within the limits whatever anybody wrote, forges nothing, and loses no decision', () => {
    fc.assert(
      fc.property(hostileCard, (card) => {
        const message = cardShown(card)
        expect(problemsOf(message)).toEqual([])
        expect(message.allowed_mentions).toEqual({ parse: [] })
        expect(forgeries(message)).toEqual([])
        expect(linksIn(message).length).toBeLessThanOrEqual(1)
        const offered = clicksOf(message).filter(({ action }) => action !== 'read')
        expect(offered.map(({ action }) => action).toSorted()).toEqual(
          card.actions
            .map(({ id }) => id)
            .filter((id) => id !== 'copy')
            .toSorted(),
        )
      }),
      { numRuns: 250 },
    )
  })

  it('has all of the draft, or says that it has not, and asks before that is sent', () => {
    const text = fc.oneof(
      hostileText,
      fc.lorem({ maxCount: 400 }),
      fc.nat(4500).map((length) => 'w'.repeat(length)),
    )
    fc.assert(
      fc.property(text, fc.boolean(), (draftText, isBesidesMuch) => {
        const { draft, actions } = sampleCard()
        const changes = { actions, replyText: null, draft: draft && { ...draft, text: draftText } }
        const card = isBesidesMuch ? cardSaying('*word* '.repeat(500), changes) : sampleCard(changes)
        const message = cardShown(card)
        expect(problemsOf(message)).toEqual([])
        const approve = clicksOf(message).find(({ action }) => action === 'approve')
        const shown = readAsPerson(message).text
        const isThere = letters(shown).includes(letters(draftText))
        if (approve?.kind === 'do') expect(isThere).toBe(true)
        else {
          expect(shown).toMatch(/\(\d[\d,]* more characters?\)/)
          expect(clicksOf(message).map(({ action }) => action)).toContain('read')
        }
      }),
      { numRuns: 150 },
    )
  })

  it('gives the draft what room there is', () => {
    const { draft } = sampleCard()
    const shown = (text: string, changes: Partial<Card> = {}) =>
      cardShown(sampleCard({ draft: draft && { ...draft, text }, ...changes }))
    const long = 'w'.repeat(2700)
    const turns = [sampleTurn({ text: 'word '.repeat(8000), translation: 'wort '.repeat(8000) })]
    for (const message of [shown(long), shown(long, { turns })]) {
      expect(readAsPerson(message).text).toContain(long)
      expect(buttonOf(message, 'Approve & send')?.pressed).toMatchObject({ kind: 'do' })
    }
    expect(buttonOf(shown('word '.repeat(4000)), 'Approve & send')?.pressed).toMatchObject({ kind: 'ask' })
  })

  it('makes room for a long draft by shortening everything else, and only then', () => {
    const { draft } = sampleCard()
    const summary = 's'.repeat(250)
    const shown = (length: number) => {
      const changes = { summary, draft: draft && { ...draft, text: 'w'.repeat(length) } }
      return readAsPerson(cardShown(sampleCard(changes))).text
    }
    expect(shown(500)).toContain(summary)
    expect(shown(2850)).toContain('w'.repeat(2850))
    expect(shown(2850)).not.toContain(summary)
  })

  it('has no gap where nothing was said', () => {
    const { text } = readAsPerson(cardShown(sampleCard({ turns: [], subject: null, draft: null })))
    expect(text).not.toMatch(/^–?$/m)
  })

  it('shows, top to bottom, what it takes to decide', () => {
    const { text } = readAsPerson(cardShown(sampleCard({ assignee: ana, summary: 'Wants her money back' })))
    const parts = [
      'Email · support@bluebird.example',
      'Mia Okafor  mia@okafor.example · 3rd conversation',
      '🔴 complaint · negative · high urgency · German',
      'Waiting since 2026-03-02T08:54:00.000Z, 2026-03-02T08:54:00.000Z, due 2026-03-02T09:54:00.000Z · Reply window closes 2026-03-02T20:54:00.000Z · Assigned to @222222222222222222',
      'Wants her money back',
      'Teekanne schon wieder kaputt angekommen',
      'Guten Morgen',
      'In your language',
      'Good morning',
      '📎 teapot.jpg (2.1 MB), invoice-1042.pdf (120 kB)',
      'Draft 2  by openai/gpt-6-luna, asked for “shorter, no voucher”',
      'Hallo Mia',
      '⚠️ Promises a refund',
      'Rests on Policy: broken goods · Their message of 08:54',
      'Approve & send\nEdit\nRedraft…\nAssign to me\nSend later…\nAssign to…\nDismiss…\nSnooze…\nSpam',
    ]
    const places = parts.map((part) => text.indexOf(part))
    expect(places).not.toContain(-1)
    expect(places).toEqual(places.toSorted((a, b) => a - b))
  })

  it('counts down to the end of the reply window, and says that it has closed', () => {
    const shown = (name: string) => readAsPerson(cardShown(sample(name)))
    expect(shown('window closing').marks).toContain('time <t:1772448000:R>')
    const closed = cardShown(sample('window closed'))
    expect(readAsPerson(closed).text).toContain('Reply window closed 2026-03-02T08:59:00.000Z')
    expect(readAsPerson(closed).text).toContain(
      '⚠️ Pigeon post takes no free text more than 24 h after their last message',
    )
    expect(buttonsOf(closed)[0]).toMatchObject({ label: 'Send a template…', style: 1 })
    expect(clicksOf(closed).map(({ action }) => action)).not.toContain('approve')
  })

  it('shows markup as it was written', () => {
    for (const text of [
      '@everyone **urgent**',
      '[Approve](https://evil.example)',
      '# big\n- list',
      '<@222222222222222222>',
    ]) {
      const seen = readAsPerson(cardShown(cardSaying(text)))
      expect(seen.text.split(text).length - 1).toBeGreaterThanOrEqual(3)
      expect(seen.links).toEqual([])
      expect(forgeries(cardShown(cardSaying(text)))).toEqual([])
    }
  })

  it('mentions the assignee where they are, names them elsewhere, and wakes nobody', () => {
    const message = cardShown(sampleCard({ assignee: ana }))
    expect(JSON.stringify(message)).toContain('Assigned to <@222222222222222222>')
    expect(message.allowed_mentions).toEqual({ parse: [] })
    expect(readAsPerson(cardShown(sampleCard())).text).toContain('Assigned to Ana')
    expect(JSON.stringify(cardShown(sampleCard()))).not.toContain('<@')
  })

  it('has the likely first and the rare below, and one main button', () => {
    const rows = [...objectsIn(cardShown(sampleCard()))].filter(({ type }) => type === 1)
    const labels = rows.map((row) => buttonsOf(row).map(({ label }) => label))
    expect(labels).toEqual([
      ['Approve & send', 'Edit', 'Redraft…', 'Assign to me'],
      ['Send later…', 'Assign to…', 'Dismiss…', 'Snooze…', 'Spam'],
    ])
    expect(buttonsOf(rows).map(({ style }) => style)).toEqual([3, 2, 2, 2, 2, 2, 2, 2, 2])
    expect(buttonsOf(cardShown(sample('in trouble'))).map(({ style }) => style)).toEqual([
      2, 2, 3, 2, 2, 2, 2, 2, 2, 2, 2,
    ])
    expect(buttonOf(cardShown(sample('needs no reply')), 'No reply needed')?.style).toBe(1)
    expect(buttonOf(cardShown(sample('quarantined')), 'Spam')?.style).toBe(4)
  })

  it.each([
    ['by hand', 'Mark as sent'],
    ['unknown', 'It arrived'],
    ['drafting', 'Write'],
  ])('has a main button wherever somebody has to act: %s', (name, label) => {
    const main = buttonsOf(cardShown(sample(name))).filter(({ style }) => style === 1)
    expect(main.map((button) => button.label)).toEqual([label])
  })

  it('has none where all is done, or on its way', () => {
    for (const name of ['answered', 'dismissed'])
      expect(buttonsOf(cardShown(sample(name))).map(({ style }) => style)).not.toContain(1)
    const onItsWay = { ...sample('sending'), actions: sample('sending').actions.filter(({ id }) => id !== 'undo') }
    expect(buttonsOf(cardShown(onItsWay)).map(({ style }) => style)).toEqual([2])
  })

  it('leaves no button alone in its row beside others, however many there are', () => {
    const steps = sampleCard().actions
    fc.assert(
      fc.property(fc.shuffledSubarray(steps), fc.nat(12), fc.boolean(), (some, failed, isLong) => {
        const retry = { id: 'retry', label: 'Try again', style: 'primary', form: null } as const
        const retries = Array.from({ length: failed }, (_, index) => ({ ...retry, target: `p${index}` }))
        const turns = [sampleTurn({ text: isLong ? 'word '.repeat(8000) : 'Hello' })]
        const message = cardShown(sampleCard({ turns, actions: [...retries, ...some] }))
        const rows = [...objectsIn(message)].filter(({ type }) => type === 1).map((row) => buttonsOf(row).length)
        expect(problemsOf(message)).toEqual([])
        if (rows.length > 1) expect(rows).not.toContain(1)
      }),
    )
  })

  it('has every decision even where twenty jobs failed', () => {
    const retry = sample('in trouble').actions[0]
    if (!retry) throw new Error('There is nothing to try again')
    const retries = Array.from({ length: 20 }, (_, index) => ({ ...retry, target: `p${index}` }))
    const card = sampleCard({ actions: [...retries, retry, retry, ...sampleCard().actions] })
    const message = cardShown(card)
    expect(problemsOf(message)).toEqual([])
    const offered = clicksOf(message).map(({ action }) => action)
    for (const { id } of sampleCard().actions) expect(offered).toContain(id)
    expect(offered.filter((action) => action === 'retry')).toHaveLength(10)
  })

  it('asks before it is sent twice or put aside', () => {
    const asked = (name: string) =>
      clicksOf(cardShown(sample(name))).flatMap(({ kind, action }) => (kind === 'ask' ? [action] : []))
    expect(asked('unknown')).toEqual(['resend'])
    expect(asked('quarantined')).toEqual(['spam'])
    expect(asked('failed')).toEqual([])
    expect(buttonOf(cardShown(sample('unknown')), 'Send again')?.style).toBe(4)
  })

  it('cuts a letter of 40,000 characters, and offers to read all of it', () => {
    const message = cardShown(sampleCard({ turns: [sampleTurn({ text: 'word '.repeat(8000) })] }))
    expect(buttonOf(message, 'Read all')?.pressed).toMatchObject({ kind: 'do', click: { action: 'read' } })
    expect(buttonOf(cardShown(sampleCard()), 'Read all')).toBeUndefined()
    const talk = [sampleTurn({ isUnanswered: false }), sampleTurn({ id: 'i2' })]
    expect(buttonOf(cardShown(sampleCard({ turns: talk })), 'Read all')).toBeDefined()
  })

  it('has what is to be copied in a block to copy from', () => {
    const copied = (name: string) => readAsPerson(cardShown(sample(name)))
    expect(copied('by hand').marks).toContain('code block')
    expect(copied('by hand').text).toContain(`Send this by hand\n${sample('by hand').replyText}`)
    expect(copied('failed').marks).toContain('code block')
    expect(copied('sending').marks).not.toContain('code block')
    const fence = '```\n@everyone\n```'
    const message = cardShown({ ...sample('by hand'), replyText: fence })
    expect(readAsPerson(message).text).toContain(fence)
    expect(forgeries(message)).toEqual([])
  })

  it('is short once it is done', () => {
    for (const name of ['answered', 'dismissed', 'snoozed']) {
      const message = cardShown(sample(name))
      expect(message.components[0]).toMatchObject({ components: [{ type: 10 }, { type: 1 }] })
      expect(readAsPerson(message).text).toMatch(/^Email · support@bluebird\.example\nMia Okafor · /)
      expect(JSON.stringify(message)).toContain('"-# Email')
    }
    const taken = { ...sample('answered'), turns: [sampleTurn(), sampleTurn({ id: 'i2' })] }
    expect(buttonsOf(cardShown(taken)).map(({ label }) => label)[0]).toBe('Read all')
    const { text, links } = readAsPerson(cardShown(sample('answered')))
    expect(text).toContain('✅ Sent by Ana · edited 12 % · answered in 6 min 2026-03-02T09:00:12.000Z · See the reply')
    expect(links).toEqual(['https://reviews.example/1?a=1&b=2'])
  })

  it('tells from afar how it stands', () => {
    const colourOf = (card: Card) => (cardShown(card).components[0] as { accent_color: number }).accent_color
    expect(colourOf(sample('waiting'))).toBe(colours.urgent)
    expect(colourOf(sampleCard({ labels: [] }))).toBe(colours.waiting)
    expect(colourOf(sample('sending'))).toBe(colours.sending)
    expect(colourOf(sample('failed'))).toBe(colours.urgent)
    expect(colourOf(sample('answered'))).toBe(colours.answered)
    expect(colourOf(sample('dismissed'))).toBe(colours.quiet)
    expect(colourOf(sample('quarantined'))).toBe(colours.quiet)
  })

  it('shows the newest of many messages', () => {
    const turns = Array.from({ length: 100 }, (_, index) => sampleTurn({ text: `message ${index}.` }))
    const { text } = readAsPerson(cardShown(sampleCard({ turns })))
    expect(text).toContain('message 99.')
    expect(text).toMatch(/9\d earlier messages left out/)
  })

  it('shows the stars of a review', () => {
    expect(readAsPerson(cardShown(sample('waiting with a review'))).text).toContain('★★☆☆☆')
  })

  it('has no link that is not of the web', () => {
    expect(linksIn(cardShown(cardSaying('javascript:alert(1)', { state: 'answered' })))).toEqual([])
  })
})

const entry: fc.Arbitrary<Entry> = fc.oneof(
  fc.array(hostileTurn, { maxLength: 30 }).map((turns): Entry => ({ kind: 'said', turns })),
  hostileTurn.map((turn): Entry => ({ kind: 'sent', turn })),
  fc.array(hostileTurn, { maxLength: 3 }).map((turns): Entry => ({ kind: 'files', turns })),
  hostileText.map((reason): Entry => ({ kind: 'surfaced', reason })),
)
const files: fc.Arbitrary<SharedFile[]> = fc
  .array(fc.record({ attachmentId: fc.uuid(), isImage: fc.boolean() }), { maxLength: 15 })
  .map((some) => some.map((file, index) => ({ ...file, name: `${index}-file.bin` })))

const said = (changes: Partial<EntryMessage> = {}): EntryMessage => ({
  kind: 'entry',
  card: sampleCard({ assignee: ana }),
  entry: { kind: 'said', turns: [sampleTurn({ text: 'Still nothing?' })] },
  isBroadcast: false,
  ...changes,
})

describe('an entry in the thread', () => {
  it('is within the limits whatever anybody wrote, and forges nothing', () => {
    fc.assert(
      fc.property(hostileCard, entry, fc.boolean(), files, (card, what, isBroadcast, shared) => {
        const message: EntryMessage = { kind: 'entry', card, entry: what, isBroadcast }
        for (const shown of [messageOf(message, { ...look, files: shared }), broadcastOf(message, look, threadUrl)]) {
          expect(problemsOf(shown)).toEqual([])
          expect(forgeries(shown)).toEqual([])
          expect(hasMarks(shown.components, 'k')).toBe(true)
        }
        expect(linksIn(messageOf(message, look))).toEqual([])
        expect(linksIn(broadcastOf(message, look, threadUrl))).toEqual([threadUrl])
      }),
      { numRuns: 150 },
    )
  })

  it('tells who wrote, and wakes nobody', () => {
    const message = messageOf(said(), look)
    expect(readAsPerson(message).text).toBe('Mia Okafor wrote\nStill nothing?')
    expect(message.allowed_mentions).toEqual({ parse: [] })
    expect(readAsPerson(messageOf(said({ isBroadcast: true }), look)).text).toContain('Mia Okafor wrote again')
  })

  it('tells in the room who wrote again, and wakes whoever has taken it', () => {
    const message = broadcastOf(said({ isBroadcast: true }), look, threadUrl)
    expect(readAsPerson(message).text).toBe(
      'Mia Okafor wrote again  @222222222222222222\nStill nothing?\nOpen the thread',
    )
    expect(message.allowed_mentions).toEqual({ parse: [], users: ['222222222222222222'] })
    const free = broadcastOf(said({ card: sampleCard() }), look, threadUrl)
    expect(free.allowed_mentions).toEqual({ parse: [] })
    expect(readAsPerson(free).text).toContain('wrote again  Ana')
  })

  it('wakes them once, when it comes back', () => {
    const back: Entry = { kind: 'surfaced', reason: 'Back from snooze' }
    const users = ['222222222222222222']
    expect(messageOf(said({ entry: back }), look).allowed_mentions).toEqual({ parse: [], users })
    expect(messageOf(said({ entry: back, isBroadcast: true }), look).allowed_mentions).toEqual({ parse: [] })
    const inRoom = broadcastOf(said({ entry: back, isBroadcast: true }), look, threadUrl)
    expect(inRoom.allowed_mentions).toEqual({ parse: [], users })
    expect(readAsPerson(inRoom).text).toContain('Back from snooze  Mia Okafor')
  })

  it('shows pictures side by side, and other files below', () => {
    const shared = [
      { attachmentId: 'a1', name: 'teapot.jpg', isImage: true },
      { attachmentId: 'a2', name: 'invoice.pdf', isImage: false },
      { attachmentId: 'a3', name: 'lid.png', isImage: true },
    ]
    const [shown] = messageOf(said(), { ...look, files: shared }).components
    expect(shown).toMatchObject({
      components: [
        { type: 10 },
        {
          type: 12,
          items: [{ media: { url: 'attachment://teapot.jpg' } }, { media: { url: 'attachment://lid.png' } }],
        },
        { type: 13, file: { url: 'attachment://invoice.pdf' } },
      ],
    })
  })

  it('names what has no name below: pictures, and what was not shared', () => {
    const { attachments } = sampleCard().turns[0] ?? sampleTurn()
    const large = { id: 'a3', name: 'film.mp4', mediaType: 'video/mp4', bytes: 90_000_000, isKept: false }
    const turns = [sampleTurn({ attachments: [...attachments, large] })]
    const shared = [
      { attachmentId: 'a1', name: 'teapot.jpg', isImage: true },
      { attachmentId: 'a2', name: 'invoice-1042.pdf', isImage: false },
    ]
    for (const kind of ['said', 'files'] as const) {
      const { components } = messageOf(said({ entry: { kind, turns } }), { ...look, files: shared })
      const { text } = readAsPerson({ components })
      expect(text).toContain('📎 teapot.jpg (2.1 MB), film.mp4 (90.0 MB, too large to keep)')
    }
  })

  it('shows the words of the team as they were sent', () => {
    const turn = sampleTurn({ from: 'team', name: 'Ana', text: 'On Thursday.\n\n\n*Ana*' })
    const { text } = readAsPerson(messageOf(said({ entry: { kind: 'sent', turn } }), look))
    expect(text).toBe('✅ Sent by Ana · 2026-03-02T08:54:00.000Z\nOn Thursday.\n\n\n*Ana*')
  })

  it('offers to read what has no room', () => {
    const turn = sampleTurn({ text: 'word '.repeat(2000) })
    const long: Entry[] = [
      { kind: 'sent', turn },
      { kind: 'said', turns: [turn] },
    ]
    for (const what of long) expect(buttonOf(messageOf(said({ entry: what }), look), 'Read all')).toBeDefined()
  })
})

describe('a notice', () => {
  it('is within the limits whatever it says, and forges nothing', () => {
    fc.assert(
      fc.property(hostileText, hostileLines, (title, lines) => {
        const message = messageOf({ kind: 'notice', title, lines }, look)
        expect(problemsOf(message)).toEqual([])
        expect(forgeries(message)).toEqual([])
      }),
    )
  })

  it('names the rooms it speaks of, and leads to the cards', () => {
    const room = '1038097195422978059/1038097195422978060'
    const lines = [{ text: 'Choose another room' }, { text: 'Mia waits', conversationId: 'c1', url: threadUrl }]
    const message = messageOf({ kind: 'notice', title: `Cards for ${room} now come here`, lines }, look)
    expect(readAsPerson(message)).toMatchObject({
      text: 'Cards for #1038097195422978060 now come here\nChoose another room\nMia waits · Open',
      links: [threadUrl],
    })
  })
})

describe('until when somebody is to be answered', () => {
  const waitingSince = new Date('2026-03-02T08:00:00Z')
  const read = (dueAt: Date | null) =>
    readAsPerson(cardShown(sampleCard({ waitingSince, dueAt, replyWindow: null }))).marks

  it('is said beside how long they wait, with its date where that is far off', () => {
    const [soon, late] = ['2026-03-02T12:00:00Z', '2026-03-03T10:00:00Z'].map((at) => new Date(at))
    const times = (dueAt: Date | null) => read(dueAt).filter((mark) => mark.startsWith('time'))
    expect(times(null)).toEqual(['time <t:1772438400:t>', 'time <t:1772438400:R>'])
    expect(times(soon ?? null).slice(2)).toEqual(['time <t:1772452800:t>'])
    expect(times(late ?? null).slice(2)).toEqual(['time <t:1772532000:f>'])
  })
})
