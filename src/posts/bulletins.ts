import { and, desc, eq, isNull, sql } from 'drizzle-orm'
import type { Context } from '../context.ts'
import { readLines } from '../conversations/line.ts'
import { readStored, showReport } from '../digests/stored.ts'
import type { Db } from '../db/client.ts'
import { posts } from '../db/schema.ts'
import { readPassages } from '../history/passages.ts'
import { oneLine } from '../workspaces/kit/text.ts'
import type { NoticeMessage } from '../workspaces/message.ts'
import type { Bulletin, BulletinPage } from '../workspaces/workspace.ts'
import type { FoundBody, NoticeBody, PostBody, ReportBody } from './post.ts'

type BulletinContext = Pick<Context, 'db' | 'clock' | 'channels' | 'workspaces'>

const pageSize = 10

type BulletinBody = NoticeBody | ReportBody | FoundBody

/** What concerns no single conversation, and so is posted by itself. */
export const isBulletin = (body: PostBody): body is BulletinBody =>
  body.kind === 'notice' || body.kind === 'report' || body.kind === 'found'

/**
 * A notice, a report or a shared page as this workspace shows it, with where its cards are. Null: there is nothing to tell any more.
 * `db`: the transaction, where there is one.
 */
export async function renderBulletin(
  ctx: BulletinContext,
  db: Db,
  workspaceId: string,
  body: BulletinBody,
): Promise<Bulletin['message'] | null> {
  const within = { ...ctx, db }
  if (body.kind === 'notice') return renderNotice(within, workspaceId, body)
  if (body.kind === 'found') {
    const passages = await readPassages(within, workspaceId, body.interactions, null)
    return passages.length > 0 ? { kind: 'found', title: `${oneLine(body.by, 60)} shared this`, passages } : null
  }
  const stored = await readStored(db, body.reportId)
  return stored && { kind: 'report', report: await showReport(within, workspaceId, stored) }
}

/** A line without words says what its conversation is about. */
async function renderNotice(
  ctx: BulletinContext,
  workspaceId: string,
  { title, lines }: NoticeBody,
): Promise<NoticeMessage> {
  const ids = lines.flatMap(({ conversationId }) => conversationId ?? [])
  const found = ids.length > 0 ? await readLines(ctx, workspaceId, [...new Set(ids)]) : []
  const byId = new Map(found.map((line) => [line.conversationId, line]))
  return {
    kind: 'notice',
    title,
    lines: lines.flatMap(({ text, conversationId }) => {
      const line = conversationId === undefined ? undefined : byId.get(conversationId)
      if (!line) return text === '' ? [] : [{ text }]
      return [text === '' ? line : { ...line, text }]
    }),
  }
}

/** Reports, notices and shared pages of a workspace, or one kind of them, the newest first; `after`: what the page before returned as `next`. */
export async function listBulletins(
  ctx: BulletinContext,
  workspaceId: string,
  after: string | null,
  only?: Bulletin['message']['kind'],
): Promise<BulletinPage> {
  const [, moment = '', key] = /^(\d{4}-\d\d-\d\dT[\d:.]+Z)~([^\0\p{Cs}]{1,500})$/u.exec(after ?? '') ?? []
  const edge = new Date(moment)
  const isPosition = key !== undefined && !Number.isNaN(edge.getTime())
  const beyond = isPosition
    ? sql`(${posts.createdAt}, ${posts.key}) < (${edge.toISOString()}::timestamptz, ${key})`
    : undefined
  const isKind = only && sql`${posts.body}->>'kind' = ${only}`
  const rows = await ctx.db
    .select({ key: posts.key, at: posts.createdAt, body: posts.body })
    .from(posts)
    .where(and(eq(posts.workspace, workspaceId), isNull(posts.conversationId), isKind, beyond))
    .orderBy(desc(posts.createdAt), desc(posts.key))
    .limit(pageSize + 1)
  const page = rows.slice(0, pageSize)
  const bulletins = await Promise.all(
    page.map(async ({ at, body }): Promise<Bulletin[]> => {
      const message = isBulletin(body) ? await renderBulletin(ctx, ctx.db, workspaceId, body) : null
      return message ? [{ at, message }] : []
    }),
  )
  const last = page.at(-1)
  return {
    bulletins: bulletins.flat(),
    next: rows.length > pageSize && last ? `${last.at.toISOString()}~${last.key}` : null,
  }
}
