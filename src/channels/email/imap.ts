import { ImapFlow, type ImapFlowError } from 'imapflow'
import { CredentialsError, RetryableError } from '../../errors.ts'
import { connectionProblem, type Mailbox } from './mailbox.ts'

/**
 * Logs in to a mailbox's IMAP server, does the work, and leaves; an abort cuts the connection.
 * Throws CredentialsError when the server refuses the login, RetryableError when it can't be reached.
 */
export async function withImap<T>(
  mailbox: Mailbox,
  work: (client: ImapFlow) => Promise<T>,
  signal?: AbortSignal,
): Promise<T> {
  const { imap } = mailbox
  const client = new ImapFlow({
    host: imap.host,
    port: imap.port,
    secure: imap.tls === 'implicit',
    ...(imap.tls !== 'implicit' && { doSTARTTLS: imap.tls === 'starttls' }),
    ...(imap.login && { auth: imap.login }),
    logger: false,
    disableAutoIdle: true,
    connectionTimeout: 30_000,
  })
  // The command in flight fails with the same error; without a listener it would end the process.
  client.on('error', () => {})
  const cut = () => client.close()
  signal?.addEventListener('abort', cut, { once: true })
  try {
    signal?.throwIfAborted()
    await connect(client, mailbox)
    return await work(client)
  } finally {
    signal?.removeEventListener('abort', cut)
    if (client.usable) await client.logout().catch(cut)
    else client.close()
  }
}

async function connect(client: ImapFlow, { address, imap }: Mailbox): Promise<void> {
  try {
    await client.connect()
  } catch (cause) {
    const { authenticationFailed, serverResponseCode, responseText } = cause as ImapFlowError
    if (authenticationFailed && serverResponseCode !== 'UNAVAILABLE') {
      throw new CredentialsError(
        `The IMAP server refused the login of ${address}: ${responseText ?? connectionProblem(cause, 'imap')}`,
        {
          cause,
          action: 'Re-enter the user and password in EMAIL_IMAP_URL; some providers want an app password',
        },
      )
    }
    throw new RetryableError(
      `The IMAP server of ${address} can not be reached at ${imap.host}:${imap.port}: ${connectionProblem(cause, 'imap')}`,
      { cause },
    )
  }
}
