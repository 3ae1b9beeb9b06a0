import fc from 'fast-check'
import { beforeEach, describe, expect, test } from 'vitest'
import type { AttachmentRef } from '../../../src/conversations/conversation.ts'
import { createLog } from '../../../src/log.ts'
import { createUpload, safeName, type Upload } from '../../../src/workspaces/discord/upload.ts'

const mib = 2 ** 20
const kept = new Map<string, { name: string; mediaType: string; content: Uint8Array }>()
let broken: string | null
let read: (attachments: AttachmentRef[]) => Promise<Upload>

beforeEach(() => {
  kept.clear()
  broken = null
  read = createUpload({
    log: createLog('silent'),
    readAttachment: async (id) => {
      if (id === broken) throw new Error('the disk is gone')
      return kept.get(id) ?? null
    },
  })
})

function attach(name: string, bytes = 10, changes: Partial<AttachmentRef> = {}): AttachmentRef {
  const mediaType = name.endsWith('.png') ? 'image/png' : 'application/pdf'
  const ref = { id: `${kept.size}-${name}`, name, mediaType, bytes, isKept: true, ...changes }
  kept.set(ref.id, { name, mediaType: ref.mediaType, content: new Uint8Array(bytes).fill(7) })
  return ref
}
const names = ({ shared }: Upload) => shared.map(({ name }) => name)

test("a customer's attachments are read in their order, pictures told from other files", async () => {
  const [cup, bill] = [attach('cup.png'), attach('bill.pdf', 20)]
  const { shared, files } = await read([cup, bill])
  expect(shared).toEqual([
    { attachmentId: cup.id, name: 'cup.png', isImage: true },
    { attachmentId: bill.id, name: 'bill.pdf', isImage: false },
  ])
  expect(files).toEqual([
    { name: 'cup.png', contentType: 'image/png', data: new Uint8Array(10).fill(7) },
    { name: 'bill.pdf', contentType: 'application/pdf', data: new Uint8Array(20).fill(7) },
  ])
})

test('of many only ten are sent', async () => {
  const upload = await read(Array.from({ length: 12 }, (_, index) => attach(`small-${index}.pdf`)))
  expect(upload.files).toHaveLength(10)
})

test('no file has more than 10 MiB, and all together no more than 24', async () => {
  const sizes = [10 * mib + 1, 10 * mib, 9 * mib, 6 * mib, 5 * mib]
  const upload = await read(sizes.map((bytes, index) => attach(`${index}.pdf`, bytes)))
  expect(names(upload)).toEqual(['1.pdf', '2.pdf', '4.pdf'])
})

test('what is larger than it was said to be is left out', async () => {
  const lies = Array.from({ length: 4 }, (_, index) => attach(`${index}.pdf`, 9 * mib, { bytes: 10 }))
  expect(names(await read(lies))).toEqual(['0.pdf', '1.pdf'])
})

test('what was not kept, is empty or can not be read is left out', async () => {
  const refs = [
    attach('lost.pdf', 10, { isKept: false }),
    attach('empty.pdf', 0),
    attach('broken.pdf'),
    attach('a.pdf'),
  ]
  broken = refs[2]?.id ?? null
  const gone = { id: 'gone', name: 'gone.pdf', mediaType: 'application/pdf', bytes: 10, isKept: true }
  expect(names(await read([...refs, gone]))).toEqual(['a.pdf'])
})

test('two files of one name can be told apart', async () => {
  expect(names(await read([attach('a.png'), attach('A.png'), attach('a.png'), attach('a-2.png')]))).toEqual([
    'a.png',
    'A-2.png',
    'a-3.png',
    'a-2-2.png',
  ])
})

describe('a name', () => {
  test.each([
    ['Rechnung März (2).pdf', 'application/pdf', 'Rechnung_Marz_2.pdf'],
    ['SPOILER_cup.png', 'image/png', 'cup.png'],
    ['spoiler_SPOILER_cup.png', 'image/png', 'cup.png'],
    ['.SPOILER_cup.png', 'image/png', 'cup.png'],
    ['../../etc/passwd', 'text/plain', 'etc_passwd'],
    ['.env', 'text/plain', 'env'],
    ['写真.jpeg', 'image/jpeg', 'file.jpeg'],
    ['写真', 'image/jpeg', 'file.jpg'],
    ['', 'application/pdf', 'file'],
    ['cup.png\r\nX-Evil: 1', 'image/png', 'cup.png_X-Evil_1.png'],
  ])('"%s" becomes one that Discord leaves alone', (name, mediaType, safe) => {
    expect(safeName(name, mediaType)).toBe(safe)
  })

  test('is always one', () => {
    const piece = fc.oneof(fc.constantFrom('SPOILER_', '.', '_', '.png'), fc.string({ unit: 'grapheme' }))
    const anyName = fc.array(piece, { maxLength: 40 }).map((pieces) => pieces.join(''))
    fc.assert(
      fc.property(anyName, fc.string(), (name, mediaType) => {
        const safe = safeName(name, mediaType)
        expect(safe).toMatch(/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/)
        expect(safe).not.toMatch(/^SPOILER_/i)
      }),
    )
  })
})
