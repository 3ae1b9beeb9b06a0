import { sql, type SQL } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { DismissReason } from '../../src/conversations/conversation.ts'
import { rowsOf } from '../../src/db/client.ts'
import { conversations, customers, events, identities, interactions } from '../../src/db/schema.ts'
import { insertAll } from '../../src/db/sets.ts'
import { businessTime } from '../../src/measures/business-time.ts'
import { fatesOf, type Fate } from '../../src/measures/measures.ts'
import {
  answerOutcomes,
  continueOutcomes,
  describeOutcomes,
  dismissOutcomes,
  failOutcomes,
  receiveOutcomes,
  removeOutcomes,
  reopenOutcomes,
} from '../../src/measures/outcomes.ts'
import { rebuildOutcomes } from '../../src/measures/rebuild.ts'
import { timelineOf, type AcceptedData } from '../../src/measures/timeline.ts'
import { usualHours } from '../../src/settings/tuning.ts'
import { createRandom } from '../chaos/random.ts'
import { openTestDatabase, type TestDatabase } from '../support/db.ts'
import { randomLogs, someone, type About } from './random-log.ts'

const time = businessTime(usualHours, new Date('2026-03-01T00:00Z'), new Date('2027-03-01T00:00Z'))

const ms = (value: SQL) => sql`(extract(epoch from ${value}) * 1000)::bigint`
const end = sql`greatest(o.accepted_at, o.occurred_at)`
const approved = sql`least(greatest(o.approved_at, o.occurred_at), ${end})`
const drafted = sql`least(greatest(coalesce(o.drafted_at, o.occurred_at), o.occurred_at), ${approved})`

/** What became of it until `u.until`, with all its durations. */
const told = sql`case
  when o.settled_at is null or o.settled_at >= u.until
    then concat_ws(' ', 'waiting', greatest(0, ${ms(sql`u.until - o.occurred_at`)}))
  when o.settled_as = 'answered' then concat_ws(' ', 'answered', ${ms(sql`o.settled_at`)}, ${ms(sql`${end} - o.occurred_at`)},
    ${ms(sql`${drafted} - o.occurred_at`)}, ${ms(sql`${approved} - ${drafted}`)}, ${ms(sql`${end} - ${approved}`)}, o.reply_id)
  else concat_ws(' ', o.settled_as, ${ms(sql`o.settled_at`)}, o.dismissed_reason) end`

function tell(fate: Fate): string {
  switch (fate.kind) {
    case 'waiting':
      return `waiting ${fate.ms}`
    case 'answered':
      return `answered ${fate.settledAt.getTime()} ${fate.ms} ${fate.draftingMs} ${fate.waitingMs} ${fate.deliveryMs} ${fate.sent.replyId}`
    case 'dismissed':
      return `dismissed ${fate.settledAt.getTime()} ${fate.reason}`
    case 'automatic':
      return `automatic ${fate.settledAt.getTime()}`
  }
}

function tellAll(fates: Fate[]): string {
  return fates
    .map((fate) => `${fate.heard.id} ${tell(fate)}`)
    .toSorted((a, b) => (a < b ? -1 : 1))
    .join('\n')
}

/** An event's row, and what its data tell, as far as its type has it. */
interface Told {
  id: string
  conversationId: string
  interactionId: string
  replyId: string
  at: Date
  data: AcceptedData
  seq: number
  reason: DismissReason
  /** Of a failed reply: in a conversation that was closed for this reason, up to there. */
  dismissed?: DismissReason
  upTo: number
  from: string
  isQuarantined: boolean
  isOutdated?: boolean
}

describe('the table of outcomes, over ten thousand random conversations', () => {
  const logs = randomLogs(5, 10_000)
  let database: TestDatabase
  beforeAll(async () => {
    database = await openTestDatabase()
    const { db } = database
    const at = new Date(0)
    await db.insert(customers).values({ id: someone, name: 'Mia', createdAt: at })
    await db
      .insert(identities)
      .values({ id: someone, customerId: someone, channel: 'fake', externalId: 'mia', createdAt: at })
    const longest = Math.max(...logs.map((log) => log.events.length))
    for (let round = 0; round < longest; round++) await apply(round)
  }, 120_000)
  afterAll(() => database.close())

  const interactionById = new Map(logs.flatMap((log) => log.interactions).map((row) => [row.id, row]))
  const aboutById = new Map<string, About>(logs.flatMap((log) => [...log.abouts]))

  /** The nth event of every conversation at once, through what the verbs call. */
  async function apply(round: number): Promise<void> {
    const { db } = database
    const rows = logs.flatMap((log) => log.events[round] ?? [])
    const of = (...types: string[]) =>
      rows.filter(({ type }) => types.includes(type)).map((row) => ({ ...row.data, ...row }) as unknown as Told)
    for (const batch of batches(rows)) await insertAll(db, events, batch)
    const received = of('interaction.received').filter(({ isOutdated }) => !isOutdated)
    await receiveOutcomes(
      db,
      received.flatMap(({ interactionId, seq }) => {
        const row = interactionById.get(interactionId)
        return row ? [{ ...row, seq }] : []
      }),
      new Set(received.filter((one) => one.isQuarantined).map((one) => one.interactionId)),
    )
    await continueOutcomes(db, of('interaction.continued'))
    await removeOutcomes(db, of('interaction.removed'))
    const triaged = Map.groupBy(of('interaction.triaged'), ({ id }) => aboutById.get(id))
    for (const [about, all] of triaged)
      if (about)
        await describeOutcomes(
          db,
          all.map((one) => one.interactionId),
          about,
        )
    await answerOutcomes(db, of('reply.accepted', 'reply.marked-sent'))
    const failed = of('reply.failed', 'reply.rejected')
    await failOutcomes(db, failed)
    await dismissOutcomes(
      db,
      failed.flatMap(({ dismissed, ...one }) => (dismissed ? [{ ...one, seq: one.upTo, reason: dismissed }] : [])),
    )
    await dismissOutcomes(db, of('conversation.dismissed'))
    await reopenOutcomes(
      db,
      of('conversation.reopened').filter(({ from }) => from !== 'snoozed'),
    )
  }

  it('agrees with what the log tells, of whatever moment it is asked', { timeout: 120_000 }, async () => {
    const random = createRandom(6)
    for (let round = 0; round < 4; round++) {
      // At the moment of an event, just after it, or an hour later.
      const untils = logs.map((log) => ({
        id: log.conversation.id,
        until: new Date(random.pick(log.events).at.getTime() + random.pick([0, 1, 1, 3_600_000])),
      }))
      const rows = await rowsOf<{ id: string; said: string }>(
        database.db,
        sql`select u.id, string_agg(concat_ws(' ', o.interaction_id, ${told}), e'\n' order by o.interaction_id) as said
          from jsonb_to_recordset(${JSON.stringify(untils)}::jsonb) as u(id uuid, until timestamptz)
          join outcomes o on o.conversation_id = u.id and o.since < u.until
            and (o.undone_at is null or o.undone_at >= u.until)
          group by u.id`,
      )
      const saidById = new Map(rows.map(({ id, said }) => [id, said]))
      const differing = logs.flatMap(({ conversation: { id }, events: log }, index) => {
        const until = untils[index]?.until ?? new Date(0)
        const tells = tellAll(fatesOf(timelineOf(log), until, time))
        const said = saidById.get(id) ?? ''
        return tells === said ? [] : [{ id, until, tells, said }]
      })
      expect(differing.slice(0, 3)).toEqual([])
    }
  })

  it('is the same when it is made anew from the log', { timeout: 120_000 }, async () => {
    const { db } = database
    for (const batch of batches(logs)) {
      await insertAll(
        db,
        conversations,
        batch.map((log) => log.conversation),
      )
      await insertAll(
        db,
        interactions,
        batch.flatMap((log) => log.interactions),
      )
    }
    await db.execute(sql`create table kept as table outcomes`)
    const made = await rebuildOutcomes(db)
    const differing = await rowsOf(
      db,
      sql`select * from ((table kept except table outcomes) union all (table outcomes except table kept)) d limit 4`,
    )
    expect(differing).toEqual([])
    const [kept] = await rowsOf<{ count: number }>(db, sql`select count(*)::int as count from kept`)
    expect(made).toBe(kept?.count)
  })
})

function batches<T>(all: T[]): T[][] {
  return Array.from({ length: Math.ceil(all.length / 2000) }, (_, index) =>
    all.slice(index * 2000, index * 2000 + 2000),
  )
}
