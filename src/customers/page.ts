import type { Context } from '../context.ts'
import { keepListOf } from '../history/lists.ts'
import { askAbout } from '../history/query.ts'
import { isUuid } from '../id.ts'
import { readCardRefs } from '../posts/queries.ts'
import { dateOf } from '../settings/hours.ts'
import type { Tuning } from '../settings/tuning.ts'
import { refusalFor } from '../teammates/access.ts'
import { duration } from '../workspaces/card-words.ts'
import type { CustomerIdentityLine, CustomerPage } from '../workspaces/found.ts'
import { cut, oneLine } from '../workspaces/kit/text.ts'
import type { AnswerLine, Teammate } from '../workspaces/workspace.ts'
import { findAlike, readJoined } from './alike.ts'
import { factsOf } from './facts.ts'
import { dateText, journeyChart, readTouchpoints } from './journey.ts'
import { readNotes } from './notes.ts'
import {
  mostExchanges,
  readExchanges,
  readLanguages,
  readOpen,
  readPromised,
  readWho,
  type Exchange,
  type IdentityFacts,
  type Open,
  type Promised,
} from './page-queries.ts'
import { shortForm } from './short-form.ts'

type PageContext = Pick<Context, 'db' | 'clock' | 'newId' | 'channels' | 'workspaces'>

/** Of the newest, so many are looked at for the summary, languages and promises. */
const most = { told: 100, spoken: 50, replies: 30 }
/** So much is shown. */
const shown = { notes: 5, journey: 8, alike: 3, joined: 3 }

/** Everything that is known of a customer, as it stands. Null: there is no such customer, or was joined into another. */
export async function readCustomerPage(
  ctx: PageContext,
  workspaceId: string,
  customerId: string,
  teammate: Teammate,
  tuning: Tuning,
): Promise<CustomerPage | null> {
  if (!isUuid(customerId)) return null
  const { db } = ctx
  const [who, exchanges, open, alike, joined, notManager] = await Promise.all([
    readWho(db, customerId),
    readExchanges(db, customerId),
    readOpen(db, customerId),
    findAlike(ctx, customerId, shown.alike),
    readJoined(ctx, customerId, shown.joined, tuning.hours.timeZone),
    refusalFor(ctx, workspaceId, teammate, 'manager', tuning),
  ])
  if (!who || who.identities.length === 0) return null
  const { timeZone } = tuning.hours
  const now = ctx.clock.now()
  const isManager = notManager === null
  const name = cut(oneLine(who.name, 200), 120) || 'Visitor'
  const ids = exchanges.map(({ id }) => id)
  const newestReplies = [...new Set(exchanges.flatMap(({ replyId }) => replyId ?? []))].slice(0, most.replies)
  const ask = askAbout(customerId, name, now)
  const [journey, promised, languages, notes, listId] = await Promise.all([
    readTouchpoints(ctx, workspaceId, ids.slice(0, shown.journey)),
    readPromised(db, newestReplies),
    readLanguages(db, ids.slice(0, most.spoken)),
    readNotes(db, customerId, { teammateId: `${workspaceId}:${teammate.id}`, isManager }, shown.notes),
    keepListOf(ctx, workspaceId, teammate, ask),
  ])
  if (listId === null) return null
  const urlOf = await readUrls(ctx, workspaceId, [...open, ...promised])
  const heard = exchanges.filter(({ state }) => state !== 'spam')
  const known = {
    heard,
    newest: exchanges.length === mostExchanges ? mostExchanges : null,
    firstAt: who.firstAt,
    conversations: who.conversations,
    languages,
  }
  return {
    customerId,
    name,
    summary: summaryOf(who.conversations, heard),
    identities: who.identities.map((identity) => identityLine(ctx, identity)),
    facts: factsOf(known, timeZone),
    waiting: open.map((one) => ({ text: waitingText(ctx, one, now), ...urlOf(one) })),
    promises: promised.map((one) => ({ text: promiseText(one, now, timeZone), ...urlOf(one) })),
    notes,
    journey,
    picture: journeyChart(exchanges, (channel) => ctx.channels.get(channel)?.name ?? channel, timeZone),
    alike,
    joined,
    history: { listId, page: 0 },
    isManager,
  }
}

/** "3 h 5 min · Email · Asks where the parcel is" */
function waitingText({ channels }: Pick<Context, 'channels'>, { channel, sinceMs, about }: Open, now: Date): string {
  const time = sinceMs === null ? null : duration(now.getTime() - sinceMs)
  return [time, channels.get(channel)?.name ?? channel, oneLine(about ?? '', 80)].filter(Boolean).join(' · ')
}

/** "18 Nov · Ana · “You will see it by Friday.”" */
function promiseText({ sentence, atMs, by }: Promised, now: Date, timeZone: string): string {
  return `${dayText(new Date(atMs), now, timeZone)} · ${oneLine(by, 60)} · “${oneLine(sentence, 200)}”`
}

type Place = Pick<AnswerLine, 'conversationId' | 'url'>

/** Where the card of each of these is. */
async function readUrls(
  { db, workspaces }: PageContext,
  workspaceId: string,
  lines: { conversationId: string }[],
): Promise<(line: { conversationId: string }) => Place> {
  const refs = await readCardRefs(db, workspaceId, [...new Set(lines.map(({ conversationId }) => conversationId))])
  return ({ conversationId }) => {
    const ref = refs.get(conversationId)
    const url = ref && workspaces.get(workspaceId)?.urlOf(ref)
    return url ? { conversationId, url } : { conversationId }
  }
}

/** "18 Nov", and the year where it is another. */
function dayText(at: Date, now: Date, timeZone: string): string {
  const [date, today] = [dateOf(at, timeZone), dateOf(now, timeZone)]
  const isThisYear = date.slice(0, 4) === today.slice(0, 4)
  return dateText(date, { day: 'numeric', month: 'short', ...(isThisYear ? {} : { year: 'numeric' }) })
}

function summaryOf(conversations: number, heard: Exchange[]): string {
  const newest = heard.slice(0, most.told)
  const [last] = newest
    .flatMap(({ at, answeredAt, answeredBy: by }) => (answeredAt && by !== null ? [{ at, answeredAt, by }] : []))
    .toSorted((a, b) => b.answeredAt.getTime() - a.answeredAt.getTime())
  return shortForm({
    before: Math.max(0, conversations - 1),
    heard: newest,
    lastAnswer: last ? { by: last.by, ms: last.answeredAt.getTime() - last.at.getTime() } : null,
  })
}

function identityLine({ channels }: Pick<Context, 'channels'>, identity: IdentityFacts): CustomerIdentityLine {
  const { channel, name, handle, email, phone, is_verified: isVerified } = identity
  const known = channels.get(channel)
  const parts = [...new Set([name, handle, email, phone])].filter((part) => part !== null && part.trim() !== '')
  return {
    channel: known?.name ?? channel,
    text: parts.map((part) => oneLine(part ?? '', 100)).join(' · ') || 'Visitor',
    isVerified,
    isPublic: known?.limits.isPublic ?? true,
  }
}
