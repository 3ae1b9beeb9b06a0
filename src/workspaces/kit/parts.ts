import type { Download } from '../found.ts'

/** A file that a platform takes whole. */
export interface FilePart {
  name: string
  mediaType: string
  content: Uint8Array
}

/**
 * A download as files of at most `maxBytes` each, made one at a time, so that one of any size needs little memory. A single
 * row that is larger makes a larger file. "deskbell-history-2.csv" is the second of several.
 */
export async function* partsOf(
  { name, mediaType, frame: { head, between, tail }, rows }: Download,
  maxBytes: number,
): AsyncGenerator<FilePart> {
  const framed = Buffer.byteLength(head + tail)
  let kept: string[] = []
  let bytes = framed
  let made = 0
  const part = (isOnly: boolean): FilePart => ({
    name: isOnly ? name : name.replace(/(\.\w+)?$/, `-${made}$1`),
    mediaType,
    content: new TextEncoder().encode(head + kept.join(between) + tail),
  })
  for await (const row of rows) {
    const added = Buffer.byteLength(row) + Buffer.byteLength(between)
    if (kept.length > 0 && bytes + added > maxBytes) {
      made += 1
      yield part(false)
      kept = []
      bytes = framed
    }
    kept.push(row)
    bytes += added
  }
  made += 1
  yield part(made === 1)
}

/** Rows are small: so many bytes of them are handed on together. */
const batchBytes = 32_768

/** The same as one stream, for a browser: some rows at a time, none read before the ones before them were taken. */
export async function* bytesOf({ frame: { head, between, tail }, rows }: Download): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder()
  let kept = head
  let before = ''
  for await (const row of rows) {
    kept += before + row
    before = between
    if (kept.length < batchBytes) continue
    yield encoder.encode(kept)
    kept = ''
  }
  kept += tail
  if (kept !== '') yield encoder.encode(kept)
}
