import { eq } from 'drizzle-orm'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { reports } from '../../src/db/schema.ts'
import { answerDigest, answerStats, itemsFile, openItems } from '../../src/digests/answer.ts'
import { readStored, sweepReports } from '../../src/digests/stored.ts'
import { newId } from '../../src/id.ts'
import { updateTuning } from '../../src/settings/update.ts'
import type { FileFormat } from '../../src/workspaces/found.ts'
import { partsOf, type FilePart } from '../../src/workspaces/kit/parts.ts'
import type { Report } from '../../src/workspaces/report.ts'
import type { Answer, Items } from '../../src/workspaces/workspace.ts'
import { question } from '../support/assistant.ts'
import { inbound } from '../support/channel.ts'
import { openDesk, type Desk } from '../support/desk.ts'

const minute = 60_000
const day = 86_400_000
const ana = { id: 'ana', name: 'Ana' }

let desk: Desk
async function begin(): Promise<void> {
  desk = await openDesk()
  desk.channel.onSend = async (reply) => ({ externalId: reply.id, at: desk.clock.now() })
  desk.room.urlOf = (ref) => `https://room.example/${String(ref['number'])}`
  desk.assistant.onTriage = ({ turns }) => {
    const isComplaint = turns.some(({ text }) => text.includes('broken'))
    return { ...question, theme: isComplaint ? 'complaint' : 'question', summary: `Says: ${turns[0]?.text}` }
  }
}

async function hear(thread: string, text: string): Promise<string> {
  const conversation = { externalId: thread }
  const occurredAt = desk.clock.now()
  const id = await desk.hearOne(inbound(newId(), { conversation, occurredAt, text }))
  await desk.work()
  return id
}

async function answer(id: string, by = 'ana'): Promise<void> {
  const { draft, inboundSeq } = await desk.conversation(id)
  await desk.decide(id, { kind: 'approve', draftId: draft?.id ?? '', seenSeq: inboundSeq }, by)
  await desk.work()
}

/** Monday from 09:00 to 09:31: three questions are answered, two by Ana; a complaint waits. */
async function morning(): Promise<{ answered: string[]; waiting: string }> {
  const first = await hear('one', 'Where is it?')
  const waiting = await hear('two', 'It came broken')
  desk.clock.advance(10 * minute)
  await answer(first)
  const second = await hear('three', 'When do you open?')
  const third = await hear('four', 'Do you deliver?')
  desk.clock.advance(20 * minute)
  await answer(second)
  await answer(third, 'tom')
  desk.clock.advance(minute)
  return { answered: [first, second, third], waiting }
}

async function digest(kind: 'now' | 'yesterday' | 'week' | 'month' = 'now'): Promise<Report> {
  const { report } = await answerDigest(desk.ctx, 'fake', { kind }, ana)
  if (!report) throw new Error('There is no report')
  return report
}

const linesOf = (report: Report, title: string): string[] =>
  (report.sections.find((one) => one.title === title)?.lines ?? []).map(({ label, text }) => `${label}: ${text}`)

/** What is behind the first figure or line of this name. */
function behind(report: Report, label: string): Items {
  const all = [...report.figures, ...report.sections.flatMap(({ lines }) => lines)]
  const index = all.find((one) => one.label === label)?.opens
  if (index === null || index === undefined) throw new Error(`${label} opens nothing`)
  return { reportId: report.id, index }
}

const open = (items: Items): Promise<Answer> => openItems(desk.ctx, 'fake', items, ana)
async function fileOf(items: Items, format: FileFormat): Promise<FilePart> {
  const file = await itemsFile(desk.ctx, 'fake', items, format, ana)
  if ('refused' in file) throw new Error(file.refused)
  for await (const part of partsOf(file, 10_000_000)) return part
  throw new Error('There is no file')
}
const textOf = ({ content }: FilePart): string => new TextDecoder().decode(content)
const makeManager = () => void (desk.room.membershipOf = async () => ({ groups: [], isAdmin: true }))

const stats = async (by: Parameters<typeof answerStats>[2]['by']): Promise<Report> => {
  const { report } = await answerStats(desk.ctx, 'fake', { by, period: { kind: 'now' } }, ana)
  if (!report) throw new Error('There is no report')
  return report
}

describe('after a morning', () => {
  let made: Awaited<ReturnType<typeof morning>>
  beforeAll(async () => {
    await begin()
    made = await morning()
  })
  afterAll(() => desk.close())

  it('opens the same behind a number after the targets were changed', async () => {
    const aim = (minutes: number | null) =>
      updateTuning(
        desk.ctx,
        (now) => ({
          ...now,
          targets:
            minutes === null ? [] : [{ channels: [], themes: [], urgencies: [], minutes, isBusinessTime: false }],
        }),
        'fake:ana',
      )
    await aim(15)
    const late = behind(await digest(), 'Within target')
    const before = await open(late)
    expect(before.title).toMatch(/^[1-9]\d* late · /)
    await aim(600)
    expect(await open(late)).toEqual(before)
    await aim(null)
    expect(await open(late)).toEqual(before)
  })

  it('tells today so far, with those who wait as links to their cards', async () => {
    const { waiting } = made
    const report = await digest()
    expect(report).toMatchObject({
      title: 'Monday 2 March 2026, until 09:31',
      headline: '3 answered, half of them within 20 min, and 1 still waits.',
      note: null,
      charts: [],
    })
    expect(report.figures.map(({ label, value, change }) => [label, value, change])).toEqual([
      ['Answered', '3', null],
      ['Median', '20 min', null],
      ['Slowest tenth', 'over 20 min', 'p90'],
      ['Still waiting', '1', null],
      ['Came in', '4', null],
    ])
    expect(report.waiting).toEqual([
      {
        conversationId: waiting,
        text: '31 min · Mia · Fake · Says: It came broken',
        url: expect.stringMatching('https://room.example/') as string,
      },
    ])
    expect(linesOf(report, 'Who answered')).toEqual(['Ana: 2 · median 15 min', 'Tom: 1 · median 20 min'])
    expect(linesOf(report, 'Drafts')).toEqual(['Sent as drafted: 3 (100 %)'])
  })

  it('tells one line each, the largest first, and opens them', async () => {
    const { waiting } = made
    const report = await stats('theme')
    expect(report).toMatchObject({
      title: 'By theme · Monday 2 March 2026, until 09:31',
      headline: 'Question had the most: 3 of 4 came in.',
      figures: [],
    })
    expect(linesOf(report, 'By theme')).toEqual([
      'Question: 3 came in · 3 answered · median 20 min · slowest tenth over 20 min',
      'Complaint: 1 came in · 0 answered · 1 waiting',
    ])
    const answered = await open(behind(report, 'Complaint'))
    expect(answered).toMatchObject({
      title: '1 came in · Complaint · Monday 2 March 2026',
      lines: [{ conversationId: waiting, text: '31 min · Mia · Fake · Says: It came broken' }],
    })
  })

  it('names teammates, channels and hours', async () => {
    expect((await stats('teammate')).headline).toBe('Ana answered the most: 2 of 3.')
    expect(linesOf(await stats('channel'), 'By channel')[0]).toMatch(/^Fake: 4 came in/)
    expect(linesOf(await stats('account'), 'By account')[0]).toMatch(/^Fake · main: 4 came in/)
    expect(linesOf(await stats('language'), 'By language')[0]).toMatch(/^English: /)
    const hours = await stats('hour')
    expect(hours.sections.map(({ title }) => title)).toEqual(['Busiest hours', 'Slowest hours'])
    expect(linesOf(hours, 'Busiest hours')[0]).toMatch(/^Monday 09:00: 4 came in/)
    expect((await open(behind(hours, 'Monday 09:00'))).title).toBe('4 came in · Monday 09:00 · Monday 2 March 2026')
  })

  it('is listed with how long each took, the slowest first', async () => {
    const { answered } = made
    const report = await digest()
    const items = behind(report, 'Answered')
    const { title, lines, file } = await open(items)
    expect(title).toBe('3 answered · Monday 2 March 2026')
    expect(file).toEqual({ source: { kind: 'items', ...items }, formats: ['csv', 'json'] })
    expect(lines.map(({ text }) => text).toSorted()).toEqual([
      'answered in 10 min · Mia · Fake · Says: Where is it?',
      'answered in 20 min · Mia · Fake · Says: Do you deliver?',
      'answered in 20 min · Mia · Fake · Says: When do you open?',
    ])
    expect(new Set(lines.map(({ conversationId }) => conversationId))).toEqual(new Set(answered))
    expect(lines.at(-1)?.conversationId).toBe(answered[0])
  })

  it('has no words of a customer', async () => {
    const { id, waiting } = await digest()
    const [row] = await desk.ctx.db.select().from(reports).where(eq(reports.id, id))
    expect(waiting).toHaveLength(1)
    expect(JSON.stringify(row)).not.toMatch(/Mia|broken|Says/)
    expect((await readStored(desk.ctx.db, id))?.report.waiting[0]).toMatchObject({ text: '', url: null })
  })

  it('comes as a file, for managers', async () => {
    const items = behind(await digest(), 'Answered')
    const refused = { refused: expect.stringMatching(/managers/) as string }
    expect(await itemsFile(desk.ctx, 'fake', items, 'csv', ana)).toMatchObject(refused)
    makeManager()
    const table = await fileOf(items, 'csv')
    expect(table).toMatchObject({ name: 'deskbell-answered-2026-03-02.csv', mediaType: 'text/csv; charset=utf-8' })
    expect(table.content.slice(0, 3)).toEqual(Uint8Array.of(0xef, 0xbb, 0xbf))
    const rows = textOf(table).trim().split('\r\n')
    expect(rows).toHaveLength(4)
    expect(rows.filter((row) => row.includes('Ana'))).toHaveLength(2)
    const objects = await fileOf(items, 'json')
    expect(objects).toMatchObject({ name: 'deskbell-answered-2026-03-02.json' })
    const parsed = JSON.parse(textOf(objects)) as { answeredBy: string; responseMinutes: string }[]
    expect(parsed.map((one) => [one.answeredBy, one.responseMinutes]).toSorted()).toEqual([
      ['Ana', '10.0'],
      ['Ana', '20.0'],
      ['Tom', '20.0'],
    ])
  })

  it('says so when the report is not kept any more, or has no such number', async () => {
    const report = await digest()
    const gone = 'This report is not kept any more. /desk digest makes a new one'
    expect(await open({ reportId: newId(), index: 0 })).toEqual({ title: gone, lines: [] })
    expect(await open({ reportId: 'nonsense', index: 0 })).toEqual({ title: gone, lines: [] })
    expect(await open({ reportId: report.id, index: 99 })).toEqual({ title: gone, lines: [] })
    makeManager()
    expect(await itemsFile(desk.ctx, 'fake', { reportId: newId(), index: 0 }, 'csv', ana)).toEqual({ refused: gone })
  })

  it('names nobody where the team wants it so', async () => {
    const named = behind(await digest(), 'Ana')
    const name = (namesTeammates: boolean) =>
      updateTuning(desk.ctx, (now) => ({ ...now, digests: { ...now.digests, namesTeammates } }), 'fake:ana')
    await name(false)
    expect(linesOf(await digest(), 'Who answered')).toEqual([])
    const { title } = await answerStats(desk.ctx, 'fake', { by: 'teammate', period: { kind: 'now' } }, ana)
    expect(title).toBe('Who answered how much is switched off in the settings (Digest)')
    expect((await open(named)).title).toBe(title)
    makeManager()
    expect(await itemsFile(desk.ctx, 'fake', named, 'csv', ana)).toEqual({ refused: title })
    expect(textOf(await fileOf(behind(await digest(), 'Answered'), 'csv'))).not.toMatch(/Ana|fake:ana/)
    await name(true)
  })
})

describe('as days go by', () => {
  let made: Awaited<ReturnType<typeof morning>>
  beforeAll(async () => {
    await begin()
    made = await morning()
  })
  afterAll(() => desk.close())

  it('holds today until now against the same hours of the day before', async () => {
    desk.clock.set(new Date('2026-03-03T09:20:00Z'))
    const [answered, , , , cameIn] = (await digest()).figures
    expect(answered).toMatchObject({ value: '0', change: '1 by then the day before' })
    desk.clock.set(new Date('2026-03-03T23:20:00Z'))
    expect((await digest()).figures[0]).toMatchObject({ value: '0', change: '3 by then the day before' })
    expect(cameIn).toBeUndefined()
  })

  it('tells the day that is over as it was at its end, and links to those who still wait', async () => {
    const { waiting } = made
    desk.clock.set(new Date('2026-03-03T23:30:00Z'))
    const before = await digest('yesterday')
    expect(before).toMatchObject({ title: 'Monday 2 March 2026', waiting: [{ conversationId: waiting }] })
    await answer(waiting)
    desk.clock.advance(minute)
    const after = await digest('yesterday')
    expect(after.waiting).toEqual([])
    expect(after.figures.map(({ value }) => value)).toEqual(before.figures.map(({ value }) => value))
  })

  it('draws two weeks, a line per day', async () => {
    desk.clock.set(new Date('2026-03-04T09:00:00Z'))
    const one = await hear('five', 'And now?')
    desk.clock.advance(5 * minute)
    await answer(one)
    desk.clock.advance(minute)
    const { charts } = await digest()
    expect(charts.map(({ id }) => id)).toEqual(['response-time', 'themes'])
    expect(charts[0]?.series[0]?.values.slice(-3)).toEqual([20, 2310, 5])
    expect(charts[1]?.series).toMatchObject([{ name: 'Complaint' }, { name: 'Question' }])
    expect(charts[1]?.series[0]?.values.slice(-3)).toEqual([1, 0, 0])
  })
})

describe('a desk', () => {
  beforeEach(begin)
  afterEach(() => desk.close())

  it('is for the team, and says what is wrong with days that are still to come', async () => {
    const later = { kind: 'days', from: '2026-03-02', to: '2026-03-09' } as const
    const asked = await answerDigest(desk.ctx, 'fake', later, ana)
    expect(asked).toEqual({ title: expect.stringContaining('2026-03-09 is still to come') as string, lines: [] })
    const roles = { fake: { agents: 'desk', managers: null } }
    await updateTuning(desk.ctx, (now) => ({ ...now, roles }), 'fake:ana')
    const answers = [
      await answerDigest(desk.ctx, 'fake', { kind: 'now' }, ana),
      await answerStats(desk.ctx, 'fake', { by: 'channel', period: { kind: 'now' } }, ana),
      await open({ reportId: newId(), index: 0 }),
    ]
    for (const { title, lines } of answers) {
      expect(title).toContain('Only members of the group desk may decide')
      expect(lines).toEqual([])
    }
  })

  it('says on a quiet day that it was quiet', async () => {
    expect(await digest('yesterday')).toMatchObject({
      title: 'Sunday 1 March 2026',
      headline: 'Nothing came in, and nobody is waiting.',
      waiting: [],
      sections: [],
      charts: [],
    })
    expect((await digest('week')).headline).toBe('Nothing came in, and nobody is waiting.')
    expect((await digest('month')).title).toBe('February 2026')
    expect(await stats('topic')).toMatchObject({ headline: 'Nothing came in, and nothing was answered.', sections: [] })
  })

  it('has a line for each conversation, and says how many there are besides', async () => {
    const threads = ['0', ...Array.from({ length: 23 }, (_, index) => String(index))]
    const occurredAt = desk.clock.now()
    const said = threads.map((thread) => inbound(newId(), { conversation: { externalId: thread }, occurredAt }))
    await desk.hear(...said)
    desk.clock.advance(minute)
    const { title, lines } = await open(behind(await digest(), 'Still waiting'))
    expect(title).toBe('24 waiting · Monday 2 March 2026')
    expect(lines).toHaveLength(21)
    expect(lines.at(-1)?.text).toBe('and 3 more: get them all as a file')
  })

  it('a report goes after 30 days when a teammate asked for it, else after 400', async () => {
    const { id } = await digest()
    const due = { id: newId(), key: 'digest:fake:room:day:2026-03-02', workspace: 'fake', content: null }
    await desk.ctx.db.insert(reports).values({ ...due, createdAt: desk.clock.now() })
    const kept = async () => (await desk.ctx.db.select().from(reports)).map((row) => row.id).toSorted()
    expect(await readStored(desk.ctx.db, due.id)).toBeNull()
    desk.clock.advance(29 * day)
    await sweepReports(desk.ctx)
    expect(await kept()).toEqual([id, due.id].toSorted())
    desk.clock.advance(2 * day)
    await sweepReports(desk.ctx)
    expect(await kept()).toEqual([due.id])
    desk.clock.advance(370 * day)
    await sweepReports(desk.ctx)
    expect(await kept()).toEqual([])
  })
})
