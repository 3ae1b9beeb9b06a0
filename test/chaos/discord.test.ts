import { setTimeout as pause } from 'node:timers/promises'
import type { APIMessage } from 'discord.js'
import { sql } from 'drizzle-orm'
import { describe, expect, it, type TestContext } from 'vitest'
import { systemClock } from '../../src/clock.ts'
import { openDatabase, rowsOf, type Database } from '../../src/db/client.ts'
import { holdMs } from '../../src/posts/queries.ts'
import { hasMarks } from '../../src/workspaces/discord/components/marks.ts'
import { startDesk, type DeskProcess } from '../bench/desk-process.ts'
import { createPostgresDatabase } from '../support/db.ts'
import { overHttp } from '../support/discord/payloads.ts'
import { startDiscordPeer, type DiscordPeer, type Person } from '../support/discord/peer.ts'
import { screenOf, textOf, type Screen } from '../support/discord/screen.ts'
import { eventually } from '../support/eventually.ts'
import { openVisitor } from '../support/running-app.ts'

const kills = 4
const slow = { kind: 'slow', when: 'after', ms: 600 } as const
const posting = /^\/channels\/\d+\/messages$/

// Side by side, for the second waits for a lease to run out.
describe.concurrent('a program that is killed while it works in Discord', () => {
  it('loses no card and doubles none', async (context) => {
    const { peer, database, screen, start } = await setUp(context, 'http')
    let desk = await start()
    const deliver = overHttp((request) => fetch(request), {
      url: desk.url,
      privateKey: peer.privateKey,
      clock: systemClock,
    })
    await chooseRoom(peer, screen, peer.person('admin', deliver))
    // Discord has the message long before the program hears so.
    peer.fault('POST', posting, ...Array.from({ length: 3 * kills }, () => slow))
    const names: string[] = []
    const write = async (name: string) => {
      names.push(name)
      await (await openVisitor(desk.url, name)).write(questionOf(name))
    }
    let diedAt = new Date()
    for (let kill = 0; kill < kills; kill++) {
      for (const letter of ['a', 'b']) await write(`Customer ${kill}${letter}`)
      const before = peer.callsOf('POST', posting).length
      await eventually(() => expect(peer.callsOf('POST', posting).length).toBeGreaterThan(before))
      await pause(100 * kill)
      await desk.stop('SIGKILL')
      diedAt = new Date()
      desk = await start()
    }
    // As if the minute was over for which the dead hold what they began; what the living do is theirs.
    const heldByTheDead = new Date(diedAt.getTime() + holdMs).toISOString()
    await database.db.execute(
      sql`update posts set held_until = now() where ref is null and held_until <= ${heldByTheDead}::timestamptz`,
    )
    await database.db.execute(sql`update rooms set wake_at = null`)
    await write('Customer who comes after')

    await eventually(async () => {
      const [row] = await rowsOf<{ posted: number; waiting: number }>(
        database.db,
        sql`select count(ref)::int as posted, (count(*) - count(ref))::int as waiting from posts where workspace = 'discord'`,
      )
      expect(row).toEqual({ posted: names.length, waiting: 0 })
    }, 150_000)
    await expectOnce(peer, database, names)
  }, 240_000)

  it('leaves the gateway to another replica within 15 s, and no click is lost for good', async (context) => {
    const { peer, database, screen, start } = await setUp(context, 'gateway')
    const sessions = watchSessions(peer, context)
    const ana = peer.person('ana')
    const holder = await start()
    await eventually(() => expect(sessions.now()).toBe(1))
    const other = await start()
    await chooseRoom(peer, screen, peer.person('admin'))
    const names: string[] = []
    const write = async (desk: DeskProcess, name: string) => {
      names.push(name)
      const visitor = await openVisitor(desk.url, name)
      await visitor.write(questionOf(name))
      return { visitor, card: await screen.card(questionOf(name), /Approve & send/) }
    }
    const approve = (card: APIMessage) => screen.press(ana, card, 'Approve & send')
    const { card: caught } = await write(holder, 'Abel')
    const { card: missed } = await write(holder, 'Bea')
    const { card: later } = await write(other, 'Cleo')
    // Posting takes no gateway.
    await eventually(async () => {
      await write(holder, `Customer ${names.length}`)
      expect(Math.min(await postedBy(holder), await postedBy(other))).toBeGreaterThan(0)
    }, 60_000)

    const dead = await holderIn(database)
    const diedAt = performance.now()
    const pressed = approve(caught)
    await holder.stop('SIGKILL')
    const taken = eventually(async () => {
      expect([null, dead]).not.toContain(await holderIn(database))
      return performance.now() - diedAt
    }, 60_000)
    taken.catch(() => {})
    await eventually(() => expect(sessions.now()).toBe(0))
    expect(await approve(missed)).toBeNull()
    const { visitor } = await write(other, 'Mia')
    await visitor.write('It is a lamp.')
    await screen.card(questionOf('Mia'), /It is a lamp\.[\s\S]*Approve & send/)
    const takenMs = await taken
    await eventually(() => expect(sessions.now()).toBe(1), 60_000)
    const connectedMs = performance.now() - diedAt
    expect(takenMs).toBeLessThan(15_000)
    await pressed
    for (const card of [caught, missed]) await approve(card)
    for (const name of ['Abel', 'Bea']) await screen.card(questionOf(name), /Sent by ana/)

    const heir = await start()
    const left = await holderIn(database)
    const leftAt = performance.now()
    await other.stop('SIGTERM')
    // It is given up, and not left to run out.
    expect(await holderIn(database)).not.toBe(left)
    await eventually(async () => expect([null, left]).not.toContain(await holderIn(database)), 60_000)
    await eventually(() => expect(sessions.now()).toBe(1), 60_000)
    const handedMs = performance.now() - leftAt
    await approve(later)
    await screen.card(questionOf('Cleo'), /Sent by ana/)
    await write(heir, 'Dina')

    await expectOnce(peer, database, names)
    const [sent] = await rowsOf<{ replies: number; conversations: number }>(
      database.db,
      sql`select count(*)::int as replies, count(distinct conversation_id)::int as conversations from replies`,
    )
    expect(sent).toEqual({ replies: 3, conversations: 3 })
    expect(sessions.most()).toBe(1)
    const tell = (what: string, ms: number) => `${what} after ${(ms / 1000).toFixed(1)} s`
    await context.annotate(
      [tell('Taken over', takenMs), tell('connected', connectedMs), tell('handed over', handedMs)].join(', '),
    )
  }, 240_000)
})

const questionOf = (name: string) => `Where is my parcel? I am ${name}.`

/** A Discord and a database of its own, and the program on them, as often as it is started. */
async function setUp({ onTestFinished }: TestContext, how: 'http' | 'gateway') {
  const peer = await startDiscordPeer()
  onTestFinished(() => peer.close())
  const { url, drop } = await createPostgresDatabase()
  onTestFinished(drop)
  const database = await openDatabase({ url, poolSize: 2, tls: 'off', dataDir: '' })
  onTestFinished(() => database.close())
  async function start(): Promise<DeskProcess> {
    const desk = await startDesk({
      DATABASE_URL: url,
      LIVE_CHAT_QUIET_SECONDS: '0',
      DISCORD_TOKEN: peer.token,
      DISCORD_GUILDS: peer.guild,
      DISCORD_API_URL: peer.apiUrl,
      ...(how === 'http' ? { DISCORD_PUBLIC_KEY: peer.publicKey } : {}),
      LOG_LEVEL: 'silent',
    })
    onTestFinished(() => desk.stop())
    return desk
  }
  return { peer, database, screen: screenOf(peer), start }
}

async function chooseRoom(peer: DiscordPeer, screen: Screen, admin: Person): Promise<void> {
  await eventually(() => expect(peer.commands).not.toEqual([]))
  await screen.command(admin, 'help')
  const help = await screen.told(admin, /Send cards to this channel/)
  await screen.press(admin, help, 'Send cards to this channel')
  await screen.told(admin, /will appear in this channel/)
}

/** How many are connected, and how many there ever were at once. */
function watchSessions(peer: DiscordPeer, { onTestFinished }: TestContext) {
  let most = 0
  const now = () => peer.sessions().length
  const timer = setInterval(() => (most = Math.max(most, now())), 5)
  onTestFinished(() => clearInterval(timer))
  return { now, most: () => most }
}

/** How much this replica posted. */
async function postedBy({ url }: DeskProcess): Promise<number> {
  const metrics = await (await fetch(`${url}/metrics`)).text()
  const [, count = '0'] = /^deskbell_posts_total\{workspace="discord",outcome="posted"\} (\d+)/m.exec(metrics) ?? []
  return Number(count)
}

/** Null: nobody holds the gateway. */
async function holderIn({ db }: Database): Promise<string | null> {
  const rows = await rowsOf<{ holder: string }>(db, sql`select holder from leases where name = 'discord:gateway'`)
  return rows[0]?.holder ?? null
}

/** Every post is there, once. */
async function expectOnce(peer: DiscordPeer, { db }: Database, names: string[]): Promise<void> {
  const cards = await peer.messages(peer.channels.support)
  const threads = await Promise.all(cards.map((card) => peer.thread(card)))
  const keys = await rowsOf<{ key: string }>(db, sql`select key from posts where ref is not null`)
  for (const { key } of keys)
    expect([key, [cards, ...threads].flat().filter(({ components }) => hasMarks(components, key)).length]).toEqual([
      key,
      1,
    ])
  for (const name of names)
    expect([name, cards.filter((card) => textOf(card).includes(questionOf(name))).length]).toEqual([name, 1])
}
