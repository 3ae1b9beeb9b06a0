import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Found, Passage } from '../../../../src/workspaces/found.ts'
import { answerBlocks } from '../../../../src/workspaces/slack/blocks/answer.ts'
import {
  readChange,
  readCustomer,
  readFileLink,
  readPage,
} from '../../../../src/workspaces/slack/blocks/history-link.ts'
import { messageOf, type SlackMessage } from '../../../../src/workspaces/slack/blocks/message.ts'
import type { Answer } from '../../../../src/workspaces/workspace.ts'
import { slackProblems } from '../../../support/slack-limits.ts'
import { textOf } from '../../../support/slack/text-of.ts'
import { hostileFound, hostilePassages } from '../../contract/hostile-found.ts'
import { forgeries, hostileText, objectsIn } from '../../contract/hostile.ts'
import { sampleFound } from '../../contract/sample-found.ts'

const problemsOf = (message: SlackMessage) => slackProblems({ kind: 'message', ...message })
const file: Answer['file'] = { source: { kind: 'list', listId: 'l1' }, formats: ['csv', 'json'] }
const shown = (found: Found, changes: Partial<Answer> = {}) =>
  answerBlocks({ title: found.asked, lines: [], found, file, ...changes })
const json = (value: unknown) => JSON.stringify(value)

interface Button {
  label: string
  actionId: string
  value: string
}
const buttonsOf = ({ blocks }: SlackMessage): Button[] =>
  [...objectsIn(blocks)]
    .filter(({ type }) => type === 'button')
    .map(({ text, action_id: actionId, value }) => ({
      label: (text as { text: string }).text,
      actionId: String(actionId),
      value: String(value),
    }))
const labelled = (message: SlackMessage, label: string) => buttonsOf(message).find((one) => one.label === label)

/** What is bold, besides names and titles. */
const boldOf = (passages: Passage[]) =>
  [...objectsIn(shown(sampleFound({ passages, note: null })).blocks)]
    .filter(({ type }) => type === 'rich_text_quote')
    .flatMap((quote) => [...objectsIn(quote['elements'])])
    .filter(({ type, style }) => type === 'text' && (style as { bold?: boolean } | undefined)?.bold === true)
    .map(({ text }) => text)

describe('what was found, in Slack', () => {
  it('is within the limits, and forges nothing', () => {
    const message = shown(sampleFound())
    expect(problemsOf(message)).toEqual([])
    expect(forgeries(message.blocks)).toEqual([])
    expect(message.text).toBe('refund · since Thursday 1 October')
  })

  it('is within the limits whatever stands in it, forges nothing, and shows every passage', () => {
    fc.assert(
      fc.property(hostileFound, hostileText, (found, title) => {
        const message = shown(found, { title })
        expect(problemsOf(message)).toEqual([])
        expect(forgeries(message.blocks)).toEqual([])
        expect(buttonsOf(message).filter(({ actionId }) => actionId.startsWith('customer:'))).toHaveLength(
          found.passages.length,
        )
      }),
      { numRuns: 200 },
    )
  })

  it('is within the limits at its fullest, were every character written as five', () => {
    const text = '&'.repeat(1000)
    const [first] = sampleFound().passages
    const passage: Passage = {
      ...(first as Passage),
      url: `https://acme.slack.com/${'a'.repeat(270)}`,
      customer: { id: '00000000-0000-7000-8000-000000000000', name: text },
      origin: text,
      state: text,
      labels: [{ kind: 'topic', text, tone: 'plain' }],
      said: [{ text, isMarked: true }],
      answered: [{ text, isMarked: true }],
    }
    const passages = Array.from({ length: 8 }, () => passage)
    expect(problemsOf(shown(sampleFound({ asked: text, note: text, passages }), { title: text.slice(1) }))).toEqual([])
  })

  it('says what was asked once, what is to be noted, and which page it is', () => {
    const words = textOf(shown(sampleFound()).blocks)
    expect(words.split('since Thursday')).toHaveLength(2)
    expect(words).toMatch(/“refnud” is nowhere[^\n]*\nPage 2/)
    expect(textOf(shown(sampleFound(), { title: 'Found' }).blocks)).toMatch(/^Found\nrefund · since/)
    expect(textOf(shown(sampleFound({ page: { listId: 'l1', page: 0 } })).blocks)).not.toContain('Page')
  })

  it('tells of each who, where, when, what it was, and what became of it, with a way to its card', () => {
    const [first] = sampleFound().passages
    const url = 'https://acme.slack.com/archives/C1/p1'
    const { blocks } = shown(sampleFound({ passages: [{ ...(first as Passage), url }] }))
    expect(json(blocks)).toContain('*Mia Jansen*\\nEmail · support@bluebird.example · <!date^')
    expect(json(blocks)).toContain(`<${url}|Open card>`)
    expect(textOf(blocks)).toMatch(
      /complaint · Dutch · delivery · answered in 12 min by Ana Ruiz[\s\S]*het pakket[\s\S]*Our answer[\s\S]*Sorry about that/,
    )
  })

  it('marks what was looked for, in their words and in ours', () => {
    expect(boldOf(sampleFound().passages)).toEqual(['refund', 'refund', 'refund', 'refund'])
  })

  it('turns pages, shares them and gives files, by buttons that say what they are about', () => {
    const message = shown(sampleFound())
    const { listId } = sampleFound().page
    expect(readPage(labelled(message, 'Newer')?.value ?? '')).toEqual({ listId, page: 0 })
    expect(readPage(labelled(message, 'Older')?.value ?? '')).toEqual({ listId, page: 2 })
    expect(readPage(labelled(message, 'Share to room')?.value ?? '')).toEqual({ listId, page: 1 })
    const asJson = labelled(message, 'Get as JSON')
    expect(readFileLink(asJson?.actionId ?? '', asJson?.value ?? '')).toEqual({ source: file.source, format: 'json' })
    const only = shown(sampleFound({ page: { listId, page: 0 }, hasNext: false, canShare: false }))
    expect(buttonsOf(only).map(({ label }) => label)).toEqual([
      'Customer',
      'Customer',
      'Customer',
      'Get as CSV',
      'Get as JSON',
    ])
  })

  it('is read back only as what it is', () => {
    for (const strange of [null, '', 'x', 'l1 x', 'l1 -1', '../x 1', 'l1 1 2']) expect(readPage(strange)).toBeNull()
    for (const strange of [null, '', 'a b', 'x'.repeat(101)]) expect(readCustomer(strange)).toBeNull()
    for (const strange of [null, '', '{', '{}', '{"kind":"join","customerId":"c1"}', '{"kind":"fly"}'])
      expect(readChange(strange)).toBeNull()
    const value = '{"kind":"list","listId":"l1"}'
    expect(readFileLink('file:csv', value)).not.toBeNull()
    expect(readFileLink('file:exe', value)).toBeNull()
    for (const strange of [null, '', '{', '{"kind":"list"}', '{"kind":"items","reportId":"r","index":-1}'])
      expect(readFileLink('file:csv', strange)).toBeNull()
  })
})

describe('what was shared with a room', () => {
  const posted = (title: string, passages: Passage[]) => messageOf({ kind: 'found', title, passages }, { team: 'T1' })

  it('is within the limits whatever stands in it, forges nothing, and has no pages to turn', () => {
    fc.assert(
      fc.property(hostileText, hostilePassages, (title, passages) => {
        const message = posted(title, passages)
        expect(problemsOf(message)).toEqual([])
        expect(forgeries(message.blocks)).toEqual([])
        expect(message.text).not.toMatch(/[<>]/)
        expect(buttonsOf(message).every(({ actionId }) => actionId.startsWith('customer:'))).toBe(true)
      }),
      { numRuns: 100 },
    )
  })

  it('says who found it', () => {
    const message = posted('Ana found: refund', sampleFound().passages)
    expect(message.text).toBe('Ana found: refund')
    expect(textOf(message.blocks)).toMatch(/^Ana found: refund\n\*Mia Jansen\*/)
  })
})
