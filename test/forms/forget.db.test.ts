import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { customers, events } from '../../src/db/schema.ts'
import { answerExport, answerForget } from '../../src/erasures/answer.ts'
import { customerFile } from '../../src/erasures/export-customer.ts'
import { openForm } from '../../src/forms/open-form.ts'
import { submitForm } from '../../src/forms/submit-form.ts'
import { indexHistory } from '../../src/history/index-history.ts'
import { bytesOf, partsOf } from '../../src/workspaces/kit/parts.ts'
import type { FormValues } from '../../src/workspaces/form.ts'
import { inbound } from '../support/channel.ts'
import { openDesk, type Desk } from '../support/desk.ts'

let desk: Desk
let customerId: string
const ana = { id: 'ana', name: 'Ana' }
const ben = { id: 'ben', name: 'Ben' }

beforeEach(async () => {
  desk = await openDesk()
  desk.room.membershipOf = async (who) => ({ groups: [], isAdmin: who === 'ana' })
  const content = new TextEncoder().encode('the picture')
  await desk.hearOne(
    inbound('a', {
      customer: { externalId: 'mia@example.com', name: 'Mia  Jansen', email: 'mia@example.com' },
      attachments: [{ name: 'box.png', mediaType: 'image/png', bytes: 11, content }],
    }),
  )
  const id = await desk.hearOne(
    inbound('b', { customer: { externalId: 'other', name: 'Mia Other' }, conversation: { externalId: 'b' } }),
  )
  await desk.work()
  await indexHistory(desk.ctx)
  const otherId = (await desk.conversation(id)).customer.id
  customerId = (await desk.ctx.db.select().from(customers)).find((one) => one.id !== otherId)?.id ?? ''
})
afterEach(() => desk.close())

const submit = (values: FormValues, by = ana) => submitForm(desk.ctx, 'fake', 'forget', { customerId }, values, by)

describe('/desk forget', () => {
  it('says what is held, and asks before it erases anything', async () => {
    const answer = await answerForget(desk.ctx, 'fake', 'mia@example.com', ana)
    expect(answer).toMatchObject({
      title: 'Erase Mia  Jansen?',
      forms: [{ label: 'Erase…', form: 'forget', about: { customerId } }],
    })
    expect(answer.lines.slice(0, 2).map(({ text }) => text)).toEqual([
      'Known as mia@example.com (fake)',
      'Held: 1 conversation, 1 message, 1 file, since 2026-03-02',
    ])
    const form = await openForm(desk.ctx, 'fake', 'forget', { customerId }, ana)
    expect(form).toMatchObject({ id: 'forget', about: { customerId }, fields: [{ id: 'name' }] })
    expect(await submit({ name: 'Mia' })).toEqual({
      kind: 'invalid',
      errors: { name: 'This is not their name. To erase them for good, type: Mia  Jansen' },
    })
    expect(await submit({ name: '' })).toMatchObject({ kind: 'invalid' })
    expect(await desk.ctx.db.$count(customers)).toBe(2)
    const done = await submit({ name: ' mia jansen ' })
    expect(done).toEqual({
      kind: 'done',
      said: expect.stringMatching(
        /^Erased: 1 conversation, 1 message, 1 file\. Receipt [0-9a-f]{12}\. Posts go from the rooms within minutes: \/desk audit erased$/,
      ),
    })
    expect(await desk.ctx.db.$count(customers)).toBe(1)
    // The same click, brought again.
    expect(await submit({ name: 'Mia Jansen' })).toEqual(done)
    expect(await openForm(desk.ctx, 'fake', 'forget', { customerId }, ana)).toEqual({
      refused: 'There is no such customer any more',
    })
  })

  it('lists whom it could be, and says who may ask and what is missing', async () => {
    const several = await answerForget(desk.ctx, 'fake', 'mia', ana)
    expect(several.title).toBe('Which of them? Type the address: /desk forget …')
    expect(several.lines).toHaveLength(2)
    expect(several.lines.map((line) => line.customerId)).toContain(customerId)
    expect(several.forms).toBeUndefined()
    expect((await answerForget(desk.ctx, 'fake', 'mia', ben)).title).toMatch(/^Only managers may do this/)
    expect((await answerForget(desk.ctx, 'fake', ' ', ana)).title).toMatch(
      /For example: \/desk forget mia@example.com$/,
    )
    expect((await answerForget(desk.ctx, 'fake', 'nobody@example.com', ana)).title).toBe(
      'Nobody is known by this name or address',
    )
    expect(await openForm(desk.ctx, 'fake', 'forget', { customerId }, ben)).toEqual({
      refused: expect.stringMatching(/^Only managers/),
    })
    expect(await submit({ name: 'Mia Jansen' }, ben)).toMatchObject({ kind: 'refused' })
    expect(await openForm(desk.ctx, 'fake', 'forget', { customerId: 'x' }, ana)).toMatchObject({
      refused: expect.any(String),
    })
    expect(await desk.ctx.db.$count(customers)).toBe(2)
  })
})

describe('who is to be erased', () => {
  const meet = async (id: string, customer: { name: string; email?: string }) => {
    const heard = await desk.hearOne(
      inbound(id, { conversation: { externalId: id }, customer: { externalId: id, ...customer } }),
    )
    return (await desk.conversation(heard)).customer.id
  }

  it('is told from whom else it may be, as those stay', async () => {
    const otherId = await meet('typed', { name: 'M. Jansen', email: 'Mia@example.com' })
    const { lines } = await answerForget(desk.ctx, 'fake', customerId, ana)
    expect(lines.at(-1)).toEqual({
      text: expect.stringMatching(/^Not erased with them: .*M\. Jansen.*, the same address, not verified \(Fake\)\./),
      customerId: otherId,
    })
  })

  it('can be confirmed whatever the name holds that nobody sees or types', async () => {
    const about = { customerId: await meet('fa', { name: '\u202bعلی‌رضا Rezaei\u202c' }) }
    expect(await submitForm(desk.ctx, 'fake', 'forget', about, { name: 'علیرضا rezaei' }, ana)).toMatchObject({
      kind: 'done',
    })
    const unseen = { customerId: await meet('unseen', { name: '\u2066\u2069' }) }
    expect(await submitForm(desk.ctx, 'fake', 'forget', unseen, { name: 'x' }, ana)).toMatchObject({ kind: 'invalid' })
    expect(await submitForm(desk.ctx, 'fake', 'forget', unseen, { name: '\u2066\u2069' }, ana)).toMatchObject({
      kind: 'done',
    })
  })

  it('is read by who asks, also of what is exported, and the audit knows it', async () => {
    await answerForget(desk.ctx, 'fake', customerId, ana)
    await answerExport(desk.ctx, 'fake', customerId, ana)
    await answerForget(desk.ctx, 'fake', customerId, ben)
    const read = (await desk.ctx.db.select().from(events)).filter(({ type }) => type === 'customer.read')
    expect(read.map(({ actor, data }) => [actor, data])).toEqual([
      ['fake:ana', { customerId }],
      ['fake:ana', { customerId }],
    ])
  })
})

describe('/desk export', () => {
  it('gives managers everything that is held, as one valid file or several', async () => {
    const answer = await answerExport(desk.ctx, 'fake', 'mia@example.com', ana)
    expect(answer).toMatchObject({ file: { source: { kind: 'customer', customerId }, formats: ['json'] } })
    expect((await answerExport(desk.ctx, 'fake', 'mia@example.com', ben)).title).toMatch(/^Only managers/)
    const file = await customerFile(desk.ctx, 'fake', customerId, ana)
    if ('refused' in file) throw new Error(file.refused)
    expect(file).toMatchObject({ name: 'deskbell-customer-2026-03-02.json', mediaType: 'application/json' })
    const bytes: Uint8Array[] = []
    for await (const part of bytesOf(file)) bytes.push(part)
    const read: unknown = JSON.parse(Buffer.concat(bytes).toString())
    expect(read).toMatchObject({
      customers: [{ name: 'Mia  Jansen' }],
      identities: [{ email: 'mia@example.com' }],
      notes: [],
      joins: [],
      conversations: [
        {
          interactions: [
            { text: 'Text of a', files: [{ name: 'box.png', content: Buffer.from('the picture').toString('base64') }] },
          ],
          drafts: [{ state: 'proposed' }],
          replies: [],
          posted: [{ room: 'room' }],
        },
      ],
    })
    const again = await customerFile(desk.ctx, 'fake', customerId, ana)
    if ('refused' in again) throw new Error(again.refused)
    for await (const { content } of partsOf(again, 10)) expect(JSON.parse(Buffer.from(content).toString())).toBeTruthy()
    expect(await customerFile(desk.ctx, 'fake', customerId, ben)).toMatchObject({ refused: expect.any(String) })
    expect(await customerFile(desk.ctx, 'fake', 'no-id', ana)).toEqual({
      refused: 'There is no such customer any more',
    })
    const told = (await desk.ctx.db.select().from(events)).filter(({ type }) => type === 'customer.exported')
    expect(told).toHaveLength(2)
    expect(told[0]).toMatchObject({ actor: 'fake:ana', conversationId: null, data: { customerId, conversations: 1 } })
  })
})
