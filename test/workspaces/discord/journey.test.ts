import { InteractionResponseType, MessageFlags, type APIMessage } from 'discord.js'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readTuning } from '../../../src/settings/queries.ts'
import { defaultTuning, type Tuning } from '../../../src/settings/tuning.ts'
import { writeTuning } from '../../../src/settings/update.ts'
import { watchWindows } from '../../../src/windows/watch.ts'
import { roleIdOf } from '../../../src/workspaces/discord/ids.ts'
import { startDiscordPeer, type DiscordPeer, type Person } from '../../support/discord/peer.ts'
import { modalText, screenOf, textOf, type Screen } from '../../support/discord/screen.ts'
import { eventually } from '../../support/eventually.ts'
import { openVisitor, runApp, type RunningApp } from '../../support/running-app.ts'
import { messages, text } from '../../support/whatsapp/payloads.ts'
import { startWhatsApp, type WhatsAppPeer } from '../../support/whatsapp/peer.ts'

/** The whole program with the real discord.js on the gateway, against a Discord on this machine. */
describe('a team in Discord', () => {
  let peer: DiscordPeer
  let whatsApp: WhatsAppPeer
  let app: RunningApp
  let admin: Person
  let ana: Person
  let ben: Person
  let screen: Screen

  beforeAll(async () => {
    peer = await startDiscordPeer()
    whatsApp = await startWhatsApp()
    app = await runApp({
      ...whatsApp.env,
      DISCORD_TOKEN: peer.token,
      DISCORD_GUILDS: peer.guild,
      DISCORD_API_URL: peer.apiUrl,
      LIVE_CHAT_QUIET_SECONDS: '0',
    })
    admin = peer.person('admin')
    ana = peer.person('ana')
    ben = peer.person('ben')
    screen = screenOf(peer)
    await eventually(() => expect([peer.sessions().length, peer.commands.length]).toEqual([1, 2]))
    await tune((tuning) => ({ ...tuning, graceSeconds: { 'live-chat': 0, whatsapp: 0 } }))
  })
  afterAll(async () => {
    await app?.close()
    await peer?.close()
    await whatsApp?.close()
  })

  async function tune(change: (tuning: Tuning) => Tuning): Promise<void> {
    await writeTuning(app.ctx, change(await readTuning(app.ctx.db)), 'discord:test')
  }

  async function customer(name: string, ...lines: string[]) {
    const visitor = await openVisitor(app.url, name)
    for (const line of lines) await visitor.write(line)
    return visitor
  }

  it('asks for one intent, Guilds, and registers its commands for those who run the server', () => {
    expect(peer.sessions()).toEqual([1])
    expect(peer.commands.map(({ name, default_member_permissions }) => [name, default_member_permissions])).toEqual([
      ['desk', '32'],
      ['Log customer interaction', '32'],
    ])
  })

  it('sends cards to the first channel that somebody who runs the server chooses', async () => {
    await customer('Wanda Waits', 'Is anybody there?')
    await screen.command(ana, 'help')
    const help = await screen.told(ana, /\/desk open/)
    expect(textOf(help.message)).not.toContain('Send cards to this channel')
    await screen.command(admin, 'help')
    await screen.press(admin, await screen.told(admin, /Send cards to this channel/), 'Send cards to this channel')
    await screen.told(admin, /will appear in this channel/)
    await screen.card('Wanda Waits', /Approve & send/)
  })

  it('shows a card, takes an approval, sends, and tells the truth on the card', async () => {
    await customer('Mia Okafor', 'Where is my parcel? It should have come on Monday.')
    const card = await screen.card('Mia Okafor', /Approve & send/)
    expect(await screen.press(ana, card, 'Approve & send')).toEqual({
      type: InteractionResponseType.DeferredMessageUpdate,
    })
    const sent = await screen.card('Mia Okafor', /Sent by ana/)
    expect(textOf(sent)).not.toContain('Approve & send')
    await screen.thread(card, /Thank you for your question/)
  })

  it('sends the words of the edit form, and nothing else', async () => {
    await customer('Edda Ray', 'Do you have the blue lamp in stock?')
    const card = await screen.card('Edda Ray', /Approve & send/)
    expect(await screen.press(ana, card, 'Edit')).toMatchObject({ type: InteractionResponseType.Modal })
    const modal = await screen.modal(ana, /Your reply/)
    expect(modalText(modal)).toContain('Do you have the blue lamp in stock?')
    await screen.submit(ana, modal, { 'Your reply': 'Yes: five, <b>& more</b> on *Monday*. @everyone' })
    await screen.card('Edda Ray', /Sent by ana/)
    await screen.thread(card, /Yes: five, <b>& more<\/b> on \*Monday\*\. @everyone/)
  })

  it('lets one of two win, and tells the other who', async () => {
    await customer('Rosa Race', 'Can I still change my order?')
    const card = await screen.card('Rosa Race', /Approve & send/)
    await Promise.all([screen.press(ana, card, 'Approve & send'), screen.press(ben, card, 'Approve & send')])
    await screen.card('Rosa Race', /Sent by (ana|ben)/)
    await eventually(() => {
      const said = [ana, ben].map((person) => person.screen.shown.map(({ message }) => textOf(message)).join('\n'))
      expect(said.filter((words) => /(ana|ben) approved a reply first/.test(words))).toHaveLength(1)
    })
  })

  it('refuses a click on a card that is out of date, and puts the new words into its thread', async () => {
    const visitor = await customer('Nora New', 'Which sizes are there?')
    const card = await screen.card('Nora New', /Approve & send/)
    await visitor.write('And is it waterproof?')
    await screen.thread(card, /And is it waterproof\?/)
    await screen.press(ana, card, 'Approve & send')
    await screen.told(ana, /wrote again since you looked/)
    await screen.card('Nora New', /And is it waterproof\?[\s\S]*Approve & send/)
  })

  it('keeps what was typed when the customer wrote meanwhile', async () => {
    const visitor = await customer('Kim Keep', 'Can I pay by invoice?')
    const card = await screen.card('Kim Keep', /Approve & send/)
    await screen.press(ana, card, 'Edit')
    const modal = await screen.modal(ana, /Can I pay by invoice\?/)
    await visitor.write('Or by card?')
    await screen.card('Kim Keep', /Or by card\?/)
    await screen.submit(ana, modal, { 'Your reply': 'By invoice, yes.' })
    const said = await screen.told(ana, /wrote again/)
    expect(textOf(said.message)).toContain('By invoice, yes.')
    await screen.press(ana, said, 'Open again')
    const again = await screen.modal(ana, /Or by card\?[\s\S]*By invoice, yes\./)
    await screen.submit(ana, again)
    await screen.thread(card, /By invoice, yes\./)
    expect(said.isGone).toBe(true)
  })

  it('asks back before what can’t be undone', async () => {
    await customer('Sam Spam', 'Buy cheap watches now')
    const card = await screen.card('Sam Spam', /Spam/)
    await screen.press(ana, card, 'Spam')
    const question = await screen.told(ana, /Spam\?/)
    await screen.card('Sam Spam', /Approve|Write/)
    await screen.press(ana, question, 'Spam')
    await screen.card('Sam Spam', /Dismissed by ana: spam/)
    expect(question.isGone).toBe(true)
  })

  it('redrafts by an instruction', async () => {
    await customer('Reda Draft', 'Do you ship to Norway?')
    await screen.press(ana, await screen.card('Reda Draft', /Approve & send/), 'Redraft…')
    await screen.submit(ana, await screen.modal(ana, /What should it say/), {
      'What should it say, or be like?': 'shorter',
    })
    await screen.card('Reda Draft', /Draft 2[\s\S]*shorter/)
  })

  it('sends an approved template, chosen and filled, once the reply window has closed', async () => {
    const otto = { wa_id: '4917612345678', user_id: 'DE.1', name: 'Otto Over' }
    const yesterday = String(Math.floor(Date.now() / 1000) - 25 * 3600)
    const body = 'Is it *here*, {{name}}? Order {{number}} waits.'
    whatsApp.templates.push({
      id: '1',
      name: 'order_update',
      language: 'en_US',
      status: 'APPROVED',
      category: 'UTILITY',
      parameter_format: 'NAMED',
      components: [{ type: 'BODY', text: body }],
    })
    await whatsApp.deliver(app.url, messages(otto, text('Where is my lamp?', otto, { timestamp: yesterday })))
    await screen.card('Otto Over')
    await watchWindows(app.ctx)
    const card = await screen.card('Otto Over', /takes no free text more than 24 h/)
    await screen.press(ana, card, 'Send a template…')
    const modal = await screen.modal(ana, /The templates/)
    expect(modalText(modal)).toContain(body)
    const blanks = 'What goes into its blanks, one line each'
    await screen.submit(ana, modal, { [blanks]: 'Otto' })
    await screen.press(ana, await screen.told(ana, /has 2 blanks\. You filled 1/), 'Open again')
    await screen.submit(ana, await screen.modal(ana, /Otto/), { [blanks]: 'Otto\n1042' })
    await screen.card('Otto Over', /Sent by ana · from a template/)
    await screen.thread(card, /Is it \*here\*, Otto\? Order 1042 waits\./)
    expect(whatsApp.sent).toMatchObject([{ body: { type: 'template', template: { name: 'order_update' } } }])
  })

  it('assigns, to oneself and to others', async () => {
    await customer('Asta Sign', 'Do you repair lamps?')
    await screen.press(ana, await screen.card('Asta Sign', /Approve & send/), 'Assign to me')
    const mine = await screen.card('Asta Sign', /Unassign/)
    expect(JSON.stringify(mine.components)).toContain(`<@${ana.id}>`)
    await screen.press(ana, mine, 'Unassign')
    await screen.press(ana, await screen.card('Asta Sign', /Assign to me/), 'Assign to…')
    await screen.submit(ana, await screen.modal(ana, /Assign/), { To: ben.id })
    await eventually(async () => {
      expect(JSON.stringify((await screen.card('Asta Sign')).components)).toContain(`<@${ben.id}>`)
    })
  })

  it('snoozes, wakes, dismisses with a reason, and reopens', async () => {
    await customer('Sina Snooze', 'When is the sale?')
    const card = await screen.card('Sina Snooze', /Approve & send/)
    await screen.press(ana, card, 'Snooze…')
    await screen.submit(ana, await screen.modal(ana, /Snooze/))
    await screen.press(ana, await screen.card('Sina Snooze', /Snoozed until/), 'Wake now')
    await screen.press(ana, await screen.card('Sina Snooze', /Dismiss/), 'Dismiss…')
    await screen.submit(ana, await screen.modal(ana, /Dismiss/), { 'Why?': 'Duplicate' })
    await screen.press(ana, await screen.card('Sina Snooze', /Dismissed by ana: duplicate/), 'Reopen')
    await screen.card('Sina Snooze', /[Ww]aiting/)
    await screen.thread(card, /Reopened/)
  })

  it('sends later, at a time that was typed, and takes it back', async () => {
    await customer('Lena Later', 'Do you sell gift cards?')
    await screen.press(ana, await screen.card('Lena Later', /Approve & send/), 'Send later…')
    const exactly = 'Or exactly at'
    await screen.submit(ana, await screen.modal(ana, /Send later/), { [exactly]: 'tomorrow' })
    await screen.press(ana, await screen.told(ana, /Write a day and a time/), 'Open again')
    const at = new Date(Date.now() + 86_400_000)
    await screen.submit(ana, await screen.modal(ana, /⚠️ Write a day and a time/), { [exactly]: at })
    await screen.press(ana, await screen.card('Lena Later', /Sends/), 'Undo')
    await screen.card('Lena Later', /Approve & send/)
  })

  it('shows all of a long conversation to the one who asks', async () => {
    const visitor = await customer('Paula Page', 'The first line of a long story.')
    await screen.card('Paula Page', /Approve & send/)
    for (let line = 0; line < 4; line += 1) await visitor.write(`${line}: ${'and then more happened. '.repeat(60)}`)
    await eventually(async () => {
      const card = await screen.card('Paula Page', /3: and then[\s\S]*Read all/)
      await screen.press(ana, card, 'Read all')
      const pages = await screen.told(ana, /The first line of a long story/)
      await screen.press(ana, pages, 'Next')
      await screen.told(ana, /3: and then/)
    })
  })

  it('answers commands to the one who asked, and suggests what could be meant', async () => {
    await screen.command(ana, 'open')
    await screen.told(ana, /Lena Later/)
    await screen.command(ana, 'open theme:complaint')
    expect(textOf((await screen.told(ana, /complaint/)).message)).not.toContain('Lena Later')
    await screen.command(ana, 'home')
    await screen.told(ana, /You answered today/)
    const values = async (option: string, typed: string) =>
      (await ana.autocomplete('open', option, typed)).map(({ value }) => value)
    expect(await values('theme', 'comp')).toEqual(['compliment', 'complaint', 'comparison'])
    expect(await values('channel', 'live')).toEqual(['live-chat'])
    expect(await values('customer', 'lena')).toEqual(['Lena Later'])
    const shown = ana.screen.told.map(({ message }) => Number(message.flags) & MessageFlags.Ephemeral)
    expect(new Set(shown)).toEqual(new Set([MessageFlags.Ephemeral]))
  })

  it('logs a call, which becomes a card like any other', async () => {
    await screen.command(ana, 'log My lamp broke again!')
    const modal = await screen.modal(ana, /What they said/)
    await screen.submit(ana, modal, { Who: 'Carl Call, +49 30 1234567' })
    await screen.card('Carl Call', /My lamp broke again![\s\S]*Approve/)
  })

  it('logs a message of the room from its own menu, once', async () => {
    const message = await peer.say(
      'ben',
      peer.channels.general,
      'A lady at the counter asks for the *blue* one & a discount',
    )
    for (const turn of [1, 2]) {
      await ana.contextMenu(message)
      await screen.submit(ana, await screen.modal(ana, /the \*blue\* one & a discount/), { Who: 'Lady Counter' })
      if (turn === 1) await screen.card('Lady Counter', /the \*blue\* one & a discount/)
    }
    await screen.card('Lady Counter')
  })

  it('opens the settings to managers only, and rooms set in chat count from then on', async () => {
    await screen.command(ben, 'settings')
    await screen.told(ben, /[Mm]anagers/)
    await screen.command(admin, 'settings')
    const settings = await screen.told(admin, /Rooms/)
    await screen.press(admin, settings, 'Add a rule…')
    await screen.submit(admin, await screen.modal(admin, /Add a room rule/), {
      Theme: ['Complaint'],
      'Cards go to': [peer.channels.escalation],
    })
    await eventually(async () => {
      expect((await readTuning(app.ctx.db)).rooms['discord']?.rules).toHaveLength(1)
    })
    await screen.told(admin, /complaint[\s\S]*/i)
    await customer('Cora Complaint', 'This is a disgrace! The lamp is broken, I am furious and want my money back!')
    await screen.card('Cora Complaint', /complaint/, peer.channels.escalation)
  })

  it('tells the numbers of today, opens one, and gives the file to managers alone', async () => {
    for (const person of [ben, admin]) {
      await screen.command(person, 'digest now')
      const digest = await screen.told(person, /Answered[\s\S]*Still waiting/)
      const [, label = ''] = /(Answered \d+)/.exec(JSON.stringify(digest)) ?? []
      await screen.press(person, digest, label)
      const list = await screen.told(person, /\d+ answered · [\s\S]*Mia Okafor/)
      await screen.press(person, list, 'Get as CSV')
      await screen.told(person, person === ben ? /Only managers may do this/ : /The file is ready/)
    }
    await screen.command(ben, 'stats by:theme period:now')
    await screen.told(ben, /By theme[\s\S]*Question/)
    await screen.command(admin, 'digest at:8:30')
    await screen.told(admin, /Every working day at 08:30/)
    expect((await readTuning(app.ctx.db)).digests.plans['discord']).toContainEqual({
      room: expect.stringMatching(/\//),
      every: 'day',
      at: '08:30',
    })
  })

  it('asks for a second approver where the team wants two', async () => {
    await tune((tuning) => ({
      ...tuning,
      secondApproval: { ...defaultTuning.secondApproval, channels: ['live-chat'] },
    }))
    try {
      await customer('Tara Two', 'Do you have vouchers?')
      await screen.press(ana, await screen.card('Tara Two', /Approve \(1 of 2\)/), 'Approve (1 of 2)')
      const half = await screen.card('Tara Two', /Approved by ana/)
      await screen.press(ana, half, 'Approve & send')
      await screen.told(ana, /somebody else/i)
      await screen.press(ben, half, 'Approve & send')
      await screen.card('Tara Two', /Sent by ben/)
    } finally {
      await tune((tuning) => ({ ...tuning, secondApproval: defaultTuning.secondApproval }))
    }
  })

  it('tells somebody who lost the role so, at once, and nobody else', async () => {
    const agents = roleIdOf(peer.guild, peer.roles.agents)
    await tune((tuning) => ({ ...tuning, roles: { discord: { agents, managers: null } } }))
    try {
      await customer('Gita Group', 'Do you sell spare parts?')
      const card = await screen.card('Gita Group', /Approve & send/)
      await peer.setRoles(ben.id, [])
      await screen.press(ben, card, 'Approve & send')
      const refusal = await screen.told(ben, /[Oo]nly/)
      expect(JSON.stringify(refusal.message.components)).toContain(`<@&${peer.roles.agents}>`)
      await screen.press(ana, card, 'Approve & send')
      await screen.card('Gita Group', /Sent by ana/)
    } finally {
      await tune((tuning) => ({ ...tuning, roles: {} }))
    }
  })

  it('posts a card again that somebody deleted, and moves on when it may not write in its room any more', async () => {
    const visitor = await customer('Dela Delete', 'Is there a catalogue?')
    await peer.remove(await screen.card('Dela Delete', /Approve & send/))
    await visitor.write('On paper, I mean.')
    await screen.card('Dela Delete', /On paper, I mean\.[\s\S]*deleted/)
    peer.forbid(peer.channels.escalation, 50001)
    await customer('Arno Archive', 'Unbelievable. Broken again! I am furious and want my money back!')
    await screen.card('Arno Archive', /complaint/)
    await eventually(async () => {
      const notices = (await peer.messages(peer.channels.support)).filter(isAbout(peer.channels.escalation))
      expect(notices.map(textOf).join('\n')).toMatch(/access|permission|see/i)
    })
    peer.allow(peer.channels.escalation)
  })

  it('has the click heard that comes after the connection was cut', async () => {
    await customer('Cleo Cut', 'Do you also sell bulbs?')
    const card = await screen.card('Cleo Cut', /Approve & send/)
    peer.dropSessions()
    expect(await screen.press(ana, card, 'Approve & send')).toBeNull()
    await eventually(() => expect(peer.sessions()).toHaveLength(1), 30_000)
    await screen.press(ana, card, 'Approve & send')
    await screen.card('Cleo Cut', /Sent by ana/)
  }, 60_000)

  it('sent nothing that breaks a rule of Discord’s, and pinged nobody', () => {
    expect(peer.refused).toEqual([])
    const posts = peer.calls.filter(({ method, path }) => method === 'POST' && /^\/channels\/\d+\/messages$/.test(path))
    expect(posts.length).toBeGreaterThan(20)
    for (const { body } of posts)
      expect((body as { allowed_mentions: unknown }).allowed_mentions).toEqual({ parse: [] })
  })
})

const isAbout = (channel: string) => (message: APIMessage) =>
  JSON.stringify(message.components).includes(`<#${channel}>`)
