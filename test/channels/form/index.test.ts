import { describe, expect, it } from 'vitest'
import { form } from '../../../src/channels/form/index.ts'
import { readSettings } from '../../../src/env.ts'
import { ConfigError } from '../../../src/errors.ts'
import { testChannelIo } from '../../support/channel-io.ts'
import { openForm, secret } from './support.ts'

describe('form channel', () => {
  it('is on when nothing is set, with replies by email', () => {
    const { channel } = openForm()
    expect(channel.accounts).toEqual([{ id: 'default', name: 'Contact form' }])
    expect(channel.send).toEqual({ via: 'email' })
    expect(channel.find).toBeNull()
    expect(channel.isResendSafe).toBe(false)
  })

  it('can be switched off', () => {
    expect(form.open([readSettings(form.env, { FORM: 'off' })], testChannelIo())).toBeNull()
  })

  it('refuses settings that cannot be right', () => {
    expect(() => openForm({ FORM: 'maybe' })).toThrow('FORM must be "on" or "off"')
    expect(() => openForm({ FORM_SECRETS: 'hunter2' })).toThrow(ConfigError)
    expect(() => openForm({ FORM_SECRETS: 'hunter2' })).not.toThrow('hunter2')
  })

  it('tells the doctor what is open', async () => {
    expect(await openForm().channel.check()).toEqual([
      'The contact form is at http://127.0.0.1:3000/form',
      'The signed API is off; set FORM_SECRETS to switch it on',
    ])
    expect(await openForm({ FORM_SECRETS: secret }).channel.check()).toContain(
      'The signed API at http://127.0.0.1:3000/channels/form takes one secret',
    )
  })
})
