import fc from 'fast-check'
import { and, eq, like } from 'drizzle-orm'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { conversations, events, exchanges, lists, posts, terms } from '../../src/db/schema.ts'
import { answerFind, openPage, sharePage } from '../../src/history/answer.ts'
import { listFile } from '../../src/history/export.ts'
import { findCustomers } from '../../src/history/find-customers.ts'
import { indexHistory } from '../../src/history/index-history.ts'
import { keepListOf, sweepLists } from '../../src/history/lists.ts'
import { askAbout } from '../../src/history/query.ts'
import { newId } from '../../src/id.ts'
import { listBulletins } from '../../src/posts/bulletins.ts'
import { parseCommand } from '../../src/workspaces/command.ts'
import { updateTuning } from '../../src/settings/update.ts'
import type { FindAsk, FindValue, FindWord } from '../../src/workspaces/command-find.ts'
import type { FileFormat, Found } from '../../src/workspaces/found.ts'
import { partsOf } from '../../src/workspaces/kit/parts.ts'
import { question } from '../support/assistant.ts'
import { inbound } from '../support/channel.ts'
import { openDesk, type Desk } from '../support/desk.ts'

const minute = 60_000
const ana = { id: 'ana', name: 'Ana' }
const tom = { id: 'tom', name: 'Tom' }

let desk: Desk
async function begin(): Promise<void> {
  desk = await openDesk()
  desk.channel.onSend = async (reply) => ({ externalId: reply.id, at: desk.clock.now() })
  desk.room.urlOf = (ref) => `https://room.example/${String(ref['number'])}`
  desk.assistant.onTriage = ({ turns }) => {
    const text = turns.map((turn) => turn.text).join(' ')
    const isComplaint = text.includes('broken')
    return {
      ...question,
      theme: isComplaint ? 'complaint' : 'question',
      topics: isComplaint ? ['late delivery'] : ['opening'],
    }
  }
}

async function hear(thread: string, text: string, name = 'Mia Jansen'): Promise<string> {
  const [customer] = name.toLowerCase().split(' ')
  const id = await desk.hearOne(
    inbound(newId(), {
      conversation: { externalId: thread },
      customer: { externalId: customer ?? name, name, email: `${customer}@example.com` },
      occurredAt: desk.clock.now(),
      text,
    }),
  )
  await desk.work()
  return id
}

async function answer(id: string, text: string, by = 'ana'): Promise<void> {
  const { draft, inboundSeq } = await desk.conversation(id)
  await desk.decide(id, { kind: 'edit', draftId: draft?.id ?? null, seenSeq: inboundSeq, text }, by)
  await desk.work()
}

const index = async () => {
  while ((await indexHistory(desk.ctx)) > 0);
}

const word = (text: string, kind: FindWord['kind'] = 'word', isExcluded = false): FindWord => ({
  kind,
  text,
  isExcluded,
})
const value = (text: string, isExcluded = false): FindValue => ({ value: text, isExcluded })
const ask = (words: FindWord[], over: Partial<FindAsk> = {}): FindAsk => ({
  words,
  where: {},
  dates: null,
  order: 'newest',
  ...over,
})
const find = (words: FindWord[], over: Partial<FindAsk> = {}) => answerFind(desk.ctx, 'fake', ask(words, over), ana)
async function found(words: FindWord[], over: Partial<FindAsk> = {}): Promise<Found> {
  const { found: some, title } = await find(words, over)
  if (!some) throw new Error(title)
  return some
}
const said = ({ passages }: Found) =>
  passages.map((passage) => passage.said.map(({ text, isMarked }) => (isMarked ? `*${text}*` : text)).join(''))
const makeManager = () => void (desk.room.membershipOf = async () => ({ groups: [], isAdmin: true }))
const eventsOf = (type: string) =>
  desk.ctx.db
    .select({ actor: events.actor, data: events.data })
    .from(events)
    .where(eq(events.type, type))
    .orderBy(events.at, events.id)

async function fileText(listId: string, format: FileFormat): Promise<string> {
  const file = await listFile(desk.ctx, 'fake', listId, format, ana)
  if ('refused' in file) throw new Error(file.refused)
  const texts: string[] = []
  for await (const part of partsOf(file, 10_000_000)) texts.push(new TextDecoder().decode(part.content))
  return texts.join('')
}

describe('after a morning', () => {
  let broken: string
  let shop: string
  beforeAll(async () => {
    await begin()
    broken = await hear('one', 'My lamp came broken, I want a refund')
    desk.clock.advance(10 * minute)
    await answer(broken, 'Sorry! The voucher is on its way')
    shop = await hear('two', 'When do you open? =cmd', 'Tom Okafor')
    desk.clock.advance(3 * minute)
    await index()
  })
  afterAll(() => desk.close())

  it('words are found in what customers said and in what was answered, and marked', async () => {
    const { passages, ...rest } = await found([word('refunds')])
    expect(rest).toMatchObject({ asked: 'refunds', note: null, hasNext: false, canShare: true })
    expect(passages).toHaveLength(1)
    expect(passages[0]).toMatchObject({
      conversationId: broken,
      url: 'https://room.example/1',
      customer: { name: 'Mia Jansen' },
      origin: 'Fake · main',
      state: 'answered in 10 min by Ana',
      said: [
        { text: 'My lamp came broken, I want a ', isMarked: false },
        { text: 'refund', isMarked: true },
      ],
      answered: [{ text: 'Sorry! The voucher is on its way', isMarked: false }],
    })
    expect(passages[0]?.labels.map(({ text }) => text)).toEqual(['complaint', 'neutral', 'English', 'late delivery'])
    const answered = (await found([word('voucher')])).passages[0]?.answered
    expect(answered).toContainEqual({ text: 'voucher', isMarked: true })
  })

  it('everything is there when nothing is asked, the newest first', async () => {
    expect(said(await found([]))).toEqual(['When do you open? =cmd', 'My lamp came broken, I want a refund'])
  })

  it.each<[string, Partial<FindAsk>, string, number]>([
    ['theme', { where: { theme: [value('complaint')] } }, 'complaint', 1],
    ['not a theme', { where: { theme: [value('complaint', true)] } }, 'not complaint', 1],
    ['channel', { where: { channel: [value('fake')] } }, 'Fake', 2],
    ['account', { where: { account: [value('main')] } }, 'main', 2],
    ['topic by one of its words', { where: { topic: [value('Delivery')] } }, 'late delivery', 1],
    ['language by name', { where: { language: [value('english')] } }, 'English', 2],
    ['teammate by name', { where: { teammate: [value('@ana')] } }, 'answered by Ana', 1],
    ['teammate who asks', { where: { teammate: [value('me')] } }, 'answered by you', 1],
    ['customer by address', { where: { customer: [value('mia@exam')] } }, '“mia@exam”', 1],
    ['state', { where: { state: [value('waiting')] } }, 'waiting', 1],
    ['days', { dates: { from: { kind: 'ago', days: 0 }, to: null } }, 'since Monday 2 March', 2],
  ])('is filtered by %s', async (_, over, asked, count) => {
    const some = await found([], over)
    expect(some.asked).toBe(asked)
    expect(some.passages).toHaveLength(count)
  })

  it.each<[string, Partial<FindAsk>, RegExp]>([
    [
      'channel',
      { where: { channel: [value('fkae')] } },
      /channel "fkae"\. Did you mean Fake\? For example: \/desk find channel:fake/,
    ],
    ['account', { where: { account: [value('mian')] } }, /account "mian"\. Did you mean main\?/],
    ['teammate', { where: { teammate: [value('anna')] } }, /teammate "anna"\. Did you mean Ana\?/],
    [
      'topic',
      { where: { topic: [value('late delivrey')] } },
      /topic "late delivrey"\. Did you mean late delivery\? .*topic:"late delivery"/,
    ],
    [
      'language',
      { where: { language: [value('englsh')] } },
      /language "englsh"\. Did you mean English\? .*language:en/,
    ],
    ['days', { dates: { from: { kind: 'date', date: '2026-04-01' }, to: null } }, /still to come/],
  ])('says what was probably meant by a %s that there is not', async (_, over, problem) => {
    const { title, lines, found: some } = await find([], over)
    expect(title).toMatch(problem)
    expect([lines, some]).toEqual([[], undefined])
  })

  it('stands in for a mistyped word, and says that nothing is found, and what to try', async () => {
    expect((await found([word('refnud')])).note).toBe('“refnud” is nowhere: these have “refund”')
    const none = await find([word('elephants')], { where: { theme: [value('question')] } })
    expect(none.found).toBeUndefined()
    expect(none.title).toBe('Nothing found: elephants · question')
    expect(none.lines[0]?.text).toBe('“elephants”: nowhere in what customers wrote or the team answered')
    expect(none.lines.map(({ text }) => text)).toContain('Fewer letters find more. For example: /desk find elepha*')
  })

  it('takes one customer by their id, and says so', async () => {
    const id = '00000000-0000-7000-8000-00000000dead'
    for (const customer of [[value(id, true)], [value(id), value('Mia')]])
      expect((await find([], { where: { customer } })).title).toMatch(/^Of customers who are told by their id/)
    // The hint is of a word that was looked for.
    const none = await find([word('vouchers', 'word', true)], { where: { customer: [value(id)] } })
    expect(none.lines.map(({ text }) => text).join()).not.toContain('Fewer letters')
  })

  it('answers whatever is typed', async () => {
    const piece = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 20 }),
      fc.constantFrom(
        ...'refund "lamp came" -voucher ref* theme:complaint channel:fake account:mian rating:1..3 since yesterday sort:best'.split(
          ' ',
        ),
      ),
      fc.constantFrom(
        "'",
        '\\',
        '<->',
        ':*',
        '!',
        '(',
        '"',
        '-',
        'teammate:@ana',
        'topic:"late delivery"',
        'customer:"Mia J"',
        'language:de,en',
        'state:waiting',
        '-customer:tom',
      ),
    )
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { maxLength: 8 }), async (pieces) => {
        const command = parseCommand(`find ${pieces.join(' ')}`)
        if (command.kind !== 'find') return
        const { title } = await answerFind(desk.ctx, 'fake', command.ask, ana)
        expect(title).not.toBe('')
      }),
      { numRuns: 60 },
    )
    expect((await find([word('x'.repeat(10_000))])).title).toMatch(/^Nothing found/)
  })

  it('notes who read what, by ids alone', async () => {
    await found([word('refund')])
    const read = (await eventsOf('history.read')).at(-1)
    expect(read).toEqual({
      actor: 'fake:ana',
      data: { list: expect.any(String) as string, page: 0, conversations: [broken] },
    })
    expect(JSON.stringify(await desk.ctx.db.select().from(events))).not.toMatch(/Jansen|refund/)
  })

  it('is for the team', async () => {
    const roles = { fake: { agents: 'desk', managers: null } }
    const { page } = await found([])
    await updateTuning(desk.ctx, (now) => ({ ...now, roles }), 'fake:ana')
    const answers = [
      await find([]),
      await openPage(desk.ctx, 'fake', page, ana),
      await sharePage(desk.ctx, 'fake', page, 'room', ana),
    ]
    for (const { title, lines } of answers)
      expect([title, lines]).toEqual([expect.stringContaining('Only members'), []])
    await updateTuning(desk.ctx, (now) => ({ ...now, roles: {} }), 'fake:ana')
  })

  it('is a file for managers, of cells that a spreadsheet does not run', async () => {
    const { file, found: some } = await find([])
    expect(file).toBeUndefined()
    const listId = some?.page.listId ?? ''
    expect(await listFile(desk.ctx, 'fake', listId, 'csv', ana)).toMatchObject({
      refused: expect.stringContaining('managers') as string,
    })
    const before = desk.room.membershipOf
    makeManager()
    expect((await find([])).file).toMatchObject({ source: { kind: 'list' }, formats: ['csv', 'json'] })
    const rows = (await fileText(listId, 'csv')).trim().split('\r\n')
    expect(rows).toHaveLength(3)
    expect(rows[1]).toContain('When do you open? =cmd')
    expect(rows[2]).toBe(
      '2026-03-02T09:00:00.000Z,fake,main,Mia Jansen,mia@example.com,complaint,neutral,normal,en,late delivery,,,' +
        `"My lamp came broken, I want a refund",answered,Ana,2026-03-02T09:10:00.000Z,Sorry! The voucher is on its way,${broken}`,
    )
    const objects = JSON.parse(await fileText(listId, 'json')) as Record<string, unknown>[]
    expect(objects.map((one) => one['conversation'])).toEqual([shop, broken])
    const exported = (await eventsOf('history.exported')).map(({ data }) => data)
    expect(exported).toEqual([
      { list: listId, format: 'csv' },
      { list: listId, format: 'csv', rows: 2 },
      { list: listId, format: 'json' },
      { list: listId, format: 'json', rows: 2 },
    ])
    desk.room.membershipOf = before
  })

  it('finds customers by name or address, whoever was heard from last first', async () => {
    const names = async (typed: string) => (await findCustomers(desk.ctx.db, typed, 5)).map(({ name }) => name)
    expect(await names('')).toEqual(['Tom Okafor', 'Mia Jansen'])
    expect(await names('jans')).toEqual(['Mia Jansen'])
    expect(await names('JANSEN mia')).toEqual(['Mia Jansen'])
    expect(await names('tom@example.com')).toEqual(['Tom Okafor'])
    expect(await names('nobody')).toEqual([])
    const [mia] = await findCustomers(desk.ctx.db, 'mia', 5)
    expect(await findCustomers(desk.ctx.db, mia?.id ?? '', 5)).toEqual([mia])
    expect(mia?.channel).toBe('fake')
  })
})

describe('a list', () => {
  beforeEach(begin)
  afterEach(() => desk.close())

  const hearMany = async (count: number) => {
    for (let number = 0; number < count; number += 1) {
      desk.clock.advance(minute)
      await desk.hearOne(
        inbound(`m${number}`, {
          conversation: { externalId: `t${number}` },
          text: `Parcel number${number}`,
          occurredAt: desk.clock.now(),
        }),
      )
    }
    await index()
  }
  const numbers = (some: Found | undefined) =>
    (some?.passages ?? []).map(({ said: pieces }) =>
      Number(/number(\d+)/.exec(pieces.map(({ text }) => text).join(''))?.[1]),
    )

  it('is turned page by page, by anybody, tomorrow, without those that came since', async () => {
    await hearMany(19)
    const first = await found([word('parcel')])
    expect(numbers(first)).toEqual([18, 17, 16, 15, 14, 13, 12, 11])
    expect(first.hasNext).toBe(true)
    const page = (number: number) => openPage(desk.ctx, 'fake', { ...first.page, page: number }, tom)
    desk.clock.advance(1440 * minute)
    await desk.hearOne(
      inbound('late', { conversation: { externalId: 'late' }, text: 'Parcel number99', occurredAt: desk.clock.now() }),
    )
    await index()
    expect(numbers((await page(1)).found)).toEqual([10, 9, 8, 7, 6, 5, 4, 3])
    const last = (await page(2)).found
    expect([numbers(last), last?.hasNext]).toEqual([[2, 1, 0], false])
    expect(numbers((await page(0)).found)).toEqual(numbers(first))
    expect(numbers((await page(1)).found)).toEqual([10, 9, 8, 7, 6, 5, 4, 3])
    expect((await page(3)).title).toBe('There is nothing more: parcel')
    for (const wrong of [-1, 1.5, 1e9, Number.NaN]) expect((await page(wrong)).found).toBeUndefined()
    expect((await eventsOf('history.read')).filter(({ actor }) => actor === 'fake:tom')).toHaveLength(4)
  })

  it('says how far back was looked where that was far, also when nothing was found there', async () => {
    await hearMany(2)
    desk.clock.advance(40 * 1440 * minute)
    for (const text of ['Parcel number2', 'A green lamp', 'A blue lamp']) {
      await desk.hearOne(inbound(text, { conversation: { externalId: text }, text, occurredAt: desk.clock.now() }))
      desk.clock.advance(minute)
    }
    await index()
    // As if there were so many of each.
    await desk.ctx.db.update(terms).set({ count: 200_000 })
    const first = await found([word('green'), word('blue')])
    expect(first).toMatchObject({ passages: [], hasNext: true, canShare: false })
    expect(first.note).toMatch(/^Looked back to \d+ \w+ \d{4}: Older looks further$/)
    const { title } = await openPage(desk.ctx, 'fake', { ...first.page, page: 1 }, ana)
    expect(title).toBe('There is nothing more: green · blue')
    const some = await found([word('parcel')])
    expect([numbers(some), some.hasNext]).toEqual([[2], true])
    const older = await openPage(desk.ctx, 'fake', { ...some.page, page: 1 }, ana)
    expect(older.found).toMatchObject({ note: null, hasNext: false })
    expect(numbers(older.found)).toEqual([1, 0])
    makeManager()
    const file = JSON.parse(await fileText(some.page.listId, 'json')) as unknown[]
    expect(file).toHaveLength(3)
  })

  it('can begin with a later page', async () => {
    await hearMany(18)
    const [row] = await desk.ctx.db.select().from(exchanges).limit(1)
    const about = askAbout(row?.customerId ?? '', 'Mia', desk.clock.now())
    const listId = (await keepListOf(desk.ctx, 'fake', ana, about)) ?? ''
    const { found: some } = await openPage(desk.ctx, 'fake', { listId, page: 2 }, ana)
    expect(numbers(some)).toEqual([1, 0])
    expect(numbers((await openPage(desk.ctx, 'fake', { listId, page: 1 }, ana)).found)).toHaveLength(8)
  })

  it('is kept for 30 days, in its workspace', async () => {
    await hearMany(1)
    const { page } = await found([])
    const gone = 'This list is not kept any more. Ask again with /desk find, or /desk history'
    expect((await openPage(desk.ctx, 'other', page, ana)).title).toBe(gone)
    expect((await openPage(desk.ctx, 'fake', { ...page, listId: 'nonsense' }, ana)).title).toBe(gone)
    desk.clock.advance(29 * 1440 * minute)
    await sweepLists(desk.ctx)
    expect((await openPage(desk.ctx, 'fake', page, ana)).found).toBeDefined()
    desk.clock.advance(2 * 1440 * minute)
    expect((await openPage(desk.ctx, 'fake', page, ana)).title).toBe(gone)
    await sweepLists(desk.ctx)
    expect(await desk.ctx.db.select().from(lists)).toEqual([])
  })

  it('is shared with a room once, without the words that were looked for, and without what was erased since', async () => {
    await hearMany(3)
    const { page } = await found([word('number2', 'word'), word('parcel')])
    const share = () => sharePage(desk.ctx, 'fake', page, 'room', ana)
    expect((await share()).title).toBe('Shared with the room')
    expect((await share()).title).toBe('This page was shared with the room before')
    await desk.work()
    const message = desk.room.standing.at(-1)?.message
    expect(message).toMatchObject({ kind: 'found', title: 'Ana shared this', passages: [{ origin: 'Fake · main' }] })
    expect(desk.room.standing.filter((one) => one.message.kind === 'found')).toHaveLength(1)
    const [row] = await desk.ctx.db.select().from(posts).where(like(posts.key, 'found:%'))
    expect(JSON.stringify(row)).not.toMatch(/[Pp]arcel|number2|Mia/)
    const [shared] = await eventsOf('history.shared')
    expect(shared).toMatchObject({ actor: 'fake:ana', data: { list: page.listId, page: 0, room: 'room' } })
    const kinds = async () => (await listBulletins(desk.ctx, 'fake', null)).bulletins.map((one) => one.message.kind)
    expect(await kinds()).toEqual(['found'])
    await desk.ctx.db.delete(exchanges)
    expect(await kinds()).toEqual([])
    // What is erased before it was posted is never posted.
    expect((await sharePage(desk.ctx, 'fake', page, 'other', ana)).title).toContain('nothing was shared')
  })

  it('is shown in no other room where the one it was shared with is lost', async () => {
    await hearMany(3)
    const { page } = await found([word('parcel')])
    const rooms = { fake: { default: 'room', escalation: 'managers', rules: [] } }
    await updateTuning(desk.ctx, (now) => ({ ...now, rooms }), 'fake:ana')
    desk.room.gone.set('private', 'It was archived')
    expect((await sharePage(desk.ctx, 'fake', page, 'private', ana)).title).toBe('Shared with the room')
    await desk.pass(600)
    expect(desk.room.standing.filter((one) => one.message.kind === 'found')).toEqual([])
    expect(await desk.ctx.db.select().from(posts).where(like(posts.key, 'found:%'))).toEqual([])
  })

  it('is exported with a page in memory at a time', async () => {
    await hearMany(2)
    const [one] = await desk.ctx.db.select().from(exchanges)
    if (!one) throw new Error('Nothing is indexed')
    makeManager()
    const { page } = await found([])
    const file = await listFile(desk.ctx, 'fake', page.listId, 'csv', ana)
    if ('refused' in file) throw new Error(file.refused)
    const rows = file.rows[Symbol.asyncIterator]()
    await rows.next()
    // What is broken off has been noted.
    await rows.return?.()
    expect((await eventsOf('history.exported')).map(({ data }) => data)).toEqual([{ list: page.listId, format: 'csv' }])
    const isOne = and(eq(conversations.id, one.conversationId))
    expect(await desk.ctx.db.select().from(conversations).where(isOne)).toHaveLength(1)
  })
})
