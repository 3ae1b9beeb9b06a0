import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Card } from '../../../../src/workspaces/card.ts'
import type { Entry, Message } from '../../../../src/workspaces/message.ts'
import { readClick } from '../../../../src/workspaces/slack/blocks/click.ts'
import { messageOf, type SharedFile } from '../../../../src/workspaces/slack/blocks/message.ts'
import { slackProblems } from '../../../support/slack-limits.ts'
import {
  cardSaying,
  forgeries,
  hostileCard,
  hostileLines,
  hostileText,
  hostileTurn,
  objectsIn,
} from '../../contract/hostile.ts'
import { sampleCard, sampleCards, sampleTurn } from '../../contract/sample-cards.ts'

const shown = (message: Message, files?: SharedFile[]) =>
  messageOf(message, files ? { team: 'T1', files } : { team: 'T1' })
const cardShown = (card: Card) => shown({ kind: 'card', card })
const problemsOf = (message: Message, files?: SharedFile[]) =>
  slackProblems({ kind: 'message', ...shown(message, files) })
const json = (value: unknown) => JSON.stringify(value)

interface Clicked {
  actionId: string
  value: string
  label: string
}

/** Everything that can be pressed or chosen. */
function clicksOf(blocks: unknown): Clicked[] {
  return [...objectsIn(blocks)].flatMap((part) => {
    const actionId = part['action_id']
    if (typeof actionId !== 'string') return []
    const choices = part['type'] === 'button' ? [part] : (part['options'] as Record<string, unknown>[])
    return choices.map(({ text, value }) => ({
      actionId,
      value: String(value),
      label: (text as { text: string }).text,
    }))
  })
}

describe('a card in Slack', () => {
  it.each(Object.entries(sampleCards))('is within the limits: %s', (_, card) => {
    expect(problemsOf({ kind: 'card', card })).toEqual([])
    expect(forgeries(cardShown(card).blocks)).toEqual([])
  })

  it.each(Object.entries(sampleCards))('offers every action exactly once: %s', (_, card) => {
    const clicks = clicksOf(cardShown(card).blocks).map(({ actionId, value }) => readClick(actionId, value))
    for (const click of clicks)
      expect(click).toMatchObject({ conversationId: card.conversationId, seenSeq: card.seenSeq })
    const expected = card.actions
      .filter(({ id }) => id !== 'copy')
      .map(({ id, target, form }) => `${id} ${target} ${form === null}`)
    const offered = clicks
      .filter((click) => click?.action !== 'read')
      .map((click) => `${click?.action} ${click?.target} ${click?.isQuick}`)
    expect(offered.toSorted()).toEqual(expected.toSorted())
  })

  it('is within the limits whatever anybody wrote, forges nothing, and loses no action', () => {
    fc.assert(
      fc.property(hostileCard, (card) => {
        const { text, blocks } = cardShown(card)
        expect(slackProblems({ kind: 'message', text, blocks })).toEqual([])
        expect(forgeries(blocks)).toEqual([])
        expect(text).not.toMatch(/[<>]/)
        expect(text.length).toBeLessThan(1600)
        const offered = clicksOf(blocks).flatMap(
          ({ actionId, value }) => readClick(actionId, value)?.action ?? 'unreadable',
        )
        expect(offered.filter((action) => action !== 'read')).toHaveLength(
          card.actions.filter(({ id }) => id !== 'copy').length,
        )
      }),
      { numRuns: 400 },
    )
  })

  it('says in one sentence what it is about', () => {
    const { text } = cardShown(sampleCard())
    expect(text.replace(/[\u2068\u2069]/g, '')).toBe(
      'Complaint from Mia Okafor via Email: Good morning, two weeks ago I ordered the blue teapot (no. 1042), and today it finally arrived: with a broken handle. T… · high urgency · reply drafted',
    )
  })

  it('mentions the assignee where they are, and names them elsewhere', () => {
    const card = sampleCard()
    expect(json(cardShown(card))).toContain('Assigned to <@U1>')
    const elsewhere = json(messageOf({ kind: 'card', card }, { team: 'T2' }))
    expect(elsewhere).not.toContain('<@')
    expect(elsewhere).toContain('Assigned to \u2068Ana\u2069')
  })

  it('tells times in the reader’s own time zone', () => {
    expect(json(cardShown(sampleCard()))).toContain(
      '<!date^1772441640^{date_short_pretty} at {time}|2026-03-02 08:54 UTC>',
    )
  })

  it('says until when an answer is due', () => {
    const dueAt = new Date('2026-03-02T10:54:00Z')
    expect(json(cardShown(sampleCard({ dueAt })))).toContain(
      '2026-03-02 08:54 UTC>* · due *<!date^1772448840^{date_short_pretty} at {time}|2026-03-02 10:54 UTC>*',
    )
    expect(json(cardShown(sampleCard({ dueAt: null })))).not.toContain(' due ')
  })

  it('shows markup as it was written', () => {
    for (const text of ['<!channel> *urgent*', '&amp;', ':smile: `code`', '> forged']) {
      const quoted = [...objectsIn(cardShown(cardSaying(text)).blocks)].find(({ type }) => type === 'rich_text_quote')
      expect(quoted).toMatchObject({ elements: [{ type: 'text', text }] })
    }
  })

  it('cuts a letter of 40,000 characters, and offers to read all of it', () => {
    const card = sampleCard({ turns: [sampleTurn({ text: 'word '.repeat(8000) })] })
    const { blocks } = cardShown(card)
    expect(json(blocks).length).toBeLessThan(8000)
    expect(clicksOf(blocks).filter(({ label }) => label === 'Read all')).toMatchObject([{ actionId: 'do:read' }])
  })

  it('asks before a draft is sent that nobody could read to the end', () => {
    const { draft } = sampleCard()
    const long = sampleCard({ draft: draft && { ...draft, text: 'word '.repeat(4000) } })
    const approve = (card: Card) =>
      [...objectsIn(cardShown(card).blocks)].find((part) => part['action_id'] === 'do:approve')
    expect(approve(long)).toHaveProperty('confirm')
    expect(approve(sampleCard())).not.toHaveProperty('confirm')
    const whole = 'w'.repeat(6000)
    expect(json(cardShown(sampleCard({ draft: draft && { ...draft, text: whole } })))).toContain(whole)
  })

  it('asks before it is sent twice or put aside', () => {
    const confirmed = (name: string) =>
      [...objectsIn(cardShown(sampleCards[name] ?? sampleCard()).blocks)].filter(
        (part) => 'confirm' in part && 'action_id' in part,
      )
    expect(confirmed('unknown')).toMatchObject([{ action_id: 'do:resend', style: 'danger' }])
    expect(confirmed('quarantined')).toMatchObject([{ action_id: 'do:spam', style: 'danger' }])
    expect(confirmed('failed')).toEqual([])
  })

  it('asks so even where much else can be done', () => {
    const retry = sampleCards['in trouble']?.actions.slice(0, 1) ?? []
    const retries = Array.from({ length: 8 }, () => retry).flat()
    const unknown = sampleCards['unknown'] ?? sampleCard()
    const { blocks } = cardShown({ ...unknown, actions: [...retries, ...unknown.actions] })
    const resend = [...objectsIn(blocks)].find((part) => part['action_id'] === 'do:resend')
    expect(resend).toHaveProperty('confirm')
  })

  it('has what is to be copied in a block to copy from', () => {
    const copied = (name: string) =>
      [...objectsIn(cardShown(sampleCards[name] ?? sampleCard()).blocks)].filter(
        ({ type }) => type === 'rich_text_preformatted',
      )
    expect(copied('by hand')).toMatchObject([{ elements: [{ text: sampleCards['by hand']?.replyText }] }])
    expect(copied('failed')).toHaveLength(1)
    expect(copied('sending')).toEqual([])
  })

  it('is short once it is done', () => {
    for (const name of ['answered', 'dismissed']) {
      const { blocks } = cardShown(sampleCards[name] ?? sampleCard())
      expect(blocks).toHaveLength(3)
      expect(json(blocks)).not.toContain('"type":"button"')
    }
    expect(json(cardShown(sampleCards['answered'] ?? sampleCard()))).toContain(
      '<https://reviews.example/1?a=1&b=2|See the reply>',
    )
  })

  it('has other block ids with every version', () => {
    const ids = (version: number) => cardShown(sampleCard({ version })).blocks.map((block) => block.block_id)
    expect(new Set([...ids(1), ...ids(2)]).size).toBe(ids(1).length * 2)
  })

  it('shows the newest of many messages', () => {
    const turns = Array.from({ length: 100 }, (_, index) => sampleTurn({ text: `message ${index}` }))
    const text = json(cardShown(sampleCard({ turns })))
    expect(text).toContain('message 99"')
    expect(text).toContain('94 earlier messages left out')
  })

  it('counts down to the end of the reply window, and says that it has closed', () => {
    const said = (name: string) => json(cardShown(sampleCards[name] ?? sampleCard()))
    expect(said('waiting')).toMatch(/Reply window closes <!date\^\d+\^[^>]+>"/)
    expect(said('window closing')).toMatch(/Reply window closes <!date\^\d+\^[^>]+> \(\*less than 2 h left\*\)"/)
    expect(said('window closed')).toMatch(/Reply window closed \*<!date\^\d+\^[^>]+>\*"/)
    expect(said('window closed')).toContain('Pigeon post takes no free text more than 24 h after their last message')
    const { elements } = cardShown(sampleCards['window closed'] ?? sampleCard()).blocks.at(-1) as unknown as {
      elements: object[]
    }
    expect(elements[0]).toMatchObject({ text: { text: 'Send a template…' }, style: 'primary' })
  })

  it('shows the stars of a review', () => {
    expect(json(cardShown(sampleCards['waiting with a review'] ?? sampleCard()))).toContain('★★☆☆☆')
  })

  it('has no link that is not of the web', () => {
    expect(json(cardShown(cardSaying('javascript:alert(1)', { state: 'answered' })))).not.toContain('<javascript')
  })
})

describe('an entry in the thread', () => {
  const entry: fc.Arbitrary<Entry> = fc.oneof(
    fc.array(hostileTurn, { maxLength: 30 }).map((turns): Entry => ({ kind: 'said', turns })),
    hostileTurn.map((turn): Entry => ({ kind: 'sent', turn })),
    fc.array(hostileTurn, { maxLength: 3 }).map((turns): Entry => ({ kind: 'files', turns })),
    hostileText.map((reason): Entry => ({ kind: 'surfaced', reason })),
  )
  const files = fc.array(
    fc.record({ name: hostileText, permalink: fc.oneof(fc.webUrl(), hostileText), isImage: fc.boolean() }),
    { maxLength: 15 },
  )

  it('is within the limits whatever anybody wrote, and forges nothing', () => {
    fc.assert(
      fc.property(hostileCard, entry, fc.boolean(), files, (card, what, isBroadcast, shared) => {
        const message: Message = { kind: 'entry', card, entry: what, isBroadcast }
        expect(problemsOf(message, shared)).toEqual([])
        expect(forgeries(shown(message, shared).blocks)).toEqual([])
        expect(shown(message, shared).text).not.toMatch(/[<>]/)
      }),
      { numRuns: 300 },
    )
  })

  it('tells in the room who wrote again, and whose it is', () => {
    const turns = [sampleTurn({ text: 'Still nothing?' })]
    const { text, blocks } = shown({
      kind: 'entry',
      card: sampleCard(),
      entry: { kind: 'said', turns },
      isBroadcast: true,
    })
    expect(text).toBe('\u2068Mia Okafor\u2069 wrote again: \u2068Still nothing?\u2069')
    expect(json(blocks)).toContain('"user_id":"U1"')
    expect(
      json(shown({ kind: 'entry', card: sampleCard(), entry: { kind: 'said', turns }, isBroadcast: false })),
    ).not.toContain('U1')
  })

  it('links to files, so that Slack shows them', () => {
    const file = {
      name: 'te*a*pot|<x>.jpg',
      permalink: 'https://acme.slack.example/files/U1/F1/teapot.jpg',
      isImage: true,
    }
    const message: Message = {
      kind: 'entry',
      card: sampleCard(),
      entry: { kind: 'said', turns: [sampleTurn()] },
      isBroadcast: false,
    }
    expect(json(shown(message, [file]).blocks)).toContain(
      '<https://acme.slack.example/files/U1/F1/teapot.jpg|te∗a∗pot∣&lt;x&gt;.jpg>',
    )
  })

  it('shows the words of the team as they were sent', () => {
    const turn = sampleTurn({ from: 'team', name: 'Ana', text: 'On Thursday.\n\n\n*Ana*' })
    const { blocks } = shown({ kind: 'entry', card: sampleCard(), entry: { kind: 'sent', turn }, isBroadcast: false })
    expect(json(blocks)).toContain(json(turn.text))
  })
})

describe('a notice', () => {
  it('is within the limits whatever it says, and forges nothing', () => {
    fc.assert(
      fc.property(hostileText, hostileLines, (title, lines) => {
        expect(problemsOf({ kind: 'notice', title, lines })).toEqual([])
        expect(forgeries(shown({ kind: 'notice', title, lines }).blocks)).toEqual([])
      }),
    )
  })

  it('links its lines to their cards, and shows rooms in the others by name', () => {
    const { text, blocks } = shown({
      kind: 'notice',
      title: 'Late',
      lines: [
        { text: 'Mia · Email', conversationId: 'c1', url: 'https://acme.slack.com/archives/C1/p1' },
        { text: 'Cards go to T1/C1 again' },
      ],
    })
    expect(text).toBe('Late · Mia · Email · Cards go to T1/C1 again')
    expect(json(blocks)).toContain('{"type":"link","url":"https://acme.slack.com/archives/C1/p1","text":"Mia · Email"}')
    expect(json(blocks)).toContain('{"type":"channel","channel_id":"C1"}')
  })
})
