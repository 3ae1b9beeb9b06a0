import { inArray, sql, type SQL } from 'drizzle-orm'
import { rowsOf, type Db } from '../db/client.ts'
import { conversations, countedPeriods, events, identities, interactions, shelf, surges, uses } from '../db/schema.ts'
import { isAnyOf } from '../db/sets.ts'
import { readCounts } from '../history/dictionary.ts'
import { facet } from '../history/terms.ts'
import { writingJobs } from '../jobs/jobs.ts'

/**
 * What an event may go on telling once its conversation is gone: ids, numbers, times and words of ours. Whatever isn't named
 * here may be a customer's: an instruction, a provider's reason, an error.
 */
const keptKeys = [
  'account acceptedAt answersSeq approvedAt approvedBy askedBy at attempt automatic by channel count customerId deliveryMs',
  'dismissed draftedAt dueAt editedShare erasureId firstApprovedBy flags from isByHand isMoot isOutdated isQuarantined isScheduled job',
  'kind language occurredAt responseMs revision sendAfter sentiment seq theme to until urgency waitingSince writtenBy',
]
  .join(' ')
  .split(' ')

/** Leaves in the log of these conversations who did what and when, and no words. */
export async function scrubEvents(tx: Db, conversationIds: string[]): Promise<void> {
  const kept = sql`select jsonb_array_elements_text(${JSON.stringify(keptKeys)}::jsonb)`
  // Why somebody dismissed it is one of our own words, which the numbers are made from.
  const isKept = sql`(key in (${kept}) or (key = 'reason' and ${events.type} = 'conversation.dismissed'))`
  await tx
    .update(events)
    .set({
      data: sql`(select coalesce(jsonb_object_agg(key, value), '{}') from jsonb_each(${events.data}) where ${isKept})`,
    })
    .where(isAnyOf(events.conversationId, conversationIds))
}

/** Takes jobs that end in a draft out of the queue: they hold what a teammate asked for, and what went wrong. */
export async function clearWriting(tx: Db, conversationId: string): Promise<void> {
  await tx.execute(
    sql`delete from pgboss.job where name in (select jsonb_array_elements_text(${JSON.stringify(writingJobs)}::jsonb))
        and data->>'conversationId' = ${conversationId}`,
  )
}

/** Takes jobs out of the queue, whatever their state, of which the payload names one of these conversations. */
export async function clearJobs(tx: Db, conversationIds: string[]): Promise<void> {
  await tx.execute(
    sql`delete from pgboss.job where data->>'conversationId' in (select jsonb_array_elements_text(${JSON.stringify(conversationIds)}::jsonb))`,
  )
}

/** Shorter than this, a line says nothing about who wrote it. */
const shortestLine = 12

/**
 * Takes from the shelf, where things lie for a day, what names one of these ids or names, or quotes a line of these texts:
 * forms that were begun, and have to be begun anew.
 */
export async function clearShelf(tx: Db, names: string[], texts: string[]): Promise<void> {
  const lines = texts.flatMap((text) => text.split('\n').map((line) => line.trim()))
  const wanted = [...names.filter((name) => name.length > 2), ...lines.filter(({ length }) => length >= shortestLine)]
  // As they stand in JSON.
  const parts = [...new Set(wanted)].map((part) => JSON.stringify(part).slice(1, -1).toLowerCase())
  if (parts.length === 0) return
  const kept = await tx.select({ id: shelf.id, content: shelf.content }).from(shelf)
  const found = kept.filter(({ content }) => {
    const json = content.json.toLowerCase()
    return parts.some((part) => json.includes(part))
  })
  if (found.length > 0)
    await tx.delete(shelf).where(
      inArray(
        shelf.id,
        found.map(({ id }) => id),
      ),
    )
}

/**
 * Topics that nobody else wrote about: a model may have made one of a name. What came in stays in the numbers, without them;
 * periods that were counted with them are counted anew.
 */
export async function clearTopics(tx: Db, customerIds: string[]): Promise<void> {
  const rows = await rowsOf<{ id: string; topics: string[] }>(
    tx,
    sql`select ${interactions.id}, ${interactions.topics} from ${interactions}
          join ${conversations} on ${conversations.id} = ${interactions.conversationId}
          where ${interactions.topics} is not null and ${isAnyOf(conversations.customerId, customerIds)}
        union all
        select ${interactions.id}, ${interactions.topics} from ${interactions}
          join ${identities} on ${identities.id} = ${interactions.identityId}
          join ${conversations} on ${conversations.id} = ${interactions.conversationId}
          where ${interactions.topics} is not null and ${isAnyOf(identities.customerId, customerIds)}
            and not ${isAnyOf(conversations.customerId, customerIds)}`,
  )
  const theirs = new Map<string, number>()
  for (const { topics } of rows) for (const topic of new Set(topics)) theirs.set(topic, (theirs.get(topic) ?? 0) + 1)
  const all = await readCounts(
    tx,
    [...theirs.keys()].map((topic) => facet('topic', topic)),
  )
  const own = [...theirs].flatMap(([topic, count]) => ((all.get(facet('topic', topic)) ?? 0) <= count ? [topic] : []))
  if (own.length === 0) return
  const among = sql`(select jsonb_array_elements_text(${JSON.stringify(own)}::jsonb))`
  await tx.execute(sql`
    update outcomes o set topics = (select coalesce(jsonb_agg(topic), '[]') from jsonb_array_elements_text(o.topics) topic where topic not in ${among})
    from jsonb_array_elements_text(${JSON.stringify(rows.map(({ id }) => id))}::jsonb) said(id) where o.interaction_id = said.id::uuid`)
  await tx.delete(surges).where(sql`${surges.topic} in ${among}`)
  await tx
    .delete(countedPeriods)
    .where(
      sql`exists (select from ${among} own(topic) where strpos(${countedPeriods.content}::text, to_json(own.topic)::text) > 0)`,
    )
}

/** Counters of rate limits that name somebody. */
export async function clearUses(tx: Db, externalIds: string[]): Promise<void> {
  await tx.delete(uses).where(
    sql`exists (select from jsonb_array_elements_text(${JSON.stringify(externalIds)}::jsonb) as known(id)
        where length(known.id) > 2 and strpos(${uses.key}, known.id) > 0)`,
  )
}

/** How many rows a delete took. */
export async function deleted(tx: Db, statement: SQL): Promise<number> {
  const [row] = await rowsOf<{ count: number }>(
    tx,
    sql`with gone as (${statement} returning 1) select count(*)::int as count from gone`,
  )
  return row?.count ?? 0
}
