import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Card } from '../../../src/workspaces/card.ts'
import { cardView } from '../../../src/workspaces/web/views/card.ts'
import { testAction, testCard, testTurn, waitingActions } from '../contract/samples.ts'

const now = new Date('2026-03-02T09:00:00Z')
const render = async (card: Card): Promise<string> =>
  String(await cardView(card, { now, csrf: 'token', bucket: 'open' }))

/** A card in which every text that a customer, a model or a teammate can choose is `text`. */
function cardSaying(text: string): Card {
  return testCard({
    conversationId: text,
    origin: text,
    subject: text,
    customer: { name: text, handle: text, history: text },
    labels: [
      { kind: 'theme', text, tone: 'plain' },
      { kind: 'topic', text, tone: 'plain' },
    ],
    summary: text,
    assignee: { id: text, name: text },
    turns: [
      testTurn({ isUnanswered: false, text }),
      testTurn({
        name: text,
        text: text + '\n'.repeat(12) + text.repeat(3),
        translation: text,
        notes: [text],
        attachments: [
          { id: text, name: text, mediaType: 'image/png', bytes: 1, isKept: true },
          { id: text, name: text, mediaType: text, bytes: 1, isKept: false },
        ],
      }),
    ],
    draft: {
      id: text,
      revision: 2,
      text,
      writtenBy: text,
      instruction: text,
      evidence: [text],
      flags: [{ code: 'promise', text }],
    },
    status: { text, tone: 'good', at: now, undoUntil: now, url: text },
    alerts: [text],
    actions: [...waitingActions(text), testAction('retry', text, { target: text })],
    replyText: text,
  })
}

/** The page's skeleton: tags with the names of their attributes. */
function skeleton(html: string): string[] {
  return (html.match(/<\/?[a-z][^<>]*>/gi) ?? []).map((tag) =>
    tag
      .replace(/="[^"]*"/g, '=')
      .replace(/\s+/g, ' ')
      .trim(),
  )
}

const hostile = [
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  "' onmouseover='alert(1)",
  '</template></textarea></blockquote></article><h1>forged',
  '<!-- unclosed',
  '&lt;b&gt; & &amp;',
  'javascript:alert(1)',
  '<textarea>\n<details open>',
]

describe('a card', () => {
  it.each(hostile)('shows %j as the text that it is', async (text) => {
    const plain = skeleton(await render(cardSaying('javascript:x')))
    expect(skeleton(await render(cardSaying(text)))).toEqual(plain)
  })

  it('shows what was approved while it is on its way, to be sent by hand, or after it failed', async () => {
    const card = testCard({ draft: null, replyText: 'On Thursday.' })
    expect(await render({ ...card, state: 'sending', actions: [] })).toMatch(/<h3>Reply<[^]*On Thursday\./)
    const copy = testAction('copy', 'Copy text', { style: 'primary', target: 'r1' })
    expect(await render({ ...card, state: 'sending', actions: [copy] })).toMatch(
      /<h3>Send this by hand<[^]*On Thursday/,
    )
    expect(await render({ ...card, actions: [] })).toMatch(/<h3>Not delivered<[^]*On Thursday\./)
    expect(await render(testCard())).not.toContain('data-copy-text')
  })

  it.each([
    ['12:00', 'Due', ''],
    ['09:15', 'Due', ''],
    ['09:14', 'Due', 'warn'],
    ['08:59', 'Late since', 'late'],
  ])('tells a target of %s o’clock as %j', async (clock, word, tone) => {
    const html = await render(testCard({ dueAt: new Date(`2026-03-02T${clock}:00Z`) }))
    const [, classes = '', text = ''] = /<p class="(due[^"]*)"[^>]*>([^]*?)<\/p>/.exec(html) ?? []
    expect(classes.trim()).toBe(`due ${tone}`.trim())
    expect(
      text
        .replace(/<[^>]*>|\s+/g, ' ')
        .replace(/ +/g, ' ')
        .trim(),
    ).toBe(`${word} 2026-03-02 ${clock} UTC`)
    expect(await render(testCard())).not.toContain('data-due')
  })

  it('has the same tags and attributes whatever its texts are', async () => {
    const plain = skeleton(await render(cardSaying('javascript:x')))
    const dangerous = fc.constantFrom(
      '<',
      '>',
      '"',
      "'",
      '&',
      '/',
      '=',
      'on',
      'script',
      '<!--',
      '`',
      '$',
      '{',
      '\u0000',
      ' ',
    )
    const text = fc.array(fc.oneof(dangerous, fc.string({ unit: 'binary', maxLength: 5 })), {
      minLength: 1,
      maxLength: 60,
    })
    await fc.assert(
      fc.asyncProperty(text, async (parts) => {
        // Short enough not to be folded, which adds tags of its own.
        const said = `-${parts.join('')}`.slice(0, 60).toWellFormed()
        expect(skeleton(await render(cardSaying(said)))).toEqual(plain)
      }),
      { numRuns: 300 },
    )
  })

  it('shows no link that is not of the web', async () => {
    const html = await render(cardSaying('javascript:alert(1)'))
    expect(html).not.toContain('href="javascript')
    const sent = testCard({
      status: { text: 'Sent', tone: 'good', at: now, undoUntil: null, url: 'https://r.example/1' },
    })
    expect(await render(sent)).toMatch(/<a\s+href="https:\/\/r\.example\/1"\s+rel="noopener noreferrer nofollow"/)
  })

  it('takes out marks that reorder text, and control characters', async () => {
    const text = 'abc\u202Egpj.exe\u2066\u0007\tx\ny'
    const html = await render(testCard({ turns: [testTurn({ text })], draft: null }))
    expect(html).toContain('abcgpj.exe\tx\ny</blockquote>')
  })

  it.each(['', '\u200b\u200b', '\u00a0 \u2060', '\u202e'])(
    'calls a customer without a visible name Somebody: %j',
    async (name) => {
      const { customer, ...rest } = testCard()
      expect(await render({ ...rest, customer: { ...customer, name } })).toContain('<bdi>Somebody</bdi>')
    },
  )

  it('folds a text of 40,000 characters and loses none of it', async () => {
    const text = 'word '.repeat(8000)
    const html = await render(testCard({ turns: [testTurn({ text })] }))
    expect(html).toMatch(/<span>Show all<\/span>\s*\(40,000 characters\)/)
    const parts = [...html.matchAll(/<blockquote[^>]*>([^<]*)<\/blockquote/g)].map((match) => match[1])
    expect(parts).toHaveLength(2)
    expect(parts.join('')).toBe(text)
  })

  it('never cuts a character in two', async () => {
    const text = '🙂'.repeat(3000)
    const html = await render(testCard({ turns: [testTurn({ text: `x${text}` })] }))
    expect(html.isWellFormed()).toBe(true)
  })

  it('folds what was answered before, and shows what was not', async () => {
    const turns = [
      testTurn({ text: 'first', isUnanswered: false }),
      testTurn({ from: 'team', text: 'answer', isUnanswered: false }),
      testTurn({ text: 'second' }),
    ]
    const html = await render(testCard({ turns }))
    expect(html).toMatch(/2 earlier messages[^]*first[^]*answer[^]*<\/details>[^]*second/)
    expect(await render(testCard({ turns: turns.slice(0, 2) }))).not.toContain('earlier message')
  })

  it('offers exactly the actions that the card names', async () => {
    const actions = waitingActions('d1').slice(0, 1)
    const html = await render(testCard({ actions }))
    expect(html.match(/data-key="/g)).toHaveLength(1)
    expect(html).toContain('name="action" value="approve"')
    expect(await render(testCard({ actions: [] }))).not.toContain('<form')
  })

  it('opens a form for what asks something, and shows what the customer rated', async () => {
    const html = await render(
      testCard({
        labels: [{ kind: 'rating', text: '★★☆☆☆', tone: 'bad' }],
        turns: [testTurn({ rating: 2 })],
      }),
    )
    for (const form of ['edit', 'redraft', 'schedule', 'assign', 'dismiss', 'snooze'])
      expect(html).toMatch(new RegExp(`<form method="get" action="/cards/c1/forms/${form}"`))
    expect(html).toMatch(/<li class="chip rating bad">\s*<span role="img" aria-label="2 of 5 stars">★★☆☆☆<\/span/)
    expect(html).toMatch(/class="by"[^]*aria-label="2 of 5 stars"\s*>★★☆☆☆<\/span/)
  })

  it('dismisses at once when that is the likely thing to do', async () => {
    const html = await render(testCard({ actions: [testAction('dismiss', 'No reply needed', { style: 'primary' })] }))
    expect(html).toContain('name="reason" value="no-reply-needed"')
    expect(html).not.toContain('/forms/')
  })
})

describe('the reply window', () => {
  const view = (minutesLeft: number | null, closesAt: string) =>
    render(testCard({ replyWindow: { closesAt: new Date(closesAt), hours: 24, minutesLeft } }))

  it.each([
    [null, '2026-03-02T20:54:00Z', 'window', 'Reply window closes in 11 h 54 min'],
    [360, '2026-03-02T14:30:00Z', 'window warn', 'Reply window closes in 5 h 30 min'],
    [30, '2026-03-02T09:20:00Z', 'window warn', 'Reply window closes in 20 min'],
    [0, '2026-03-02T08:30:00Z', 'window late', 'Reply window closed 2026-03-02 08:30 UTC'],
  ])('of which less than %j minutes are left is told, in its colour', async (minutesLeft, closesAt, tone, told) => {
    const html = await view(minutesLeft, closesAt)
    const [, classes = '', text = ''] = /<p class="(window[^"]*)"[^>]*>([^]*?)<\/p>/.exec(html) ?? []
    expect([
      classes.trim(),
      text
        .replace(/<[^>]*>/g, '')
        .replace(/\s+/g, ' ')
        .trim(),
    ]).toEqual([tone, told])
  })
})

describe('what was said without words', () => {
  it('has no empty quote, and files that are missing stand apart from those that can be opened', async () => {
    const file = { name: 'a.jpg', mediaType: 'image/jpeg', bytes: 9, isKept: true }
    const turn = testTurn({
      text: '',
      attachments: [
        { ...file, id: 'a1' },
        { ...file, id: 'a3', mediaType: 'application/pdf' },
        { ...file, id: 'a2', isKept: false, bytes: 0, missing: 'being-fetched' },
      ],
    })
    const html = await render(testCard({ turns: [turn] }))
    expect(html).not.toContain('<blockquote')
    expect(html).toMatch(
      /<a href="\/attachments\/a1\?inline=1" target="_blank" rel="noopener"\s*><img src="\/attachments\/a1\?inline=1"/,
    )
    expect(html).toMatch(/<a href="\/attachments\/a3" download><bdi>a\.jpg</)
    expect(html).toMatch(/<li class="missing"><bdi>a\.jpg<\/bdi> <small>being fetched<\/small><\/li>/)
  })
})
