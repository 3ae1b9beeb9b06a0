import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { answerAudit } from '../../src/audit/answer.ts'
import { addEvent } from '../../src/conversations/queries.ts'
import { answerFind, sharePage } from '../../src/history/answer.ts'
import { listFile } from '../../src/history/export.ts'
import { indexHistory } from '../../src/history/index-history.ts'
import { customerFile } from '../../src/erasures/export-customer.ts'
import { forgetCustomer } from '../../src/erasures/forget.ts'
import { updateTuning } from '../../src/settings/update.ts'
import { knowTeammate } from '../../src/teammates/know.ts'
import { parseAudit } from '../../src/workspaces/command-audit.ts'
import type { FindAsk } from '../../src/workspaces/command-find.ts'
import { inbound } from '../support/channel.ts'
import { openDesk, type Desk } from '../support/desk.ts'

let desk: Desk
const ana = { id: 'ana', name: 'Ana Lima' }
const ben = { id: 'ben', name: 'Ben' }

beforeEach(async () => {
  desk = await openDesk()
  desk.room.membershipOf = async (who) => ({ groups: [], isAdmin: who === 'ana' })
  for (const one of [ana, ben]) await knowTeammate(desk.ctx, 'fake', one)
})
afterEach(() => desk.close())

async function audit(text: string, by = ana) {
  const command = parseAudit(text)
  if (command.kind !== 'audit') throw new Error(command.problem)
  return answerAudit(desk.ctx, 'fake', command, by)
}
const texts = async (text: string) => (await audit(text)).lines.map((line) => line.text)

async function work(): Promise<{ id: string; customerId: string }> {
  const id = await desk.hearOne(inbound('a'))
  await desk.work()
  const { draft, customer } = await desk.conversation(id)
  await desk.decide(id, { kind: 'approve', draftId: draft?.id ?? '', seenSeq: 1 }, 'ben')
  await desk.work()
  desk.clock.advance(60_000)
  await customerFile(desk.ctx, 'fake', customer.id, ana)
  desk.clock.advance(60_000)
  await updateTuning(desk.ctx, (now) => ({ ...now, language: 'de' }), 'fake:ana')
  desk.clock.advance(60_000)
  return { id, customerId: customer.id }
}

describe('the audit', () => {
  it('says who did what and when, the newest first, with where it can be looked at', async () => {
    const { id, customerId } = await work()
    const answer = await audit('')
    expect(answer.title).toBe('Audit · 23 February – 2 March 2026')
    expect(answer.lines).toEqual([
      { text: 'Ana Lima · changed the settings: language · 2026-03-02 09:02' },
      { text: 'Ana Lima · exported everything about a customer (1 conversation) · 2026-03-02 09:01', customerId },
      { text: 'Ben · approved a reply · 2026-03-02 09:00', conversationId: id },
    ])
  })

  it('shows receipts with what is left to do, and no way to what is gone', async () => {
    const { customerId } = await work()
    await forgetCustomer(desk.ctx, customerId, 'fake:ana')
    const erased = (left: string) =>
      expect.stringMatching(
        new RegExp(
          `^Ana Lima · erased a customer: 1 conversation, 1 message, 1 reply · receipt [0-9a-f]{12} · ${left} · 2026-03-02 09:03$`,
        ),
      )
    expect(await texts('erased')).toEqual([erased('1 post still to be taken out')])
    await desk.work()
    expect(await texts('erased')).toEqual([erased('nothing is left in the rooms since 2026-03-02 09:03')])
    const { lines } = await audit('')
    expect(lines.filter((line) => line.customerId || line.conversationId)).toEqual([])
  })

  it('can be asked for one kind, one person, or some days', async () => {
    await work()
    expect(await texts('approved')).toEqual(['Ben · approved a reply · 2026-03-02 09:00'])
    expect(await texts('@ana')).toHaveLength(2)
    expect(await texts('teammate:"ana lima" settings')).toHaveLength(1)
    expect(await texts('@ben exported')).toEqual(['Nothing was done'])
    expect((await audit('@nobody')).title).toBe('Nobody called “nobody” did anything here')
    expect(await texts('2026-03-01')).toEqual(['Nothing was done'])
    expect((await audit('2026-03-09')).title).toMatch(/still to come/)
  })

  it('says how much was read, shown and exported, and tells an export once', async () => {
    await work()
    while ((await indexHistory(desk.ctx)) > 0);
    const ask: FindAsk = { words: [], where: {}, dates: null, order: 'newest' }
    const asked = await answerFind(desk.ctx, 'fake', ask, ana)
    const source = asked.file?.source
    if (source?.kind !== 'list') throw new Error('there is no file')
    const write = async (isAll: boolean) => {
      const download = await listFile(desk.ctx, 'fake', source.listId, 'json', ana)
      if ('refused' in download) throw new Error(download.refused)
      const rows = download.rows[Symbol.asyncIterator]()
      if (!isAll) await rows.return?.()
      else while (!(await rows.next()).done);
    }
    await sharePage(desk.ctx, 'fake', { listId: source.listId, page: 0 }, 'room', ana)
    desk.clock.advance(60_000)
    await write(true)
    desk.clock.advance(60_000)
    await write(false)
    desk.clock.advance(60_000)
    await write(true)
    expect(await texts('read')).toEqual(['Ana Lima · read what a search found (1 conversation) · 2026-03-02 09:03'])
    expect(await texts('shared')).toEqual([
      'Ana Lima · showed what a search found to a room (1 conversation) · 2026-03-02 09:03',
    ])
    expect((await texts('exported')).slice(0, 3)).toEqual([
      'Ana Lima · exported what a search finds as JSON (1 row) · 2026-03-02 09:06',
      'Ana Lima · exported what a search finds as JSON (not to its end) · 2026-03-02 09:05',
      'Ana Lima · exported what a search finds as JSON (1 row) · 2026-03-02 09:04',
    ])
  })

  it('shows the newest of many, and how to see the others', async () => {
    const ids = Array.from({ length: 20 }, () => desk.ctx.newId())
    for (let index = 0; index < 20; index++) {
      desk.clock.advance(60_000)
      await addEvent(desk.ctx, desk.ctx.db, 'history.read', {
        conversationId: null,
        actor: 'fake:ben',
        data: { list: 'a', page: 0, conversations: ids.slice(0, index) },
      })
    }
    const lines = await texts('read')
    expect(lines).toHaveLength(16)
    expect(lines[0]).toBe('Ben · read what a search found (19 conversations) · 2026-03-02 09:20')
    expect(lines.at(-1)).toMatch(/name fewer days/)
  })

  it('is for managers', async () => {
    expect(await audit('', ben)).toEqual({ title: expect.stringMatching(/^Only managers may do this/), lines: [] })
  })
})
