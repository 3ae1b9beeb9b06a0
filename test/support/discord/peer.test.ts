import {
  Client,
  ComponentType,
  DiscordAPIError,
  Events,
  GatewayIntentBits,
  InteractionResponseType,
  MessageFlags,
  REST,
  Routes,
  type APIInteraction,
  type APIMessage,
  type RequestData,
} from 'discord.js'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { eventually } from '../eventually.ts'
import { overHttp } from './payloads.ts'
import { startDiscordPeer, type DiscordPeer } from './peer.ts'
import { screenOf, textOf } from './screen.ts'

let peer: DiscordPeer
let rest: REST
let support: string
beforeAll(async () => {
  peer = await startDiscordPeer()
  support = peer.channels.support
  await rest0().put(Routes.applicationGuildCommands(peer.applicationId, peer.guild), { body: [desk, onMessage] })
})
beforeEach(() => {
  rest = rest0()
})
afterEach(async () => {
  for (const message of await peer.messages(support)) await peer.remove(message)
  peer.refused.length = 0
})
afterAll(() => peer.close())

const rest0 = () => new REST({ api: peer.apiUrl, version: '10', retries: 0, timeout: 5000 }).setToken(peer.token)

const desk = {
  name: 'desk',
  description: 'Deskbell',
  options: [
    { type: 1, name: 'help', description: 'Help' },
    {
      type: 1,
      name: 'open',
      description: 'Who is waiting',
      options: [{ type: 3, name: 'theme', description: 'Only this', autocomplete: true }],
    },
  ],
}
const onMessage = { type: 3, name: 'Log customer interaction' }

const messageOf = (content: string, more: object = {}) => ({
  flags: MessageFlags.IsComponentsV2,
  components: [{ type: ComponentType.TextDisplay, content }],
  allowed_mentions: { parse: [] },
  ...more,
})
const button = (label: string) => ({
  type: ComponentType.ActionRow,
  components: [{ type: ComponentType.Button, style: 1, label, custom_id: `press-${label}` }],
})
const withButton = (content: string, label: string) => ({
  ...messageOf(content),
  components: [{ type: ComponentType.TextDisplay, content }, button(label)],
})
const toOne = (content: string, label = 'More') => ({
  ...withButton(content, label),
  flags: MessageFlags.IsComponentsV2 | MessageFlags.Ephemeral,
})
const modal = {
  custom_id: 'form',
  title: 'Edit',
  components: [
    {
      type: ComponentType.Label,
      label: 'Reply',
      component: { type: ComponentType.TextInput, custom_id: '0', style: 2, value: 'Hello', max_length: 10 },
    },
    {
      type: ComponentType.Label,
      label: 'Who',
      component: { type: ComponentType.UserSelect, custom_id: '1', required: false, min_values: 0 },
    },
  ],
}

const post = (body: object, more: RequestData = {}) =>
  rest.post(Routes.channelMessages(support), { body, ...more }) as Promise<APIMessage>
async function codeOf(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => 'done',
    (error: unknown) => (error instanceof DiscordAPIError ? error.code : (error as Error).name),
  )
}

describe('messages', () => {
  test('what is posted stands in the channel, with a number for every component', async () => {
    const { id } = await post(withButton('Hello', 'Approve'))
    expect((await peer.messages(support)).map(textOf)).toEqual([expect.stringContaining('Hello')])
    await rest.patch(Routes.channelMessage(support, id), { body: messageOf('Changed') })
    const [message] = await peer.messages(support)
    expect(message?.components).toEqual([{ type: 10, id: 1, content: 'Changed' }])
    expect(peer.callsOf('POST', /messages$/).at(-1)).toMatchObject({ status: 200, body: { components: [{}, {}] } })
  })

  test('the same nonce is the same message, also at once', async () => {
    const body = messageOf('Once', { nonce: 'n1', enforce_nonce: true })
    const [first, second] = await Promise.all([post(body), post(body)])
    expect((await post(body)).id).toBe(first?.id)
    expect(second?.id).toBe(first?.id)
    expect(await peer.messages(support)).toHaveLength(1)
  })

  test('files come apart from the form, and have an address', async () => {
    const gallery = { type: ComponentType.MediaGallery, items: [{ media: { url: 'attachment://a.png' } }] }
    const body = messageOf('See', { components: [gallery] })
    const files = [{ name: 'a.png', data: Buffer.from('PNG'), contentType: 'image/png' }]
    const posted = await post(body, { files })
    // What a component shows is not among the attachments.
    expect(posted.attachments).toEqual([])
    const [url = ''] = /http[^"]*a\.png/.exec(JSON.stringify(posted.components)) ?? []
    expect(await (await fetch(url)).text()).toBe('PNG')
    // What was uploaded stays, as long as nothing else is said.
    await rest.patch(Routes.channelMessage(support, posted.id), { body })
    expect((await peer.messages(support))[0]?.components).toMatchObject([{ items: [{ media: { url } }] }])
    expect(await codeOf(post(body))).toBe(50035)
  })

  test('what breaks a limit is refused, and noted', async () => {
    expect(await codeOf(post(messageOf('x'.repeat(4001))))).toBe(50035)
    expect(peer.refused).toMatchObject([{ path: `/channels/${support}/messages` }])
    expect(await peer.messages(support)).toEqual([])
  })

  test('a thread has the id of its message', async () => {
    const card = await post(messageOf('Card'))
    const into = () => rest.post(Routes.channelMessages(card.id), { body: messageOf('Entry') })
    expect(await codeOf(into())).toBe(10003)
    const start = () => rest.post(Routes.threads(support, card.id), { body: { name: 'Mia' } })
    expect(await start()).toMatchObject({ id: card.id, parent_id: support })
    expect(await codeOf(start())).toBe(160004)
    await into()
    expect((await peer.thread(card)).map(textOf)).toEqual(['Entry'])
    expect(await rest.get(Routes.channelMessage(support, card.id))).toMatchObject({ thread: { id: card.id } })
    peer.forbid(support, 50001)
    expect(await codeOf(into())).toBe(50001)
    peer.allow(support)
  })
})

describe('misbehaviour', () => {
  const path = /\/messages$/

  test('refuses, limits, breaks off', async () => {
    peer.fault('POST', path, { kind: 'refused', status: 403, code: 50013 })
    expect(await codeOf(post(messageOf('A')))).toBe(50013)
    peer.fault('POST', path, { kind: 'status', when: 'before', status: 502 })
    expect(await codeOf(post(messageOf('B')))).toBe('HTTPError')
    peer.fault('POST', path, { kind: 'reset', when: 'before' })
    expect(await codeOf(post(messageOf('C')))).not.toBe('done')
    expect(await peer.messages(support)).toEqual([])
    peer.fault('POST', path, { kind: 'reset', when: 'after' })
    expect(await codeOf(post(messageOf('D')))).not.toBe('done')
    expect(await peer.messages(support)).toHaveLength(1)
  })

  test('the client waits as it is told', async () => {
    peer.fault('POST', path, { kind: 'rate-limited', seconds: 0.05 })
    await post(messageOf('Later'))
    expect(peer.callsOf('POST', path).slice(-2)).toMatchObject([{ status: 429 }, { status: 200 }])
  })

  test('nobody gets in without the token', async () => {
    expect(await codeOf(rest.setToken('other').get(Routes.user()))).toBe(0)
  })
})

describe('over the gateway, with the real client', () => {
  let client: Client<true>
  let answer: (interaction: APIInteraction) => unknown
  beforeAll(async () => {
    client = new Client<true>({ intents: [GatewayIntentBits.Guilds], rest: { api: peer.apiUrl } })
    const ready = new Promise((resolve) => void client.once(Events.ClientReady, resolve))
    await client.login(peer.token)
    await ready
    client.ws.on('INTERACTION_CREATE' as Parameters<typeof client.ws.on>[0], (interaction: APIInteraction) => {
      void answer(interaction)
    })
  })
  afterAll(() => client.destroy())
  const respond = (interaction: APIInteraction, type: InteractionResponseType, data?: object) =>
    rest.post(Routes.interactionCallback(interaction.id, interaction.token), { auth: false, body: { type, data } })
  const original = ({ token }: APIInteraction) => Routes.webhookMessage(peer.applicationId, token)

  test('it has the intents that it asked for, and knows the server', () => {
    expect(peer.sessions()).toEqual([GatewayIntentBits.Guilds])
    expect(client.guilds.cache.get(peer.guild)?.name).toBe('Acme')
  })

  test('a press is answered to the one who pressed, and the answer changes', async () => {
    const [ana, ben] = [peer.person('ana'), peer.person('ben')]
    const screen = screenOf(peer)
    await post(withButton('Card', 'Approve'))
    answer = async (interaction) => {
      await respond(interaction, InteractionResponseType.DeferredChannelMessageWithSource, {
        flags: MessageFlags.Ephemeral,
      })
      await rest.patch(original(interaction), { auth: false, body: withButton('Ben was first', 'Read') })
    }
    const taken = await screen.press(ana, await screen.card('Card'), 'Approve')
    expect(taken?.type).toBe(InteractionResponseType.DeferredChannelMessageWithSource)
    const told = await screen.told(ana, /Ben was first/)
    expect(ben.screen.told).toEqual([])
    expect(await peer.messages(support)).toHaveLength(1)

    answer = (interaction) =>
      respond(interaction, InteractionResponseType.UpdateMessage, withButton('Read it', 'Close'))
    await screen.press(ana, told, 'Read')
    expect(textOf(told.message)).toContain('Read it')
    answer = async (interaction) => {
      await respond(interaction, InteractionResponseType.DeferredMessageUpdate)
      await rest.delete(original(interaction), { auth: false })
    }
    await screen.press(ana, told, 'Close')
    await eventually(() => expect(told.isGone).toBe(true))
  })

  test('what follows can have files, and an update of nothing changes nothing', async () => {
    const ana = peer.person('ana')
    const screen = screenOf(peer)
    const card = await post(withButton('Card', 'File'))
    const body = (file: string) => ({
      ...messageOf('Here'),
      components: [{ type: ComponentType.File, file: { url: `attachment://${file}` } }],
    })
    const files = [{ name: 'a.csv', data: Buffer.from('a,b'), contentType: 'text/csv' }]
    const codes: unknown[] = []
    answer = async (interaction) => {
      await respond(interaction, InteractionResponseType.UpdateMessage)
      const followUp = Routes.webhook(peer.applicationId, interaction.token)
      const send = (file: string) => rest.post(followUp, { auth: false, body: { ...body(file), flags: 32_832 }, files })
      codes.push(await codeOf(send('b.csv')), await codeOf(send('a.csv')))
    }
    expect(await screen.press(ana, card, 'File')).toEqual({ type: InteractionResponseType.UpdateMessage })
    await eventually(() => expect(codes).toEqual([50035, 'done']))
    const [url = ''] = /http[^"]*a\.csv/.exec(JSON.stringify(ana.screen.shown.at(-1)?.message.components)) ?? []
    expect(await (await fetch(url)).text()).toBe('a,b')
    expect((await peer.messages(support)).map(textOf)).toEqual([textOf(card)])
  })

  test('a modal comes back with what was typed, and who was chosen', async () => {
    const ana = peer.person('ana')
    const screen = screenOf(peer)
    const card = await post(withButton('Card', 'Edit'))
    answer = (interaction) => respond(interaction, InteractionResponseType.Modal, modal)
    await screen.press(ana, card, 'Edit')
    const open = await screen.modal(ana, /Edit\nReply\nHello\nWho/)
    await expect(screen.submit(ana, open, { Reply: '' })).rejects.toThrow('required')
    await expect(screen.submit(ana, open, { Reply: 'Far too long' })).rejects.toThrow('takes 10')
    let seen: unknown
    answer = (interaction) => {
      seen = interaction.data
      return respond(interaction, InteractionResponseType.ChannelMessageWithSource, toOne('Saved'))
    }
    await screen.submit(ana, open, { Reply: 'Dear Mia', Who: [peer.users.ben] })
    expect(seen).toMatchObject({
      custom_id: 'form',
      components: [
        { type: 18, component: { type: 4, custom_id: '0', value: 'Dear Mia' } },
        { type: 18, component: { type: 5, custom_id: '1', values: [peer.users.ben] } },
      ],
      resolved: { users: { [peer.users.ben]: { username: 'ben' } }, members: { [peer.users.ben]: {} } },
    })
    expect(ana.screen.modal).toBeNull()
    await screen.told(ana, /Saved/)
  })

  test('commands, suggestions, and the menu of a message', async () => {
    const ana = peer.person('ana')
    const seen: unknown[] = []
    answer = (interaction) => {
      seen.push(interaction.data)
      return respond(interaction, InteractionResponseType.ChannelMessageWithSource, toOne('Nobody'))
    }
    await screenOf(peer).command(ana, 'open theme:complaint')
    expect(seen).toMatchObject([{ name: 'desk', options: [{ name: 'open', options: [{ value: 'complaint' }] }] }])
    await ana.contextMenu(await peer.say('ben', support, 'Mia called'))
    expect(seen[1]).toMatchObject({ type: 3, resolved: { messages: {} } })
    await expect(ana.command('strange')).rejects.toThrow('/desk strange')
    answer = (interaction) =>
      respond(interaction, InteractionResponseType.ApplicationCommandAutocompleteResult, {
        choices: [{ name: 'Complaint', value: 'complaint' }],
      })
    expect(await ana.autocomplete('open', 'theme', 'co')).toEqual([{ name: 'Complaint', value: 'complaint' }])
  })

  test('late, second and strange answers are refused', async () => {
    const ana = peer.person('ana')
    const card = await post(withButton('Card', 'Edit'))
    const codes: unknown[] = []
    const { promise: late, resolve: wasLate } = Promise.withResolvers<void>()
    peer.setPatience(50)
    answer = async (interaction) => {
      await late
      codes.push(await codeOf(respond(interaction, InteractionResponseType.DeferredMessageUpdate)))
    }
    expect(await ana.press(card, 'press-Edit')).toBeNull()
    wasLate()
    await eventually(() => expect(codes).toEqual([10062]))
    peer.setPatience(3000)
    answer = async (interaction) => {
      codes.push(await codeOf(rest.patch(original(interaction), { auth: false, body: messageOf('Early') })))
      await respond(interaction, InteractionResponseType.DeferredMessageUpdate)
      codes.push(await codeOf(respond(interaction, InteractionResponseType.DeferredMessageUpdate)))
      peer.expireTokens()
      codes.push(await codeOf(rest.patch(original(interaction), { auth: false, body: messageOf('Too late') })))
    }
    await ana.press(card, 'press-Edit')
    await eventually(() => expect(codes).toEqual([10062, 10015, 40060, 50027]))
    answer = async (interaction) => codes.push(await codeOf(respond(interaction, InteractionResponseType.Pong)))
    peer.setPatience(200)
    expect(await ana.press(card, 'press-Edit')).toBeNull()
    expect(codes.at(-1)).toBe(50035)
    peer.setPatience(3000)
  })
})

describe('by requests', () => {
  test('they are signed, and the answer is in the response', async () => {
    const requests: Request[] = []
    const deliver = overHttp(
      async (request) => {
        requests.push(request.clone())
        return Response.json({ type: InteractionResponseType.ChannelMessageWithSource, data: toOne('Hello') })
      },
      { url: 'http://127.0.0.1:3000', privateKey: peer.privateKey, clock: { now: () => new Date() } },
    )
    const ben = peer.person('ben', deliver)
    await ben.command('help')
    await screenOf(peer).told(ben, /Hello/)
    expect(requests[0]?.headers.get('x-signature-ed25519')).toMatch(/^[0-9a-f]{128}$/)
    const failing = peer.person('ben', async () => null)
    expect(await failing.command('help')).toBeNull()
  })
})
