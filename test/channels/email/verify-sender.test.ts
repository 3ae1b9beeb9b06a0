import { generateKeyPairSync } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { dkimSign, type DNSResolver } from 'mailauth'
import { describe, expect, test } from 'vitest'
import { verifySender } from '../../../src/channels/email/verify-sender.ts'

const keys = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'der' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
})
const mail = Buffer.from(
  'Received: from mail.bank.example (mail.bank.example [192.0.2.1]) by mx.bluebird.example; Mon, 2 Mar 2026 08:55:00 +0000\r\nFrom: Bank <info@bank.example>\r\nSubject: Hello\r\nMessage-ID: <1@bank.example>\r\n\r\nHello\r\n',
)

async function signed(): Promise<Buffer> {
  const key = { signingDomain: 'bank.example', selector: 's1', privateKey: keys.privateKey }
  // Its types know one signature only, its code a list only.
  const options = { ...key, signatureData: [key] }
  const { signatures } = await dkimSign(mail, options)
  return Buffer.concat([Buffer.from(signatures), mail])
}

const records: Record<string, string> = {
  's1._domainkey.bank.example': `v=DKIM1; k=rsa; p=${keys.publicKey.toString('base64')}`,
  '_dmarc.bank.example': 'v=DMARC1; p=reject',
}
const dns: DNSResolver = async (name, type) => {
  const record = type === 'TXT' ? records[name] : undefined
  if (record) return [[record]]
  throw Object.assign(new Error(`No ${type} of ${name}`), { code: 'ENOTFOUND' })
}
const byDns = (raw: Buffer, resolver = dns, timeoutMs = 5000) =>
  verifySender(raw, { authservId: null, resolver, timeoutMs })

describe('by DNS', () => {
  test('a mail that its domain signed is verified', async () => {
    expect(await byDns(await signed())).toBe('verified')
  })

  test('a mail that its domain did not sign, or that was changed, has failed', async () => {
    expect(await byDns(mail)).toBe('failed')
    expect(await byDns(Buffer.from((await signed()).toString().replace('Hello\r\n', 'Pay!!\r\n')))).toBe('failed')
  })

  test('a mail with more signatures than honest mail has is not worked through, and has failed', async () => {
    const asked: string[] = []
    const listening: DNSResolver = (name, type) => {
      asked.push(name)
      return dns(name, type)
    }
    const forged = Array.from({ length: 500 }, (_, at) => `DKIM-Signature: v=1; d=d${at}.example; s=s; b=AAAA\r\n`)
    expect(await byDns(Buffer.concat([Buffer.from(forged.join('')), await signed()]), listening)).toBe('failed')
    expect(asked).toEqual([])
  })

  test('a domain that asks for no check leaves it open', async () => {
    expect(await byDns(Buffer.from(mail.toString().replaceAll('bank.example', 'other.example')))).toBe('unknown')
  })

  test('a DNS that fails or does not answer leaves it open', async () => {
    const down: DNSResolver = async () => {
      throw Object.assign(new Error('Server failed'), { code: 'ESERVFAIL' })
    }
    const keyLost: DNSResolver = (name, type) => (name.includes('_domainkey') ? down(name, type) : dns(name, type))
    expect(await byDns(await signed(), down)).toBe('unknown')
    expect(await byDns(await signed(), keyLost)).toBe('unknown')
    expect(await byDns(await signed(), () => new Promise(() => {}), 50)).toBe('unknown')
  })
})

describe("by our own mail server's word", () => {
  const byHeader = (name: string, authservId = 'mx.bluebird.example') =>
    verifySender(readFileSync(join(import.meta.dirname, 'fixtures', `${name}.eml`)), {
      authservId,
      resolver: () => Promise.reject(new Error('Asks no DNS')),
      timeoutMs: 5000,
    })

  test('it is believed', async () => {
    expect(await byHeader('trusted-fail')).toBe('failed')
    expect(await byHeader('trusted-fail', 'MX.Bluebird.example')).toBe('failed')
  })

  test('what the sender chose, and it quotes, is no word of its own', async () => {
    const told = (results: string) =>
      verifySender(
        Buffer.from(`Authentication-Results: mx.bluebird.example;${results}\r\nFrom: a@b.example\r\n\r\nHi`),
        {
          authservId: 'mx.bluebird.example',
          resolver: () => Promise.reject(new Error('Asks no DNS')),
          timeoutMs: 5000,
        },
      )
    const quoted = ' spf=pass smtp.mailfrom="x;dmarc=pass"@evil.example'
    expect(await told(`${quoted}; dmarc=fail header.from=b.example`)).toBe('failed')
    expect(await told(quoted)).toBe('unknown')
    expect(await told(' spf=pass (evil.example; dmarc=pass); dkim=none')).toBe('unknown')
    expect(await told(' spf=pass smtp.mailfrom="x"@b.example; dmarc=pass (p=reject) header.from=b.example')).toBe(
      'verified',
    )
    expect(await told(' dmarc=pass header.from=c.example; dmarc=fail header.from=b.example')).toBe('failed')
  })

  test("anybody else's word is not", async () => {
    expect(await byHeader('forged-pass')).toBe('failed')
    expect(await byHeader('foreign-results')).toBe('unknown')
    expect(await byHeader('plain')).toBe('unknown')
  })
})
