import { asc } from 'drizzle-orm'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { audiences } from '../../src/db/schema.ts'
import { readAudiences } from '../../src/measures/audience.ts'
import { RetryableError } from '../../src/errors.ts'
import { fakeChannel } from '../support/channel.ts'
import { openDesk, type Desk } from '../support/desk.ts'

let desk: Desk
let followers: Record<string, number>

beforeEach(async () => {
  followers = { shop: 1200, blog: 90 }
  const page = fakeChannel('page', { audience: async () => followers }, { isPublic: true })
  const down = fakeChannel(
    'down',
    { audience: () => Promise.reject(new RetryableError('try later')) },
    { isPublic: true },
  )
  const mail = fakeChannel('mail', { audience: async () => ({ inbox: 5 }) })
  desk = await openDesk({ channels: [down, page, mail] })
})
afterEach(() => desk.close())

const stored = () =>
  desk.ctx.db
    .select()
    .from(audiences)
    .orderBy(asc(audiences.date), asc(audiences.account))
    .then((rows) =>
      rows.map(({ channel, account, date, followers: count }) => [channel, account, date, count].join(' ')),
    )

it('writes down the followers of public accounts, once a day, and goes on when a channel can’t tell', async () => {
  await readAudiences(desk.ctx)
  const today = desk.clock.now().toISOString().slice(0, 10)
  expect(await stored()).toEqual([`page blog ${today} 90`, `page shop ${today} 1200`])
  followers = { shop: 1250 }
  await readAudiences(desk.ctx)
  expect(await stored()).toEqual([`page blog ${today} 90`, `page shop ${today} 1250`])
  desk.clock.set(new Date(desk.clock.now().getTime() + 86_400_000))
  await readAudiences(desk.ctx)
  expect(await stored()).toHaveLength(3)
})
