import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readConfig } from '../../../src/config.ts'
import { CredentialsError, PermanentError } from '../../../src/errors.ts'
import { ourNumber, ourSettings } from '../../support/whatsapp/payloads.ts'
import { startWhatsApp, type WhatsAppPeer } from '../../support/whatsapp/peer.ts'
import { openWhatsApp } from './support.ts'

describe('the settings', () => {
  it('are for any number of accounts, or none', () => {
    expect(readConfig({}).channels.has('whatsapp')).toBe(false)
    const numbered = Object.entries(ourSettings).map(([name, value]) => [
      name.replace('WHATSAPP_', 'WHATSAPP_2_'),
      value,
    ])
    const two = { ...ourSettings, ...Object.fromEntries(numbered), WHATSAPP_2_PHONE_NUMBER_ID: '222222222222222' }
    expect(openWhatsApp(two).channel.accounts).toEqual([
      { id: ourNumber.id, name: '+1 555 078 3881' },
      { id: '222222222222222', name: '+1 555 078 3881' },
    ])
    expect(() => openWhatsApp({ ...two, WHATSAPP_2_PHONE_NUMBER_ID: ourNumber.id })).toThrow('stands twice')
  })

  it('half set are refused with everything that is missing', () => {
    expect(() => readConfig({ WHATSAPP_PHONE_NUMBER_ID: ourNumber.id })).toThrow(
      /BUSINESS_ACCOUNT_ID is not set[^]*ACCESS_TOKEN is not set[^]*APP_SECRET is not set[^]*VERIFY_TOKEN is not set/,
    )
  })

  it.each([
    [{ WHATSAPP_PHONE_NUMBER_ID: '+1 555 078 3881' }, 'must be an id of digits, not a phone number'],
    [{ WHATSAPP_ACCESS_TOKEN: 'two words and more of them' }, 'no spaces'],
    [{ WHATSAPP_API_URL: 'http://graph.example.com' }, 'would send secrets unencrypted'],
    [{ WHATSAPP_API_URL: 'graph.example.com' }, 'must be an https address'],
  ])('%j are refused: %s', (over, said) => {
    expect(() => readConfig({ ...ourSettings, ...over })).toThrow(said)
  })
})

describe('the check', () => {
  let peer: WhatsAppPeer
  beforeAll(async () => {
    peer = await startWhatsApp()
  })
  afterAll(() => peer.close())
  const check = (account?: string) => openWhatsApp(peer.env).channel.check(account)

  it('asks for the number and the webhooks', async () => {
    expect(await check()).toEqual([
      '+1 555 078 3881: the token is good for +1 555-078-3881 “Bluebird”, quality green',
      '+1 555 078 3881: webhooks of the business account go to an app',
      'Webhooks are expected at http://127.0.0.1:3000/channels/whatsapp',
    ])
    expect(await check(ourNumber.id)).toHaveLength(3)
    await expect(check('7')).rejects.toThrow(PermanentError)
  })

  it('says what to do when the token has expired, or nobody subscribed', async () => {
    peer.fault('number', { kind: 'refused', code: 190, status: 401 })
    await expect(check()).rejects.toThrow(CredentialsError)
    peer.fault('subscribed_apps', { kind: 'answered', status: 200, body: { data: [] } })
    await expect(check()).rejects.toMatchObject({ action: expect.stringContaining('Subscribe your app') })
  })
})
