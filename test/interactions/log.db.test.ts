import { eq } from 'drizzle-orm'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { customers, events, identities, interactions } from '../../src/db/schema.ts'
import { BadInputError, ConflictError } from '../../src/errors.ts'
import { logInteraction, type LogEntry } from '../../src/interactions/log.ts'
import { writeTuning } from '../../src/settings/update.ts'
import { defaultTuning } from '../../src/settings/tuning.ts'
import { log as logChannel } from '../../src/channels/log/index.ts'
import { fakeChannel } from '../support/channel.ts'
import { testChannelIo } from '../support/channel-io.ts'
import { openDesk, type Desk } from '../support/desk.ts'

let desk: Desk
beforeEach(async () => {
  const open = await logChannel.open([{ LOG: true }], testChannelIo())
  if (!open) throw new Error('The log is off')
  desk = await openDesk({ channels: [fakeChannel('log', open, logChannel.limits), fakeChannel('email')] })
})
afterEach(() => desk.close())

const call: LogEntry = {
  how: 'phone',
  name: 'Mia Jansen',
  contact: '+49 (170) 12-34 56',
  text: 'Where is my parcel?',
  at: new Date('2026-03-02T08:45:00Z'),
  isSettled: false,
}
const log = (entry: Partial<LogEntry> = {}, name = 'Ana') =>
  logInteraction(desk.ctx, 'fake', { ...call, ...entry }, { id: name.toLowerCase(), name })

describe('what a teammate logs', () => {
  it('is an interaction like any other: it waits since then, has a theme and a draft', async () => {
    const { conversationId, isDuplicate } = await log()
    expect(isDuplicate).toBe(false)
    await desk.work()
    expect(desk.room.shown.get(conversationId)).toMatchObject({
      state: 'waiting',
      waitingSince: call.at,
      customer: { name: 'Mia Jansen', handle: '+49 (170) 12-34 56' },
      labels: [{ text: 'question' }, { text: 'neutral' }, { text: 'English' }, { text: 'delivery' }],
      draft: { text: 'Answer 1' },
      turns: [{ text: 'Where is my parcel?', notes: ['Logged by Ana'], at: call.at }],
    })
    const [row] = await desk.ctx.db.select().from(interactions)
    expect(row).toMatchObject({ kind: 'call', channel: 'log', account: 'phone' })
    // A teammate was told the number: whoever has the same is suggested, and not joined by itself.
    const [identity] = await desk.ctx.db.select().from(identities)
    expect(identity).toMatchObject({ phone: '+49 (170) 12-34 56', phoneKey: '+49170123456', isPhoneVerified: false })
  })

  it('says where it can be read, and how it came', async () => {
    const { conversationId } = await log({ how: 'visit', source: 'https://acme.slack.com/archives/C1/p1' })
    expect((await desk.conversation(conversationId)).turns[0]).toMatchObject({
      kind: 'message',
      notes: ['Logged by Ana', 'From https://acme.slack.com/archives/C1/p1'],
    })
  })

  it('is one, however often the same message is logged, by whomever and however', async () => {
    const first = await log({ externalId: 'slack:C1:1.2' })
    expect(await log({ externalId: 'slack:C1:1.2', how: 'other', text: 'In other words' }, 'Ben')).toEqual({
      conversationId: first.conversationId,
      isDuplicate: true,
    })
    expect(await log()).toMatchObject({ isDuplicate: false })
    expect(await desk.ctx.db.select().from(interactions)).toHaveLength(2)
  })

  it('is one when it is logged twice at the same moment', async () => {
    const logged = await Promise.all([1, 2, 3].map(() => log({ externalId: 'slack:C1:1.2' })))
    expect(new Set(logged.map(({ conversationId }) => conversationId)).size).toBe(1)
    expect(logged.filter(({ isDuplicate }) => !isDuplicate)).toHaveLength(1)
  })

  it('is of the same customer where the address or the number is the same', async () => {
    await log()
    await log({ contact: '+49170123456' })
    await log({ contact: 'Mia@Example.com' })
    await log({ contact: 'mia@example.com', how: 'visit' })
    expect(await desk.ctx.db.select().from(customers)).toHaveLength(2)
    await log({ contact: '' })
    await log({ contact: '' })
    expect(await desk.ctx.db.select().from(customers)).toHaveLength(4)
  })

  it('keeps the name of a customer of whom only the address was written down this time', async () => {
    await log({ contact: 'mia@example.com' })
    const again = await log({ name: 'mia@example.com', contact: 'mia@example.com' })
    const stranger = await log({ name: '+49 30 1234567', contact: '+49 30 1234567' })
    expect((await desk.conversation(again.conversationId)).customer).toMatchObject({
      name: 'Mia Jansen',
      history: 'first time',
    })
    expect((await desk.conversation(stranger.conversationId)).customer.name).toBe('+49 30 1234567')
    expect((await desk.ctx.db.select().from(customers)).map(({ name }) => name).toSorted()).toEqual([
      '+49 30 1234567',
      'Mia Jansen',
    ])
  })

  it('is closed at once when it is settled, with no draft, but with a theme', async () => {
    const { conversationId } = await log({ isSettled: true })
    expect(await desk.conversation(conversationId)).toMatchObject({
      state: 'dismissed',
      dismissed: { reason: 'handled-elsewhere', by: 'Ana' },
      waitingSince: null,
    })
    await desk.work()
    expect(await desk.conversation(conversationId)).toMatchObject({ draft: null, triage: { theme: 'question' } })
    const [event] = await desk.ctx.db.select().from(events).where(eq(events.type, 'conversation.dismissed'))
    expect(event).toMatchObject({ actor: 'fake:ana', data: { reason: 'handled-elsewhere', seq: 1 } })
  })

  it('stays open when it is logged again as settled', async () => {
    const { conversationId } = await log({ externalId: 'x' })
    await log({ externalId: 'x', isSettled: true })
    expect(await desk.conversation(conversationId)).toMatchObject({ state: 'waiting' })
  })

  it('is answered by email where there is an address, and by hand otherwise', async () => {
    const mailed = await log({ contact: 'mia@example.com' })
    const called = await log()
    await desk.work()
    for (const { conversationId } of [mailed, called]) {
      const { draft } = await desk.conversation(conversationId)
      await desk.decide(conversationId, { kind: 'approve', draftId: draft?.id ?? '', seenSeq: 1 })
    }
    expect((await desk.conversation(mailed.conversationId)).reply).toMatchObject({ state: 'queued', channel: 'email' })
    expect((await desk.conversation(called.conversationId)).reply).toMatchObject({ state: 'by_hand', channel: 'log' })
  })

  it.each<[string, Partial<LogEntry>, string]>([
    ['no words', { text: ' \n ' }, 'Write down what they said'],
    ['too many words', { text: 'x'.repeat(20_001) }, 'This is too long: 20,000 characters at most'],
    ['no name', { name: ' ' }, 'Say who it was'],
    ['an unknown way', { how: 'fax' }, 'Choose how it reached you'],
    ['a time to come', { at: new Date('2026-03-02T09:00:01Z') }, 'Choose a time that is not in the future'],
    ['no time', { at: new Date(NaN) }, 'Choose when it was'],
    ['a source that is no address', { source: 'javascript:alert(1)' }, 'The source must be a web address'],
  ])('is refused with %s', async (_, entry, message) => {
    const refused = log(entry)
    await expect(refused).rejects.toThrow(BadInputError)
    await expect(refused).rejects.toThrow(message)
    expect(await desk.ctx.db.select().from(interactions)).toEqual([])
  })

  it('is only for who may decide', async () => {
    const roles = { fake: { agents: 'agents', managers: null } }
    await writeTuning(desk.ctx, { ...defaultTuning, roles }, 'fake:boss')
    await expect(log()).rejects.toThrow(ConflictError)
    expect(await desk.ctx.db.select().from(interactions)).toEqual([])
  })

  it('is nothing where logging is switched off', async () => {
    await desk.close()
    desk = await openDesk()
    await expect(log()).rejects.toThrow('Logging is switched off here (LOG=off)')
  })

  it('keeps hostile words as they are, without what no database can store', async () => {
    const text = '<!channel> *bold*\0 \ud800'
    const { conversationId } = await log({ text, name: 'Mia <@U1>', contact: "x'; drop table" })
    const [turn] = (await desk.conversation(conversationId)).turns
    expect(turn?.text).toContain('<!channel> *bold*')
  })
})

describe('the channel of what teammates log', () => {
  it('is on unless it is switched off', () => {
    const setting = logChannel.env['LOG']?.schema
    expect(setting?.parse(undefined)).toBe(true)
    expect(logChannel.open([{ LOG: setting?.parse('off') }], testChannelIo())).toBeNull()
  })
})
