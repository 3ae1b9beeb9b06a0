import type { ImapFlow } from 'imapflow'
import { CredentialsError, RetryableError } from '../../errors.ts'
import { withImap } from './imap.ts'
import type { Mailbox } from './mailbox.ts'

/** The folder for copies of sent mail; null when there is none. */
export async function sentFolder(client: ImapFlow, mailbox: Mailbox): Promise<string | null> {
  if (mailbox.sentFolder) return mailbox.sentFolder
  return (await client.list()).find(({ specialUse }) => specialUse === '\\Sent')?.path ?? null
}

/** Files a copy of a sent mail. */
export async function fileCopy(mailbox: Mailbox, raw: Buffer, at: Date, signal: AbortSignal): Promise<void> {
  const work = async (client: ImapFlow): Promise<void> => {
    const folder = await sentFolder(client, mailbox)
    if (!folder) throw new Error('There is no folder for sent mail: set EMAIL_SENT_FOLDER')
    await client.append(folder, raw, ['\\Seen'], at)
  }
  await withImap(mailbox, work, signal)
}

/**
 * When a mail with this Message-ID was filed under sent mail; null: it is not there.
 * Throws RetryableError when it can't be looked up now, CredentialsError when the server refuses the login.
 */
export async function findCopy(mailbox: Mailbox, messageId: string): Promise<Date | null> {
  try {
    return await withImap(mailbox, async (client) => {
      const folder = await sentFolder(client, mailbox)
      if (!folder) return null
      await client.mailboxOpen(folder, { readOnly: true })
      const [uid] = (await client.search({ header: { 'message-id': messageId } }, { uid: true })) || []
      const message = uid && (await client.fetchOne(uid, { internalDate: true }, { uid: true }))
      return message && message.internalDate ? new Date(message.internalDate) : null
    })
  } catch (cause) {
    if (cause instanceof CredentialsError) throw cause
    throw new RetryableError(`The sent mail of ${mailbox.address} can not be searched now`, { cause })
  }
}
