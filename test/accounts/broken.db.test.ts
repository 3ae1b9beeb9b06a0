import { eq } from 'drizzle-orm'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { reportAccount } from '../../src/accounts/broken.ts'
import { watchAccounts } from '../../src/accounts/watch.ts'
import { brokenAccounts, events, leases } from '../../src/db/schema.ts'
import { CredentialsError, PermanentError, RetryableError } from '../../src/errors.ts'
import type { Delivery, Receipt } from '../../src/channels/channel.ts'
import { createIntake, type Intake } from '../../src/interactions/intake.ts'
import { checkReadiness } from '../../src/http/readiness.ts'
import { metricsText } from '../../src/http/metrics.ts'
import type { OpenQueue } from '../../src/jobs/queue.ts'
import { runMinutely } from '../../src/jobs/schedule.ts'
import { sendReply } from '../../src/replies/send.ts'
import { storedNotices } from '../posts/notices.ts'
import { fakeChannel, inbound } from '../support/channel.ts'
import { openDesk, type Desk } from '../support/desk.ts'

const action = 'Make a new token in the Business Manager'
const expired = () => new CredentialsError('The token expired', { action })
const never = new AbortController().signal
const hour = 3_600_000

let desk: Desk
let problem: Error | null
beforeEach(async () => {
  problem = null
  desk = await openDesk({
    channels: [
      fakeChannel('fake', {
        accounts: [
          { id: 'main', name: 'Main street' },
          { id: 'side', name: 'Side street' },
        ],
        check: async () => {
          if (problem) throw problem
          return []
        },
      }),
    ],
  })
  desk.channel.onSend = async (reply) => {
    if (problem) throw problem
    return { externalId: `sent-${reply.id}`, at: desk.clock.now() }
  }
})
afterEach(() => desk.close())

async function approve(name: string, over: { account?: string; sendAt?: Date } = {}): Promise<string> {
  const { account = 'main', sendAt } = over
  const thread = { conversation: { externalId: name }, customer: { externalId: name, name }, account }
  const id = await desk.hearOne(inbound(name, thread))
  await desk.decide(id, { kind: 'edit', draftId: null, seenSeq: 1, text: `To ${name}`, ...(sendAt ? { sendAt } : {}) })
  return id
}
const reply = async (id: string) => (await desk.conversation(id)).reply
const titles = async () => (await storedNotices(desk)).map(({ title }) => title)
const broken = () => desk.ctx.db.select().from(brokenAccounts)
const typesOf = async (prefix: string) =>
  (await desk.ctx.db.select().from(events).orderBy(events.at, events.id))
    .map(({ type }) => type)
    .filter((type) => type.startsWith(prefix))
const texts = () => desk.channel.sent.map(({ text }) => text)

describe('an account whose credentials are no longer good', () => {
  it('holds its replies, says so once, and sends them once it is mended, the oldest first', async () => {
    problem = expired()
    const ids = [await approve('a')]
    await desk.work()
    for (const name of ['b', 'c']) {
      desk.clock.advance(1000)
      ids.push(await approve(name))
      await desk.work()
    }
    expect(texts()).toEqual(['To a'])
    for (const id of ids)
      expect(await reply(id)).toMatchObject({
        state: 'queued',
        attempts: 0,
        problem: { reason: 'The token expired', action, isHeld: true },
      })
    expect(await storedNotices(desk)).toEqual([
      {
        room: 'room',
        title: 'Fake · Main street must be authorised anew',
        lines: ['The token expired', `What to do: ${action}`, '1 reply waits, and goes out once it is mended'],
      },
    ])
    expect((await desk.pending()).filter(({ name }) => name === 'send-reply')).toEqual([])

    problem = null
    await watchAccounts(desk.ctx)
    await desk.work()
    // Of the others several go out at once.
    expect([...texts().slice(0, 2), ...texts().slice(2).toSorted()]).toEqual(['To a', 'To a', 'To b', 'To c'])
    for (const id of ids) expect(await desk.conversation(id)).toMatchObject({ state: 'answered' })
    expect((await titles()).toSorted()).toEqual([
      'Fake · Main street must be authorised anew',
      'Fake · Main street works again: 3 replies go out now',
    ])
    expect(await broken()).toEqual([])
    expect(await typesOf('account.')).toEqual(['account.broken', 'account.mended'])
    expect(await typesOf('reply.held')).toHaveLength(3)
  })

  it('does not keep another account of the channel from sending', async () => {
    await reportAccount(desk.ctx, 'fake', 'main', expired())
    const id = await approve('a', { account: 'side' })
    await desk.work()
    expect(await desk.conversation(id)).toMatchObject({ state: 'answered' })
  })

  it('says once what was reported many times and at once, with the newest reason kept', async () => {
    await Promise.all(Array.from({ length: 5 }, () => reportAccount(desk.ctx, 'fake', 'main', expired())))
    await reportAccount(desk.ctx, 'fake', 'main', new CredentialsError('The app was removed', { action }))
    expect(await titles()).toEqual(['Fake · Main street must be authorised anew'])
    expect(await broken()).toMatchObject([{ reason: 'The app was removed', since: desk.clock.now() }])
    await Promise.all(Array.from({ length: 5 }, () => reportAccount(desk.ctx, 'fake', 'main', null)))
    expect(await titles()).toHaveLength(2)
    expect(await titles()).toContain('Fake · Main street works again')
    expect(await typesOf('account.')).toEqual(['account.broken', 'account.mended'])
    await reportAccount(desk.ctx, 'fake', 'main', null)
    expect(await titles()).toHaveLength(2)
  })

  it('is not said to work again when a reply on trial is refused', async () => {
    problem = expired()
    const id = await approve('a')
    await desk.work()
    for (let minute = 0; minute < 5; minute++) {
      // It can be looked at, but nothing can be sent.
      await reportAccount(desk.ctx, 'fake', 'main', null)
      await reportAccount(desk.ctx, 'fake', 'main', null)
      await desk.work()
      desk.clock.advance(60_000)
    }
    expect(texts()).toHaveLength(6)
    expect(await titles()).toHaveLength(1)
    expect(await broken()).toHaveLength(1)
    expect(await reply(id)).toMatchObject({ state: 'queued', attempts: 0, problem: { isHeld: true } })
  })

  it('is tried more and more rarely while every trial is refused, and mended within minutes all the same', async () => {
    problem = expired()
    await approve('a')
    await desk.work()
    const look = async (minutes: number) => {
      desk.clock.advance(minutes * 60_000)
      await reportAccount(desk.ctx, 'fake', 'main', null)
      await desk.work()
      return texts().length
    }
    expect(await look(10 * 60)).toBe(2)
    expect(await look(1)).toBe(2)
    expect(await look(13)).toBe(2)
    expect(await look(1)).toBe(3)
    problem = null
    expect(await look(15)).toBe(4)
    expect(await broken()).toEqual([])
  })

  it('has its trial go on where another replica, whose clock is behind, takes it', async () => {
    problem = expired()
    await approve('a')
    await desk.work()
    problem = null
    await reportAccount(desk.ctx, 'fake', 'main', null)
    desk.clock.advance(-500)
    await desk.work()
    desk.clock.advance(500)
    await desk.work()
    expect(texts()).toHaveLength(2)
    expect(await broken()).toEqual([])
  })

  it('is mended by a trial that fails for another reason', async () => {
    problem = expired()
    const id = await approve('a')
    await approve('b')
    await desk.work()
    problem = new PermanentError('No such user')
    await reportAccount(desk.ctx, 'fake', 'main', null)
    await desk.work()
    expect(await reply(id)).toMatchObject({ state: 'failed' })
    expect(await titles()).toContain('Fake · Main street works again: 1 reply goes out now')
  })

  it('stays broken while a look finds it so, or finds nothing', async () => {
    await reportAccount(desk.ctx, 'fake', 'main', expired())
    problem = new AggregateError([new PermanentError('No folder'), new CredentialsError('Still wrong', { action })])
    await watchAccounts(desk.ctx)
    expect(await broken()).toMatchObject([{ reason: 'Still wrong' }])
    const mixed = new AggregateError([new RetryableError('Down'), new PermanentError('No folder')])
    for (problem of [new RetryableError('Down'), new Error('reset'), mixed]) {
      await watchAccounts(desk.ctx)
      expect(await broken()).toMatchObject([{ reason: 'Still wrong' }])
    }
    expect(await titles()).toHaveLength(1)
  })

  it('is tried where a look finds something else that is wrong: whoever says so has let us in', async () => {
    problem = expired()
    const id = await approve('a')
    await desk.work()
    problem = new PermanentError('No webhooks come here')
    desk.channel.onSend = async () => ({ externalId: 'sent', at: desk.clock.now() })
    await watchAccounts(desk.ctx)
    await desk.work()
    expect(await reply(id)).toMatchObject({ state: 'accepted' })
    expect(await broken()).toEqual([])
  })

  it('lets a held reply be undone, and approved anew', async () => {
    problem = expired()
    const id = await approve('a')
    await desk.work()
    const held = await reply(id)
    expect(await desk.decide(id, { kind: 'undo', replyId: held?.id ?? '' })).toMatchObject({ isDone: true })
    problem = null
    await watchAccounts(desk.ctx)
    await desk.work()
    expect(texts()).toHaveLength(1)
    expect(await desk.conversation(id)).toMatchObject({ state: 'waiting', draft: { text: 'To a', state: 'proposed' } })
  })

  it('leaves a scheduled reply its time, and takes it back when the customer writes', async () => {
    await reportAccount(desk.ctx, 'fake', 'main', expired())
    const sendAt = new Date(desk.clock.now().getTime() + hour)
    const [id, other] = [await approve('a', { sendAt }), await approve('b', { sendAt })]
    await desk.work()
    expect(await reply(id)).toMatchObject({ problem: null, sendAfter: sendAt })
    desk.clock.advance(hour)
    await desk.work()
    expect(await reply(id)).toMatchObject({ state: 'queued', sendAfter: sendAt, problem: { isHeld: true } })
    await desk.hear(inbound('a2', { conversation: { externalId: 'a' }, customer: { externalId: 'a' } }))
    await watchAccounts(desk.ctx)
    await desk.work()
    desk.clock.advance(60_000)
    await watchAccounts(desk.ctx)
    await desk.work()
    expect(await reply(id)).toMatchObject({ state: 'withdrawn' })
    expect(await reply(other)).toMatchObject({ state: 'accepted' })
    expect(texts()).toEqual(['To b'])
  })

  it('loses and doubles nothing when holding and mending meet', async () => {
    await reportAccount(desk.ctx, 'fake', 'main', expired())
    const ids = await Promise.all(['a', 'b', 'c', 'd', 'e', 'f'].map((name) => approve(name)))
    const jobs = (await desk.pending()).filter(({ name }) => name === 'send-reply').map(({ data }) => data)
    await Promise.all([
      ...jobs.map((data) => sendReply(desk.ctx, data as { replyId: string; conversationId: string }, never)),
      reportAccount(desk.ctx, 'fake', 'main', null),
      reportAccount(desk.ctx, 'fake', 'main', null),
    ])
    for (let minute = 0; minute < 3; minute++) {
      await desk.work()
      await watchAccounts(desk.ctx)
      desk.clock.advance(60_000)
    }
    await desk.work()
    for (const id of ids) expect(await reply(id)).toMatchObject({ state: 'accepted' })
    expect(texts()).toHaveLength(6)
    expect(await broken()).toEqual([])
  })

  it('fails what waits for an account that is no longer configured, and says what to do', async () => {
    problem = expired()
    const id = await approve('a')
    await desk.work()
    desk.channel.open.accounts.shift()
    desk.clock.advance(10 * 60_000)
    await watchAccounts(desk.ctx)
    expect(await desk.conversation(id)).toMatchObject({
      state: 'waiting',
      reply: {
        state: 'failed',
        problem: {
          reason: 'Fake · main is not connected any more',
          action: 'Connect it again and send again, or answer the customer in another way',
        },
      },
    })
    expect(await broken()).toEqual([])
    expect(await desk.ctx.db.select().from(leases)).toEqual([])
  })

  it('keeps what waits for an account that another replica, with other settings, still has', async () => {
    problem = expired()
    const id = await approve('a')
    await desk.work()
    const other = fakeChannel('fake', { accounts: [{ id: 'side', name: 'Side street' }] })
    const without = { ...desk.ctx, channels: new Map([['fake', other]]) }
    for (let minute = 0; minute < 30; minute++) {
      await runMinutely(without)
      await runMinutely(desk.ctx)
      desk.clock.advance(60_000)
    }
    expect(await reply(id)).toMatchObject({ state: 'queued', problem: { isHeld: true } })
    expect(await broken()).toHaveLength(1)
    desk.clock.advance(8 * 60_000)
    await watchAccounts(without)
    expect(await reply(id)).toMatchObject({ state: 'queued' })
    desk.clock.advance(60_000)
    await watchAccounts(without)
    expect(await reply(id)).toMatchObject({ state: 'failed' })
    expect(await broken()).toEqual([])
  })

  it('is named by readiness and counted, without making the program unready', async () => {
    await reportAccount(desk.ctx, 'fake', 'main', expired())
    const queue = desk.ctx.queue as OpenQueue
    expect(await checkReadiness(desk.ctx, queue)).toEqual({
      isReady: true,
      parts: {
        database: 'ok',
        queue: 'ok',
        fake: 'ok',
        'fake main': 'must be authorised anew since 2026-03-02T09:00:00.000Z: The token expired',
      },
    })
    expect(await metricsText(desk.ctx, queue)).toContain('deskbell_broken_accounts{channel="fake"} 1')
    await reportAccount(desk.ctx, 'fake', 'main', null)
    expect(await metricsText(desk.ctx, queue)).not.toContain('deskbell_broken_accounts{')
  })
})

describe('an account of which the provider tells only once it took a reply', () => {
  let takes = 0
  let intake: Intake
  beforeEach(() => {
    takes = 0
    desk.channel.onSend = async () => ({ externalId: `taken-${++takes}`, at: desk.clock.now() })
    intake = createIntake(desk.ctx)
  })
  const tell = async (receipt: Pick<Receipt, 'state' | 'isRetryable'>, delivery: Partial<Delivery> = {}) => {
    const receipts = [{ externalId: `taken-${takes}`, at: desk.clock.now(), ...receipt }]
    await intake.deliver('fake', { interactions: [], receipts, ...delivery })
    await desk.work()
  }
  const fail = () => tell({ state: 'failed', isRetryable: true }, { broken: [{ account: 'main', problem: expired() }] })
  const minutes = async (count: number) => {
    for (let minute = 0; minute < count; minute++) {
      desk.clock.advance(60_000)
      await watchAccounts(desk.ctx)
      await desk.work()
    }
  }

  it('holds its replies too, says so once, and is mended by one that arrives', async () => {
    const id = await approve('a')
    await desk.work()
    await fail()
    const other = await approve('b')
    await desk.pass(120)
    for (const one of [id, other])
      expect(await reply(one)).toMatchObject({ state: 'queued', problem: { isHeld: true } })

    // It lets us in, takes one on trial, and tells later that this failed as well.
    await minutes(1)
    expect(takes).toBe(2)
    expect(await broken()).toHaveLength(1)
    await fail()
    await desk.pass(120)
    expect(await reply(id)).toMatchObject({ state: 'queued', problem: { isHeld: true } })
    expect(await titles()).toEqual(['Fake · Main street must be authorised anew'])
    await minutes(2)
    expect(takes).toBe(3)
    await tell({ state: 'delivered' })
    await minutes(1)
    for (const one of [id, other]) expect(await reply(one)).toMatchObject({ state: 'accepted' })
    expect(takes).toBe(4)
    expect(await titles()).toEqual([
      'Fake · Main street must be authorised anew',
      'Fake · Main street works again: 1 reply goes out now',
    ])
  })

  it('is mended where nobody says for a while that the trial failed', async () => {
    const id = await approve('a')
    await desk.work()
    await fail()
    await desk.pass(120)
    await minutes(4)
    expect(takes).toBe(2)
    expect(await broken()).toHaveLength(1)
    await minutes(3)
    expect(takes).toBe(2)
    expect(await reply(id)).toMatchObject({ state: 'accepted' })
    expect(await broken()).toEqual([])
  })
})

describe('a reply of unknown outcome whose account must be authorised anew', () => {
  it('is not asked of the team, and looked up once the account is mended', async () => {
    const id = await approve('a')
    let looks = 0
    desk.channel.onSend = async () => {
      throw new Error('reset')
    }
    desk.channel.onFind = async (outbound) => {
      looks += 1
      if (problem) throw problem
      return { outcome: 'arrived', sent: { externalId: `found-${outbound.id}`, at: desk.clock.now() } }
    }
    problem = expired()
    for (let minute = 0; minute < 10; minute++) {
      await desk.work()
      await watchAccounts(desk.ctx)
      desk.clock.advance(60_000)
    }
    expect(looks).toBe(1)
    expect(await reply(id)).toMatchObject({ state: 'unknown', problem: null })
    expect(await titles()).toEqual(['Fake · Main street must be authorised anew'])
    problem = null
    await watchAccounts(desk.ctx)
    await desk.work()
    expect(await reply(id)).toMatchObject({ state: 'accepted', externalId: expect.stringMatching(/^found-/) })
    const log = await desk.ctx.db.select().from(events).where(eq(events.conversationId, id))
    expect(log.filter(({ type }) => type === 'reply.sending')).toHaveLength(1)
  })
})
