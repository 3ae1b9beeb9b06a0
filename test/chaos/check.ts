import { sql } from 'drizzle-orm'
import { rowsOf, type Db } from '../../src/db/client.ts'
import type { Letterbox } from './customers.ts'
import type { MailServer } from './mail-server.ts'
import type { Click } from './teammates.ts'

export interface Evidence {
  letterbox: Letterbox
  clicks: Click[]
  mail: MailServer
  /** The conversations that the room lists, under all filters. */
  listed: string[]
}

export interface Verdict {
  /** What must never be, with ids. */
  violations: string[]
  /** What is not finished yet. When it never finishes, it is stuck. */
  pending: string[]
  /** Replies of unknown outcome that are still being looked up, each with a job that will. */
  lookups: string[]
  counts: Record<string, number>
}

type Channel = 'live-chat' | 'form' | 'email'
interface ConversationRow {
  id: string
  channel: Channel
  externalId: string
  state: string
  isDrafting: boolean
  version: number
  shownVersion: number | null
  hasRef: boolean
  proposed: number
}
interface LineRow {
  conversationId: string
  seq: number
  sender: 'customer' | 'team'
  externalId: string
  text: string
}
interface InteractionRow {
  id: string
  conversationId: string
  channel: Channel
  externalId: string
  text: string
}
interface ReplyRow {
  id: string
  conversationId: string
  channel: Channel
  state: string
  text: string
  draftText: string
  answersSeq: number
  recipient: string
  externalId: string | null
  isAsked: boolean
  isBeingLookedUp: boolean
}

/** Compares what customers, teammates and the mail server saw with what the database says. */
export async function check(db: Db, { letterbox, clicks, mail, listed }: Evidence): Promise<Verdict> {
  const conversations = await rowsOf<ConversationRow>(
    db,
    sql`select c.id, c.channel, c.external_id as "externalId", c.state, c.is_drafting as "isDrafting", c.version,
          k.shown_version as "shownVersion", k.ref is not null as "hasRef",
          (select count(*)::int from drafts d where d.conversation_id = c.id and d.state = 'proposed') as proposed
        from conversations c left join posts k on k.workspace = 'web' and k.key = 'card:' || c.id`,
  )
  const lines = await rowsOf<LineRow>(
    db,
    sql`select conversation_id as "conversationId", seq, sender, external_id as "externalId", text from lines order by seq`,
  )
  const interactions = await rowsOf<InteractionRow>(
    db,
    sql`select id, conversation_id as "conversationId", channel, external_id as "externalId", text from interactions order by seq, id`,
  )
  const replies = await rowsOf<ReplyRow>(
    db,
    sql`select r.id, r.conversation_id as "conversationId", r.channel, r.state, r.text, d.text as "draftText",
          r.answers_seq as "answersSeq", r.recipient, r.external_id as "externalId",
          r.state = 'unknown' and r.problem is not null as "isAsked",
          r.state = 'unknown' and exists (
            select 1 from pgboss.job j where j.name = 'reconcile-reply' and j.state in ('created', 'retry', 'active')
              and j.data ->> 'replyId' = r.id::text) as "isBeingLookedUp"
        from replies r join drafts d on d.id = r.draft_id where r.state <> 'withdrawn'`,
  )
  const events = await rowsOf<{ type: string; about: string; count: number }>(
    db,
    sql`select type, coalesce(reply_id, interaction_id)::text as about, count(*)::int as count from events
        where type in ('interaction.received', 'reply.accepted') group by 1, 2`,
  )
  const problems = await rowsOf<{ id: string; job: string; error: string }>(
    db,
    sql`select id, job, error from problems where resolved_at is null`,
  )

  const violations: string[] = []
  const pending: string[] = []
  const must = (holds: boolean, said: string) => void (holds || violations.push(said))
  const finish = (holds: boolean, said: string) => void (holds || pending.push(said))
  const only = (values: string[], what: string) => {
    for (const [value, count] of tally(values)) must(count === 1, `${what} ${value} is there ${count} times`)
  }

  // What customers wrote.
  const customerLines = lines.filter(({ sender }) => sender === 'customer')
  const heard = [...customerLines, ...interactions.filter(({ channel }) => channel !== 'live-chat')]
  const heardById = new Map(heard.map((row) => [row.externalId, row]))
  const written = new Map(letterbox.acknowledged.map((one) => [one.externalId, one]))
  const conversationOf = new Map(conversations.map((row) => [row.id, row]))
  let lost = 0
  for (const { channel, externalId, visitor, text } of letterbox.acknowledged) {
    const row = heardById.get(externalId)
    if (!row) {
      lost += 1
      // Nobody was told yet that a mail was taken: it still lies in the inbox.
      const list = channel === 'email' ? pending : violations
      list.push(`lost: ${channel} ${externalId} was acknowledged and is not there`)
      continue
    }
    must(row.text === text, `changed: ${channel} ${externalId} reads "${row.text}" instead of "${text}"`)
    const conversation = conversationOf.get(row.conversationId)
    const isAtHome = conversation?.channel === channel && (visitor === null || conversation.externalId === visitor)
    must(isAtHome, `misplaced: ${channel} ${externalId} is in conversation ${row.conversationId}`)
  }
  for (const { externalId } of heard) must(written.has(externalId), `invented: ${externalId} was never written`)
  only(
    heard.map(({ externalId }) => externalId),
    'doubled: interaction',
  )
  only(
    conversations.map(({ channel, externalId }) => `${channel} ${externalId}`),
    'doubled: conversation',
  )
  const wordsOf = (rows: { conversationId: string; text: string }[]) => {
    const words = new Map<string, string>()
    for (const { conversationId: id, text } of rows) words.set(id, [words.get(id), text].filter(Boolean).join('\n'))
    return words
  }
  const chatWords = wordsOf(interactions.filter(({ channel }) => channel === 'live-chat'))
  for (const [id, words] of wordsOf(customerLines))
    must(chatWords.get(id) === words, `conversation ${id}: the interactions don't add up to the visitor's lines`)

  // What the team was shown.
  const timesListed = tally(listed)
  for (const { id, state, isDrafting, version, shownVersion, hasRef, proposed } of conversations) {
    finish(
      shownVersion === version && hasRef,
      `conversation ${id}: its card shows version ${shownVersion} of ${version}`,
    )
    finish(!isDrafting, `conversation ${id}: a draft is being written`)
    const times = timesListed.get(id) ?? 0
    finish(times <= 1, `doubled: the room lists card ${id} ${times} times`)
    finish(times >= 1, `the room does not list card ${id}`)
    must(proposed <= 1, `doubled: conversation ${id} has ${proposed} proposed drafts`)
    const isDone = state === 'answered' || state === 'sending'
    finish(isDone, `conversation ${id} is ${state}`)
  }
  for (const [id] of timesListed) must(conversationOf.has(id), `invented: the room lists ${id}`)
  for (const { id, job, error } of problems) violations.push(`problem ${id}: ${job} failed for good: ${error}`)

  // What was approved.
  const keyOf = (conversationId: string, seq: number | string) => `${conversationId} after ${seq}`
  const replyOf = new Map(replies.map((reply) => [keyOf(reply.conversationId, reply.answersSeq), reply]))
  const clicksOf = Map.groupBy(clicks, ({ conversationId, seenSeq }) => keyOf(conversationId, seenSeq))
  only(
    replies.map((reply) => keyOf(reply.conversationId, reply.answersSeq)),
    'doubled: a reply to',
  )
  for (const [key, all] of clicksOf) {
    const done = all.flatMap(({ text, outcomes }) =>
      outcomes.filter(({ said }) => said === 'done').map(({ by }) => ({ by, text })),
    )
    // Who repeats what they did is told the same again.
    must(new Set(done.map(({ by }) => by)).size <= 1, `two teammates were told that their reply to ${key} is the one`)
    for (const { text } of done) must(replyOf.get(key)?.text === text, `lost: the approved reply to ${key}`)
  }
  for (const reply of replies) {
    const { id, conversationId, answersSeq, text, draftText, state, isAsked, isBeingLookedUp } = reply
    const texts = (clicksOf.get(keyOf(conversationId, answersSeq)) ?? []).map((click) => click.text)
    must(texts.includes(text) && text === draftText, `reply ${id} has a text that nobody approved: "${text}"`)
    const isSettled = state === 'accepted' || isAsked || isBeingLookedUp
    finish(isSettled, `reply ${id} is ${state}`)
    must(state !== 'failed' && state !== 'rejected', `reply ${id} ${state}`)
  }

  // What customers got.
  const accepted = replies.filter(({ state }) => state === 'accepted')
  const replyById = new Map(replies.map((reply) => [reply.id, reply]))
  const mailsOf = Map.groupBy(mail.accepted, ({ messageId }) => /^<deskbell-(.+)@/.exec(messageId)?.[1] ?? messageId)
  for (const [id, got] of mailsOf) {
    const reply = replyById.get(id)
    must(got.length === 1, `sent twice: the mail server took reply ${id} ${got.length} times`)
    must(reply?.text === got[0]?.text, `reply ${id} reads "${got[0]?.text}" in the mail, "${reply?.text}" was approved`)
    must(reply?.recipient === got[0]?.to, `reply ${id} went to ${got[0]?.to} instead of ${reply?.recipient}`)
  }
  for (const { id, state, channel } of replies) {
    if (channel === 'email' && state === 'accepted')
      must(mailsOf.has(id), `lost: reply ${id} never reached the mail server`)
  }
  const teamLines = lines.filter(({ sender }) => sender === 'team')
  const lineOf = new Map(teamLines.map((line) => [line.externalId, line]))
  only(
    teamLines.map(({ externalId }) => externalId),
    'sent twice: the line of reply',
  )
  for (const { id, channel, text } of accepted)
    if (channel === 'live-chat') must(lineOf.get(id)?.text === text, `lost or changed: the line of reply ${id}`)
  for (const { externalId } of teamLines)
    must(
      replyById.get(externalId)?.state === 'accepted',
      `the line of reply ${externalId} is there, the reply is not accepted`,
    )

  // What the record says.
  for (const { type, about, count } of events)
    must(count === 1, `the event ${type} of ${about} is there ${count} times`)
  const eventCount = (type: string) => events.filter((event) => event.type === type).length
  must(eventCount('interaction.received') === interactions.length, 'interactions and their events do not match')
  must(eventCount('reply.accepted') === accepted.length, 'accepted replies and their events do not match')

  const outcomes = clicks.flatMap((click) => click.outcomes.map(({ said }) => said))
  return {
    violations,
    pending,
    lookups: replies
      .filter(({ isBeingLookedUp, isAsked }) => isBeingLookedUp && !isAsked)
      .map(({ id }) => `reply ${id} is being looked up`),
    counts: {
      'requests by customers': letterbox.requests,
      'of them unanswered, and repeated': letterbox.unanswered,
      'acknowledged, by live chat': letterbox.acknowledged.filter(({ channel }) => channel === 'live-chat').length,
      'acknowledged, by form': letterbox.acknowledged.filter(({ channel }) => channel === 'form').length,
      'put into the inbox': letterbox.acknowledged.filter(({ channel }) => channel === 'email').length,
      'delivered twice on purpose': letterbox.repeated,
      'lost interactions': lost,
      'doubled interactions': heard.length - heardById.size,
      conversations: conversations.length,
      'cards listed in the room': listed.length,
      'doubled cards': listed.length - timesListed.size,
      'clicks that were carried out': outcomes.filter((outcome) => outcome === 'done').length,
      'clicks that came too late': outcomes.filter((outcome) => outcome === 'refused').length,
      'clicks without an answer': outcomes.filter((outcome) => outcome === 'unanswered').length,
      'replies approved': replies.length,
      'accepted, by live chat': accepted.filter(({ channel }) => channel === 'live-chat').length,
      'accepted, by email': accepted.filter(({ channel }) => channel === 'email').length,
      'mails that the mail server took': mail.accepted.length,
      'senders killed before the answer, mail kept': mail.cutOff.kept,
      'senders killed before the answer, mail dropped': mail.cutOff.dropped,
      'senders asked to come back later': mail.refusals,
      'replies sent twice': mail.accepted.length - mailsOf.size + teamLines.length - lineOf.size,
      'unknown outcomes, the team is asked': replies.filter(({ isAsked }) => isAsked).length,
    },
  }
}

function tally(values: string[]): Map<string, number> {
  const counts = new Map<string, number>()
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1)
  return counts
}
