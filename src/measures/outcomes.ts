import { getTableColumns, sql, type SQL } from 'drizzle-orm'
import type { DismissReason } from '../conversations/conversation.ts'
import type { Db } from '../db/client.ts'
import { outcomes, type interactions } from '../db/schema.ts'
import { isAnyOf } from '../db/sets.ts'
import type { Triage } from '../interactions/interaction.ts'
import type { AcceptedData } from './timeline.ts'

// Table `outcomes` follows the event log: each verb calls one of these in its own transaction, after its event. All take sets.
// What each means is told by `replay`. `offset 0` keeps each row's own look-up: otherwise the table is read from end to end while it
// is small, by a plan that the database goes on with as it grows.

const plainColumns = sql.join(
  Object.values(getTableColumns(outcomes))
    .filter((column) => column !== outcomes.isFirst)
    .map(({ name }) => sql.identifier(name)),
  sql`, `,
)

type ReceivedInteraction = Pick<
  typeof interactions.$inferInsert,
  | 'id'
  | 'conversationId'
  | 'seq'
  | 'channel'
  | 'account'
  | 'kind'
  | 'occurredAt'
  | 'receivedAt'
  | 'rating'
  | 'recommends'
  | 'automatic'
>

/** Begins the rows of what came in, in its order. `quarantined`: ids of what came into quarantine. */
export async function receiveOutcomes(
  tx: Db,
  received: ReceivedInteraction[],
  quarantined: ReadonlySet<string>,
): Promise<void> {
  if (received.length === 0) return
  const heard = new Set<string>()
  const rows = received.map((one) => {
    const isFirst = !one.automatic && !heard.has(one.conversationId)
    if (!one.automatic) heard.add(one.conversationId)
    const settledAs = one.automatic ? 'automatic' : quarantined.has(one.id) ? 'dismissed' : null
    return {
      interaction_id: one.id,
      since: one.receivedAt,
      conversation_id: one.conversationId,
      seq: one.seq,
      is_first: isFirst,
      channel: one.channel,
      account: one.account,
      kind: one.kind,
      occurred_at: one.occurredAt,
      received_at: one.receivedAt,
      topics: [],
      rating: one.rating,
      recommends: one.recommends,
      settled_at: settledAs && one.receivedAt,
      settled_as: settledAs,
      dismissed_reason: settledAs === 'dismissed' ? 'spam' : null,
      is_by_hand: false,
    }
  })
  // What a person did in the first place has nothing before it.
  await tx.execute(sql`
    insert into outcomes (${plainColumns}, is_first)
    select ${plainColumns}, r.is_first and (r.seq = 1 or not exists (
      select 1 from outcomes o where o.conversation_id = r.conversation_id and o.settled_as is distinct from 'automatic' offset 0))
    from jsonb_populate_recordset(null::outcomes, ${JSON.stringify(rows)}::jsonb) r`)
}

/** What the customer did has gone on: its place moved up, and what it is about must be worked out anew. */
export async function continueOutcomes(tx: Db, continued: { interactionId: string; seq: number }[]): Promise<void> {
  if (continued.length === 0) return
  await tx.execute(sql`
    update outcomes o set seq = u.seq, theme = null
    from (select interaction_id, since, t.seq
      from jsonb_to_recordset(${JSON.stringify(continued)}::jsonb) as t("interactionId" uuid, seq int)
      cross join lateral (select interaction_id, since from outcomes where interaction_id = t."interactionId" offset 0) w) u
    where o.interaction_id = u.interaction_id and o.since = u.since`)
}

/** It was found out what these interactions are about. */
export async function describeOutcomes(
  tx: Db,
  interactionIds: string[],
  {
    theme,
    sentiment,
    urgency,
    language,
    topics,
  }: Pick<Triage, 'theme' | 'sentiment' | 'urgency' | 'language' | 'topics'>,
): Promise<void> {
  await tx
    .update(outcomes)
    .set({ theme, sentiment, urgency, language, topics })
    .where(isAnyOf(outcomes.interactionId, interactionIds))
}

/** `at`: when the event was written that tells of it. */
interface Told {
  conversationId: string
  at: Date
}

/** Replies were accepted, at most one per conversation: they answer what waits, up to the interaction that they answer. */
export async function answerOutcomes(
  tx: Db,
  answers: (Told & { replyId: string; data: AcceptedData })[],
): Promise<void> {
  if (answers.length === 0) return
  await tx.execute(sql`
    update outcomes o set ${assignSettled(sql`a`)}
    from (select w.interaction_id, w.since, ${settledBy(sql`t."replyId"`, sql`t.at`)}
      from jsonb_to_recordset(${JSON.stringify(answers)}::jsonb) as t("conversationId" uuid, at timestamptz, "replyId" uuid, data jsonb)
      cross join lateral ${acceptedIn(sql`t.data`)}
      cross join lateral ${waitingUpTo(sql`d."answersSeq"`)}) a
    where o.interaction_id = a.interaction_id and o.since = a.since`)
}

/** What a customer did was taken back: what of it waits counts as dismissed. Where that is undone, it is again: see `undoOutcomes`. */
export async function removeOutcomes(tx: Db, removals: { interactionId: string; at: Date }[]): Promise<void> {
  if (removals.length === 0) return
  await tx.execute(sql`
    update outcomes o set settled_at = t.at, settled_as = 'dismissed', dismissed_reason = 'removed'
    from jsonb_to_recordset(${JSON.stringify(removals)}::jsonb) as t("interactionId" uuid, at timestamptz)
    cross join lateral (select interaction_id, since from outcomes
      where interaction_id = t."interactionId" and settled_at is null offset 0) w
    where o.interaction_id = w.interaction_id and o.since = w.since`)
}

/** Conversations were dismissed: so is what waits in them up to `seq`. */
export async function dismissOutcomes(
  tx: Db,
  dismissals: (Told & { seq: number; reason: DismissReason })[],
): Promise<void> {
  if (dismissals.length === 0) return
  await tx.execute(sql`
    update outcomes o set settled_at = t.at, settled_as = 'dismissed', dismissed_reason = t.reason
    from jsonb_to_recordset(${JSON.stringify(dismissals)}::jsonb) as t("conversationId" uuid, at timestamptz, seq int, reason text)
    cross join lateral ${waitingUpTo(sql`t.seq`)}
    where o.interaction_id = w.interaction_id and o.since = w.since`)
}

/**
 * What waits in the conversation of `t`, as rows `w`. Looked up by the conversation, never among all that wait: their number
 * is what statistics are the last to tell.
 */
function waitingUpTo(seq: SQL): SQL {
  return sql`(select interaction_id, since from outcomes
    where conversation_id = t."conversationId" and seq <= ${seq} and coalesce(settled_at, 'infinity') = 'infinity' offset 0) w`
}

/** Replies that were accepted did not arrive: what they answered waits again, unless another reply answers it. */
export async function failOutcomes(tx: Db, failures: (Told & { replyId: string })[]): Promise<void> {
  await undoOutcomes(tx, failures, sql`o.settled_as = 'answered' and o.reply_id = t."replyId"`)
}

/** Dismissed conversations were put back among those that wait: so is what was dismissed in them, unless a reply answers it, or its author took it back. */
export async function reopenOutcomes(tx: Db, reopenings: Told[]): Promise<void> {
  await undoOutcomes(tx, reopenings, sql`o.settled_as = 'dismissed' and o.dismissed_reason <> 'removed'`)
}

/**
 * Ends rows, each of which goes on in another: a row that began only then is changed in its place. What failed does not stand,
 * even where another replica's clock has it accepted later.
 */
async function undoOutcomes(tx: Db, undoings: (Told & { replyId?: string })[], isUndone: SQL): Promise<void> {
  if (undoings.length === 0) return
  await tx.execute(sql`
    with undone as materialized (
      select o, o.interaction_id, o.conversation_id, o.since, o.seq, t.at, t."replyId" as undone_by
      from jsonb_to_recordset(${JSON.stringify(undoings)}::jsonb) as t("conversationId" uuid, at timestamptz, "replyId" uuid)
      join outcomes o on o.conversation_id = t."conversationId"
      where o.undone_at is null and ${isUndone}
    ), standing as materialized (
      select e.conversation_id, e.at, e.id, e.reply_id, e.data, d."answersSeq"
      from events e cross join lateral ${acceptedIn(sql`e.data`)}
      where e.conversation_id in (select conversation_id from undone) and e.type in ('reply.accepted', 'reply.marked-sent')
        and not exists (select 1 from events f
          where f.conversation_id = e.conversation_id and f.reply_id = e.reply_id
            and f.type in ('reply.failed', 'reply.rejected') and (f.at, f.id) > (e.at, e.id))
    ), anew as materialized (
      select distinct on (u.interaction_id) u.*, s.reply_id, s.data, s.reply_id is null and exists (
        select 1 from events r where r.conversation_id = u.conversation_id and r.interaction_id = u.interaction_id
          and r.type = 'interaction.removed') as is_removed
      from undone u left join standing s on s.conversation_id = u.conversation_id and s."answersSeq" >= u.seq
        and s.reply_id is distinct from u.undone_by
      order by u.interaction_id, s.at, s.id
    ), ended as (
      update outcomes o set undone_at = a.at from anew a
      where o.interaction_id = a.interaction_id and o.since = a.since and a.since < a.at
    )
    insert into outcomes
    select fresh.* from anew a cross join lateral ${acceptedIn(sql`a.data`)}
    cross join lateral (select ${settledBy(sql`a.reply_id`, sql`a.at`)}) s
    cross join lateral jsonb_populate_record(a.o, jsonb_build_object('since', greatest(a.since, a.at)) || to_jsonb(s)
      || case when a.is_removed then jsonb_build_object('settled_at', a.at, 'settled_as', 'dismissed', 'dismissed_reason', 'removed')
        else '{}' end) fresh
    on conflict (interaction_id, since) do update set ${assignSettled(sql`excluded`)}`)
}

const settledColumns = [
  'settled_at',
  'settled_as',
  'dismissed_reason',
  'reply_id',
  'approved_by',
  'drafted_at',
  'approved_at',
  'accepted_at',
  'edited_share',
  'is_by_hand',
].map((name) => sql.identifier(name))

/** All that tells how a row was settled, from columns of the same names. */
function assignSettled(from: SQL): SQL {
  return sql.join(
    settledColumns.map((column) => sql`${column} = ${from}.${column}`),
    sql`, `,
  )
}

/** `AcceptedData` as a row `d`; of null, all of it is null. */
function acceptedIn(data: SQL): SQL {
  return sql`jsonb_to_record(coalesce(${data}, '{}')) as d("answersSeq" int, "acceptedAt" timestamptz, "approvedBy" text,
    "draftedAt" timestamptz, "approvedAt" timestamptz, "editedShare" real, "isByHand" boolean)`
}

/** The columns of a row that the reply of `d` answers; of one that nothing does, where there is no reply. */
function settledBy(replyId: SQL, at: SQL): SQL {
  return sql`case when ${replyId} is not null then ${at} end as settled_at,
    case when ${replyId} is not null then 'answered' end as settled_as, null::text as dismissed_reason, ${replyId} as reply_id,
    d."approvedBy" as approved_by, d."draftedAt" as drafted_at, coalesce(d."approvedAt", d."acceptedAt") as approved_at,
    d."acceptedAt" as accepted_at, d."editedShare" as edited_share, coalesce(d."isByHand", false) as is_by_hand`
}
