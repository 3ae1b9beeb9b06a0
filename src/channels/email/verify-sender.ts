import { authenticate, type DNSResolver } from 'mailauth'
import { readMail } from './read-mail.ts'

interface SenderCheck {
  /** The id under which our own mail server writes Authentication-Results; null: it writes none, so ask the DNS. */
  authservId: string | null
  resolver: DNSResolver
  /** Waits no longer than this for the DNS. */
  timeoutMs: number
}

/** Honest mail has a few. Each has the whole message hashed, which would hold up everything else. */
const mostSignatures = 20

/**
 * Did the domain in From vouch for this mail (DMARC)?
 * `unknown` when the domain asks for no check or the DNS did not answer. Never throws.
 * Only our own server's Authentication-Results are believed (RFC 8601 §5): anybody can write such a header.
 */
export async function verifySender(raw: Buffer, check: SenderCheck): Promise<'verified' | 'failed' | 'unknown'> {
  try {
    if (check.authservId) return await ourServersWord(raw, check.authservId)
    const signatures =
      headOf(raw)
        .toString('latin1')
        .match(/^dkim-signature[ \t]*:/gim)?.length ?? 0
    return signatures > mostSignatures ? 'failed' : await askDns(raw, check)
  } catch {
    return 'unknown'
  }
}

async function ourServersWord(raw: Buffer, authservId: string): Promise<'verified' | 'failed' | 'unknown'> {
  const mail = await readMail(headOf(raw))
  const word = mail
    .header('authentication-results')
    .find((value) => value.split(';', 1)[0]?.trim().split(/\s/, 1)[0]?.toLowerCase() === authservId.toLowerCase())
  // It quotes what the sender chose (`smtp.mailfrom="a;dmarc=pass"@example.com`): that neither passes nor hides anything.
  const said = dmarcIn((word ?? '').replace(/"(?:\\.|[^"\\])*"/g, '').replace(/\((?:\\.|[^()\\])*\)/g, ''))
  const isPass = [...said, ...dmarcIn(word ?? '')].every((one) => one === 'pass')
  if (said.length > 0 && isPass) return 'verified'
  return said.includes('fail') ? 'failed' : 'unknown'
}

const dmarcIn = (results: string): string[] =>
  results.split(';').flatMap((part) => /^\s*dmarc\s*=\s*(\w+)/i.exec(part)?.[1]?.toLowerCase() ?? [])

async function askDns(raw: Buffer, { resolver, timeoutMs }: SenderCheck): Promise<'verified' | 'failed' | 'unknown'> {
  const late = Promise.withResolvers<never>()
  const timer = setTimeout(() => late.reject(new Error('The DNS did not answer in time')), timeoutMs)
  try {
    const checks = authenticate(raw, { resolver, trustReceived: true, disableArc: true, disableBimi: true })
    const { dkim, spf, dmarc } = await Promise.race([checks, late.promise])
    const result = dmarc && dmarc.status.result
    if (result === 'pass') return 'verified'
    const isUnsure = [spf && spf.status.result, ...dkim.results.map(({ status }) => status.result)].some(
      (each) => each === 'temperror',
    )
    return result === 'fail' && !isUnsure ? 'failed' : 'unknown'
  } finally {
    clearTimeout(timer)
  }
}

function headOf(raw: Buffer): Buffer {
  const end = raw.indexOf('\r\n\r\n')
  return end < 0 ? raw.subarray(0, 256_000) : raw.subarray(0, end + 4)
}
