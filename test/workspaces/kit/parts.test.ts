import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Download } from '../../../src/workspaces/found.ts'
import { bytesOf, partsOf, type FilePart } from '../../../src/workspaces/kit/parts.ts'

const json = { head: '[\n', between: ',\n', tail: '\n]\n' }
const csv = { head: '\uFEFFChannel,Words\r\n', between: '', tail: '' }

/** `taken`: how many rows were read so far; `isOver`: nobody reads on. */
function fileOf(rows: string[], frame: Download['frame'], name = 'deskbell-history.json') {
  const seen = { taken: 0, isOver: false }
  async function* read() {
    try {
      for (const row of rows) {
        seen.taken += 1
        yield row
      }
    } finally {
      seen.isOver = true
    }
  }
  return { seen, download: { name, mediaType: 'text/plain', frame, rows: read() } satisfies Download }
}

async function partsIn(download: Download, maxBytes: number): Promise<(FilePart & { text: string })[]> {
  const parts = []
  for await (const part of partsOf(download, maxBytes))
    parts.push({ ...part, text: new TextDecoder('utf-8', { ignoreBOM: true }).decode(part.content) })
  return parts
}

async function streamed(download: Download): Promise<string> {
  const pieces: Uint8Array[] = []
  for await (const piece of bytesOf(download)) pieces.push(piece)
  return Buffer.concat(pieces).toString()
}

const objects = fc.array(
  fc.record({ id: fc.nat(), text: fc.oneof(fc.string({ unit: 'grapheme', maxLength: 60 }), fc.constant('ü🙂,\n"]')) }),
  { maxLength: 60 },
)

describe('a file in parts', () => {
  it('is one, with its own name, as long as it fits', async () => {
    const [only, ...more] = await partsIn(fileOf(['1', '2', '3'], json).download, 1000)
    expect(more).toEqual([])
    expect(only).toMatchObject({ name: 'deskbell-history.json', mediaType: 'text/plain', text: '[\n1,\n2,\n3\n]\n' })
  })

  it('is there without a row too', async () => {
    expect(await partsIn(fileOf([], csv, 'a.csv').download, 10)).toMatchObject([{ name: 'a.csv', text: csv.head }])
  })

  it('is numbered where there are several, before the ending', async () => {
    const named = async (name: string) =>
      (await partsIn(fileOf(['aaaa', 'bbbb'], json, name).download, 9)).map((one) => one.name)
    expect(await named('deskbell-history-2026-11-20.csv')).toEqual([
      'deskbell-history-2026-11-20-1.csv',
      'deskbell-history-2026-11-20-2.csv',
    ])
    expect(await named('plain')).toEqual(['plain-1', 'plain-2'])
  })

  it('has its title row in each part', async () => {
    const rows = Array.from({ length: 5 }, (_, index) => `Email,"word ${index}"\r\n`)
    const parts = await partsIn(fileOf(rows, csv).download, 60)
    expect(parts.length).toBeGreaterThan(1)
    for (const { text } of parts) expect(text.startsWith(csv.head)).toBe(true)
    expect(parts.map(({ text }) => text.slice(csv.head.length)).join('')).toBe(rows.join(''))
  })

  it('makes a part only when it is asked for', async () => {
    const { seen, download } = fileOf(
      Array.from({ length: 1000 }, () => 'x'.repeat(100)),
      csv,
    )
    const parts = partsOf(download, 1000)
    await parts.next()
    expect(seen.taken).toBeLessThan(15)
    await parts.return(undefined)
    expect(seen.isOver).toBe(true)
  })

  it('gives all rows in order, in parts that are valid by themselves and no larger than they may be', async () => {
    await fc.assert(
      fc.asyncProperty(objects, fc.integer({ min: 1, max: 2000 }), async (given, maxBytes) => {
        const rows = given.map((one) => JSON.stringify(one))
        const parts = await partsIn(fileOf(rows, json).download, maxBytes)
        const read = parts.map(({ text }) => JSON.parse(text) as unknown[])
        expect(read.flat()).toEqual(given)
        for (const [index, { content }] of parts.entries())
          if ((read[index]?.length ?? 0) > 1) expect(content.length).toBeLessThanOrEqual(maxBytes)
        expect(new Set(parts.map(({ name }) => name)).size).toBe(parts.length)
      }),
    )
  })
})

describe('a file as a stream', () => {
  it('is the same as one part', async () => {
    await fc.assert(
      fc.asyncProperty(objects, fc.constantFrom(json, csv), async (given, frame) => {
        const rows = given.map((one) => JSON.stringify(one))
        const [whole] = await partsIn(fileOf(rows, frame).download, Infinity)
        expect(await streamed(fileOf(rows, frame).download)).toBe(whole?.text)
      }),
    )
  })

  it('reads no more than is taken, and ends when nobody takes more', async () => {
    const { seen, download } = fileOf(
      Array.from({ length: 100_000 }, () => 'x'.repeat(1000)),
      csv,
    )
    const bytes = bytesOf(download)
    const first = await bytes.next()
    expect((first.value as Uint8Array).length).toBeLessThan(70_000)
    expect(seen.taken).toBeLessThan(70)
    await bytes.return(undefined)
    expect(seen.isOver).toBe(true)
  })
})
