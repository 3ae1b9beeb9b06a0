import { eq } from 'drizzle-orm'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { listConversations } from '../../src/conversations/list.ts'
import { conversations } from '../../src/db/schema.ts'
import { inbound } from '../support/channel.ts'
import { openDesk, type Desk } from '../support/desk.ts'

let desk: Desk
const ids: string[] = []
const states = ['waiting', 'sending', 'answered', 'dismissed', 'snoozed'] as const
beforeEach(async () => {
  desk = await openDesk()
  ids.length = 0
  for (let n = 0; n < 15; n++) {
    const occurredAt = new Date(Date.UTC(2026, 2, 2, 9, Math.floor(n / 2)))
    const id = await desk.hearOne(inbound(`m${n}`, { conversation: { externalId: `t${n}` }, occurredAt }))
    ids.push(id)
    const state = states[n % states.length] ?? 'waiting'
    await desk.ctx.db.update(conversations).set({ state, updatedAt: occurredAt }).where(eq(conversations.id, id))
  }
})
afterEach(() => desk.close())

async function readAll(filter: 'open' | 'done'): Promise<string[]> {
  const seen: string[] = []
  let after: string | null = null
  do {
    const page: Awaited<ReturnType<typeof listConversations>> = await listConversations(desk.ctx.db, filter, after, 2)
    expect(page.ids.length).toBeLessThanOrEqual(2)
    seen.push(...page.ids)
    after = page.next
  } while (after !== null)
  return seen
}

describe('the list of conversations', () => {
  it('goes page by page through everybody who waits, the longest first, whatever their states', async () => {
    const seen = await readAll('open')
    const expected = ids.filter((_, n) => n % 5 < 2)
    expect(seen.toSorted()).toEqual(expected.toSorted())
    const rank = (id: string) => Math.floor(ids.indexOf(id) / 2)
    expect(seen.map(rank)).toEqual(seen.map(rank).toSorted((a, b) => a - b))
  })

  it('goes page by page through what is done, the newest change first', async () => {
    const seen = await readAll('done')
    const expected = ids.filter((_, n) => n % 5 >= 2)
    expect(seen.toSorted()).toEqual(expected.toSorted())
    const rank = (id: string) => Math.floor(ids.indexOf(id) / 2)
    expect(seen.map(rank)).toEqual(seen.map(rank).toSorted((a, b) => b - a))
  })
})
