import type { DNSResolver } from 'mailauth'
import { ConfigError, CredentialsError, PermanentError, RetryableError } from '../../errors.ts'
import { allOf, pause } from '../../waiting.ts'
import type { ChannelIo, Found, Inlet, OpenChannel, Sent } from '../channel.ts'
import { refuseTooLong } from '../kit/reply-length.ts'
import { isAddress } from './address.ts'
import { composeMail } from './compose-mail.ts'
import { withImap } from './imap.ts'
import { maxLength, type Mailbox } from './mailbox.ts'
import { replyMessageId } from './message-id.ts'
import { fileCopy, findCopy, sentFolder } from './sent-folder.ts'
import { checkSmtp, sendBySmtp } from './smtp.ts'
import { watchInbox } from './watch-inbox.ts'

/** A sent mail is in the server's own Sent folder by then, or never. */
const settledAfterMs = 2 * 60 * 1000
/** The reply is already gone; its copy must not hold up the news. */
const copyTimeoutMs = 15_000

/** Opens the channel over its mailboxes. `resolver` asks the DNS about senders. Throws ConfigError for a mailbox named twice. */
export function openEmail(
  mailboxes: Mailbox[],
  io: Pick<ChannelIo, 'clock' | 'log'>,
  resolver: DNSResolver,
  backoffMs = { least: 1000, most: 5 * 60 * 1000 },
): OpenChannel {
  const byAddress = new Map(mailboxes.map((mailbox) => [mailbox.address, mailbox]))
  if (byAddress.size < mailboxes.length) {
    throw new ConfigError('EMAIL_ADDRESS stands twice: each mailbox needs an address of its own')
  }
  const ownAddresses = [...byAddress.keys()]

  const mailboxOf = (account: string): Mailbox => {
    const mailbox = byAddress.get(account)
    if (mailbox) return mailbox
    throw new PermanentError(`There is no mailbox ${account} any more`, {
      action: `Set EMAIL_ADDRESS and the rest for ${account} again`,
    })
  }

  /** One broken mailbox does not stop the others. */
  async function keepWatching(mailbox: Mailbox, inlet: Inlet, signal: AbortSignal): Promise<void> {
    const log = io.log.child({ mailbox: mailbox.address })
    let waitMs = backoffMs.least
    const breaks = new Map<number, number>()
    let isRefused = false
    const onCaughtUp = async () => {
      waitMs = backoffMs.least
      if (isRefused) await inlet.report(mailbox.address, null)
      isRefused = false
    }
    const watch = { mailbox, ownAddresses, clock: io.clock, log, resolver, breaks, onCaughtUp }
    while (!signal.aborted) {
      try {
        await watchInbox(watch, inlet, signal)
      } catch (error) {
        if (signal.aborted) return
        if (error instanceof PermanentError) waitMs = backoffMs.most
        if (error instanceof CredentialsError) {
          isRefused = true
          await report(mailbox, inlet, error)
        }
        const reason = error instanceof Error ? error.message : String(error)
        log.warn('reading the mailbox stopped; trying again', { reason, waitMs })
        await pause(waitMs, signal)
        waitMs = Math.min(waitMs * 2, backoffMs.most)
      }
    }
  }

  /** It is found again soon: that it could not be told must not stop the other mailboxes. */
  async function report({ address }: Mailbox, inlet: Inlet, problem: CredentialsError): Promise<void> {
    try {
      await inlet.report(address, problem)
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      io.log.warn('it could not be told that a mailbox refuses us', { mailbox: address, reason })
    }
  }

  return {
    accounts: ownAddresses.map((address) => ({ id: address, name: address })),
    inbound: {
      async run(inlet, signal) {
        await Promise.all(mailboxes.map((mailbox) => keepWatching(mailbox, inlet, signal)))
      },
    },

    async send(reply, signal): Promise<Sent> {
      const mailbox = mailboxOf(reply.account)
      if (!isAddress(reply.to.externalId)) {
        throw new PermanentError(`"${reply.to.externalId}" is not an email address`, {
          action: 'Answer the customer in another way',
        })
      }
      refuseTooLong(reply.text, maxLength)
      const raw = await composeMail(reply, mailbox, io.clock.now())
      await sendBySmtp(mailbox.smtp, { from: mailbox.address, to: reply.to.externalId }, raw, signal)
      const at = io.clock.now()
      if (mailbox.sentCopy === 'append') {
        await fileCopy(mailbox, raw, at, AbortSignal.any([signal, AbortSignal.timeout(copyTimeoutMs)])).catch(
          (error: unknown) => {
            const reason = error instanceof Error ? error.message : String(error)
            io.log.warn('the reply was sent, but its copy could not be filed', { replyId: reply.id, reason })
          },
        )
      }
      return { externalId: replyMessageId(reply.id, mailbox.address), at }
    },

    async find(reply): Promise<Found> {
      const mailbox = mailboxOf(reply.account)
      const externalId = replyMessageId(reply.id, mailbox.address)
      const at = await findCopy(mailbox, externalId)
      if (at) return { outcome: 'arrived', sent: { externalId, at } }
      // We file copies ourselves, after sending: a missing one proves nothing.
      if (mailbox.sentCopy === 'append' || !reply.attemptedAt) return { outcome: 'unclear' }
      const waitMs = reply.attemptedAt.getTime() + settledAfterMs - io.clock.now().getTime()
      if (waitMs > 0) throw new RetryableError('It is too early to tell', { retryAfterMs: waitMs })
      return { outcome: 'absent' }
    },

    isResendSafe: false,

    async check(account?: string): Promise<string[]> {
      const checked = account === undefined ? mailboxes : [mailboxOf(account)]
      return allOf(checked.flatMap((mailbox) => [checkImap(mailbox), checkOutgoing(mailbox)]))
    },
  }
}

async function checkImap(mailbox: Mailbox): Promise<string[]> {
  const { address, folder, imap } = mailbox
  return withImap(mailbox, async (client) => {
    const status = await client.status(folder, { messages: true }).catch(() => false as const)
    if (!status) {
      const known = (await client.list()).map(({ path }) => path).join(', ')
      throw new PermanentError(`${address}: there is no folder "${folder}"`, {
        action: `Set EMAIL_FOLDER to one of: ${known}`,
      })
    }
    const sent = await sentFolder(client, mailbox)
    if (!sent) {
      throw new PermanentError(`${address}: no folder for sent mail was found`, { action: 'Set EMAIL_SENT_FOLDER' })
    }
    return [
      `${address}: IMAP ${imap.host}:${imap.port} lets us in; ${folder} holds ${status.messages ?? 0} messages`,
      `${address}: copies of replies lie in ${sent}`,
    ]
  })
}

async function checkOutgoing({ address, smtp }: Mailbox): Promise<string[]> {
  await checkSmtp(smtp)
  return [`${address}: SMTP ${smtp.host}:${smtp.port} lets us in`]
}
