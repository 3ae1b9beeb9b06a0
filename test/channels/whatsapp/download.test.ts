import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { ourNumber } from '../../support/whatsapp/payloads.ts'
import { startWhatsApp, type WhatsAppPeer } from '../../support/whatsapp/peer.ts'
import { never, openWhatsApp } from './support.ts'

let peer: WhatsAppPeer
beforeAll(async () => {
  peer = await startWhatsApp()
})
beforeEach(() => void (peer.calls.length = 0))
afterAll(() => peer.close())

const photo = new Uint8Array([0xff, 0xd8, 0xff, 0xe0])
const download = async (mediaId: string) => openWhatsApp(peer.env).channel.download?.(ourNumber.id, { mediaId }, never)

describe('a file of a customer', () => {
  it('is looked up, and then fetched', async () => {
    const file = await download(peer.addMedia(photo, 'image/jpeg'))
    expect([...(file?.content ?? [])]).toEqual([...photo])
    expect(file?.mediaType).toBe('image/jpeg')
    expect(peer.calls).toEqual(['media', 'file'])
  })

  it('that is gone is given up', async () => {
    const id = peer.addMedia(photo, 'image/jpeg')
    peer.forgetMedia(id)
    await expect(download(id)).rejects.toMatchObject({
      name: 'PermanentError',
      message: expect.stringContaining('any more'),
    })
    const expired = peer.addMedia(photo, 'image/jpeg')
    peer.fault('file', { kind: 'status', when: 'before', status: 404 })
    await expect(download(expired)).rejects.toMatchObject({ name: 'PermanentError' })
    await expect(download('../me/accounts')).rejects.toMatchObject({ name: 'PermanentError' })
  })

  it('that is too large is not fetched, whatever was announced', async () => {
    const announced = peer.addMedia(photo, 'video/mp4', { file_size: 11 * 1024 * 1024 })
    await expect(download(announced)).rejects.toThrow('larger than 10 MB')
    expect(peer.calls).toEqual(['media'])
    const sly = peer.addMedia(new Uint8Array(11 * 1024 * 1024), 'video/mp4', { file_size: 4 })
    await expect(download(sly)).rejects.toMatchObject({
      name: 'PermanentError',
      message: 'The file is larger than 10 MB',
    })
  })

  it.each([
    'https://evil.example/file',
    'https://fbsbx.com.evil.example/file',
    'https://evilfbsbx.com/file',
    'http://lookaside.fbsbx.com/file',
    'http://169.254.169.254/latest/meta-data',
    'file:///etc/passwd',
  ])('is never fetched from %s, and no token goes there', async (url) => {
    await expect(download(peer.addMedia(photo, 'image/jpeg', { url }))).rejects.toMatchObject({
      name: 'PermanentError',
    })
    expect(peer.calls).toEqual(['media'])
  })

  it('is tried again when it can not be had now, and held when the token is no good', async () => {
    const id = peer.addMedia(photo, 'image/jpeg')
    for (const endpoint of ['media', 'file'] as const) {
      for (const status of [429, 500, 503]) {
        peer.fault(endpoint, { kind: 'status', when: 'before', status })
        await expect(download(id)).rejects.toMatchObject({ name: 'RetryableError' })
      }
      peer.fault(endpoint, { kind: 'reset', when: 'before' })
      await expect(download(id)).rejects.toMatchObject({ name: 'RetryableError' })
      peer.fault(endpoint, { kind: 'status', when: 'before', status: 401 })
      await expect(download(id)).rejects.toMatchObject({ name: 'CredentialsError' })
    }
    peer.fault('media', { kind: 'answered', status: 200, body: {} })
    await expect(download(id)).rejects.toMatchObject({ name: 'RetryableError' })
  })
})
