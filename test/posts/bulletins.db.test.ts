import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { posts } from '../../src/db/schema.ts'
import { saveReport } from '../../src/digests/stored.ts'
import { listBulletins } from '../../src/posts/bulletins.ts'
import { notify } from '../../src/posts/notify.ts'
import { newPost } from '../../src/posts/queries.ts'
import { inbound } from '../support/channel.ts'
import { defaultTuning } from '../../src/settings/tuning.ts'
import { openDesk, type Desk } from '../support/desk.ts'
import { quietReport } from '../workspaces/contract/sample-report.ts'

let desk: Desk
beforeEach(async () => void (desk = await openDesk()))
afterEach(() => desk.close())

const tell = (key: string, lines: { text: string; conversationId?: string }[]) =>
  desk.ctx.db.transaction((tx) => notify(desk.ctx, tx, { workspace: 'fake', room: 'room', key, title: key, lines }))

async function postReport(id: string): Promise<void> {
  await saveReport(desk.ctx, desk.ctx.db, 'fake', {
    report: { ...quietReport(), id },
    items: [],
    measured: defaultTuning,
  })
  const body = { kind: 'report' as const, reportId: id }
  const row = { workspace: 'fake', key: `report:${id}`, conversationId: null, room: 'room', body, rank: 1 }
  await desk.ctx.db.insert(posts).values(newPost(row, desk.clock.now()))
}

describe('what concerns no single conversation', () => {
  it('leads to the cards that it names, and says what they are about where it has no words of its own', async () => {
    desk.room.urlOf = (ref) => `https://room.example/${String(ref['number'])}`
    const conversationId = await desk.hearOne(inbound('m1', { text: 'Where is my parcel?' }))
    await desk.work()
    await tell('late', [
      { text: 'Due 14:30', conversationId },
      { text: '', conversationId },
      { text: '', conversationId: '00000000-0000-7000-8000-00000000dead' },
      { text: 'and 4 more' },
    ])
    await desk.work()
    const card = { conversationId, url: 'https://room.example/1' }
    expect(desk.room.standing.at(-1)?.message).toEqual({
      kind: 'notice',
      title: 'late',
      lines: [
        { text: 'Due 14:30', ...card },
        { text: expect.stringContaining('Mia · Fake'), ...card },
        { text: 'and 4 more' },
      ],
    })
  })

  it('is listed with the newest first, page by page, each once', async () => {
    for (let number = 0; number < 12; number++) {
      await tell(`n${number}`, [])
      // Some at the same moment.
      if (number % 3 === 0) desk.clock.advance(1000)
    }
    const id = desk.ctx.newId()
    desk.clock.advance(1000)
    await postReport(id)
    await postReport('00000000-0000-7000-8000-00000000dead')
    const first = await listBulletins(desk.ctx, 'fake', null)
    expect(first.bulletins.map(({ message }) => message.kind)).toContain('report')
    const second = await listBulletins(desk.ctx, 'fake', first.next)
    expect(second.next).toBeNull()
    const titles = [...first.bulletins, ...second.bulletins].flatMap(({ message }) =>
      message.kind === 'notice' ? [message.title] : [],
    )
    expect(titles.toSorted()).toEqual(Array.from({ length: 12 }, (_, number) => `n${number}`).toSorted())
    expect(titles[0]).toBe('n11')
    const reports = await listBulletins(desk.ctx, 'fake', null, 'report')
    expect(reports.bulletins.map(({ message }) => message.kind)).toEqual(['report', 'report'])
    expect(await listBulletins(desk.ctx, 'other', null)).toEqual({ bulletins: [], next: null })
    for (const wrong of ['nonsense', '2026-13-45T99:99Z~n1', '2026-11-20T10:00:00Z~\0', '2026-11-20T10:00:00Z~\ud800'])
      expect((await listBulletins(desk.ctx, 'fake', wrong)).bulletins).toHaveLength(10)
  })
})
