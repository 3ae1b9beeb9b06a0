import { and, asc, eq, gt, isNotNull, not } from 'drizzle-orm'
import type { Context } from '../context.ts'
import { addEvent } from '../conversations/queries.ts'
import type { Db } from '../db/client.ts'
import {
  attachments,
  conversations,
  customers,
  drafts,
  identities,
  interactions,
  lines,
  merges,
  notes,
  posts,
  replies,
} from '../db/schema.ts'
import { isAnyOf } from '../db/sets.ts'
import { isUuid } from '../id.ts'
import { refusalFor } from '../teammates/access.ts'
import { knowTeammate } from '../teammates/know.ts'
import type { Download } from '../workspaces/found.ts'
import type { Refusal, Teammate } from '../workspaces/workspace.ts'
import { personOf } from './people.ts'

type ExportContext = Pick<Context, 'db' | 'clock' | 'newId' | 'workspaces'>

const pageSize = 20

/**
 * Everything that is held about a person, as JSON: `customers`, `identities`, `notes`, `joins`, and under `conversations` one
 * row each, read while the file is written. Files are in it as base64. For managers.
 */
export async function customerFile(
  ctx: ExportContext,
  workspaceId: string,
  customerId: string,
  teammate: Teammate,
): Promise<Download | Refusal> {
  const refused = await refusalFor(ctx, workspaceId, teammate, 'manager')
  if (refused !== null) return { refused }
  const people = isUuid(customerId) ? await personOf(ctx.db, [customerId]) : []
  if (people.length === 0) return { refused: 'There is no such customer any more' }
  const by = await knowTeammate(ctx, workspaceId, teammate)
  const count = await ctx.db.$count(conversations, isAnyOf(conversations.customerId, people))
  await addEvent(ctx, ctx.db, 'customer.exported', {
    conversationId: null,
    actor: by,
    data: { customerId, conversations: count },
  })
  const now = ctx.clock.now().toISOString()
  const head = JSON.stringify({ exportedAt: now, ...(await readPerson(ctx.db, people)) }, null, 2)
  return {
    name: `deskbell-customer-${now.slice(0, 10)}.json`,
    mediaType: 'application/json',
    frame: { head: `${head.replace(/\n\}$/, '')},\n  "conversations": [\n`, between: ',\n', tail: '\n  ]\n}\n' },
    rows: rowsOf(ctx.db, people),
  }
}

async function readPerson(db: Db, people: string[]): Promise<object> {
  const [who, known, written, joins] = await Promise.all([
    db.select().from(customers).where(isAnyOf(customers.id, people)).orderBy(asc(customers.createdAt)),
    db.select().from(identities).where(isAnyOf(identities.customerId, people)).orderBy(asc(identities.createdAt)),
    db.select().from(notes).where(isAnyOf(notes.customerId, people)).orderBy(asc(notes.at)),
    db.select().from(merges).where(isAnyOf(merges.customerId, people)).orderBy(asc(merges.at)),
  ])
  return {
    customers: who,
    // What they are compared by is made from what stands beside it.
    identities: known.map(({ nameKey: _n, emailKey: _e, phoneKey: _p, ...identity }) => identity),
    notes: written,
    joins,
  }
}

async function* rowsOf(db: Db, people: string[]): AsyncGenerator<string> {
  let after = '00000000-0000-0000-0000-000000000000'
  for (;;) {
    const page = await db
      .select()
      .from(conversations)
      .where(and(isAnyOf(conversations.customerId, people), gt(conversations.id, after)))
      .orderBy(asc(conversations.id))
      .limit(pageSize)
    for (const row of page) yield JSON.stringify(await readWhole(db, row))
    const last = page.at(-1)
    if (!last || page.length < pageSize) break
    after = last.id
  }
  yield* elsewhere(db, people)
}

/** Into conversations of others they were forwarded: only what they themselves wrote is theirs. */
async function* elsewhere(db: Db, people: string[]): AsyncGenerator<string> {
  const rows = await db
    .select({ interaction: interactions })
    .from(interactions)
    .innerJoin(identities, eq(identities.id, interactions.identityId))
    .innerJoin(conversations, eq(conversations.id, interactions.conversationId))
    .where(and(isAnyOf(identities.customerId, people), not(isAnyOf(conversations.customerId, people))))
    .orderBy(asc(interactions.id))
  for (const { interaction } of rows)
    yield JSON.stringify({ ofAnother: true, interactions: await withFiles(db, [interaction]) })
}

async function readWhole(db: Db, row: typeof conversations.$inferSelect): Promise<object> {
  const { id, indexedVersion: _, ...conversation } = row
  const [said, answered, sent, spoken, posted] = await Promise.all([
    db.select().from(interactions).where(eq(interactions.conversationId, id)).orderBy(asc(interactions.seq)),
    db.select().from(replies).where(eq(replies.conversationId, id)).orderBy(asc(replies.approvedAt)),
    db
      .select({
        id: drafts.id,
        revision: drafts.revision,
        state: drafts.state,
        text: drafts.text,
        at: drafts.createdAt,
      })
      .from(drafts)
      .where(eq(drafts.conversationId, id))
      .orderBy(asc(drafts.revision)),
    db.select().from(lines).where(eq(lines.conversationId, id)).orderBy(asc(lines.seq)),
    db
      .select({ workspace: posts.workspace, room: posts.room, key: posts.key, at: posts.createdAt })
      .from(posts)
      .where(and(eq(posts.conversationId, id), isNotNull(posts.ref)))
      .orderBy(asc(posts.createdAt)),
  ])
  return {
    id,
    ...conversation,
    interactions: await withFiles(db, said),
    replies: answered,
    drafts: sent,
    lines: spoken.map(({ conversationId: _id, ...line }) => line),
    posted,
  }
}

async function withFiles(db: Db, said: (typeof interactions.$inferSelect)[]): Promise<object[]> {
  const files = await db
    .select()
    .from(attachments)
    .where(
      isAnyOf(
        attachments.interactionId,
        said.map(({ id }) => id),
      ),
    )
  const byInteraction = Map.groupBy(files, ({ interactionId }) => interactionId)
  return said.map((one) => ({
    ...one,
    files: (byInteraction.get(one.id) ?? []).map(({ name, mediaType, bytes, content, problem }) => ({
      name,
      mediaType,
      bytes,
      problem,
      content: content && Buffer.from(content).toString('base64'),
    })),
  }))
}
