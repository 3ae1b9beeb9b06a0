import type { Context } from '../../src/context.ts'
import {
  conversations,
  customers,
  drafts,
  events,
  identities,
  interactions,
  replies,
  reports,
} from '../../src/db/schema.ts'
import { emailKey, nameKey } from '../../src/customers/keys.ts'
import { insertAll } from '../../src/db/sets.ts'
import { claimDigests, sendDigest } from '../../src/digests/send.ts'
import { proposeDraft } from '../../src/drafts/propose.ts'
import { newId } from '../../src/id.ts'
import { record } from '../../src/interactions/record.ts'
import { triageInteraction } from '../../src/interactions/triage.ts'
import { rebuildOutcomes } from '../../src/measures/rebuild.ts'
import { addDays, dateOf, momentOf } from '../../src/settings/hours.ts'
import { defaultTuning } from '../../src/settings/tuning.ts'
import { writeTuning } from '../../src/settings/update.ts'
import { watchTargets } from '../../src/targets/watch.ts'
import { knowTeammate } from '../../src/teammates/know.ts'
import { brand, staff } from './morning.ts'
import { lateBicycle, matters, regulars, unanswered, type Matter } from './past.ts'

const days = 36
const minuteMs = 60_000
const digestAt = '09:00'
const week = Array.from({ length: 7 }, (): [string, string][] => [['09:00', '18:00']])

/**
 * What happened in the five weeks before the morning, which ends with the digest of this morning, or of yesterday's before
 * 09:00: always the same, by the machine's time zone. What was answered is written into the tables and the event log as the
 * verbs would have left it; what still waits goes through them.
 */
export async function playHistory(ctx: Context): Promise<void> {
  const { timeZone } = new Intl.DateTimeFormat().resolvedOptions()
  const now = ctx.clock.now()
  const today = dateOf(now, timeZone)
  const morning = momentOf(today, digestAt, timeZone) <= now ? today : addDays(today, -1)
  const lastDay = addDays(morning, -1)
  const at = (date: Date): Context => ({ ...ctx, clock: { now: () => date }, newId: () => newId(date.getTime()) })

  const began = at(momentOf(addDays(morning, -days), '08:00', timeZone))
  const team = await Promise.all(staff.map((name) => knowTeammate(began, 'web', { id: name.toLowerCase(), name })))
  await writeTuning(
    began,
    {
      brand: { ...defaultTuning.brand, ...brand },
      hours: { timeZone, week, holidays: [] },
      targets: [{ channels: [], themes: [], urgencies: [], minutes: 300, isBusinessTime: true }],
    },
    team[0] ?? 'deskbell',
  )
  await claimDigests(began)

  const rows = tables()
  const throwDice = dice(7)
  for (let ago = days; ago >= 1; ago -= 1) writeDay(rows, addDays(morning, -ago), ago === 1, timeZone, team, throwDice)
  await ctx.db.transaction(async (tx) => {
    await insertAll(tx, customers, [...rows.customers.values()])
    await insertAll(tx, identities, [...rows.identities.values()])
    await insertAll(tx, conversations, rows.conversations)
    await insertAll(tx, interactions, rows.interactions)
    await insertAll(tx, drafts, rows.drafts)
    await insertAll(tx, replies, rows.replies)
    await insertAll(tx, events, rows.events)
  })
  await rebuildOutcomes(ctx.db)

  for (const { at: time, name, email, subject, text } of unanswered) {
    const moment = momentOf(lastDay, time, timeZone)
    await leaveWaiting(at(moment), { name, email, subject, text })
  }
  await watchTargets(at(momentOf(lastDay, '17:00', timeZone)))
  const digest = heldBack(at(momentOf(morning, digestAt, timeZone)))
  await claimDigests(digest)
  for (const { id } of await ctx.db.select({ id: reports.id }).from(reports)) await sendDigest(digest, { reportId: id })
}

/** So that a worker, whose clock says that it is late, does not write the digest. */
function heldBack(ctx: Context): Context {
  const { queue } = ctx
  return {
    ...ctx,
    queue: {
      add: async (tx, name, ...rest) => (name === 'send-digest' ? undefined : queue.add(tx, name, ...rest)),
      addAll: (tx, name, jobs) => queue.addAll(tx, name, jobs),
    },
  }
}

interface Tables {
  customers: Map<string, typeof customers.$inferInsert>
  identities: Map<string, typeof identities.$inferInsert & { id: string }>
  conversations: (typeof conversations.$inferInsert)[]
  interactions: (typeof interactions.$inferInsert)[]
  drafts: (typeof drafts.$inferInsert)[]
  replies: (typeof replies.$inferInsert)[]
  events: (typeof events.$inferInsert)[]
}

function tables(): Tables {
  return {
    customers: new Map(),
    identities: new Map(),
    conversations: [],
    interactions: [],
    drafts: [],
    replies: [],
    events: [],
  }
}

/** On the last day, bicycles were late, many wrote, and answers took longer. */
function writeDay(
  rows: Tables,
  date: string,
  isLast: boolean,
  timeZone: string,
  team: string[],
  throwDice: () => number,
): void {
  const isWeekend = [0, 6].includes(new Date(date).getUTCDay())
  const usual = (isWeekend ? 6 : 11) + Math.floor(throwDice() * 4)
  const asked = Array.from({ length: usual }, () => pickMatter(throwDice()))
  const late = matters[lateBicycle]
  if (isLast && late) asked.push(...Array.from({ length: 8 }, () => late))
  const opens = momentOf(date, '08:40', timeZone).getTime()
  for (const matter of asked) {
    const heard = new Date(opens + Math.floor(throwDice() * 500) * minuteMs)
    const isSlow = !isLast && throwDice() < 0.03
    const minutes = isSlow ? 16 * 60 : (isLast ? 25 : 8) + (isLast ? 190 : 90) * throwDice() ** 2
    const by = team[Math.floor(throwDice() ** 1.5 * team.length)] ?? 'deskbell'
    writeAnswered(rows, matter, {
      regular: Math.floor(throwDice() * regulars.length),
      heard,
      answered: new Date(heard.getTime() + minutes * minuteMs),
      by,
      isEdited: throwDice() < 0.3,
    })
  }
}

interface Answered {
  regular: number
  heard: Date
  answered: Date
  by: string
  isEdited: boolean
}

function writeAnswered(rows: Tables, matter: Matter, { regular, heard, answered, by, isEdited }: Answered): void {
  const name = regulars[regular] ?? 'Somebody'
  const isChat = regular % 3 > 0
  const [channel, account] = isChat ? ['live-chat', 'main'] : ['form', 'default']
  const id = () => newId(heard.getTime())
  const email = `${name.toLowerCase().replace(' ', '.')}@example.org`
  const customerId = rows.customers.get(name)?.id ?? id()
  const identityId = rows.identities.get(name)?.id ?? id()
  if (!rows.customers.has(name)) {
    rows.customers.set(name, { id: customerId, name, createdAt: heard })
    const row = { id: identityId, customerId, channel, externalId: isChat ? id() : email, name, handle: email, email }
    rows.identities.set(name, { ...row, nameKey: nameKey(name), emailKey: emailKey(email), createdAt: heard })
  }
  const [conversationId, interactionId, draftId, replyId] = [id(), id(), id(), id()]
  const { theme, topic, sentiment, urgency, text, subject } = matter
  const draftedAt = new Date(heard.getTime() + 2000)
  const approvedAt = new Date(answered.getTime() - 6000)
  const reply = isEdited
    ? `${matter.reply}\n\nUntil soon, ${by.replace(/^web:./, (one) => one.slice(4).toUpperCase())}`
    : matter.reply
  const editedShare = isEdited ? Math.round(((reply.length - matter.reply.length) / reply.length) * 100) / 100 : 0
  rows.conversations.push({
    id: conversationId,
    channel,
    account,
    externalId: id(),
    customerId,
    subject: isChat ? null : subject,
    state: 'answered',
    inboundSeq: 1,
    version: 4,
    waitingSince: null,
    lastInboundAt: heard,
    snoozedUntil: null,
    dismissedReason: null,
    dismissedBy: null,
    suspicion: [],
    assignee: null,
    isDrafting: false,
    draftId,
    replyId,
    surfacings: 0,
    surfacedBecause: null,
    warnedSince: null,
    lateSince: null,
    createdAt: heard,
    updatedAt: answered,
  })
  rows.interactions.push({
    id: interactionId,
    conversationId,
    identityId,
    channel,
    account,
    externalId: id(),
    kind: 'message',
    seq: 1,
    text,
    fullText: null,
    automatic: null,
    notes: [],
    rating: null,
    recommends: null,
    occurredAt: heard,
    receivedAt: heard,
    lastLineAt: heard,
    theme,
    sentiment,
    urgency,
    language: 'en',
    topics: [topic],
    summary: text,
    translation: null,
    needsReply: true,
    triagedBy: 'offline',
    triagedAt: draftedAt,
  })
  rows.drafts.push({
    id: draftId,
    conversationId,
    revision: 1,
    state: 'approved',
    text: reply,
    answersSeq: 1,
    writtenBy: isEdited ? null : 'offline',
    teammateId: isEdited ? by : null,
    instruction: null,
    evidence: [],
    flags: [],
    firstApprovedBy: null,
    createdAt: draftedAt,
  })
  rows.replies.push({
    id: replyId,
    conversationId,
    draftId,
    channel,
    account,
    recipient: email,
    state: 'accepted',
    text: reply,
    answersSeq: 1,
    waitingSince: heard,
    approvedBy: by,
    approvedAt,
    sendAfter: approvedAt,
    isScheduled: false,
    attempts: 1,
    attemptedAt: answered,
    acceptedAt: answered,
    externalId: replyId,
    url: null,
    problem: null,
    editedShare,
  })
  const event = (at: Date, type: string, actor: string, more: object, data: Record<string, unknown>) =>
    rows.events.push({
      id: newId(at.getTime()),
      at,
      type,
      conversationId,
      interactionId: null,
      draftId: null,
      replyId: null,
      actor,
      data,
      ...more,
    })
  const occurredAt = heard.toISOString()
  const received = { channel, account, kind: 'message', seq: 1, occurredAt, automatic: null, isQuarantined: false }
  event(heard, 'interaction.received', 'customer', { interactionId }, received)
  event(draftedAt, 'draft.proposed', 'assistant', { draftId }, { answersSeq: 1 })
  event(approvedAt, 'draft.approved', by, { draftId, replyId }, { answersSeq: 1, isByHand: false })
  event(
    answered,
    'reply.accepted',
    'deskbell',
    { replyId },
    {
      channel,
      account,
      answersSeq: 1,
      acceptedAt: answered.toISOString(),
      approvedBy: by,
      draftedAt: draftedAt.toISOString(),
      approvedAt: approvedAt.toISOString(),
      responseMs: answered.getTime() - heard.getTime(),
      deliveryMs: answered.getTime() - approvedAt.getTime(),
      editedShare,
      isByHand: false,
    },
  )
}

/** Somebody wrote in the form at that moment, and a draft was there at once. */
async function leaveWaiting(
  ctx: Context,
  { name, email, subject, text }: { name: string; email: string; subject: string; text: string },
): Promise<void> {
  const channel = ctx.channels.get('form')
  if (!channel) throw new Error('The contact form is off')
  const interaction = {
    account: 'default',
    externalId: ctx.newId(),
    kind: 'message' as const,
    conversation: { externalId: ctx.newId(), subject },
    customer: { externalId: email, name, email, handle: email },
    text,
    occurredAt: ctx.clock.now(),
  }
  const [recorded] = await record(ctx, [{ channel, delivery: { interactions: [interaction] } }])
  const conversationId = recorded?.interactions[0]?.conversationId
  if (conversationId === undefined) throw new Error('What was written was not recorded')
  const { signal } = new AbortController()
  await triageInteraction(ctx, { conversationId, seq: 1 }, signal)
  await proposeDraft(ctx, { conversationId, seq: 1, instruction: null, by: null }, signal)
}

function pickMatter(thrown: number): Matter {
  let left = thrown * matters.reduce((sum, { weight }) => sum + weight, 0)
  const found = matters.find(({ weight }) => (left -= weight) < 0)
  if (!found) throw new Error('There is nothing to write about')
  return found
}

/** Numbers from 0 to 1, always the same. */
function dice(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
