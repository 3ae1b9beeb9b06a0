import type { APIMessage } from 'discord.js'
import { eq, isNull } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { posts, rooms } from '../../../src/db/schema.ts'
import { record } from '../../../src/interactions/record.ts'
import { createLog, type Log } from '../../../src/log.ts'
import { readTuning } from '../../../src/settings/queries.ts'
import { roomsOf, withRooms } from '../../../src/settings/tuning.ts'
import { writeTuning } from '../../../src/settings/update.ts'
import { hasMarks } from '../../../src/workspaces/discord/components/marks.ts'
import { idOf } from '../../../src/workspaces/discord/ids.ts'
import { createPostgresDatabase } from '../../support/db.ts'
import { startDiscordPeer, type DiscordPeer, type Person } from '../../support/discord/peer.ts'
import { refusal, type Fault } from '../../support/discord/proxy.ts'
import { screenOf, textOf, type Screen } from '../../support/discord/screen.ts'
import { eventually } from '../../support/eventually.ts'
import { freePort } from '../../support/postgres.ts'
import { openVisitor, runApp, type RunningApp } from '../../support/running-app.ts'

const after = 'after' as const
const before = 'before' as const
/** Everything that can go wrong with a call, mixed with what goes well; what takes longest to find out comes first. */
const troubles: Fault[] = [
  { kind: 'reset', when: before },
  { kind: 'status', when: before, status: 502 },
  { kind: 'refused', status: 500, code: 0 },
  { kind: 'reset', when: after },
  { kind: 'rate-limited', seconds: 1 },
  { kind: 'status', when: after, status: 500 },
  { kind: 'pass' },
  { kind: 'slow', when: after, ms: 500 },
  { kind: 'rate-limited', seconds: 4, scope: 'shared' },
  { kind: 'pass' },
  { kind: 'rate-limited', seconds: 1, scope: 'global' },
  { kind: 'slow', when: before, ms: 500 },
  { kind: 'reset', when: after },
]
const posting = /^\/channels\/\d+\/messages$/
const one = /^\/channels\/\d+\/messages\/\d+$/
const threading = /^\/channels\/\d+\/messages\/\d+\/threads$/
const answering = /^\/interactions\/\d+\/[^/]+\/callback$/
const following = /^\/webhooks\/\d+\/[^/]+$/

/** A card that Discord lost or doubled would be a customer who is forgotten, or answered twice. */
describe('a Discord that fails in every way', () => {
  let peer: DiscordPeer
  let database: { url: string; drop(): Promise<void> }
  let app: RunningApp
  let screen: Screen
  let admin: Person
  let ana: Person
  let ben: Person
  let support: string
  let escalation: string
  let isTokenKnown = true
  let port: string
  const logged: string[] = []

  /** Chooses the channel that it is pressed in; also one that was lost is taken anew. */
  let chooseHere: () => Promise<unknown>

  beforeAll(async () => {
    peer = await startDiscordPeer()
    peer.answer('any', /^\/(?!interactions\/|webhooks\/)/, () =>
      isTokenKnown ? null : refusal(401, 0, '401: Unauthorized'),
    )
    database = await createPostgresDatabase()
    port = String(await freePort())
    await start()
    screen = screenOf(peer)
    admin = peer.person('admin')
    ana = peer.person('ana')
    ben = peer.person('ben')
    support = peer.channels.support
    escalation = peer.channels.escalation
    await eventually(() => expect([peer.sessions().length, peer.commands.length]).toEqual([1, 2]))
    await screen.command(admin, 'help')
    const help = await screen.told(admin, /Send cards to this channel/)
    chooseHere = () => screen.press(admin, help, 'Send cards to this channel')
    await chooseHere()
    await screen.told(admin, /will appear in this channel/)
    const tuning = await readTuning(app.ctx.db)
    const chosen = { ...roomsOf(tuning, 'discord'), escalation: idOf(peer.guild, escalation) }
    await writeTuning(
      app.ctx,
      { ...withRooms(tuning, 'discord', chosen), graceSeconds: { 'live-chat': 0 } },
      'discord:test',
    )
  })
  afterAll(async () => {
    await app?.close()
    await peer?.close()
    await database?.drop()
  })

  async function start(): Promise<void> {
    const note = (fact: string, ids: object = {}) => void logged.push(`${fact} ${JSON.stringify(ids)}`)
    const log: Log = { ...createLog('silent'), info: note, warn: note, error: note, child: () => log }
    app = await runApp(
      {
        PORT: port,
        DATABASE_URL: database.url,
        DISCORD_TOKEN: peer.token,
        DISCORD_GUILDS: peer.guild,
        DISCORD_API_URL: peer.apiUrl,
        LIVE_CHAT_QUIET_SECONDS: '0',
      },
      { log },
    )
  }

  it('gets every card, every word and every file exactly once, and shows how things stand', async () => {
    peer.fault('POST', posting, ...troubles)
    peer.fault('PATCH', one, ...troubles)
    peer.fault('GET', posting, { kind: 'status', when: before, status: 500 }, { kind: 'reset', when: before })
    peer.fault('POST', threading, { kind: 'reset', when: after }, { kind: 'status', when: before, status: 500 })
    const names = ['Abel', 'Bea', 'Cleo', 'Dina']
    for (const name of names) {
      const visitor = await openVisitor(app.url, name)
      await visitor.write(questionOf(name))
      await sendFile(visitor.visitor, name)
      await visitor.write(`It is for ${name}'s birthday.`)
    }
    for (const name of names) {
      const card = await patiently(() => cardOf(name, /birthday[\s\S]*Approve & send/))
      await screen.press(ana, card, 'Approve & send')
    }
    for (const name of names) await patiently(() => cardOf(name, /Sent by ana/))
    await patiently(async () => expect(await waiting()).toEqual([]))
    const standing = await expectOnce()
    const files = standing.flatMap(
      ({ components }) => JSON.stringify(components).match(/(?<=\/)\w+\.png(?=","proxy)/g) ?? [],
    )
    expect(files.toSorted()).toEqual(names.map((name) => `${name}.png`))
    for (const name of names)
      expect((await peer.messages(support)).filter((message) => textOf(message).includes(name))).toHaveLength(1)
    // Nothing was tried again more often than it went wrong.
    expect(peer.callsOf('POST', posting).length).toBeLessThanOrEqual(standing.length + troubles.length)
    expect(peer.refused).toEqual([])
  }, 240_000)

  it('carries a click out once, also when its answer is lost', async () => {
    const card = await customer('Cara Click')
    peer.fault('POST', answering, { kind: 'reset', when: before }, { kind: 'status', when: before, status: 502 })
    expect(await screen.press(ana, card, 'Approve & send')).toBeNull()
    await screen.card('Cara Click', /Sent by ana/)
    await screen.press(ana, card, 'Approve & send')
    const replies = (await app.ctx.db.query.replies.findMany()).map(({ conversationId }) => conversationId)
    expect(replies).toHaveLength(new Set(replies).size)
  })

  it('tells people what they are to hear, whatever becomes of the first try', async () => {
    const card = await customer('Petra Person')
    await screen.press(ana, card, 'Approve & send')
    await screen.card('Petra Person', /Sent by ana/)
    const faults: Fault[] = [
      { kind: 'reset', when: before },
      { kind: 'reset', when: after },
      { kind: 'status', when: before, status: 500 },
      { kind: 'status', when: after, status: 500 },
      { kind: 'rate-limited', seconds: 0.3 },
    ]
    for (const fault of faults) {
      const [seen, answers, followUps] = [ben.screen.told.length, callsTo(answering), callsTo(following)]
      peer.fault('POST', answering, fault)
      await screen.command(ben, 'home')
      await screen.told(ben, /You answered today/)
      await eventually(() => expect(callsTo(answering) - answers).toBe(2))
      expect(ben.screen.told.length - seen).toBe(1)
      peer.fault('POST', following, fault)
      await screen.press(ben, card, 'Approve & send')
      await screen.told(ben, /ana approved a reply first/)
      await eventually(() => expect(callsTo(following) - followUps).toBe(2))
    }
  })

  it.each<[string, number]>([
    ['may not write in', 50013],
    ['does not see', 50001],
    ['finds deleted', 10003],
  ])('cards of a room that it %s go elsewhere, and it is not asked again and again', async (_, code) => {
    const name = (who: string) => `${who} ${code}`
    const card = await customer(name('Early'))
    const told = await notices()
    peer.forbid(support, code)
    const from = peer.calls.length
    await (await openVisitor(app.url, name('Late'))).write(questionOf(name('Late')))
    const late = await screen.card(name('Late'), /Approve & send/, escalation)
    await screen.card(name('Early'), /The earlier card is in a room that was lost/, escalation)
    await screen.press(ana, late, 'Approve & send')
    await screen.card(name('Late'), /Sent by ana/, escalation)
    await eventually(async () => expect(await notices()).toBe(told + 1))
    const refused = peer.calls.slice(from).filter(({ status, path }) => status !== 200 && path.includes(support))
    expect(refused.length).toBeLessThanOrEqual(3)
    expect(logged.findLast((line) => line.startsWith('room lost'))).toContain(support)
    peer.allow(support)
    await chooseHere()
    await customer(name('Back'))
    expect(await screen.card(name('Early'), /./, support)).toMatchObject({ id: card.id })
  })

  it('posts a card anew whose thread was deleted, once', async () => {
    const visitor = await openVisitor(app.url, 'Tara Thread')
    await visitor.write(questionOf('Tara Thread'))
    const card = await screen.card('Tara Thread', /Approve & send/)
    await visitor.write('Is it a long way?')
    await screen.thread(card, /Is it a long way\?/)
    peer.forbid(card.id, 10003)
    await visitor.write('It went by train.')
    await patiently(async () => {
      const cards = (await peer.messages(support)).filter((message) =>
        textOf(message).includes(questionOf('Tara Thread')),
      )
      expect(cards.map(textOf)).toEqual([expect.anything(), expect.stringMatching(/It went by train\.[\s\S]*deleted/)])
    })
    await patiently(async () => expect(await waiting()).toEqual([]))
  })

  it('posts a card anew that was deleted, once, though nobody heard so', async () => {
    const visitor = await openVisitor(app.url, 'Dela Delete')
    await visitor.write(questionOf('Dela Delete'))
    await peer.remove(await screen.card('Dela Delete', /Approve & send/))
    peer.fault('POST', posting, { kind: 'reset', when: after })
    await visitor.write('On paper, I mean.')
    await patiently(() => screen.card('Dela Delete', /On paper, I mean\.[\s\S]*deleted/))
    await patiently(async () => expect(await waiting()).toEqual([]))
    await screen.card('Dela Delete')
  })

  it('is shown a token once that it refuses, and gets everything when it knows it again', async () => {
    await eventually(async () => expect(await waiting()).toEqual([]))
    const [told, lines, from] = [await notices(), logged.length, peer.calls.length]
    const early = await openVisitor(app.url, 'Erna Early')
    await early.write(questionOf('Erna Early'))
    await screen.card('Erna Early', /Approve & send/)
    peer.fault('POST', posting, { kind: 'reset', when: after })
    await (await openVisitor(app.url, 'Ulla Unclear')).write(questionOf('Ulla Unclear'))
    await eventually(() => expect(logged.slice(lines).join('\n')).toContain('"outcome":"unknown"'))
    isTokenKnown = false
    const names = ['Rita Refused', 'Rosa Refused']
    for (const name of names) await (await openVisitor(app.url, name)).write(questionOf(name))
    await early.write('And when?')
    await eventually(async () => expect(await readiness()).toEqual([503, 'not connected']))
    await eventually(async () => {
      const kinds = (await waiting()).map((key) => key.split(':')[0])
      expect(kinds.toSorted()).toEqual(['card', 'card', 'card', 'said'])
    })
    await app.close()
    const refused = peer.calls.slice(from).filter(({ status }) => status === 401)
    expect(refused.length).toBeLessThanOrEqual(3)
    const facts = logged.slice(lines)
    expect(facts.filter((line) => line.startsWith('discord refuses DISCORD_TOKEN'))).toHaveLength(1)
    expect(facts.filter((line) => /^(room|no room)/.test(line))).toEqual([])

    isTokenKnown = true
    await start()
    await eventually(async () => expect(await readiness()).toEqual([200, 'ok']))
    // As if the minute was over for which nothing is tried.
    await app.ctx.db.update(posts).set({ notBefore: new Date() }).where(isNull(posts.ref))
    await app.ctx.db.update(rooms).set({ nextAt: new Date(), wakeAt: null })
    await early.write('And how?')
    for (const name of [...names, 'Ulla Unclear']) await screen.card(name, /Approve & send/)
    await screen.card('Erna Early', /And when\?[\s\S]*And how\?[\s\S]*Approve & send/)
    expect(await notices()).toBe(told)
  }, 60_000)

  /** What `/readyz` says of Discord. */
  async function readiness(): Promise<[number, unknown]> {
    const response = await fetch(`${app.url}/readyz`)
    const said = (await response.json()) as { parts?: { discord?: string } }
    return [response.status, said.parts?.discord ?? said]
  }

  const callsTo = (path: RegExp) => peer.callsOf('POST', path).length

  async function customer(name: string): Promise<APIMessage> {
    await (await openVisitor(app.url, name)).write(questionOf(name))
    return screen.card(name, /Approve & send/)
  }

  /** A picture, in the conversation with a visitor. */
  async function sendFile(visitor: string, name: string): Promise<void> {
    const channel = app.ctx.channels.get('live-chat')
    if (!channel) throw new Error('There is no live chat')
    const content = Buffer.from(`picture of ${name}`)
    await record(app.ctx, [
      {
        channel,
        delivery: {
          interactions: [
            {
              account: 'default',
              externalId: `${visitor}-file`,
              kind: 'message',
              conversation: { externalId: visitor },
              customer: { externalId: visitor, name },
              text: 'See the picture.',
              occurredAt: new Date(),
              attachments: [{ name: `${name}.png`, mediaType: 'image/png', bytes: content.length, content }],
            },
          ],
        },
      },
    ])
  }

  async function cardOf(name: string, looks: RegExp): Promise<APIMessage> {
    const found = (await peer.messages(support)).filter((message) => textOf(message).includes(name))
    expect(found.map(textOf)).toEqual([expect.stringMatching(looks)])
    return found[0] as APIMessage
  }

  const posted = () => app.ctx.db.query.posts.findMany({ where: eq(posts.workspace, 'discord') })

  /** What is still to be posted. */
  async function waiting(): Promise<string[]> {
    return (await posted()).filter(({ ref }) => ref === null).map(({ key }) => key)
  }

  /** How often the escalation room was told that cards of another come there. */
  async function notices(): Promise<number> {
    return (await peer.messages(escalation)).filter((message) => textOf(message).includes('now come here')).length
  }

  /** Every post is there, once: returns them. */
  async function expectOnce(): Promise<APIMessage[]> {
    const cards = await peer.messages(support)
    const threads = await Promise.all(cards.map((card) => peer.thread(card)))
    return (await posted()).map(({ key }) => {
      const found = [cards, ...threads].flat().filter(({ components }) => hasMarks(components, key))
      expect([key, found.length]).toEqual([key, 1])
      return found[0] as APIMessage
    })
  }
})

const questionOf = (name: string) => `Where is the parcel of ${name}?`

/** For what is tried again after a pause. */
const patiently = <T>(look: () => Promise<T> | T): Promise<T> => eventually(look, 120_000)
