import { posts } from '../../src/db/schema.ts'
import type { Desk } from '../support/desk.ts'

export interface StoredNotice {
  room: string
  title: string
  /** Of a conversation: its id in angle brackets. */
  lines: string[]
}

/** Notices as they were stored, in their order, by room. */
export async function storedNotices({ ctx }: Desk): Promise<StoredNotice[]> {
  const rows = await ctx.db
    .select({ room: posts.room, body: posts.body })
    .from(posts)
    .orderBy(posts.createdAt, posts.room)
  return rows.flatMap(({ room, body }) => {
    if (body.kind !== 'notice') return []
    const lines = body.lines.map(({ text, conversationId }) => text || `<${conversationId}>`)
    return [{ room, title: body.title, lines }]
  })
}
