import { desc, eq, sql } from 'drizzle-orm'
import type { Context } from '../context.ts'
import { rowsOf } from '../db/client.ts'
import { customers, identities } from '../db/schema.ts'
import { isAnyOf } from '../db/sets.ts'
import { distinguishedFrom } from './queries.ts'

interface Alike {
  customerId: string
  name: string
  /** "the same address, not verified (Contact form)", "the same name on Google reviews, which is public" */
  reason: string
}

/** Of each address, number and name, so many are looked at, in no order: what thousands have tells nothing. */
const mostOfOneKey = 50
const mostIdentities = 50

const kinds = ['email', 'phone', 'name'] as const
type Kind = (typeof kinds)[number]
const whatIsSame: Record<Kind, string> = { email: 'address', phone: 'phone number', name: 'name' }

interface Found {
  kind: Kind
  key: string
  customer_id: string
  channel: string
  is_verified: boolean
}

/**
 * Who may be the same person: by address, number and name, the likeliest first, at most `max`. Whom a teammate told apart is left out.
 * `customerId` is a customer who wasn't joined with another.
 */
export async function findAlike(
  ctx: Pick<Context, 'db' | 'channels'>,
  customerId: string,
  max: number,
): Promise<Alike[]> {
  const mine = await ctx.db
    .select()
    .from(identities)
    .where(eq(identities.customerId, customerId))
    .orderBy(desc(identities.createdAt))
    .limit(mostIdentities)
  const isPublic = (channel: string) => ctx.channels.get(channel)?.limits.isPublic ?? true
  // The channel by which each key is known here: one that isn't public, if there is one.
  const ownChannel = new Map<string, string>()
  for (const one of mine.toSorted((a, b) => Number(isPublic(b.channel)) - Number(isPublic(a.channel)))) {
    for (const kind of kinds) {
      const key = one[`${kind}Key`]
      if (key) ownChannel.set(JSON.stringify([kind, key]), one.channel)
    }
  }
  const probe = (kind: Kind, verified: string) => sql`(
    select i.customer_id, i.channel, ${sql.raw(verified)} as is_verified from identities i
    where mine.kind = ${kind} and i.${sql.raw(`${kind}_key`)} = mine.key and i.customer_id <> ${customerId}::uuid
    limit ${mostOfOneKey})`
  const keys = [...ownChannel.keys()].map((text) => JSON.parse(text) as [Kind, string])
  const found = await rowsOf<Found>(
    ctx.db,
    sql`select mine.kind, mine.key, o.customer_id, o.channel, o.is_verified
        from (select value->>0 as kind, value->>1 as key from jsonb_array_elements(${JSON.stringify(keys)}::jsonb)) mine
        cross join lateral (
          ${probe('email', 'i.is_email_verified')}
          union all ${probe('phone', 'i.is_phone_verified')}
          union all ${probe('name', 'false')}) o`,
  )
  const ranked = found
    .map((one) => {
      const own = ownChannel.get(JSON.stringify([one.kind, one.key])) ?? one.channel
      const publicChannel = [one.channel, own].find(isPublic)
      return { ...one, publicChannel, rank: kinds.indexOf(one.kind) * 2 + (publicChannel === undefined ? 0 : 1) }
    })
    .toSorted((a, b) => a.rank - b.rank || (a.customer_id < b.customer_id ? 1 : -1))
  const others = [...new Set(ranked.map((one) => one.customer_id))]
  const apart = await distinguishedFrom(ctx.db, customerId, others)
  const chosen = others.filter((id) => !apart.has(id)).slice(0, max)
  if (chosen.length === 0) return []
  const people = await ctx.db.select().from(customers).where(isAnyOf(customers.id, chosen))
  const nameOf = (channel: string) => ctx.channels.get(channel)?.name ?? channel
  return chosen.flatMap((id) => {
    const best = ranked.find((one) => one.customer_id === id)
    const person = people.find((one) => one.id === id)
    if (!best || !person) return []
    const same = `the same ${whatIsSame[best.kind]}`
    const doubt = best.kind === 'name' || best.is_verified ? '' : ', not verified'
    const reason =
      best.publicChannel === undefined
        ? `${same}${doubt} (${nameOf(best.channel)})`
        : `${same} on ${nameOf(best.publicChannel)}, which is public`
    return [{ customerId: id, name: person.name, reason }]
  })
}

/** Joins of which this customer is made and that can be undone, the newest first. `text`: "Live chat · Mia joined on 3 November 2026 by Ana". */
export async function readJoined(
  ctx: Pick<Context, 'db' | 'channels'>,
  customerId: string,
  max: number,
  timeZone: string,
): Promise<{ mergeId: string; text: string }[]> {
  const rows = await rowsOf<{
    id: string
    at: Date | string
    reason: string
    by: string
    name: string
    channels: string[] | null
  }>(
    ctx.db,
    sql`with recursive member(id) as (
            select ${customerId}::uuid
            union
            select g.joined_id from member join merges g on g.customer_id = member.id and g.undone_at is null)
          select g.id, g.at, g.reason, coalesce(t.name, g.by) as by, c.name, (
              select jsonb_agg(distinct i.channel) from identities i
              where i.id = any(array(select value::uuid from jsonb_array_elements_text(g.identity_ids)))) as channels
          from member
          join merges g on g.customer_id = member.id and g.undone_at is null
          join customers c on c.id = g.joined_id
          left join teammates t on t.id = g.by
          order by g.at desc, g.id desc limit ${max}`,
  )
  if (rows.length === 0) return []
  const date = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeZone })
  return rows.map(({ id, at, reason, by, name, channels }) => {
    const where = (channels ?? []).map((channel) => ctx.channels.get(channel)?.name ?? channel)
    const who = by === 'deskbell' ? `Deskbell: ${reason.slice(0, 1).toLowerCase()}${reason.slice(1)}` : by
    return { mergeId: id, text: `${[...where, name].join(' · ')} joined on ${date.format(new Date(at))} by ${who}` }
  })
}
