import { randomBytes } from 'node:crypto'
import { eq } from 'drizzle-orm'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { vault as table } from '../../src/db/schema.ts'
import { openVault } from '../../src/db/vault.ts'
import { ConfigError } from '../../src/errors.ts'
import { testClock } from '../support/clock.ts'
import { openTestDatabase, type TestDatabase } from '../support/db.ts'

let database: TestDatabase
beforeEach(async () => {
  database = await openTestDatabase()
})
afterEach(() => database.close())

const key = randomBytes(32)
const open = (scope = 'slack', secret = key) => openVault({ db: database.db, clock: testClock() }, secret, true, scope)

describe('the vault', () => {
  it('gives back what was put in, the newest, until it is taken out', async () => {
    const vault = open()
    expect(await vault.get('T1')).toBeUndefined()
    await vault.set('T1', { token: 'xoxb-1' })
    await vault.set('T1', { token: 'xoxb-2', scopes: ['chat:write'], isNull: null })
    expect(await open().get('T1')).toEqual({ token: 'xoxb-2', scopes: ['chat:write'], isNull: null })
    await vault.delete('T1')
    await vault.delete('T1')
    expect(await vault.get('T1')).toBeUndefined()
  })

  it('lists names by how they begin, whatever letters they have, and only those of its own workspace', async () => {
    const vault = open()
    for (const name of ['team:T1', 'team:T2', 'team%', 'org:E1', 'tea_']) await vault.set(name, name)
    await open('discord').set('team:D1', 'other')
    expect(await vault.names('team:')).toEqual(['team:T1', 'team:T2'])
    expect(await vault.names('team%')).toEqual(['team%'])
    expect(await vault.names('tea_')).toEqual(['tea_'])
    expect((await vault.names('')).length).toBe(5)
    expect(await open('discord').get('team:T1')).toBeUndefined()
  })

  it('stores nothing that can be read, and never the same bytes twice', async () => {
    await open().set('a', 'xoxb-secret')
    const [first] = await database.db.select().from(table)
    await open().set('a', 'xoxb-secret')
    const [second] = await database.db.select().from(table)
    expect(Buffer.from(first?.content ?? []).toString('latin1')).not.toContain('xoxb')
    expect(Buffer.from(first?.content ?? []).equals(Buffer.from(second?.content ?? []))).toBe(false)
  })

  it('says that SECRET_KEY has changed when it did', async () => {
    await open().set('T1', 'xoxb')
    const reading = open('slack', randomBytes(32)).get('T1')
    await expect(reading).rejects.toThrow(ConfigError)
    await expect(reading).rejects.toThrow(/SECRET_KEY has changed .* install again/)
  })

  it('refuses a secret that was changed, cut, or put under another name', async () => {
    await open().set('T1', 'of one')
    await open().set('T2', 'of two')
    const [one] = await database.db.select().from(table).where(eq(table.name, 'slack/T1'))
    const content = Buffer.from(one?.content ?? [])
    const put = (bytes: Uint8Array) =>
      database.db.update(table).set({ content: bytes }).where(eq(table.name, 'slack/T2'))
    await put(content)
    await expect(open().get('T2')).rejects.toThrow(ConfigError)
    for (const at of [0, 12, content.length - 1]) {
      const broken = Buffer.from(content)
      broken.writeUInt8(broken.readUInt8(at) ^ 1, at)
      await database.db.update(table).set({ content: broken }).where(eq(table.name, 'slack/T1'))
      await expect(open().get('T1')).rejects.toThrow(ConfigError)
    }
    for (const length of [0, 5, 20, content.length - 1]) {
      await database.db
        .update(table)
        .set({ content: content.subarray(0, length) })
        .where(eq(table.name, 'slack/T1'))
      await expect(open().get('T1')).rejects.toThrow(ConfigError)
    }
  })
})
