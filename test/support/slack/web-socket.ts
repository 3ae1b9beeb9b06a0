import { createHash } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'

export interface ServerSocket {
  send(text: string): void
  /** Says goodbye; the other end closes. By default with 1000: nothing is wrong. */
  close(code?: number): void
  /** Hears and says nothing any more, as behind a network that broke without a word. */
  freeze(): void
  /** Cuts the line. */
  destroy(): void
}

interface Listeners {
  onText(text: string): void
  onEnd(): void
}

const text = 0x1
const closing = 0x8
const ping = 0x9
const pong = 0xa
const acceptSuffix = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'

/** The server's half of a WebSocket, for short whole messages: https://www.rfc-editor.org/rfc/rfc6455 */
export function acceptSocket(request: IncomingMessage, stream: Duplex, listeners: Listeners): ServerSocket {
  const accept = createHash('sha1')
    .update(`${request.headers['sec-websocket-key'] ?? ''}${acceptSuffix}`)
    .digest('base64')
  stream.write(
    `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
  )
  let isFrozen = false
  const write = (opcode: number, content: Buffer) => {
    if (!isFrozen && stream.writable) stream.write(Buffer.concat([headOf(opcode, content.length), content]))
  }
  let unread: Buffer = Buffer.alloc(0)
  stream.on('data', (chunk: Buffer) => {
    if (isFrozen) return
    unread = Buffer.concat([unread, chunk])
    for (let frame = readFrame(unread); frame; frame = readFrame(unread)) {
      unread = unread.subarray(frame.bytes)
      if (frame.opcode === text) listeners.onText(frame.content.toString())
      if (frame.opcode === ping) write(pong, frame.content)
      if (frame.opcode === closing) {
        write(closing, frame.content)
        stream.end()
      }
    }
  })
  stream.on('end', () => stream.destroy())
  stream.on('error', () => stream.destroy())
  stream.on('close', listeners.onEnd)
  return {
    send: (said) => write(text, Buffer.from(said)),
    close: (code = 1000) => write(closing, Buffer.from([code >> 8, code & 0xff])),
    freeze: () => void (isFrozen = true),
    destroy: () => void stream.destroy(),
  }
}

function headOf(opcode: number, length: number): Buffer {
  if (length < 126) return Buffer.from([0x80 | opcode, length])
  const head = Buffer.alloc(length < 65_536 ? 4 : 10)
  head[0] = 0x80 | opcode
  head[1] = length < 65_536 ? 126 : 127
  if (length < 65_536) head.writeUInt16BE(length, 2)
  else head.writeBigUInt64BE(BigInt(length), 2)
  return head
}

/** Null until a whole frame is there. A client's frames are masked. */
function readFrame(bytes: Buffer): { opcode: number; content: Buffer; bytes: number } | null {
  if (bytes.length < 2) return null
  const short = (bytes[1] ?? 0) & 0x7f
  const start = short === 126 ? 4 : short === 127 ? 10 : 2
  if (bytes.length < start + 4) return null
  const length = short === 126 ? bytes.readUInt16BE(2) : short === 127 ? Number(bytes.readBigUInt64BE(2)) : short
  const end = start + 4 + length
  if (bytes.length < end) return null
  const mask = bytes.subarray(start, start + 4)
  const content = Buffer.from(bytes.subarray(start + 4, end).map((byte, index) => byte ^ (mask[index % 4] ?? 0)))
  return { opcode: (bytes[0] ?? 0) & 0x0f, content, bytes: end }
}
