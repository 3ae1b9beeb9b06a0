import { Readable } from 'node:stream'
import SMTPConnection from 'nodemailer/lib/smtp-connection'
import { CredentialsError, PermanentError, RetryableError } from '../../errors.ts'
import { connectionProblem, type MailServer } from './mailbox.ts'

interface Envelope {
  from: string
  to: string
}

/**
 * Hands one mail to the SMTP server; resolves when the server took it.
 * Throws RetryableError, CredentialsError or PermanentError when it certainly was not taken. Any other error means that the connection
 * broke while the mail itself was under way: the server may have it.
 */
export async function sendBySmtp(
  server: MailServer,
  envelope: Envelope,
  raw: Buffer,
  signal: AbortSignal,
): Promise<void> {
  let isUnderWay = false
  const content = Readable.from(
    (function* () {
      isUnderWay = true
      yield raw
    })(),
  )
  try {
    await inSession(server, signal, (connection, done) => {
      // The library keeps what went wrong in the envelope that it is given.
      connection.send({ ...envelope }, content, done)
    })
  } catch (error) {
    throw outcomeOf(server, error, isUnderWay)
  }
}

/** Connects and logs in, sends nothing. Throws as `sendBySmtp`. */
export async function checkSmtp(server: MailServer): Promise<void> {
  try {
    await inSession(server, AbortSignal.timeout(60_000), (_, done) => done(null))
  } catch (error) {
    throw outcomeOf(server, error, false)
  }
}

type Done = (error?: Error | null) => void

function inSession(
  server: MailServer,
  signal: AbortSignal,
  work: (connection: SMTPConnection, done: Done) => void,
): Promise<void> {
  const connection = new SMTPConnection({
    host: server.host,
    port: server.port,
    secure: server.tls === 'implicit',
    requireTLS: server.tls === 'starttls',
    ignoreTLS: server.tls === 'off',
    connectionTimeout: 30_000,
    socketTimeout: 120_000,
  })
  return new Promise<void>((resolve, reject) => {
    const abort = () => finish(signal.reason)
    const finish: Done = (error) => {
      signal.removeEventListener('abort', abort)
      if (error) {
        connection.close()
        reject(error)
      } else {
        connection.quit()
        resolve()
      }
    }
    const then =
      (next: () => void): Done =>
      (error) =>
        error ? finish(error) : next()
    signal.addEventListener('abort', abort, { once: true })
    if (signal.aborted) return abort()
    connection.on('error', finish)
    connection.connect(
      then(() => {
        const go = () => work(connection, finish)
        if (server.login) connection.login(server.login, then(go))
        else go()
      }),
    )
  })
}

/** What nodemailer says of a failure. `command`: the SMTP command that failed, `CONN` for the connection. */
interface SmtpFailure {
  code?: string
  command?: string
  responseCode?: number
  response?: string
}

const addresses = /[^\s<>"'(),;:]+@[^\s<>"'(),;:]+/g

function outcomeOf({ host, port }: MailServer, error: unknown, isUnderWay: boolean): unknown {
  const { code, command = '', responseCode = 0, response = '' } = error as SmtpFailure
  // It is logged, and kept with the job: servers like to name whom they refuse.
  const words = (response || connectionProblem(error, 'smtp')).replace(addresses, '…')
  const isRefusal = responseCode >= 500 && responseCode !== 503
  if (responseCode >= 400 && !isRefusal) {
    return new RetryableError(`The mail server ${host} asks to try again later: ${words}`, { cause: error })
  }
  if (code === 'EAUTH') {
    return new CredentialsError(`The mail server ${host} refused the login: ${words}`, {
      cause: error,
      action: 'Re-enter the password in EMAIL_SMTP_URL; some providers want an app password',
    })
  }
  const isRefused = isRefusal && /^(MAIL FROM|RCPT TO|DATA)$/.test(command)
  const isUnsendable = !isUnderWay && !response && (code === 'EENVELOPE' || code === 'EMESSAGE')
  if (isRefused || isUnsendable) {
    return new PermanentError(`The mail server ${host} refused the reply: ${words}`, {
      cause: error,
      action: 'Check the address, or answer in another way',
    })
  }
  if (isUnderWay) return error
  return new RetryableError(`The mail server ${host}:${port} can not be reached: ${words}`, { cause: error })
}
