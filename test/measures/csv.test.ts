import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fileOf } from '../../src/measures/csv.ts'
import { itemColumns } from '../../src/measures/item-columns.ts'
import type { Item } from '../../src/measures/read-items.ts'
import type { FileFormat } from '../../src/workspaces/found.ts'

const item: Item = {
  interactionId: 'i1',
  conversationId: 'c1',
  channel: 'email',
  account: 'help@example.com',
  theme: 'complaint',
  topics: ['delivery', 'late parcel'],
  urgency: 'high',
  language: 'en',
  occurredAt: new Date('2026-03-02T09:00:00Z'),
  settledAt: new Date('2026-03-02T09:14:20Z'),
  settledAs: 'answered',
  responseMs: 14 * 60_000 + 15_000,
  businessMs: 0,
  approvedBy: 'slack:U1',
  editedShare: 0.125,
  rating: null,
  recommends: null,
}
const names = new Map([['slack:U1', 'Ana']])

async function written(items: Item[], teammates: Map<string, string>, format: FileFormat = 'csv'): Promise<string> {
  async function* each() {
    yield* items
  }
  const { frame, rows } = fileOf('items', format, itemColumns(teammates), each())
  const texts: string[] = []
  for await (const row of rows) texts.push(row)
  return frame.head + texts.join(frame.between) + frame.tail
}
const csvOf = async (items: Item[], teammates: Map<string, string>) =>
  (await written(items, teammates)).replace(/^\uFEFF/, '')

describe('the table for spreadsheets', () => {
  it('has a header, times in ISO 8601, minutes with a decimal, and teammates by name', async () => {
    expect(await csvOf([item], names)).toBe(
      'Written (UTC),Channel,Account,Theme,Topics,Urgency,Language,What became of it,Settled (UTC),Response time (minutes),' +
        'Response time in business hours (minutes),Answered by,Draft edited (%),Stars,Would recommend (0 to 10),' +
        'Conversation,Interaction\r\n' +
        '2026-03-02T09:00:00.000Z,email,help@example.com,complaint,delivery; late parcel,high,en,answered,' +
        '2026-03-02T09:14:20.000Z,14.3,0.0,Ana,13,,,c1,i1\r\n',
    )
  })

  it('says that something waits, and shows by its id who has no name', async () => {
    const waiting: Item = { ...item, settledAt: null, settledAs: null, responseMs: null, businessMs: null }
    expect(await csvOf([waiting], new Map())).toContain(',waiting,,,,slack:U1,')
  })

  it('keeps text that would end a cell or begin another in one, and runs nothing', async () => {
    const tricky: Item = { ...item, account: 'a "b", c\nd', topics: ['=1+1', 'x'], language: '@SUM(A1)' }
    expect(await csvOf([tricky], new Map([['slack:U1', '-2+3']]))).toContain(
      `,"a ""b"", c\nd",complaint,'=1+1; x,high,'@SUM(A1),`,
    )
    expect(await csvOf([tricky], new Map([['slack:U1', '\t=1']]))).toContain(`,'\t=1,`)
    expect(await csvOf([{ ...tricky, account: '  +1' }], names)).toContain(`,'  +1,`)
  })

  it('gives every text back as it was, but for the mark before a formula', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ account: fc.string(), language: fc.string() }), { maxLength: 5 }),
        async (texts) => {
          const rows = parse(
            await csvOf(
              texts.map((text) => ({ ...item, ...text })),
              names,
            ),
          ).slice(1)
          const plain = (text: string | undefined) => text?.replace(/^'(?=\s*[=+\-@]|[\t\r])/, '')
          expect(rows.map((cells) => ({ account: plain(cells[2]), language: plain(cells[6]) }))).toEqual(
            texts.map(({ account, language }) => ({ account: plain(account), language: plain(language) })),
          )
          for (const cell of rows.flat()) expect(cell).not.toMatch(/^\s*[=+\-@]|^[\t\r]/)
        },
      ),
    )
  })
})

describe('the same as objects', () => {
  it('is an array, with numbers and lists as what they are', async () => {
    const [one, ...others] = JSON.parse(await written([item, item], names, 'json')) as Record<string, unknown>[]
    expect(others).toHaveLength(1)
    expect(one).toMatchObject({
      topics: ['delivery', 'late parcel'],
      answeredBy: 'Ana',
      draftEditedPercent: 13,
      stars: null,
    })
    expect(JSON.parse(await written([], names, 'json'))).toEqual([])
  })
})

/** RFC 4180. */
function parse(csv: string): string[][] {
  const rows: string[][] = []
  let cells: string[] = []
  for (const [, quoted, bare, end] of csv.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/g)) {
    cells.push(quoted?.replaceAll('""', '"') ?? bare ?? '')
    if (end === ',') continue
    rows.push(cells)
    cells = []
  }
  return rows
}
