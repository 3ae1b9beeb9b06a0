import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { simpleParser } from 'mailparser'
import { SMTPServer } from 'smtp-server'
import type { Random } from './random.ts'

export interface ReceivedMail {
  messageId: string
  to: string
  text: string
}

/** Takes mail and counts it. It lives on while its senders are killed. */
export interface MailServer {
  port: number
  /** Everything that was accepted, in order. */
  accepted: ReceivedMail[]
  /** How often a sender was gone before it heard the answer, by what became of the mail. */
  cutOff: { kept: number; dropped: number }
  refusals: number
  /** True while a mail has arrived whole and the answer is still to come. */
  isBusy(): boolean
  stop(): Promise<void>
}

const longestDelayMs = 600

/**
 * Like servers in the wild: some mails are answered at once, some after a while, some senders are asked to come back later.
 * `loses`: whether some mails are accepted only if the sender waited for the answer; otherwise each that arrived whole is accepted.
 * `file` is given each accepted mail before the answer.
 */
export async function startMailServer(
  random: Random,
  loses: boolean,
  file: (raw: Buffer) => Promise<void>,
): Promise<MailServer> {
  const accepted: ReceivedMail[] = []
  const cutOff = { kept: 0, dropped: 0 }
  const here = new Set<string>()
  let refusals = 0
  let busy = 0

  async function take(raw: Buffer, sessionId: string): Promise<void> {
    const accept = async () => {
      const mail = await simpleParser(raw)
      const to = Array.isArray(mail.to) ? '' : (mail.to?.value[0]?.address ?? '')
      accepted.push({ messageId: mail.messageId ?? '', to, text: (mail.text ?? '').trimEnd() })
      await file(raw)
    }
    const delayMs = random.chance(0.5) ? random.between(20, longestDelayMs) : 0
    const waitsToAccept = loses && random.chance(0.5)
    if (!waitsToAccept) await accept()
    if (delayMs > 0) await sleep(delayMs)
    const isGone = !here.has(sessionId)
    if (isGone) cutOff[waitsToAccept ? 'dropped' : 'kept'] += 1
    if (waitsToAccept && !isGone) await accept()
  }

  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['AUTH', 'STARTTLS'],
    disableReverseLookup: true,
    closeTimeout: 2000,
    onConnect(session, callback) {
      here.add(session.id)
      callback()
    },
    onClose: (session) => void here.delete(session.id),
    onRcptTo(_address, _session, callback) {
      if (!random.chance(0.03)) return callback()
      refusals += 1
      callback(Object.assign(new Error('Come back later'), { responseCode: 451 }))
    },
    onData(stream, session, callback) {
      const chunks: Buffer[] = []
      stream.on('data', (chunk: Buffer) => chunks.push(chunk))
      // A connection that is cut before the final dot never ends the stream.
      stream.once('end', () => {
        busy += 1
        take(Buffer.concat(chunks), session.id)
          .then(() => callback(), callback)
          .finally(() => void (busy -= 1))
      })
    },
  })
  server.on('error', () => {})
  server.listen(0, '127.0.0.1')
  await once(server.server, 'listening')
  return {
    port: (server.server.address() as AddressInfo).port,
    accepted,
    cutOff,
    get refusals() {
      return refusals
    },
    isBusy: () => busy > 0,
    stop: () => new Promise((resolve) => server.close(() => resolve())),
  }
}
