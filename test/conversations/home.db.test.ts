import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { answerCommand } from '../../src/conversations/answer-command.ts'
import { readHome } from '../../src/conversations/home.ts'
import { RetryableError } from '../../src/errors.ts'
import { updateTuning } from '../../src/settings/update.ts'
import type { Home } from '../../src/workspaces/workspace.ts'
import { inbound } from '../support/channel.ts'
import { openDesk, type Desk } from '../support/desk.ts'

let desk: Desk
const ana = { id: 'ana', name: 'Ana' }
beforeEach(async () => {
  desk = await openDesk()
  desk.channel.onSend = async (reply) => ({ externalId: reply.id, at: desk.clock.now() })
})
afterEach(() => desk.close())

async function hear(thread: string, occurredAt = desk.clock.now()): Promise<string> {
  const id = await desk.hearOne(inbound(`m-${thread}`, { conversation: { externalId: thread }, occurredAt }))
  await desk.work()
  return id
}

async function answer(id: string, by: string): Promise<void> {
  const { draft, inboundSeq } = await desk.conversation(id)
  await desk.decide(id, { kind: 'approve', draftId: draft?.id ?? '', seenSeq: inboundSeq }, by)
  await desk.work()
}

async function home(): Promise<Home> {
  const found = await readHome(desk.ctx, 'fake', ana)
  if ('refused' in found) throw new Error(found.refused)
  return found
}
const idsOf = (lines: Home['mine']) => lines.map(({ conversationId }) => conversationId)

describe('home', () => {
  it('is empty for a start', async () => {
    expect(await home()).toEqual({
      mine: [],
      waiting: [],
      waitingCount: 0,
      answered: [],
      answeredCount: 0,
      isManager: false,
    })
  })

  it('shows who waits for me and for anybody, the longest first, and what I answered', async () => {
    desk.room.urlOf = (ref) => `https://room.example/${String(ref['number'])}`
    const ids = []
    for (const thread of ['one', 'two', 'three', 'four']) {
      ids.push(await hear(thread))
      desk.clock.advance(60_000)
    }
    const [one = '', two = '', three = '', four = ''] = ids
    await desk.decide(three, { kind: 'assign', to: ana })
    await desk.decide(one, { kind: 'assign', to: ana })
    await desk.decide(two, { kind: 'assign', to: { id: 'ben', name: 'Ben' } })
    await answer(four, 'ana')
    const { mine, waiting, waitingCount, answered, answeredCount } = await home()
    expect(idsOf(mine)).toEqual([one, three])
    expect(idsOf(waiting)).toEqual([one, two, three])
    expect(waiting[0]).toEqual({
      text: '4 min · Mia · Fake · Asks where the parcel is',
      conversationId: one,
      url: 'https://room.example/1',
    })
    expect({ waitingCount, answeredCount }).toEqual({ waitingCount: 3, answeredCount: 1 })
    expect(answered).toMatchObject([
      { text: 'answered in 1 min · Mia · Fake · Asks where the parcel is', conversationId: four },
    ])
  })

  it('counts what I answered since midnight by the team’s clock', async () => {
    await updateTuning(desk.ctx, (now) => ({ ...now, hours: { ...now.hours, timeZone: 'Asia/Tokyo' } }), 'fake:ana')
    desk.clock.set(new Date('2026-03-02T14:59:00Z'))
    await answer(await hear('before midnight'), 'ana')
    expect(await home()).toMatchObject({ answeredCount: 1 })
    desk.clock.set(new Date('2026-03-02T15:00:00Z'))
    const first = await hear('after midnight')
    await answer(first, 'ana')
    desk.clock.advance(60_000)
    const second = await hear('a minute later')
    await answer(second, 'ana')
    await answer(await hear('by another'), 'ben')
    const { answered, answeredCount } = await home()
    expect(idsOf(answered)).toEqual([second, first])
    expect(answeredCount).toBe(2)
  })

  it('shows fifteen of many, and how many there are', async () => {
    const start = desk.clock.now().getTime()
    await desk.hear(
      ...Array.from({ length: 40 }, (_, n) =>
        inbound(`m${n}`, { conversation: { externalId: `t${n}` }, occurredAt: new Date(start - n * 60_000) }),
      ),
    )
    const { waiting, waitingCount } = await home()
    expect(waiting).toHaveLength(15)
    expect(waiting[0]?.text).toMatch(/^39 min · /)
    expect(waitingCount).toBe(40)
  })

  it('is not for whoever may not decide, and knows managers', async () => {
    desk.room.membershipOf = async () => ({ groups: ['G2'], isAdmin: false })
    const roles = { agents: 'G1', managers: 'G2' }
    await updateTuning(desk.ctx, (now) => ({ ...now, roles: { fake: roles } }), 'fake:ben')
    expect(await home()).toMatchObject({ isManager: true })
    desk.room.membershipOf = async () => ({ groups: [], isAdmin: false })
    const refused = expect.stringContaining('Only members of the group G1')
    expect(await readHome(desk.ctx, 'fake', ana)).toEqual({ refused })
    desk.room.membershipOf = () => Promise.reject(new RetryableError('it is down'))
    expect(await readHome(desk.ctx, 'fake', ana)).toHaveProperty('refused')
  })
})

describe('/desk', () => {
  const ask = (text: string) => answerCommand(desk.ctx, 'fake', text, ana, null)

  it('help lists every command with an example, also for what is not known', async () => {
    const { lines } = await ask('')
    expect(lines.map(({ text }) => text.split(':')[0])).toEqual([
      '/desk help',
      '/desk home',
      '/desk open',
      '/desk find',
      '/desk history',
      '/desk customer',
      '/desk log',
      '/desk digest',
      '/desk stats',
      '/desk export',
      '/desk forget',
      '/desk audit',
      '/desk settings',
    ])
    expect(await ask('opne')).toEqual({ title: '/desk does not know "opne". Did you mean "open"?', lines })
  })

  it('open lists who waits, with where the card is', async () => {
    expect(await ask('open')).toEqual({ title: 'Nobody is waiting', lines: [] })
    const id = await hear('one')
    expect(await ask('open')).toEqual({
      title: '1 waiting',
      lines: [{ text: '0 s · Mia · Fake · Asks where the parcel is', conversationId: id }],
    })
    desk.room.urlOf = () => 'https://room.example/1'
    expect(await ask('open')).toMatchObject({ lines: [{ url: 'https://room.example/1' }] })
    await updateTuning(desk.ctx, (now) => ({ ...now, roles: { fake: { agents: 'G1', managers: null } } }), 'fake:ben')
    expect(await ask('open')).toEqual({ title: expect.stringContaining('Only members'), lines: [] })
  })

  it('home says what waits, and what I answered', async () => {
    expect(await ask('home')).toEqual({
      title: 'Your desk',
      lines: [
        { text: 'Waiting for you: nothing is assigned to you' },
        { text: 'Waiting: nobody' },
        { text: 'You answered today: nobody yet' },
      ],
    })
    const one = await hear('one')
    desk.clock.advance(60_000)
    const [two, three] = [await hear('two'), await hear('three')]
    await desk.decide(two, { kind: 'assign', to: ana })
    await answer(three, 'ana')
    const { lines } = await ask('home')
    expect(lines.map(({ text, conversationId }) => conversationId ?? text)).toEqual([
      'Waiting for you · 1',
      two,
      'Waiting · 2',
      one,
      two,
      'You answered today · 1',
      three,
    ])
  })

  it('home shows managers the way to the settings, and nobody what they may not see', async () => {
    const roles = { agents: 'G1', managers: 'G2' }
    await updateTuning(desk.ctx, (now) => ({ ...now, roles: { fake: roles } }), 'fake:ben')
    expect(await ask('home')).toEqual({ title: expect.stringContaining('Only members of the group G1'), lines: [] })
    desk.room.membershipOf = async () => ({ groups: ['G2'], isAdmin: false })
    expect((await ask('home')).lines).toContainEqual({ text: 'What managers tune: /desk settings' })
  })

  it('home says where the others are when not all are shown', async () => {
    await desk.hear(
      ...Array.from({ length: 16 }, (_, n) => inbound(`m${n}`, { conversation: { externalId: `t${n}` } })),
    )
    const texts = (await ask('home')).lines.map(({ text }) => text)
    expect(texts).toContain('Waiting · 16')
    expect(texts).toContain('Everybody, or some of them: /desk open')
  })

  it('says where to go for what it can’t ask', async () => {
    for (const text of ['log Mia called', 'settings']) expect((await ask(text)).lines).toHaveLength(1)
  })
})
