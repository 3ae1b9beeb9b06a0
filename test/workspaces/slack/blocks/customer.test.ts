import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { CustomerPage } from '../../../../src/workspaces/found.ts'
import { answerBlocks } from '../../../../src/workspaces/slack/blocks/answer.ts'
import { readFormLink } from '../../../../src/workspaces/slack/blocks/form-link.ts'
import {
  readChange,
  readCustomer,
  readFileLink,
  readPage,
} from '../../../../src/workspaces/slack/blocks/history-link.ts'
import type { SlackMessage } from '../../../../src/workspaces/slack/blocks/message.ts'
import type { AnswerLine } from '../../../../src/workspaces/workspace.ts'
import { slackProblems } from '../../../support/slack-limits.ts'
import { textOf } from '../../../support/slack/text-of.ts'
import { hostileCustomer } from '../../contract/hostile-found.ts'
import { forgeries, hostileLines, hostileText, objectsIn } from '../../contract/hostile.ts'
import { sampleCustomer } from '../../contract/sample-found.ts'

const shown = (customer: CustomerPage, hasCharts = true, lines: AnswerLine[] = []) =>
  answerBlocks({ title: customer.name, lines, customer }, hasCharts)
const problemsOf = (message: SlackMessage) => slackProblems({ kind: 'message', ...message })
const partsOf = ({ blocks }: SlackMessage, kind: string) => [...objectsIn(blocks)].filter(({ type }) => type === kind)

interface Button {
  label: string
  action: string
  value: string
  confirm: unknown
}
const buttonsOf = (message: SlackMessage): Button[] =>
  partsOf(message, 'button').map(({ text, action_id: action, value, confirm }) => ({
    label: (text as { text: string }).text,
    action: String(action),
    value: String(value),
    confirm,
  }))
function labelled(message: SlackMessage, label: string): Button {
  const found = buttonsOf(message).find((one) => one.label === label)
  if (!found) throw new Error(`There is no “${label}”`)
  return found
}

const page = sampleCustomer()
const { customerId } = page

describe("a customer's page in Slack", () => {
  it('is within the limits, and forges nothing', () => {
    expect(problemsOf(shown(page))).toEqual([])
    expect(forgeries(shown(page).blocks)).toEqual([])
  })

  it('is within the limits whatever stands in it, forges nothing, and loses no button', () => {
    fc.assert(
      fc.property(hostileCustomer, fc.boolean(), hostileLines, (customer, hasCharts, lines) => {
        const message = shown(customer, hasCharts, lines)
        expect(problemsOf(message)).toEqual([])
        expect(forgeries(message.blocks)).toEqual([])
        const changes = buttonsOf(message).filter(({ action }) => action.startsWith('change:'))
        expect(changes.every(({ value }) => readChange(value) !== null)).toBe(true)
        const removable = customer.notes.filter(({ canRemove }) => canRemove).length
        expect(changes).toHaveLength(removable + customer.alike.length * 2 + customer.joined.length)
      }),
      { numRuns: 200 },
    )
  })

  it('is within the limits at its fullest, were every character written as five', () => {
    const text = '&'.repeat(1000)
    const url = `https://acme.slack.com/${'a'.repeat(270)}`
    const id = '00000000-0000-7000-8000-000000000000'
    const at = new Date()
    const many = <T>(count: number, one: T): T[] => Array.from({ length: count }, () => one)
    const message = shown(
      sampleCustomer({
        name: text,
        summary: text,
        identities: many(30, { channel: text, text, isVerified: true, isPublic: true }),
        facts: many(8, { label: text, value: text }),
        waiting: many(5, { text, url }),
        promises: many(5, { text, url }),
        notes: many(5, { noteId: id, text, by: text, at, canRemove: true }),
        journey: many(8, { at, about: text, text, state: text, conversationId: id, url }),
        alike: many(3, { customerId: id, name: text, reason: text }),
        joined: many(3, { mergeId: id, text }),
      }),
      true,
      many(20, { text: 'x'.repeat(150) }),
    )
    expect(problemsOf(message)).toEqual([])
  })

  it('says who they are, what they wait for and what was promised to them', () => {
    expect(textOf(shown(page).blocks)).toMatch(
      /^Mia Jansen\n4th time;[\s\S]*Email\n {2}Mia Jansen · mia@example\.com · ✅ verified\n[\s\S]*Google reviews\n {2}Mia J\. · public[\s\S]*\*Satisfaction\*\n★ 3\.5[\s\S]*Waiting\n3 h 5 min[\s\S]*Promised\n18 Nov[\s\S]*Note\nRuns the café[\s\S]*Journey[\s\S]*Email · complaint · delivery/,
    )
  })

  it('leads to cards from what has one', () => {
    const url = 'https://acme.slack.com/archives/C1/p1'
    const [first] = page.journey
    const journey = first ? [{ ...first, url }] : []
    const message = shown(sampleCustomer({ journey, waiting: [{ text: 'Waits', url }] }))
    expect(partsOf(message, 'link')).toEqual([
      { type: 'link', url, text: 'Waits' },
      { type: 'link', url, text: 'Open card' },
    ])
  })

  it('draws the journey, and tells it in words where Slack refuses charts', () => {
    expect(partsOf(shown(page), 'data_visualization')).toHaveLength(1)
    expect(partsOf(shown(page, false), 'data_visualization')).toEqual([])
    for (const hasCharts of [true, false])
      expect(textOf(shown(page, hasCharts).blocks)).toContain('One touchpoint in September')
  })

  it('asks before two become one, and takes it back at once', () => {
    const [alike] = page.alike
    const message = shown(page)
    const same = labelled(message, 'Same person')
    expect(readChange(same.value)).toEqual({ kind: 'join', customerId, otherId: alike?.customerId })
    expect(same.confirm).toMatchObject({ text: { text: expect.stringMatching(/“M\. Jansen” and “Mia Jansen”/) } })
    expect(readChange(labelled(message, 'Not the same').value)).toMatchObject({ kind: 'distinguish' })
    expect(readCustomer(labelled(message, 'Look').value)).toEqual({ customerId: alike?.customerId })
    const undo = labelled(message, 'Undo')
    expect(readChange(undo.value)).toEqual({ kind: 'part', customerId, mergeId: page.joined[0]?.mergeId })
    expect(undo.confirm).toBeUndefined()
    expect(labelled(message, 'Remove').confirm).toBeDefined()
  })

  it('offers its history and a note to everybody, export and erasure to managers', () => {
    const message = shown(page)
    expect(readPage(labelled(message, 'All history').value)).toEqual(page.history)
    const note = labelled(message, 'Add note…')
    expect(readFormLink(note.action, note.value)).toEqual({ kind: 'open', form: 'note', about: { customerId } })
    const erase = labelled(message, 'Erase…')
    expect(readFormLink(erase.action, erase.value)).toEqual({ kind: 'open', form: 'forget', about: { customerId } })
    const exported = labelled(message, 'Export…')
    expect(readFileLink(exported.action, exported.value)).toEqual({
      source: { kind: 'customer', customerId },
      format: 'json',
    })
    const labels = buttonsOf(shown(sampleCustomer({ isManager: false }))).map(({ label }) => label)
    expect(labels).not.toContain('Export…')
    expect(labels).not.toContain('Erase…')
    expect(labels).toContain('Add note…')
  })
})

describe('an answer', () => {
  const line = fc.record({ text: hostileText, customerId: fc.uuid() }, { requiredKeys: ['text'] })

  it('with customers to choose from is within the limits, however many there are', () => {
    fc.assert(
      fc.property(hostileText, fc.array(line, { maxLength: 60 }), (title, lines) => {
        const message = answerBlocks({ title, lines })
        expect(problemsOf(message)).toEqual([])
        expect(forgeries(message.blocks)).toEqual([])
      }),
      { numRuns: 60 },
    )
  })

  it('lets one of several customers be chosen', () => {
    const message = answerBlocks({
      title: 'Which one?',
      lines: [
        { text: 'Two are called so.' },
        { text: 'Mia Jansen · Email', customerId: 'c1' },
        { text: 'Mia J. · Google reviews', customerId: 'c2' },
        { text: 'Say more of the name to see others.' },
      ],
    })
    expect(textOf(message.blocks)).toMatch(/^Which one\?\nTwo are called so\.\nMia Jansen · Email\nOpen\nMia J\./)
    expect(buttonsOf(message).map(({ value }) => readCustomer(value))).toEqual([
      { customerId: 'c1' },
      { customerId: 'c2' },
    ])
  })

  it('opens forms, and brings what is older', () => {
    const message = answerBlocks({
      title: 'Erase Mia Jansen?',
      lines: [{ text: '3 conversations' }],
      forms: [{ label: 'Erase…', form: 'forget', about: { customerId } }],
      more: { listId: 'l1', page: 2 },
    })
    expect(problemsOf(message)).toEqual([])
    const erase = labelled(message, 'Erase…')
    expect(readFormLink(erase.action, erase.value)).toMatchObject({ form: 'forget' })
    expect(labelled(message, 'Older')).toMatchObject({ action: 'list:0', value: 'l1 2' })
  })
})
