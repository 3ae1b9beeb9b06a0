import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { sql } from 'drizzle-orm'
import { inbound } from '../support/channel.ts'
import { openDesk, type Desk } from '../support/desk.ts'

let desk: Desk
let id: string
beforeEach(async () => {
  desk = await openDesk()
  id = await desk.hearOne(inbound('a'))
  await desk.work()
})
afterEach(() => desk.close())

describe('a conversation', () => {
  it('reads the newest of a conversation of thousands', async () => {
    await desk.ctx.db
      .execute(sql`insert into interactions (id, conversation_id, identity_id, channel, account, external_id, kind, seq, text, notes, occurred_at, received_at, last_line_at)
      select gen_random_uuid(), conversation_id, identity_id, channel, account, 'bulk-' || n, kind, 1 + n, 'Line ' || n, notes, occurred_at, received_at + n * interval '1 second', last_line_at
      from interactions, generate_series(1, 3000) n where conversation_id = ${id}::uuid`)
    await desk.ctx.db.execute(sql`update conversations set inbound_seq = 3001`)
    const conversation = await desk.conversation(id)
    expect(conversation.turns.length).toBeLessThanOrEqual(200)
    expect(conversation.turns.at(-1)?.text).toBe('Line 3000')
  })
})
