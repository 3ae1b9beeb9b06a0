import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { systemClock } from '../../src/clock.ts'
import { interactions } from '../../src/db/schema.ts'
import { record } from '../../src/interactions/record.ts'
import { readTuning } from '../../src/settings/queries.ts'
import { writeTuning } from '../../src/settings/update.ts'
import { withRooms } from '../../src/settings/tuning.ts'
import { idOf } from '../../src/workspaces/discord/ids.ts'
import { tracesOf } from '../erasures/traces.ts'
import { startDiscordPeer, type DiscordPeer, type Person as DiscordPerson } from '../support/discord/peer.ts'
import { overHttp as overDiscord } from '../support/discord/payloads.ts'
import { screenOf as discordScreen, textOf as discordText } from '../support/discord/screen.ts'
import { eventually } from '../support/eventually.ts'
import { openVisitor, runApp, type RunningApp } from '../support/running-app.ts'
import { overHttp as overSlack } from '../support/slack/payloads.ts'
import { startSlackPeer, type Person as SlackPerson, type SlackPeer } from '../support/slack/peer.ts'
import { screenOf as slackScreen } from '../support/slack/screen.ts'

/** The whole program, connected to a Slack and a Discord on this machine at once. */
describe('a team in Slack and in Discord', () => {
  let slack: SlackPeer
  let discord: DiscordPeer
  let app: RunningApp
  let toSlack: ReturnType<typeof overSlack>
  let ana: SlackPerson
  let ben: DiscordPerson
  let inSlack: ReturnType<typeof slackScreen>
  let inDiscord: ReturnType<typeof discordScreen>

  beforeAll(async () => {
    ;[slack, discord] = [await startSlackPeer(), await startDiscordPeer()]
    app = await runApp({
      SLACK_BOT_TOKEN: slack.botToken,
      SLACK_SIGNING_SECRET: slack.signingSecret,
      SLACK_API_URL: slack.apiUrl,
      DISCORD_TOKEN: discord.token,
      DISCORD_GUILDS: discord.guild,
      DISCORD_PUBLIC_KEY: discord.publicKey,
      DISCORD_API_URL: discord.apiUrl,
      LIVE_CHAT_QUIET_SECONDS: '0',
    })
    toSlack = overSlack((request) => fetch(request), {
      url: app.url,
      secret: slack.signingSecret,
      clock: systemClock,
    })
    const toDiscord = overDiscord((request) => fetch(request), {
      url: app.url,
      privateKey: discord.privateKey,
      clock: systemClock,
    })
    ana = slack.person('ana', toSlack)
    ben = discord.person('ben', toDiscord)
    ;[inSlack, inDiscord] = [slackScreen(slack), discordScreen(discord)]
    await slack.invite(toSlack)
    const tuning = await readTuning(app.ctx.db)
    const room = idOf(discord.guild, discord.channels.support)
    const rooms = withRooms(tuning, 'discord', { default: room, escalation: null, rules: [] })
    await writeTuning(app.ctx, { ...rooms, graceSeconds: { 'live-chat': 0 } }, 'slack:test')
  })
  afterAll(async () => {
    await app?.close()
    await discord?.close()
    await slack?.close()
  })

  async function customer(name: string, text: string) {
    const visitor = await openVisitor(app.url, name)
    await visitor.write(text)
    return visitor
  }

  /** Every message of both, in rooms and in threads. */
  async function everythingPosted(): Promise<string> {
    const standing: unknown[] = []
    for (const channel of Object.values(slack.channels)) {
      const roots = await slack.messages(channel)
      const threads = await Promise.all(roots.map(({ ts }) => slack.messages(channel, ts)))
      standing.push(roots, threads)
    }
    for (const channel of Object.values(discord.channels)) {
      const roots = await discord.messages(channel)
      const threads = await Promise.all(roots.map((root) => discord.thread(root)))
      standing.push(roots, threads)
    }
    return JSON.stringify(standing)
  }

  /** As a channel tells of it when a customer deletes what they wrote. */
  async function takeBack(word: string): Promise<void> {
    const channel = app.ctx.channels.get('live-chat')
    const said = (await app.ctx.db.select().from(interactions)).filter(({ text }) => text.includes(word))
    if (!channel || said.length === 0) throw new Error('There is nothing to take back')
    const removals = said.map(({ account, externalId }) => ({ account, externalId, at: systemClock.now() }))
    await record(app.ctx, [{ channel, delivery: { interactions: [], removals } }])
  }

  /** What somebody in Slack was told last, to press in it. */
  const lastTold = () => slack.responses.at(-1)?.said as Record<string, unknown>

  it('sees one conversation on two cards, and what is approved in Discord closes in Slack', async () => {
    const visitor = await customer('Mia Okafor', 'Where is my parcel?')
    const [there, here] = await Promise.all([
      inSlack.card('Mia Okafor', /Approve & send/),
      inDiscord.card('Mia Okafor', /Approve & send/),
    ])
    await inDiscord.press(ben, here, 'Approve & send')
    await Promise.all([inSlack.card('Mia Okafor', /Sent by ben/), inDiscord.card('Mia Okafor', /Sent by ben/)])
    await Promise.all([inSlack.thread(there, /Sent by .?ben/), inDiscord.thread(here, /Sent by .?ben/)])
    await visitor.write('It still has not come.')
    await Promise.all([
      inSlack.card('Mia Okafor', /It still has not come[\s\S]*Approve & send/),
      inDiscord.card('Mia Okafor', /It still has not come[\s\S]*Approve & send/),
    ])
  })

  it('tells whoever comes second in the other workspace who was first', async () => {
    await customer('Rosa Race', 'Can I still change my order?')
    const there = await inSlack.card('Rosa Race', /Approve & send/)
    const here = await inDiscord.card('Rosa Race', /Approve & send/)
    await inSlack.press(ana, there, 'Approve & send')
    await inDiscord.press(ben, here, 'Approve & send')
    await inDiscord.told(ben, /ana approved a reply first/)
    await Promise.all([inSlack.card('Rosa Race', /Sent by ana/), inDiscord.card('Rosa Race', /Sent by ana/)])
  })

  it('keeps what was typed in one when the other was faster', async () => {
    await customer('Ede Edit', 'Do you ship to Peru?')
    await inSlack.card('Ede Edit', /Approve & send/)
    await inDiscord.press(ben, await inDiscord.card('Ede Edit', /Approve & send/), 'Edit')
    const modal = await inDiscord.modal(ben, /Do you ship to Peru\?/)
    await inSlack.press(ana, await inSlack.card('Ede Edit', /Approve & send/), 'Approve & send')
    await inSlack.card('Ede Edit', /Sent by ana/)
    await inDiscord.submit(ben, modal, { 'Your reply': 'To all of Peru, even to Cusco.' })
    await inDiscord.told(ben, /approved a reply first[\s\S]*even to Cusco/)
  })

  it('has one assignee, whom the other workspace calls by name', async () => {
    await customer('Asta Sign', 'Do you repair lamps?')
    await inDiscord.press(ben, await inDiscord.card('Asta Sign', /Approve & send/), 'Assign to me')
    await inSlack.card('Asta Sign', /Assigned to .?ben/)
    await inSlack.press(ana, await inSlack.card('Asta Sign', /Unassign/), 'Unassign')
    await inDiscord.card('Asta Sign', /Assign to me/)
  })

  it('finds what was said long ago, shows it to a room, and forgets a customer everywhere when they ask for it', async () => {
    const words = ['Fay Flibbertigibbet', 'wagglestaff', 'cattywampus']
    const [name = '', said = '', noted = ''] = words
    const visitor = await customer(name, `My ${said} lamp hums.`)
    const there = await inSlack.card(name, /Approve & send/)
    const here = await inDiscord.card(name, /Approve & send/)
    await inSlack.press(ana, there, 'Edit')
    const reply = { 'Your reply': `We will send another ${said} by Friday.` }
    await inSlack.submit(ana, await inSlack.modal(/lamp hums/), reply)
    await inDiscord.thread(here, new RegExp(said))
    await visitor.write('It still hums, the new one.')
    await Promise.all([inSlack.thread(there, /the new one/), inDiscord.thread(here, /the new one/)])

    const found = await eventually(async () => {
      await inDiscord.command(ben, `find text:${said}`)
      return inDiscord.told(ben, /We will send another wagglestaff/)
    })
    await inDiscord.press(ben, found, 'Share to channel')
    await eventually(async () =>
      expect((await discord.messages(discord.channels.support)).map(discordText).join()).toMatch(
        /ben shared this[\s\S]*wagglestaff/,
      ),
    )
    await inSlack.press(ana, await inSlack.card(name), 'About this customer…')
    await inSlack.told(/Flibbertigibbet[\s\S]*Promised[\s\S]*by Friday/)
    await inSlack.press(ana, lastTold(), 'Add note…')
    await inSlack.submit(ana, await inSlack.modal(/Add a note/), {
      'What should others know?': `Is ${noted} about lamps`,
    })

    const admin = slack.person('admin', toSlack)
    const before = await everythingPosted()
    expect(words.slice(0, 2).filter((word) => before.includes(word))).toHaveLength(2)
    await eventually(async () => {
      await admin.command(`customer ${name}`)
      await inSlack.told(new RegExp(`Flibbertigibbet[\\s\\S]*${noted}`))
    })
    expect(await tracesOf(app.ctx.db, words)).not.toEqual([])
    await inSlack.press(admin, lastTold(), 'Erase…')
    const sure = await inSlack.modal(/Erase a customer/)
    expect((await inSlack.submit(admin, sure, { 'Type their name to confirm': 'Somebody else' })).body).toMatchObject({
      response_action: 'errors',
    })
    await inSlack.submit(admin, sure, { 'Type their name to confirm': name })
    await eventually(async () => {
      expect(await tracesOf(app.ctx.db, words)).toEqual([])
      const standing = await everythingPosted()
      expect(words.filter((word) => standing.includes(word))).toEqual([])
    })
  })

  it('loses what a customer took back from the cards and from the threads below them', async () => {
    const word = 'snollygoster'
    const visitor = await customer('Tara Takeback', 'My lamp hums.')
    const there = await inSlack.card('Tara Takeback', /Approve & send/)
    await inSlack.press(ana, there, 'Approve & send')
    const here = await inDiscord.card('Tara Takeback', /Sent by/)
    await visitor.write(`Its ${word} hums as well.`)
    await Promise.all([inSlack.thread(there, /snollygoster/), inDiscord.thread(here, /snollygoster/)])
    await takeBack(word)
    await eventually(async () => expect(await everythingPosted()).not.toContain(word))
    await Promise.all([inSlack.thread(there, /Removed by its author/), inDiscord.thread(here, /Removed by its author/)])
  })

  it('goes on in one while the other is away, which then catches up', async () => {
    discord.forbid(discord.channels.support, 50001)
    await customer('Otto Out', 'Are you open today?')
    await inSlack.press(ana, await inSlack.card('Otto Out', /Approve & send/), 'Approve & send')
    await inSlack.card('Otto Out', /Sent by ana/)
    discord.allow(discord.channels.support)
    expect(await discord.messages(discord.channels.support)).not.toEqual([])
  })
})
