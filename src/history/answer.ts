import type { Context } from '../context.ts'
import { addEvent } from '../conversations/queries.ts'
import { posts } from '../db/schema.ts'
import { BadInputError } from '../errors.ts'
import { newPost } from '../posts/queries.ts'
import { wakeRoom } from '../posts/rooms.ts'
import { dayText } from '../measures/period.ts'
import { dateOf } from '../settings/hours.ts'
import { readTuning } from '../settings/queries.ts'
import type { Hours, Tuning } from '../settings/tuning.ts'
import { refusalFor } from '../teammates/access.ts'
import { knowTeammate } from '../teammates/know.ts'
import type { FindAsk, FindWord } from '../workspaces/command-find.ts'
import type { ListPage } from '../workspaces/found.ts'
import { oneLine } from '../workspaces/kit/text.ts'
import type { Answer, AnswerLine, Teammate } from '../workspaces/workspace.ts'
import { readAsk } from './asked.ts'
import { keepList, keepStart, readList, type List } from './lists.ts'
import { readPassages } from './passages.ts'
import { planOf, type Planned } from './plan.ts'
import type { StoredAsk } from './query.ts'
import { searchExchanges, type Cursor, type FoundExchanges, type Hit } from './search.ts'

type HistoryContext = Pick<Context, 'db' | 'queue' | 'clock' | 'newId' | 'channels' | 'workspaces'>

const pageSize = 8
/** Pages that nobody turned to before are found by turning to each before them. */
const farthest = 50

const goneAnswer: Answer = {
  title: 'This list is not kept any more. Ask again with /desk find, or /desk history',
  lines: [],
}

/** `/desk find` and `/desk history`: the first page of what was found. Never throws for what was typed: the answer says what was wrong. */
export async function answerFind(
  ctx: HistoryContext,
  workspaceId: string,
  ask: FindAsk,
  teammate: Teammate,
): Promise<Answer> {
  const tuning = await readTuning(ctx.db)
  const refused = await refusalFor(ctx, workspaceId, teammate, 'agent', tuning)
  if (refused !== null) return { title: refused, lines: [] }
  let stored: StoredAsk
  try {
    stored = await readAsk(ctx, workspaceId, ask, tuning.hours, teammate)
  } catch (error) {
    if (error instanceof BadInputError) return { title: error.message, lines: [] }
    throw error
  }
  const planned = await planOf(ctx.db, stored)
  const found = await searchPage(ctx, stored, planned, null)
  const { next } = found
  if (found.hits.length === 0 && next === null) return nothingFound(stored, planned)
  const list = { id: ctx.newId(), ask: stored, starts: next ? [next] : [] }
  const shown = showPage(ctx, workspaceId, { list, page: 0, planned, ...found }, teammate, tuning)
  const [answer] = await Promise.all([shown, keepList(ctx, workspaceId, teammate, list)])
  return answer
}

/** Another page of a list, by anybody in the team. */
export async function openPage(
  ctx: HistoryContext,
  workspaceId: string,
  { listId, page }: ListPage,
  teammate: Teammate,
): Promise<Answer> {
  const tuning = await readTuning(ctx.db)
  const refused = await refusalFor(ctx, workspaceId, teammate, 'agent', tuning)
  if (refused !== null) return { title: refused, lines: [] }
  const list = await readList(ctx, workspaceId, listId)
  if (!list) return goneAnswer
  const found = await findPage(ctx, list, page)
  if (!found || (found.hits.length === 0 && found.next === null))
    return { title: `There is nothing more: ${list.ask.title}`, lines: [] }
  return showPage(ctx, workspaceId, { list, page, ...found }, teammate, tuning)
}

/** Shows a page to everybody in a room, once. */
export async function sharePage(
  ctx: HistoryContext,
  workspaceId: string,
  { listId, page }: ListPage,
  room: string,
  teammate: Teammate,
): Promise<Answer> {
  const refused = await refusalFor(ctx, workspaceId, teammate, 'agent')
  if (refused !== null) return { title: refused, lines: [] }
  const list = await readList(ctx, workspaceId, listId)
  if (!list) return goneAnswer
  const hits = (await findPage(ctx, list, page))?.hits ?? []
  if (hits.length === 0) return { title: 'There is nothing on this page any more, so nothing was shared', lines: [] }
  const actor = await knowTeammate(ctx, workspaceId, teammate)
  const isNew = await ctx.db.transaction(async (tx) => {
    const body = { kind: 'found' as const, by: teammate.name, interactions: hits.map((hit) => hit.interactionId) }
    const key = `found:${listId}:${page}:${room}`
    const row = newPost({ workspace: workspaceId, key, conversationId: null, room, body, rank: 0 }, ctx.clock.now())
    const added = await tx.insert(posts).values(row).onConflictDoNothing().returning({ key: posts.key })
    if (added.length === 0) return false
    const data = { list: listId, page, room, conversations: conversationsOf(hits) }
    await addEvent(ctx, tx, 'history.shared', { conversationId: null, actor, data })
    await wakeRoom(ctx, tx, workspaceId, room)
    return true
  })
  return { title: isNew ? 'Shared with the room' : 'This page was shared with the room before', lines: [] }
}

interface FoundPage extends FoundExchanges {
  planned: Planned
}

/** Null: there are not so many pages. */
async function findPage(ctx: Pick<Context, 'db'>, list: List, page: number): Promise<FoundPage | null> {
  if (!Number.isInteger(page) || page < 0 || page > list.starts.length + farthest) return null
  const planned = await planOf(ctx.db, list.ask)
  let at = Math.min(page, list.starts.length)
  let start = list.starts[at - 1] ?? null
  for (;;) {
    const found = await searchPage(ctx, list.ask, planned, start)
    const { next } = found
    if (next && at >= list.starts.length) await keepStart(ctx.db, list.id, at + 1, next)
    if (at === page) return { planned, ...found }
    if (!next) return null
    start = next
    at += 1
  }
}

async function searchPage(
  { db }: Pick<Context, 'db'>,
  { order }: StoredAsk,
  { plan, nowhere }: Planned,
  before: Cursor | null,
): Promise<FoundExchanges> {
  if (nowhere.length > 0) return { hits: [], next: null, lookedBackTo: null }
  return searchExchanges(db, plan, { before, limit: pageSize, order })
}

async function showPage(
  ctx: HistoryContext,
  workspaceId: string,
  { list, page, planned, hits, next, lookedBackTo }: FoundPage & { list: List; page: number },
  teammate: Teammate,
  tuning: Tuning,
): Promise<Answer> {
  const ids = hits.map(({ interactionId }) => interactionId)
  const [passages, notManager, actor] = await Promise.all([
    readPassages(ctx, workspaceId, ids, planned.plan.marks),
    refusalFor(ctx, workspaceId, teammate, 'manager', tuning),
    knowTeammate(ctx, workspaceId, teammate),
  ])
  const data = { list: list.id, page, conversations: conversationsOf(hits) }
  await addEvent(ctx, ctx.db, 'history.read', { conversationId: null, actor, data })
  const { title } = list.ask
  const answer: Answer = {
    title,
    lines: [],
    found: {
      page: { listId: list.id, page },
      asked: title,
      note: [planned.note, lookedBackTo && lookedText(lookedBackTo, tuning.hours)].filter(Boolean).join('. ') || null,
      passages,
      hasNext: next !== null,
      canShare: passages.length > 0,
    },
  }
  if (notManager !== null) return answer
  return { ...answer, file: { source: { kind: 'list', listId: list.id }, formats: ['csv', 'json'] } }
}

/** "Looked back to 3 May 2025: Older looks further" */
function lookedText(moment: string, { timeZone }: Hours): string {
  const day = dateOf(new Date(moment), timeZone)
  return `Looked back to ${dayText(day, { day: 'numeric', month: 'long', year: 'numeric' })}: Older looks further`
}

const conversationsOf = (hits: Hit[]): string[] => [...new Set(hits.map(({ conversationId }) => conversationId))]

/** What was understood, and what to try. */
function nothingFound({ title, words, where, from }: StoredAsk, { nowhere, note }: Planned): Answer {
  const lines: (AnswerLine | false)[] = [
    nowhere.length > 0 && {
      text: `${nowhere.map((word) => `“${oneLine(word, 60)}”`).join(', ')}: nowhere in what customers wrote or the team answered`,
    },
    note !== null && { text: note },
    words.some(({ kind }) => kind === 'phrase') && {
      text: 'Words in quotes must stand in this order. Try them without',
    },
    words.some(isLong) && {
      text: `Fewer letters find more. For example: /desk find ${exampleOf(words)}*`,
    },
    Object.keys(where).length > 0 &&
      words.length > 0 && { text: 'Try the words alone, without what stands behind a “:”' },
    from !== null && { text: 'Try it without the days' },
  ]
  return { title: `Nothing found: ${title}`, lines: lines.filter((line) => line !== false) }
}

const isLong = ({ kind, text, isExcluded }: FindWord): boolean => kind === 'word' && text.length > 4 && !isExcluded

/** Of a long word, its beginning. */
function exampleOf(words: FindWord[]): string {
  const word = words.find(isLong)?.text ?? 'refund'
  return word.slice(0, Math.min(12, Math.max(3, word.length - 3))).toWellFormed()
}
