import { describe, expect, it } from 'vitest'
import { message, messages, mia, noor, ourNumber, text, value, webhook } from '../../support/whatsapp/payloads.ts'
import { delivered, heard, openWhatsApp } from './support.ts'

const { channel } = openWhatsApp()
const say = (type: string, content: unknown, over = {}) =>
  heard(channel, messages(mia, message(type, content, mia, over)))

describe('a message', () => {
  it('is one interaction, by the customer, in their one conversation with the number', async () => {
    const sent = text('Where is my order?')
    expect(await heard(channel, messages(mia, sent))).toEqual({
      account: ourNumber.id,
      externalId: sent['id'],
      kind: 'message',
      conversation: { externalId: 'DE.13491208655302741918' },
      customer: {
        externalId: 'DE.13491208655302741918',
        name: 'Mia Jansen',
        handle: '+4917612345678',
        phone: '+4917612345678',
        verified: ['phone'],
      },
      text: 'Where is my order?',
      occurredAt: new Date('2026-03-02T09:00:00Z'),
    })
  })

  it('may come without a number', async () => {
    const { customer } = await heard(channel, messages(noor, text('Hi', noor)))
    expect(customer).toEqual({ externalId: 'NL.99812208655302741000', name: 'Noor', handle: '@noor.b' })
  })

  it('may come without anything but a number', async () => {
    const old = { wa_id: '15551234567', name: 'Ben' }
    const { customer } = await heard(channel, messages(old, text('Hi', old)))
    expect(customer).toMatchObject({ externalId: '15551234567', phone: '+15551234567', verified: ['phone'] })
  })

  it('is by the parent id where there is one, on the contact or on the message', async () => {
    const parent = { ...mia, parent_user_id: 'DE.ENT.11815799212886844830' }
    expect((await heard(channel, messages(parent, text('Hi', parent)))).customer.externalId).toBe(parent.parent_user_id)
    const onlyContact = await heard(channel, messages(parent, text('Hi', mia)))
    expect(onlyContact.customer.externalId).toBe(parent.parent_user_id)
    const onlyMessage = webhook(value({ users: [], messages: [text('Hi', parent)] }))
    expect((await heard(channel, onlyMessage)).customer.externalId).toBe(parent.parent_user_id)
  })

  it('takes nothing from the contact of somebody else', async () => {
    const { user_id: _, ...onlyNumber } = noor
    for (const sender of [noor, { wa_id: '15551234567' }]) {
      const said = { ...onlyNumber, ...sender }
      const { customer } = await heard(channel, webhook(value({ users: [mia], messages: [text('Hi', said)] })))
      expect(customer.externalId).toBe(sender.wa_id ?? sender.user_id)
      expect(customer.name).toBeUndefined()
      expect(customer.phone).toBe(sender.wa_id && `+${sender.wa_id}`)
    }
  })

  it('is from the number that it came from, where the account has another id', async () => {
    const brazil = { wa_id: '551187654321', user_id: 'BR.1' }
    const body = webhook(value({ users: [brazil], messages: [text('Oi', brazil, { from: '5511987654321' })] }))
    expect((await heard(channel, body)).customer).toMatchObject({ externalId: 'BR.1', phone: '+5511987654321' })
  })

  it('is told apart from those of others in one batch', async () => {
    const body = webhook(value({ users: [noor, mia], messages: [text('One', mia), text('Two', noor)] }))
    const { interactions } = await delivered(channel, body)
    expect(interactions.map((each) => [each.customer.name, each.text])).toEqual([
      ['Mia Jansen', 'One'],
      ['Noor', 'Two'],
    ])
  })

  it('is never later than now, and now where it tells no time', async () => {
    const now = new Date('2026-03-02T09:00:00Z')
    for (const timestamp of ['4102444800', 'soon', undefined, '-5', '0'])
      expect((await say('text', { body: 'Hi' }, { timestamp })).occurredAt).toEqual(now)
    expect((await say('text', { body: 'Hi' }, { timestamp: 1772400000 })).occurredAt).toEqual(
      new Date('2026-03-01T21:20:00Z'),
    )
  })

  it('may answer an earlier one', async () => {
    const context = { id: 'wamid.earlier', from: ourNumber.display }
    expect(await say('text', { body: 'Yes' }, { context })).toMatchObject({
      conversation: { externalId: mia.user_id, references: ['wamid.earlier'] },
      notes: ['In reply to a message of ours'],
    })
    const own = { id: 'wamid.earlier', from: mia.wa_id }
    expect((await say('text', { body: 'Yes' }, { context: own })).notes).toEqual(['In reply to an earlier message'])
  })

  it.each([
    [{ context: { forwarded: true } }, 'Forwarded: somebody else may have written it'],
    [{ context: { frequently_forwarded: true } }, 'Forwarded many times'],
    [{ context: { referred_product: { product_retailer_id: 'LAMP-7' } } }, 'Asks about LAMP-7'],
    [
      { referral: { source_type: 'ad', source_url: 'https://fb.me/x', headline: 'Spring sale', body: '…' } },
      'Came from an ad: “Spring sale” https://fb.me/x',
    ],
    [{ referral: { source_type: 'post' } }, 'Came from a post: no more is known'],
    [{ group_id: 'Y2FwaV9ncm91cDox' }, 'Written in a group; the answer goes to this customer alone'],
  ])('says how it came: %j', async (over, note) => {
    expect((await say('text', { body: 'Hi' }, over)).notes).toEqual([note])
  })
})

const media = (over = {}) => ({ id: '1234567890', mime_type: 'image/jpeg', sha256: 'x', ...over })
const file = (name: string, mediaType: string) => ({ name, mediaType, bytes: 0, source: { mediaId: '1234567890' } })

describe('what is in a message', () => {
  it.each([
    ['image', media({ caption: 'It came broken' }), 'It came broken', file('photo.jpg', 'image/jpeg')],
    ['image', media(), '', file('photo.jpg', 'image/jpeg')],
    ['video', media({ mime_type: 'video/mp4', caption: 'Look' }), 'Look', file('video.mp4', 'video/mp4')],
    ['audio', media({ mime_type: 'audio/ogg; codecs=opus', voice: true }), '', file('voice message.ogg', 'audio/ogg')],
    ['audio', media({ mime_type: 'audio/aac', voice: false }), '', file('audio.aac', 'audio/aac')],
    [
      'document',
      media({ mime_type: 'application/pdf', filename: 'Invoice\n7.pdf', caption: 'This one' }),
      'This one',
      file('Invoice 7.pdf', 'application/pdf'),
    ],
    ['sticker', media({ mime_type: 'image/webp', animated: false }), '', file('sticker.webp', 'image/webp')],
    ['image', media({ mime_type: 7 }), '', file('photo', 'application/octet-stream')],
  ])('a file is fetched later: %s %j', async (type, content, words, attachment) => {
    expect(await say(type, content)).toMatchObject({ text: words, attachments: [attachment] })
  })

  it.each([
    [
      'location',
      { latitude: 52.52, longitude: 13.405, name: 'Bluebird Café', address: 'Mill Lane 12, Berlin' },
      'Location: Bluebird Café\nMill Lane 12, Berlin\n52.52,13.405\nhttps://www.google.com/maps/search/?api=1&query=52.52%2C13.405',
    ],
    [
      'location',
      { latitude: '-33.9', longitude: '18.4' },
      'Location: -33.9,18.4\nhttps://www.google.com/maps/search/?api=1&query=-33.9%2C18.4',
    ],
    [
      'contacts',
      [
        {
          name: { formatted_name: 'Otto Meier', first_name: 'Otto' },
          org: { company: 'Bluebird' },
          phones: [{ phone: '+49 30 1234567', wa_id: '49301234567' }, { wa_id: '4917699999999' }],
          emails: [{ email: 'otto@example.com', type: 'WORK' }],
        },
        { name: { formatted_name: 'Pia' } },
      ],
      'Contact: Otto Meier (Bluebird)\n+49 30 1234567\n+4917699999999\notto@example.com\n\nContact: Pia',
    ],
    ['button', { text: 'Yes, please', payload: 'YES' }, 'Yes, please'],
    ['interactive', { type: 'button_reply', button_reply: { id: 'b1', title: 'Cancel it' } }, 'Cancel it'],
    [
      'interactive',
      { type: 'list_reply', list_reply: { id: 'r1', title: 'Express', description: 'Next day' } },
      'Express\nNext day',
    ],
    [
      'interactive',
      {
        type: 'nfm_reply',
        nfm_reply: { name: 'flow', body: 'Sent', response_json: '{"flow_token":"t","size":"M","gift":true}' },
      },
      'size: M\ngift: true',
    ],
    [
      'interactive',
      { type: 'nfm_reply', nfm_reply: { name: 'address_message', body: 'Mill Lane 12', response_json: '{}' } },
      'Mill Lane 12',
    ],
    [
      'order',
      {
        catalog_id: '99',
        text: 'As a gift',
        product_items: [
          { product_retailer_id: 'LAMP-7', quantity: 2, item_price: 9.5, currency: 'EUR' },
          { product_retailer_id: 'BULB', quantity: '1', item_price: '3', currency: 'EUR' },
        ],
      },
      'Order:\n2 × LAMP-7 at 9.5 EUR\n1 × BULB at 3 EUR\n\nAs a gift',
    ],
  ])('is told in words: %s', async (type, content, words) => {
    expect((await say(type, content)).text).toBe(words)
  })

  it.each([
    ['ephemeral', undefined, 'ephemeral'],
    ['unsupported', { type: 'poll_creation' }, 'poll_creation'],
    ['text', { body: 7 }, 'text'],
    ['image', { caption: 'No id' }, 'image'],
    ['location', { latitude: 200, longitude: 0 }, 'location'],
    ['contacts', [], 'contacts'],
    ['interactive', { type: 'call_permission_reply' }, 'interactive'],
    ['order', { product_items: [] }, 'order'],
    ['__proto__', undefined, '__proto__'],
    ['constructor', undefined, 'constructor'],
  ])('is not lost when it can not be shown: %s %j', async (type, content, name) => {
    const { text: said, notes } = await say(type, content)
    expect(said).toBe(`[Sent something that WhatsApp does not pass on: ${name}]`)
    expect(notes?.[0]).toContain('Ask the customer to write it as text')
  })

  it('is not lost when Meta does not pass on a change of it', async () => {
    expect((await say('unsupported', { type: 'edit' })).text).toBe(
      '[Changed an earlier message, in a way that WhatsApp does not pass on: edit]',
    )
  })

  it('has nothing in it that a database can not store', async () => {
    expect((await say('text', { body: 'a\u0000b\r\nc\ud800\u0007' })).text).toBe('ab\nc\ufffd')
  })
})

describe('what a customer does to a message', () => {
  it('a change is a later version of it', async () => {
    const edit = { original_message_id: 'wamid.first', message: { type: 'text', text: { body: 'In blue, please' } } }
    const changed = message('edit', edit)
    expect(await heard(channel, messages(mia, changed))).toMatchObject({
      externalId: `edit:${String(changed['id'])}`,
      versionOf: 'wamid.first',
      conversation: { externalId: mia.user_id, references: ['wamid.first'] },
      text: 'In blue, please',
    })
  })

  it('a changed caption keeps its file', async () => {
    const edit = { original_message_id: 'wamid.first', message: { type: 'image', image: media({ caption: 'Broken' }) } }
    expect(await say('edit', edit)).toMatchObject({ text: 'Broken', attachments: [file('photo.jpg', 'image/jpeg')] })
  })

  it('an edit of an edit, or of nothing, is shown as what can not be shown', async () => {
    const nested = {
      original_message_id: 'wamid.a',
      message: { type: 'edit', edit: { original_message_id: 'wamid.b' } },
    }
    expect((await say('edit', nested)).text).toContain('Changed an earlier message')
    const { text: said, versionOf } = await say('edit', {})
    expect([said, versionOf]).toEqual([expect.stringContaining('Changed an earlier message'), undefined])
  })

  it('taking it back removes it, with all its versions', async () => {
    const { interactions, removals } = await delivered(
      channel,
      messages(mia, message('revoke', { original_message_id: 'wamid.first' })),
    )
    expect(interactions).toEqual([])
    expect(removals).toEqual([
      { account: ourNumber.id, externalId: 'wamid.first', at: new Date('2026-03-02T09:00:00Z') },
    ])
  })

  it('a reaction needs no answer, and another one by the same customer takes its place', async () => {
    const first = await say('reaction', { message_id: 'wamid.ours', emoji: '👍' })
    const second = await say('reaction', { message_id: 'wamid.ours', emoji: '🎉' })
    expect(first).toMatchObject({
      text: '👍',
      automatic: 'reaction',
      conversation: { references: ['wamid.ours'] },
      versionOf: `reaction:wamid.ours:${mia.user_id}`,
    })
    expect(second.versionOf).toBe(first.versionOf)
    expect(second.externalId).not.toBe(first.externalId)
    const { removals } = await delivered(
      channel,
      messages(mia, message('reaction', { message_id: 'wamid.ours', emoji: '' })),
    )
    expect(removals).toMatchObject([{ externalId: first.versionOf }])
  })

  it('a new number is told, and vouched for, so that the next message is known to be theirs', async () => {
    const system = {
      type: 'user_changed_number',
      body: 'User Mia changed from 4917612345678 to 4915799999999',
      wa_id: '4915799999999',
      user_id: 'DE.77',
      previous_user_id: mia.user_id,
    }
    const body = webhook(value({ users: [], messages: [message('system', system, { wa_id: '4917612345678' })] }))
    expect(await heard(channel, body)).toMatchObject({
      conversation: { externalId: mia.user_id },
      customer: { externalId: mia.user_id, phone: '+4915799999999', verified: ['phone'] },
      automatic: 'auto-reply',
      notes: [expect.stringContaining('new number: +4915799999999')],
    })
  })

  it('other notices of WhatsApp are no words of the customer', async () => {
    const system = { type: 'user_changed_user_id', previous_user_id: 'NL.1', user_id: noor.user_id }
    const body = webhook(value({ users: [], messages: [message('system', system, noor)] }))
    const { customer, automatic, text: said } = await heard(channel, body)
    expect({ customer, automatic, said }).toEqual({
      customer: { externalId: 'NL.1' },
      automatic: 'auto-reply',
      said: '[A notice by WhatsApp: user_changed_user_id]',
    })
  })
})
