import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { systemClock } from '../../../src/clock.ts'
import { writeTuning } from '../../../src/settings/update.ts'
import { readTuning } from '../../../src/settings/queries.ts'
import { defaultTuning, type Tuning } from '../../../src/settings/tuning.ts'
import { watchWindows } from '../../../src/windows/watch.ts'
import { eventually } from '../../support/eventually.ts'
import { openVisitor, runApp, type RunningApp } from '../../support/running-app.ts'
import { overHttp, type Deliver } from '../../support/slack/payloads.ts'
import { startSlackPeer, type Person, type SlackMessage, type SlackPeer } from '../../support/slack/peer.ts'
import { screenOf, type Screen } from '../../support/slack/screen.ts'
import { textOf } from '../../support/slack/text-of.ts'
import { messages, text } from '../../support/whatsapp/payloads.ts'
import { startWhatsApp, type WhatsAppPeer } from '../../support/whatsapp/peer.ts'

/** The whole program with the real Bolt client, against a Slack on this machine; every click is signed. */
describe('a team in Slack', () => {
  let peer: SlackPeer
  let whatsApp: WhatsAppPeer
  let app: RunningApp
  let deliver: Deliver
  let ana: Person
  let ben: Person
  let screen: Screen

  beforeAll(async () => {
    peer = await startSlackPeer()
    whatsApp = await startWhatsApp()
    app = await runApp({
      ...whatsApp.env,
      SLACK_BOT_TOKEN: peer.botToken,
      SLACK_SIGNING_SECRET: peer.signingSecret,
      SLACK_API_URL: peer.apiUrl,
      LIVE_CHAT_QUIET_SECONDS: '0',
    })
    deliver = overHttp((request) => fetch(request), { url: app.url, secret: peer.signingSecret, clock: systemClock })
    ana = peer.person('ana', deliver)
    ben = peer.person('ben', deliver)
    screen = screenOf(peer)
    peer.groups.push({ id: 'S0AGENTS', name: 'Agents', handle: 'agents', users: [ana.id] })
    await peer.invite(deliver)
    await tune((tuning) => ({ ...tuning, graceSeconds: { 'live-chat': 0, whatsapp: 0 } }))
  })
  afterAll(async () => {
    await app?.close()
    await peer?.close()
    await whatsApp?.close()
  })

  async function tune(change: (tuning: Tuning) => Tuning): Promise<void> {
    await writeTuning(app.ctx, change(await readTuning(app.ctx.db)), 'slack:test')
  }

  async function customer(name: string, ...lines: string[]) {
    const visitor = await openVisitor(app.url, name)
    for (const line of lines) await visitor.write(line)
    return visitor
  }

  it('makes the first room that it is invited to the default', async () => {
    expect(peer.callsOf('chat.postEphemeral').at(-1)?.args).toMatchObject({
      channel: peer.channels.support,
      user: ana.id,
      text: expect.stringContaining('will appear in this channel'),
    })
  })

  it('shows a card, takes an approval, sends, and tells the truth on the card', async () => {
    await customer('Mia Okafor', 'Where is my parcel? It should have come on Monday.')
    const card = await screen.card('Mia Okafor', /Approve & send/)
    expect(card.text).toMatch(/Mia Okafor/)
    expect(await screen.press(ana, card, 'Approve & send')).toEqual({ status: 200, body: null })
    const sent = await screen.card('Mia Okafor', /Sent by ana/)
    expect(textOf(sent)).not.toContain('Approve & send')
    await screen.thread(card, /Thank you for your question/)
  })

  it('sends the words of the edit form, and nothing else', async () => {
    await customer('Edda Ray', 'Do you have the blue lamp in stock?')
    const card = await screen.card('Edda Ray', /Approve & send/)
    await screen.press(ana, card, 'Edit')
    const modal = await screen.modal(/Your reply/)
    expect(textOf(modal)).toContain('Do you have the blue lamp in stock?')
    const tooLong = await screen.submit(ana, modal, { 'Your reply': 'a'.repeat(20_001) })
    expect(tooLong.body).toMatchObject({ response_action: 'errors' })
    const taken = await screen.submit(ana, modal, { 'Your reply': 'Yes: five, <b>& more</b> on Monday.' })
    expect(taken).toEqual({ status: 200, body: null })
    await screen.card('Edda Ray', /Sent by ana/)
    await screen.thread(card, /Yes: five, <b>& more<\/b> on Monday\./)
  })

  it('lets one of two win, and tells the other who', async () => {
    await customer('Rosa Race', 'Can I still change my order?')
    const card = await screen.card('Rosa Race', /Approve & send/)
    await Promise.all([screen.press(ana, card, 'Approve & send'), screen.press(ben, card, 'Approve & send')])
    await screen.told(/(ana|ben) approved a reply first/)
    await screen.card('Rosa Race', /Sent by (ana|ben)/)
  })

  it('takes the same click twice for one', async () => {
    await customer('Doro Double', 'Is the shop open on Sunday?')
    const card = await screen.card('Doro Double', /Approve & send/)
    const before = peer.responses.length
    await Promise.all([screen.press(ana, card, 'Approve & send'), screen.press(ana, card, 'Approve & send')])
    await screen.card('Doro Double', /Sent by ana/)
    await screen.press(ana, card, 'Approve & send')
    expect(peer.responses).toHaveLength(before)
  })

  it('refuses a click on a card that is out of date, and puts the new words into its thread', async () => {
    const visitor = await customer('Nora New', 'Which sizes are there?')
    const card = await screen.card('Nora New', /Approve & send/)
    await visitor.write('And is it waterproof?')
    await screen.thread(card, /And is it waterproof\?/)
    await screen.press(ana, card, 'Approve & send')
    await screen.told(/wrote again since you looked/)
    await screen.card('Nora New', /And is it waterproof\?[\s\S]*Approve & send/)
  })

  it('keeps what was typed when the customer wrote meanwhile', async () => {
    const visitor = await customer('Kim Keep', 'Can I pay by invoice?')
    const card = await screen.card('Kim Keep', /Approve & send/)
    await screen.press(ana, card, 'Edit')
    const modal = await screen.modal(/Can I pay by invoice\?/)
    await visitor.write('Or by card?')
    await screen.card('Kim Keep', /Or by card\?/)
    const answer = await screen.submit(ana, modal, { 'Your reply': 'By invoice, yes.' })
    const again = (answer.body as { response_action: string; view: Record<string, unknown> }).view
    expect(textOf(again)).toMatch(/Or by card\?[\s\S]*wrote again[\s\S]*By invoice, yes\./)
    const view = { ...modal, ...again, id: modal['id'] }
    expect(await screen.submit(ana, view)).toEqual({ status: 200, body: null })
    await screen.thread(card, /By invoice, yes\./)
  })

  it('redrafts by an instruction', async () => {
    await customer('Reda Draft', 'Do you ship to Norway?')
    await screen.press(ana, await screen.card('Reda Draft', /Approve & send/), 'Redraft…')
    await screen.submit(ana, await screen.modal(/What should it say/), { 'What should it say, or be like?': 'shorter' })
    await screen.card('Reda Draft', /Draft 2[\s\S]*shorter/)
  })

  it('assigns, to oneself and to others', async () => {
    await customer('Asta Sign', 'Do you repair lamps?')
    const card = await screen.card('Asta Sign', /Approve & send/)
    await screen.press(ana, card, 'Assign to me')
    const mine = await screen.card('Asta Sign', /Unassign/)
    expect(JSON.stringify(mine.blocks)).toContain(ana.id)
    await screen.press(ana, mine, 'Unassign')
    await screen.press(ana, await screen.card('Asta Sign', /Assign to me/), 'Assign to…')
    await screen.submit(ana, await screen.modal(/Assign/), { To: ben.id })
    await eventually(async () => {
      expect(JSON.stringify((await screen.card('Asta Sign')).blocks)).toContain(ben.id)
    })
  })

  it('snoozes, wakes, dismisses with a reason, and reopens', async () => {
    await customer('Sina Snooze', 'When is the sale?')
    const card = await screen.card('Sina Snooze', /Approve & send/)
    await screen.press(ana, card, 'Snooze…')
    await screen.submit(ana, await screen.modal(/Snooze/))
    await screen.press(ana, await screen.card('Sina Snooze', /Snoozed until/), 'Wake now')
    await screen.press(ana, await screen.card('Sina Snooze', /Dismiss/), 'Dismiss…')
    await screen.submit(ana, await screen.modal(/Dismiss/), { 'Why?': 'Duplicate' })
    await screen.press(ana, await screen.card('Sina Snooze', /Dismissed by ana: duplicate/), 'Reopen')
    await screen.card('Sina Snooze', /Waiting since/)
    await screen.thread(card, /Reopened/)
  })

  it('sends later, and takes it back', async () => {
    await customer('Lena Later', 'Do you sell gift cards?')
    await screen.press(ana, await screen.card('Lena Later', /Approve & send/), 'Send later…')
    const modal = await screen.modal(/Send later/)
    await screen.submit(ana, modal)
    const scheduled = await screen.card('Lena Later', /Sends at|Sends/)
    await screen.press(ana, scheduled, 'Undo')
    await screen.card('Lena Later', /Approve & send/)
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
    const modal = await screen.modal(/The templates/)
    expect(textOf(modal)).toContain(body)
    const blanks = 'What goes into its blanks, one line each'
    const tooFew = await screen.submit(ana, modal, { [blanks]: 'Otto' })
    expect(JSON.stringify(tooFew.body)).toContain('has 2 blanks. You filled 1')
    await screen.submit(ana, modal, { [blanks]: 'Otto\n1042' })
    await screen.card('Otto Over', /Sent by ana · from a template/)
    await screen.thread(card, /Is it \*here\*, Otto\? Order 1042 waits\./)
    expect(whatsApp.sent).toMatchObject([{ body: { type: 'template', template: { name: 'order_update' } } }])
  })

  it('answers commands to the one who asked', async () => {
    await ana.command('help')
    await screen.told(/\/desk open/)
    await ana.command('opne')
    await screen.told(/Did you mean "open"/)
    await ana.command('open')
    await screen.told(/Lena Later/)
    await ana.command('open customer:“lena later”')
    await screen.told(/1 waiting · “lena later”/)
    await ana.command('open theme:complant')
    await screen.told(/Did you mean complaint\?/)
    await ana.command('home')
    await screen.told(/Your desk[\s\S]*You answered today/)
  })

  it('logs a call, which becomes a card like any other', async () => {
    await ana.command('log')
    const modal = await screen.modal(/What they said/)
    const empty = await screen.submit(ana, modal, { Who: 'Carl Call', 'What they said': ' ' })
    expect(empty.body).toMatchObject({ response_action: 'errors' })
    await screen.submit(ana, modal, { Who: 'Carl Call, +49 30 1234567', 'What they said': 'My lamp broke again!' })
    await screen.card('Carl Call', /My lamp broke again![\s\S]*Approve/)
  })

  it('logs a message of the room by its shortcut, once', async () => {
    const said = await peer.admin('chat.postMessage', {
      channel: peer.channels.support,
      text: 'A lady at the counter asks for <https://shop.example/blue|the blue one> &amp; a discount',
    })
    const message = { ts: String(said['ts']), text: String((said['message'] as { text: string }).text) }
    for (const turn of [1, 2]) {
      await ana.shortcut(message, 'log-message')
      const modal = await screen.modal(/the blue one & a discount/)
      await screen.submit(ana, modal, { Who: 'Lady Counter' })
      if (turn === 1) await screen.card('Lady Counter', /the blue one & a discount/)
    }
    await screen.card('Lady Counter')
  })

  it('shows everybody their own App Home', async () => {
    await ben.openHome()
    const home = await screen.home(/Asta Sign/)
    expect(textOf(home)).toMatch(/You answered today/)
    await screen.press(ben, { id: 'V0HOME', type: 'home', ...home }, 'Log a call or visit')
    await screen.modal(/What they said/)
  })

  it('opens the settings to managers only, and rooms set in chat count from then on', async () => {
    await ben.command('settings')
    await screen.modal(/[Mm]anagers/)
    const admin = peer.person('admin', deliver)
    await admin.command('settings')
    const settings = await screen.modal(/Rooms/)
    await screen.press(admin, settings, 'Add a rule…')
    const rule = await screen.modal(/Add a room rule/)
    await screen.submit(admin, rule, { Theme: ['Complaint'], 'Cards go to': peer.channels.board })
    await eventually(async () => {
      expect((await readTuning(app.ctx.db)).rooms['slack']?.rules).toHaveLength(1)
    })
    await customer('Cora Complaint', 'This is a disgrace! The lamp is broken, I am furious and want my money back!')
    await screen.card('Cora Complaint', /complaint/, peer.channels.board)
  })

  it('tells the numbers of today, opens one, and gives the file to managers alone', async () => {
    const last = (): SlackMessage => ({ ts: '1.0', text: '', ...(peer.responses.at(-1)?.said as object) })
    for (const person of [ben, peer.person('admin', deliver)]) {
      await person.command('digest now')
      await screen.told(/Answered[\s\S]*Still waiting/)
      const [, label = ''] = /(Answered \d+)/.exec(JSON.stringify(last().blocks)) ?? []
      await screen.press(person, last(), label)
      await screen.told(/\d+ answered · [\s\S]*Mia Okafor/)
      await screen.press(person, last(), 'Get as CSV')
      await screen.told(person === ben ? /Only managers may do this/ : /The file is in your messages/)
    }
    expect(peer.callsOf('files.completeUploadExternal').at(-1)?.args).toMatchObject({
      channel_id: expect.stringMatching(/^D/),
    })
    await ben.command('stats by theme now')
    await screen.told(/By theme[\s\S]*Question/)
    await ben.command('digest at 8:30')
    await screen.told(/Only managers may do this/)
    await peer.person('admin', deliver).command(`digest at 8:30 in <#${peer.channels.board}|board>`)
    await screen.told(/Every working day at 08:30/)
    expect((await readTuning(app.ctx.db)).digests.plans['slack']).toContainEqual({
      room: expect.stringMatching(new RegExp(`/${peer.channels.board}$`)),
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
      await screen.told(/somebody else/i)
      await screen.press(ben, half, 'Approve & send')
      await screen.card('Tara Two', /Sent by ben/)
    } finally {
      await tune((tuning) => ({ ...tuning, secondApproval: defaultTuning.secondApproval }))
    }
  })

  it('tells somebody without the right so, and nobody else', async () => {
    await tune((tuning) => ({ ...tuning, roles: { slack: { agents: `${peer.team}/S0AGENTS`, managers: null } } }))
    try {
      await customer('Gita Group', 'Do you sell spare parts?')
      const card = await screen.card('Gita Group', /Approve & send/)
      await screen.press(ben, card, 'Approve & send')
      await screen.told(/[Oo]nly/)
      await screen.press(ana, card, 'Approve & send')
      await screen.card('Gita Group', /Sent by ana/)
    } finally {
      await tune((tuning) => ({ ...tuning, roles: {} }))
    }
  })

  it('posts a card again that somebody deleted, and moves on when its room is archived', async () => {
    const visitor = await customer('Dela Delete', 'Is there a catalogue?')
    const card = await screen.card('Dela Delete', /Approve & send/)
    await peer.bot('chat.delete', { channel: peer.channels.support, ts: card.ts })
    await visitor.write('On paper, I mean.')
    await screen.card('Dela Delete', /On paper, I mean\.[\s\S]*deleted/)
    await peer.admin('conversations.archive', { channel: peer.channels.board })
    await customer('Arno Archive', 'Unbelievable. Broken again! I am furious and want my money back!')
    await screen.card('Arno Archive', /complaint/)
    await eventually(async () => {
      expect((await peer.messages(peer.channels.support)).map(textOf).join('\n')).toMatch(/archived/)
    })
  })
})
