import { sql } from 'drizzle-orm'
import type { Db } from '../../src/db/client.ts'

export interface History {
  /** Rows in all. */
  size: number
  /** The last day; the others have what is left, in equal parts. */
  lastDay: Date
  onLastDay: number
  days: number
}

/** Fills `outcomes` with what customers did and what became of it until 09:00 on the morning after; always the same. */
export async function makeHistory(db: Db, { size, lastDay, onLastDay, days }: History): Promise<void> {
  const now = new Date(lastDay.getTime() + 33 * 3_600_000)
  const perDay = Math.ceil((size - onLastDay) / (days - 1))
  // Materialized, as nothing is to be reckoned more than once.
  await db.execute(sql`
    with numbered as materialized (
      select n, md5(n::text) as dice, case when n < ${onLastDay}::int then 0 else 1 + (n - ${onLastDay}::int) / ${perDay}::int end as day,
        case when n < ${onLastDay}::int then n::float8 / ${onLastDay}::int else ((n - ${onLastDay}::int) % ${perDay}::int)::float8 / ${perDay}::int end as place
      from generate_series(0, ${size}::int - 1) n
    ), thrown as materialized (
      select n, ${lastDay.toISOString()}::timestamptz - interval '1 day' * day + interval '1 ms' * floor(place * 86400000) as heard,
        ${die(1)} as a, ${die(4)} as b, ${die(7)} as c, ${die(10)} as d, ${die(13)} as e
      from numbered
    ), due as materialized (
      -- Half within 12 minutes, some only the next day.
      select *, case when a < 40 then heard else heard + interval '10 s' + interval '1 min' * 40 * (b / 4096::float8) ^ 2 / (1.03 - b / 4096::float8) end as due,
        case when a < 40 then 'automatic' when a < 200 then 'dismissed' else 'answered' end as fate
      from thrown
    ), known as materialized (
      select *, case when due < ${now.toISOString()}::timestamptz and (a < 4000 or heard < ${lastDay.toISOString()}::timestamptz) then due end as settled
      from due
    )
    insert into outcomes (interaction_id, since, conversation_id, seq, is_first, channel, account, kind, occurred_at, received_at,
      theme, urgency, language, topics, rating, recommends, settled_at, settled_as, dismissed_reason, reply_id, approved_by,
      drafted_at, approved_at, accepted_at, edited_share, is_by_hand)
    select md5('i' || n)::uuid, heard, md5('c' || n - n % 2)::uuid, 1 + n % 2, n % 2 = 0,
      (array['email', 'live-chat', 'form', 'reviews'])[1 + c % 4], 'main', case when d < 100 then 'survey' else 'message' end,
      heard - interval '2 s', heard, (array['question', 'complaint', 'compliment', 'suggestion', 'comparison'])[1 + c % 5],
      (array['normal', 'low', 'high'])[1 + d % 3], (array['en', 'de', 'fr'])[1 + e % 3],
      jsonb_build_array('topic ' || d % 40, 'topic ' || 40 + e % 200), case when d < 100 then 1 + e % 5 end,
      case when d < 100 then b % 11 end, settled, case when settled is not null then fate end,
      case when settled is not null and fate = 'dismissed' then (array['spam', 'no-reply-needed'])[1 + b % 2] end,
      case when is_answered then md5('r' || n)::uuid end, case when is_answered then 'slack:U' || e % 12 end,
      case when is_answered then heard + interval '4 s' end, case when is_answered then settled - interval '3 s' end,
      case when is_answered then settled end, case when is_answered then greatest(0, e % 100 - 40) / 100.0 end, false
    from known cross join lateral (select settled is not null and fate = 'answered' as is_answered offset 0) answered
    order by heard`)
  await db.execute(sql`vacuum analyze outcomes`)
}

/** 0 to 4095. */
function die(place: number) {
  return sql`('x' || substr(dice, ${sql.raw(String(place))}, 3))::bit(12)::int`
}
