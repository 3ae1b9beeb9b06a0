import { randomBytes } from 'node:crypto'

let last = { at: 0, count: 0 }

/** Makes ids that sort by time and, within one process and millisecond, in the order in which they were made: UUID version 7 (RFC 9562). */
export function newId(at = Date.now()): string {
  last = { at, count: at === last.at ? last.count + 1 : 0 }
  const bytes = randomBytes(16)
  bytes.writeUIntBE(at, 0, 6)
  // The counter's upper 12 bits behind the version, the lower 6 behind the variant.
  bytes.writeUInt16BE(0x7000 | ((last.count >> 6) & 0x0fff), 6)
  bytes.writeUInt8(0x80 | (last.count & 0x3f), 8)
  const hex = bytes.toString('hex')
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
}

export const isUuid = (text: string): boolean => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text)
