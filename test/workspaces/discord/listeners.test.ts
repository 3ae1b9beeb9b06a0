import {
  ApplicationCommandOptionType,
  ChannelType,
  ComponentType,
  InteractionResponseType,
  PermissionFlagsBits,
  type APIInteraction,
  type APIInteractionResponse,
  type APIMessage,
  type APIUser,
  type RawFile,
} from 'discord.js'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { PermanentError, RetryableError } from '../../../src/errors.ts'
import { withRooms } from '../../../src/settings/tuning.ts'
import { messageOf } from '../../../src/workspaces/discord/components/message.ts'
import { createHandle } from '../../../src/workspaces/discord/handle.ts'
import { plainOf } from '../../../src/workspaces/discord/listeners/commands.ts'
import type { Desk } from '../../../src/workspaces/discord/listeners/desk.ts'
import { createPictures } from '../../../src/workspaces/discord/pictures.ts'
import type { Download } from '../../../src/workspaces/found.ts'
import type { FormOutcome } from '../../../src/workspaces/form.ts'
import type { Message } from '../../../src/workspaces/message.ts'
import type { Chart } from '../../../src/workspaces/report.ts'
import { serveExchanges, type OpenModal, type Told } from '../../support/discord/exchanges.ts'
import {
  commandPayload,
  componentsIn,
  contextMenuPayload,
  pressPayload,
  submissionPayload,
  type Component,
  type Setting,
  type Typed,
} from '../../support/discord/payloads.ts'
import { fieldsOf, standingIn } from '../../support/discord/peer.ts'
import type { Posts } from '../../support/discord/posts.ts'
import { invalid, type Answering, type Call, type Proxy } from '../../support/discord/proxy.ts'
import { readAsPerson } from '../../support/discord/read-as-person.ts'
import { modalText } from '../../support/discord/screen.ts'
import { fakeCore, type FakeCore } from '../contract/core.ts'
import { sampleSettings } from '../contract/sample-cards.ts'
import { sampleReport } from '../contract/sample-report.ts'
import { testCard, testForm, testTurn } from '../contract/samples.ts'

const guild = '1038097195422978059'
const applicationId = '900000000000000001'
const supportChannel = { id: '1038097195422978100', type: ChannelType.GuildText }
const bot = { id: applicationId, username: 'Deskbell', bot: true } as unknown as APIUser

let core: FakeCore
let desk: Desk
let seen: { user: string; guild: string }[]
let roomProblem: string | null
let refusesFiles: boolean
let drawing: (chart: Chart) => Promise<Uint8Array>
let discord: ReturnType<typeof fakeDiscord>

/** What Discord does with answers, without the network; nothing is ever written where everybody sees it. */
function fakeDiscord() {
  const routes: { method: string; path: RegExp; answering: Answering }[] = []
  const calls: Call[] = []
  const refused: string[][] = []
  const proxy: Pick<Proxy, 'answer'> = {
    answer: (method, path, answering) => void routes.push({ method, path, answering }),
  }
  const nobodyWrites = () => Promise.reject(new Error('This would be seen by everybody'))
  const keep: Posts['keep'] = (_, { files }) =>
    files.map(({ name, content }, index) => {
      const url = `https://cdn.example/${index}/${name}`
      return { id: `${index}`, filename: name, size: content.length, url, proxy_url: url }
    })
  const posts: Posts = { read: async () => [], write: nobodyWrites, edit: nobodyWrites, keep }
  const refuse = (_: unknown, problems: string[]) => {
    refused.push(problems)
    return invalid(problems)
  }
  const exchanges = serveExchanges(proxy as Proxy, posts, { bot, refuse })
  /** Throws what Discord refuses. */
  async function send(method: string, path: string, body: unknown, files: RawFile[] = []): Promise<unknown> {
    const call: Call = {
      method,
      path,
      query: new URLSearchParams(),
      authorization: null,
      body: structuredClone(body),
      files: files.map(({ name, data, contentType = '' }) => ({
        name,
        mediaType: contentType,
        content: Buffer.from(data as Uint8Array),
      })),
      status: null,
      answer: null,
    }
    calls.push(call)
    if (files.length > 0 && refusesFiles) throw new PermanentError('Discord refuses the files')
    const route = routes.find((one) => (one.method === 'any' || one.method === method) && one.path.test(path))
    const [, ...ids] = route?.path.exec(path)?.map(decodeURIComponent) ?? []
    const answer = await route?.answering(call, ids)
    if (answer && answer.status < 400) return answer.body
    throw new PermanentError(`Discord refuses ${method}: ${JSON.stringify(answer?.body)}`)
  }
  return { exchanges, calls, refused, send }
}

interface Who {
  id?: string
  nick?: string | null
  guild?: string
  isAdmin?: boolean
  channel?: { id: string; type: ChannelType }
}

/** Somebody in the server: what they do resolves once it was answered for good. */
function person({
  id = '1038097195422970001',
  nick = 'Ana',
  isAdmin = false,
  channel = supportChannel,
  ...who
}: Who = {}) {
  const screen = discord.exchanges.screenOf(id)
  let done = Promise.resolve()
  let count = 0
  const user = { id, username: 'ana_l', global_name: 'Ana Lopez', discriminator: '0', avatar: null }
  const permissions = String(isAdmin ? PermissionFlagsBits.ManageGuild : PermissionFlagsBits.SendMessages)
  const setting = (): Setting => ({
    id: String((count += 1)),
    token: `token-${id}-${count}`,
    applicationId,
    guild: who.guild ?? guild,
    channel,
    member: { user, nick, roles: [], permissions },
  })
  function start(interaction: APIInteraction, from: Told | APIMessage | null = null) {
    const respond = async (first: APIInteractionResponse) => {
      const path = `/interactions/${interaction.id}/${interaction.token}/callback`
      await discord.send('POST', path, first)
    }
    const first = discord.exchanges.begin(interaction, from, async (taken) => {
      done = createHandle(desk)({ interaction: taken, respond })
      return 'later'
    })
    return { first, done: first.then(() => done) }
  }
  async function act(interaction: APIInteraction, from: Told | APIMessage | null = null) {
    const begun = start(interaction, from)
    const first = await begun.first
    await begun.done
    expect(first).not.toBeNull()
    return first
  }
  const pressing = (where: Told | APIMessage, label: string) => {
    const message = 'message' in where ? where.message : where
    const all = componentsIn(message.components)
    const options = (component: Component) => (component['options'] ?? []) as { label: string; value: string }[]
    const found = all.find(
      (component) => component['label'] === label || options(component).some((option) => option.label === label),
    )
    if (!found) throw new Error(`There is no "${label}": ${readAsPerson(message.components).text}`)
    const values = options(found).flatMap((option) => (option.label === label ? [option.value] : []))
    return pressPayload(setting(), message, found, values, {})
  }
  const shown = () => screen.told.filter(({ isGone, isLoading }) => !isGone && !isLoading)
  return {
    screen,
    teammate: { id, name: nick ?? 'Ana Lopez' },
    press: (where: Told | APIMessage, label: string) => act(pressing(where, label), where),
    /** Resolves at once. */
    startPress: (where: Told | APIMessage, label: string) => start(pressing(where, label), where),
    /** By custom id, in any message. */
    pressId(where: Told | APIMessage, customId: string) {
      const message = 'message' in where ? where.message : where
      return act(pressPayload(setting(), message, { type: ComponentType.Button, custom_id: customId }, [], {}), where)
    },
    command: (sub: string, options: Typed[] = []) =>
      act(commandPayload(setting(), { id: '1', name: 'desk' }, sub, options)),
    startCommand: (sub: string) => start(commandPayload(setting(), { id: '1', name: 'desk' }, sub, [])),
    async type(sub: string, name: string, value: string) {
      const first = await act(
        commandPayload(setting(), { id: '1', name: 'desk' }, sub, [{ name, value, focused: true }]),
      )
      return first?.type === InteractionResponseType.ApplicationCommandAutocompleteResult ? first.data.choices : null
    },
    menu: (message: APIMessage) =>
      act(contextMenuPayload(setting(), { id: '2', name: 'Log customer interaction' }, message)),
    form(): OpenModal {
      if (!screen.modal) throw new Error(`No form is open: ${heard()}`)
      return screen.modal
    },
    submit(modal: OpenModal, typed: Record<string, string> = {}) {
      const filled = Object.fromEntries(
        fieldsOf(modal).map((field) => {
          const input = String(field['custom_id'])
          return [input, typed[input] ?? standingIn(field)]
        }),
      )
      const from = modal.from && 'message' in modal.from ? modal.from.message : modal.from
      return act(submissionPayload(setting(), modal.data, filled, {}, from), modal.from)
    },
    /** What stands on their screen for them alone, now. */
    heard,
    shown,
    latest(): Told {
      const told = shown().at(-1)
      if (!told) throw new Error('Nothing was said')
      return told
    },
  }
  function heard(): string {
    return shown()
      .map(({ message }) => readAsPerson(message.components).text)
      .join('\n\n')
  }
}

/** A card in the room. */
function card(changes: Parameters<typeof testCard>[0] = {}): APIMessage {
  return standing({ kind: 'card', card: core.put(testCard(changes)) })
}

function standing(message: Message): APIMessage {
  const { components } = messageOf(message, {})
  return {
    id: '1038097195422979999',
    channel_id: supportChannel.id,
    flags: 32_768,
    components,
  } as unknown as APIMessage
}

/** A file of these rows. */
function downloadOf(rows: Iterable<string> | AsyncIterable<string>): Download {
  async function* each() {
    yield* rows
  }
  return {
    name: 'deskbell-history.csv',
    mediaType: 'text/csv',
    frame: { head: '', between: '\n', tail: '' },
    rows: each(),
  }
}

const hanging = <T>() => Promise.withResolvers<T>()

beforeEach(() => {
  core = fakeCore()
  seen = []
  roomProblem = null
  refusesFiles = false
  drawing = async () => new TextEncoder().encode('PNG')
  discord = fakeDiscord()
  desk = {
    io: core.io,
    handlers: core.handlers,
    guilds: [guild],
    members: {
      saw: ({ user }, itsGuild) => void seen.push({ user: user.id, guild: itsGuild }),
      roomOf: async () => ({ name: '#support', problem: roomProblem }),
    },
    rest: {
      async ask<T>(...[, , { method, route, body, auth, files }]: Parameters<Desk['rest']['ask']>): Promise<T> {
        expect(auth).toBe(false)
        return (await discord.send(method, decodeURIComponent(route), body, files)) as T
      },
    },
    pictures: createPictures({ draw: (chart) => drawing(chart), log: core.io.log }),
  }
})
afterEach(() => {
  expect(discord.refused).toEqual([])
  vi.useRealTimers()
})

describe('who may', () => {
  test('is known by what came with the click, and by their name in the server', async () => {
    const ben = person({ id: '1038097195422970002', nick: 'Ben of Support' })
    await ben.press(card(), 'Assign to me')
    const { teammate } = ben
    expect(seen).toEqual([{ user: teammate.id, guild }])
    expect(core.decisions).toEqual([{ kind: 'assign', conversationId: 'c1', teammate, to: teammate }])
  })

  test('without a name in the server, goes by the one they chose', async () => {
    const ana = person({ nick: null })
    await ana.press(card(), 'Assign to me')
    expect(core.decisions).toMatchObject([{ teammate: { name: 'Ana Lopez' } }])
  })

  test('is nobody of another server, whatever they do', async () => {
    const stranger = person({ guild: '1038097195422979998' })
    await stranger.press(card(), 'Assign to me')
    await stranger.press(card(), 'Edit')
    await stranger.command('open')
    expect(await stranger.type('open', 'customer', 'mi')).toEqual([])
    expect(stranger.heard().match(/Only people of the server that runs Deskbell can do this\./g)).toHaveLength(3)
    expect([core.decisions, core.opened, core.commands, core.asked, seen]).toEqual([[], [], [], [], []])
  })
})

describe('a click that decides', () => {
  test('is acknowledged first, and the card is the answer', async () => {
    const waiting = hanging<void>()
    const shown = card()
    core.onDecision = async () => {
      await waiting.promise
      return { isDone: true, card: testCard() }
    }
    const ana = person()
    const { first, done } = ana.startPress(shown, 'Approve & send')
    expect(await first).toEqual({ type: InteractionResponseType.DeferredMessageUpdate })
    waiting.resolve()
    await done
    expect(core.decisions).toMatchObject([{ kind: 'approve', draftId: 'd1', seenSeq: 3 }])
    expect(ana.screen.told).toEqual([])
  })

  test('on a conversation that the team began says no more', async () => {
    const ana = person()
    await ana.press(card({ seenSeq: 0 }), 'Approve & send')
    expect(core.decisions).toMatchObject([{ kind: 'approve' }])
    expect(ana.screen.told).toEqual([])
  })

  test('that is refused says why, to nobody else', async () => {
    core.onDecision = () => ({ isDone: false, reason: 'Ben was *first*', card: null })
    const [ana, ben] = [person(), person({ id: '1038097195422970002' })]
    await ana.press(card(), 'Approve & send')
    expect(ana.heard()).toBe('Ben was *first*')
    expect(ben.screen.told).toEqual([])
  })

  test('that fails says that nothing was changed, and not how', async () => {
    core.onDecision = () => Promise.reject(new Error('connect ECONNREFUSED 10.0.0.1'))
    const ana = person()
    await ana.press(card(), 'Approve & send')
    expect(ana.heard()).toMatch(/Nothing was changed/)
    expect(ana.heard()).not.toContain('ECONNREFUSED')
  })

  test('with what can’t be undone asks back, and is gone once it is done', async () => {
    const ana = person()
    await ana.press(card(), 'Spam')
    expect(ana.heard()).toMatch(/Spam\?/)
    expect(core.decisions).toEqual([])
    await ana.press(ana.latest(), 'Spam')
    expect(core.decisions).toMatchObject([{ kind: 'dismiss', reason: 'spam', seenSeq: 3 }])
    expect(ana.shown()).toEqual([])
  })

  test('refused after it was asked back says so in place of the question', async () => {
    core.onDecision = () => ({ isDone: false, reason: 'Ben was first', card: null })
    const ana = person()
    await ana.press(card(), 'Spam')
    await ana.press(ana.latest(), 'Spam')
    expect(ana.heard()).toBe('Ben was first')
  })

  test('on a card of another version says what to do', async () => {
    const ana = person()
    for (const id of ['do:approve', 'do:nonsense! c1 - 3', 'other', 'link:x', '__proto__'])
      await ana.pressId(card(), id)
    expect(ana.heard().match(/another version of Deskbell/g)).toHaveLength(5)
    expect(core.decisions).toEqual([])
  })
})

describe('the whole conversation', () => {
  const long = Array.from({ length: 40 }, (_, index) =>
    testTurn({ id: `t${index}`, text: `Line ${index}. `.repeat(60) }),
  )

  test('is read in pages that take each other’s place', async () => {
    const ana = person()
    await ana.press(card({ turns: long }), 'Read all')
    expect(ana.heard()).toMatch(/Line 0\.[\s\S]*Page 1 of/)
    await ana.press(ana.latest(), 'Next')
    expect(ana.heard()).toMatch(/Page 2 of/)
    await ana.press(ana.latest(), 'Previous')
    expect(ana.shown()).toHaveLength(1)
    expect(ana.heard()).toMatch(/Page 1 of/)
  })

  test('that is gone is said to be', async () => {
    const ana = person()
    const shown = card({ turns: long })
    core.cards.clear()
    await ana.press(shown, 'Read all')
    expect(ana.heard()).toMatch(/does not exist any more/)
  })
})

describe('a form', () => {
  test('is the first answer', async () => {
    const ana = person()
    const first = await ana.press(card(), 'Edit')
    expect(first?.type).toBe(InteractionResponseType.Modal)
    const about = { conversationId: 'c1', seenSeq: 3, draftId: 'd1' }
    expect(core.opened).toEqual([{ form: 'edit', about, teammate: ana.teammate }])
    expect(modalText(ana.form())).toMatch(/Your reply[\s\S]*Hello Ana/)
    await ana.submit(ana.form(), { '0': 'My own words' })
    expect(core.submitted).toMatchObject([
      { form: 'edit', about, values: { text: 'My own words', why: 'late' }, teammate: ana.teammate },
    ])
    expect(ana.screen.told).toEqual([])
  })

  test('that is refused says why', async () => {
    core.onOpenForm = () => ({ refused: 'A draft is being written' })
    const ana = person()
    await ana.press(card(), 'Edit')
    expect(ana.heard()).toBe('A draft is being written')
    expect(ana.screen.modal).toBeNull()
  })

  test('that can’t be made says that nothing was changed', async () => {
    core.failure = new RetryableError("Discord can't tell who you are now")
    const ana = person()
    await ana.press(card(), 'Edit')
    expect(ana.heard()).toBe("Discord can't tell who you are now. Nothing was changed: try again in a moment.")
  })

  test('that takes longer waits behind a button', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const making = hanging<ReturnType<typeof testForm>>()
    core.onOpenForm = () => making.promise
    const ana = person()
    const { first, done } = ana.startPress(card(), 'Edit')
    await vi.advanceTimersByTimeAsync(1999)
    expect(discord.calls).toEqual([])
    await vi.advanceTimersByTimeAsync(1)
    expect((await first)?.type).toBe(InteractionResponseType.DeferredChannelMessageWithSource)
    expect(ana.screen.told).toMatchObject([{ isLoading: true }])
    making.resolve(testForm())
    await done
    vi.useRealTimers()
    expect(ana.heard()).toMatch(/It took a while/)
    await ana.press(ana.latest(), 'Open again')
    await ana.submit(ana.form(), { '0': 'My own words' })
    expect(core.submitted).toMatchObject([{ values: { text: 'My own words', why: 'late' } }])
    // The message was there for this only.
    expect(ana.shown()).toEqual([])
  })

  test('that fails late says so in place of "thinking…"', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const making = hanging<never>()
    core.onOpenForm = () => making.promise
    const ana = person()
    const { done } = ana.startPress(card(), 'Edit')
    await vi.advanceTimersByTimeAsync(2000)
    making.reject(new Error('gone'))
    await done
    expect(ana.shown()).toHaveLength(1)
    expect(ana.heard()).toMatch(/Nothing was changed/)
  })
})

describe('a form that was filled in', () => {
  const opened = async (ana = person()) => {
    await ana.press(card(), 'Edit')
    return ana
  }

  test('is acknowledged before it is carried out', async () => {
    const ana = await opened()
    const carriedOut = hanging<FormOutcome>()
    core.onSubmitForm = () => carriedOut.promise
    const sent = ana.submit(ana.form())
    await vi.waitFor(() => expect(core.submitted).toHaveLength(1))
    expect(discord.calls.at(-1)?.body).toEqual({ type: InteractionResponseType.DeferredMessageUpdate })
    carriedOut.resolve({ kind: 'done', said: null })
    expect(await sent).toEqual({ type: InteractionResponseType.DeferredMessageUpdate })
    expect(ana.screen.told).toEqual([])
  })

  test('with something wrong in it comes back with what was typed, beside it what is wrong', async () => {
    const ana = await opened()
    core.onSubmitForm = () => ({ kind: 'invalid', errors: { text: 'Shorten it by 12' } })
    await ana.submit(ana.form(), { '0': 'Far too *long*' })
    expect(ana.heard()).toMatch(/Shorten it by 12[\s\S]*Far too \*long\*/)
    await ana.press(ana.latest(), 'Open again')
    expect(modalText(ana.form())).toMatch(/⚠️ Shorten it by 12[\s\S]*Far too \*long\*/)

    // Once more: what is said takes the place of what was said before.
    core.onSubmitForm = () => ({ kind: 'refused', reason: 'Still not right' })
    await ana.submit(ana.form(), { '0': 'Still too long' })
    expect(ana.shown()).toHaveLength(1)
    expect(ana.heard()).toMatch(/Still not right[\s\S]*Still too long/)

    core.onSubmitForm = () => ({ kind: 'done', said: null })
    await ana.press(ana.latest(), 'Open again')
    await ana.submit(ana.form(), { '0': 'Short' })
    expect(core.submitted.at(-1)).toMatchObject({ values: { text: 'Short', why: 'late' } })
    expect(ana.shown()).toEqual([])
  })

  test('with what is no moment is not carried out', async () => {
    const ana = await opened()
    await ana.submit(ana.form(), { '0': 'My own words', '3': 'tomorrow' })
    expect(core.submitted).toEqual([])
    expect(ana.heard()).toMatch(/Write a day and a time such as 2026-03-04 16:30[\s\S]*My own words/)
    await ana.press(ana.latest(), 'Open again')
    const [, , , moment] = fieldsOf(ana.form())
    expect(moment && standingIn(moment)).toBe('tomorrow')
    await ana.submit(ana.form(), { '3': '2026-03-04 16:30' })
    expect(core.submitted).toMatchObject([{ values: { text: 'My own words', at: new Date('2026-03-04T16:30:00Z') } }])
  })

  test('that came too late is made anew, with what was typed', async () => {
    const ana = await opened()
    core.onSubmitForm = () => ({ kind: 'refused', reason: 'They wrote again', again: { conversationId: 'c1' } })
    core.onOpenForm = (id, about) => testForm({ id, about: { ...about, seenSeq: 4, draftId: null } })
    await ana.submit(ana.form(), { '0': 'My own words' })
    expect(core.opened.at(-1)).toMatchObject({ form: 'edit', about: { conversationId: 'c1' } })
    await ana.press(ana.latest(), 'Open again')
    core.onSubmitForm = () => ({ kind: 'done', said: null })
    await ana.submit(ana.form())
    expect(core.submitted.at(-1)).toMatchObject({ about: { seenSeq: 4 }, values: { text: 'My own words' } })
  })

  test('that can’t be made any more gives the words back, to copy', async () => {
    const ana = await opened()
    core.onSubmitForm = () => ({ kind: 'refused', reason: 'Ben answered it' })
    core.onOpenForm = () => ({ refused: 'It is answered' })
    await ana.submit(ana.form(), { '0': 'My own words' })
    expect(ana.heard()).toMatch(/Ben answered it[\s\S]*My own words/)
    expect(ana.heard()).not.toMatch(/Open again/)
  })

  test('while the database can’t be reached gives the words back', async () => {
    const ana = await opened()
    core.failure = new Error('connect ECONNREFUSED')
    await ana.submit(ana.form(), { '0': 'My own words' })
    expect(ana.heard()).toMatch(/Nothing was changed[\s\S]*My own words/)

    core.failure = null
    await ana.press(card(), 'Edit')
    core.onSubmitForm = () => Promise.reject(new Error('connect ECONNREFUSED'))
    await ana.submit(ana.form(), { '0': 'Other words' })
    expect(ana.heard()).toMatch(/Nothing was changed[\s\S]*Other words[\s\S]*Open again/)
  })

  test('after its day on the shelf gives the words back', async () => {
    const ana = await opened()
    core.io.shelf.get = async () => undefined
    await ana.submit(ana.form(), { '0': 'My own words' })
    expect(core.submitted).toEqual([])
    expect(ana.heard()).toMatch(/open for more than a day[\s\S]*My own words/)
  })

  test('and refused a day ago can’t be opened again, but copied', async () => {
    const ana = await opened()
    core.onSubmitForm = () => ({ kind: 'refused', reason: 'Ben was first' })
    await ana.submit(ana.form(), { '0': 'My own words' })
    const told = ana.latest()
    core.io.shelf.get = async () => ({ form: 'of another version' })
    await ana.press(told, 'Open again')
    expect(ana.heard()).toMatch(/My own words[\s\S]*Copy what you wrote/)
  })

  describe('with 20,000 characters', () => {
    const words = ['α', 'β', 'γ', 'δ', 'ε'].map((letter) => letter.repeat(4000))
    const filled = Object.fromEntries(words.map((part, at) => [at === 0 ? '0' : `0.${at}`, part]))
    const hasAll = (heard: string) => words.every((part) => heard.replace(/[^α-ε]/g, '').includes(part))
    const long = async () => {
      const [field] = testForm().fields
      if (field?.kind !== 'text') throw new Error('The form has no text')
      core.onOpenForm = () => testForm({ fields: [{ ...field, value: 'w'.repeat(20_000), maxLength: 100_000 }] })
      return opened()
    }

    test('loses none of them where it can’t be opened again', async () => {
      const ana = await long()
      core.io.shelf.get = async () => undefined
      await ana.submit(ana.form(), filled)
      expect(hasAll(ana.heard())).toBe(true)
    })

    test('has them in it when it is opened again, and gives them back where that is refused later', async () => {
      const ana = await long()
      core.onSubmitForm = () => ({ kind: 'refused', reason: 'Ben was faster' })
      await ana.submit(ana.form(), filled)
      const told = ana.latest()
      await ana.press(told, 'Open again')
      expect(hasAll(modalText(ana.form()))).toBe(true)
      expect(ana.shown()).toHaveLength(1)
      core.onOpenForm = () => ({ refused: 'It is answered' })
      await ana.press(told, 'Open again')
      expect(ana.heard()).toContain('It is answered')
      expect(hasAll(ana.heard())).toBe(true)
    })
  })

  test('is told what came of it', async () => {
    const ana = person()
    core.onOpenForm = (id) => testForm({ id, about: { source: null } })
    await ana.command('log', [{ name: 'text', value: 'Mia called' }])
    expect(core.opened).toMatchObject([{ form: 'log', about: { text: 'Mia called' } }])
    core.onSubmitForm = () => ({ kind: 'done', said: 'Logged. It waits for an answer now' })
    await ana.submit(ana.form())
    expect(ana.shown()).toHaveLength(1)
    expect(ana.heard()).toBe('Logged. It waits for an answer now')
  })

  test('and sent again, because the answer got lost, is logged once', async () => {
    const ana = person()
    core.onOpenForm = (id) => testForm({ id, about: { source: null, externalId: null } })
    await ana.command('log')
    const form = ana.form()
    await ana.submit(form)
    await ana.submit(form)
    const [first, second] = core.submitted.map(({ about }) => about['externalId'])
    expect(first).toMatch(/^discord:form\/.{36}$/)
    expect(second).toBe(first)

    await ana.command('log')
    await ana.submit(ana.form())
    expect(core.submitted.at(-1)?.about['externalId']).not.toBe(first)
  })
})

describe('a command', () => {
  test('is answered to the one who asked', async () => {
    const ana = person()
    core.onCommand = () => ({ title: 'Who is waiting', lines: [{ text: 'Ana <b> & *Lopez*: 6 min' }] })
    await ana.command('open')
    expect(core.commands).toEqual([{ text: 'open', teammate: ana.teammate }])
    expect(core.typedIn).toEqual([`${guild}/${supportChannel.id}`])
    expect(ana.heard()).toMatch(/Who is waiting[\s\S]*Ana <b> & \*Lopez\*: 6 min/)
  })

  test('in a thread is meant for the channel that it hangs in', async () => {
    const channel = { id: '1038097195422978101', type: ChannelType.PublicThread, parent_id: supportChannel.id }
    await person({ channel }).command('help')
    expect(core.typedIn).toEqual([`${guild}/${supportChannel.id}`])
  })

  test('names a channel as the workspace does', async () => {
    const value = '1038097195422978102'
    await person().command('open', [{ name: 'room', value, type: ApplicationCommandOptionType.Channel }])
    expect(core.commands).toMatchObject([{ text: `open room:"${guild}/${value}"` }])
  })

  test('that takes long is acknowledged', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const reading = hanging<void>()
    core.io.readTuning = async () => {
      await reading.promise
      return core.tuning
    }
    const ana = person({ isAdmin: true })
    const { first, done } = ana.startCommand('open')
    await vi.advanceTimersByTimeAsync(2000)
    expect((await first)?.type).toBe(InteractionResponseType.DeferredChannelMessageWithSource)
    reading.resolve()
    await done
    expect(ana.shown()).toHaveLength(1)
    expect(ana.heard()).toContain('Nothing else')
  })

  test('that fails says so', async () => {
    core.failure = new Error('connect ECONNREFUSED')
    const ana = person()
    for (const sub of ['help', 'home', 'log', 'settings']) await ana.command(sub)
    expect(ana.heard().match(/The database can't be reached/g)).toHaveLength(4)
  })

  test('home shows what waits, and opens the log', async () => {
    const ana = person()
    await ana.command('home')
    await ana.press(ana.latest(), 'Log a call or visit')
    expect(core.opened).toMatchObject([{ form: 'log', about: {} }])
    core.onSubmitForm = () => ({ kind: 'done', said: 'Logged' })
    await ana.submit(ana.form())
    // Home stays.
    expect(ana.shown()).toHaveLength(2)
  })

  test('on a message logs it once, by what people read', async () => {
    const ana = person()
    const message = {
      id: '77',
      channel_id: '66',
      content: 'Hi <@123> <:wave:55>, my *parcel* is late',
      mentions: [{ id: '123', username: 'mia', global_name: 'Mia' }],
    } as unknown as APIMessage
    await ana.menu(message)
    const path = `${guild}/66/77`
    expect(core.opened).toMatchObject([
      {
        form: 'log',
        about: {
          text: 'Hi @Mia :wave:, my *parcel* is late',
          externalId: `discord:${path}`,
          source: `https://discord.com/channels/${path}`,
        },
      },
    ])
    expect(ana.form()).toBeDefined()
  })

  test('on a message that was forwarded logs what it passes on', () => {
    const forwarded = { message: { content: 'Where is my parcel?' } } as NonNullable<APIMessage['message_snapshots']>[0]
    expect(plainOf({ content: '', mentions: [], message_snapshots: [forwarded] })).toBe('Where is my parcel?')
    expect(plainOf({ content: '', mentions: [] })).toBe('')
  })
})

describe('while a command is typed', () => {
  test('what could be meant is offered', async () => {
    core.suggestions = [{ value: 'complaint', label: 'Complaint' }]
    const ana = person()
    expect(await ana.type('open', 'theme', 'comp')).toEqual([{ value: 'complaint', name: 'Complaint' }])
    expect(core.asked).toEqual([{ option: 'theme', typed: 'comp', teammate: ana.teammate }])
  })

  test('no more than Discord takes', async () => {
    core.suggestions = [
      { value: 'x'.repeat(101), label: 'Too long to be asked for' },
      { value: ' ', label: 'Nothing' },
      { value: 'mia', label: '' },
      ...Array.from({ length: 30 }, (_, index) => ({ value: `c${index}`, label: `${index} ${'long\n'.repeat(40)}` })),
    ]
    const offered = (await person().type('open', 'customer', '')) ?? []
    expect(offered).toHaveLength(25)
    expect(offered[0]).toEqual({ value: 'mia', name: 'mia' })
    expect(offered.every(({ name }) => name.length <= 100 && !name.includes('\n'))).toBe(true)
  })

  test('nothing, where nothing can be told', async () => {
    const ana = person()
    expect(await ana.type('open', 'unknown', 'x')).toEqual([])
    expect(await ana.type('unknown', 'theme', 'x')).toEqual([])
    core.failure = new Error('connect ECONNREFUSED')
    expect(await ana.type('open', 'theme', 'x')).toEqual([])
    expect(ana.screen.told).toEqual([])
  })

  test('nothing, where it takes too long', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    desk.handlers.suggest = () => new Promise(() => {})
    const offered = person().type('open', 'theme', 'x')
    await vi.advanceTimersByTimeAsync(2500)
    expect(await offered).toEqual([])
  })
})

describe('a report', () => {
  const report = sampleReport()
  const digest = (): APIMessage => standing({ kind: 'report', report })
  const items = (index: number) => ({ reportId: report.id, index })
  const galleries = ({ message }: Told) => componentsIn(message.components).filter(({ type }) => type === 12)
  beforeEach(() => {
    core.onCommand = () => ({ title: report.title, lines: [], report })
  })

  test('opens a number to whoever asks, as often as they like', async () => {
    const ana = person()
    const shown = digest()
    for (let time = 0; time < 2; time += 1) await ana.press(shown, 'Within target 81 %')
    expect(core.itemsOpened).toEqual([1, 1].map((index) => ({ items: items(index), teammate: ana.teammate })))
    expect(ana.shown()).toHaveLength(2)
    expect(ana.heard()).toMatch(/52 answered · Friday 20 November 2026\n12 min · Ana <b>Lopez<\/b> · Email/)
  })

  test('opens what is chosen from its menu, which is then as it was', async () => {
    const ana = person()
    const shown = digest()
    for (let time = 0; time < 2; time += 1)
      expect(await ana.press(shown, 'Tom')).toEqual({ type: InteractionResponseType.UpdateMessage })
    expect(core.itemsOpened.map((one) => one.items)).toEqual([items(6), items(6)])
    expect(ana.shown()).toHaveLength(2)
  })

  test('opens a number of weeks ago, without anything that was kept of it here', async () => {
    desk.io.shelf.get = () => Promise.reject(new Error('Nothing is looked up on the shelf'))
    core.onOpenItems = () => ({ title: 'This digest is not kept any more', lines: [] })
    const ana = person()
    await ana.press(digest(), 'Answered 52')
    expect(ana.heard()).toBe('This digest is not kept any more')
  })

  test('says that a number can’t be opened while the database can’t be reached', async () => {
    core.failure = new Error('connect ECONNREFUSED')
    const ana = person()
    for (const label of ['Answered 52', 'Tom']) await ana.press(digest(), label)
    expect(ana.heard().match(/The database can't be reached/g)).toHaveLength(2)
  })

  test('that takes long to open a number is acknowledged', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const opening = hanging<Awaited<ReturnType<Desk['handlers']['openItems']>>>()
    desk.handlers.openItems = () => opening.promise
    const ana = person()
    const { first, done } = ana.startPress(digest(), 'Answered 52')
    await vi.advanceTimersByTimeAsync(2000)
    expect((await first)?.type).toBe(InteractionResponseType.DeferredChannelMessageWithSource)
    opening.resolve({ title: '52 answered', lines: [] })
    await done
    expect(ana.heard()).toBe('52 answered')
  })

  test('gives all of a number as a file', async () => {
    const ana = person()
    await ana.press(digest(), 'Answered 52')
    const first = await ana.press(ana.latest(), 'Get as CSV')
    expect(first?.type).toBe(InteractionResponseType.DeferredChannelMessageWithSource)
    const sent = discord.calls.flatMap(({ files }) => files)
    expect(sent).toEqual([
      {
        name: 'deskbell-answered-2026-11-20.csv',
        mediaType: 'text/csv; charset=utf-8',
        content: Buffer.from('Channel,Minutes\r\nEmail,12.0\r\nLive chat,3.5\r\n'),
      },
    ])
    expect(JSON.stringify(ana.latest().message.components)).toContain('/deskbell-answered-2026-11-20.csv')
    // The list stays.
    expect(ana.shown()).toHaveLength(2)
  })

  test('says why there is no file', async () => {
    const ana = person()
    await ana.press(digest(), 'Answered 52')
    const list = ana.latest()
    core.onReadFile = () => ({ refused: 'Only managers may download this.' })
    await ana.press(list, 'Get as CSV')
    expect(ana.heard()).toContain('Only managers may download this.')
    core.onReadFile = () => downloadOf(['a'])
    refusesFiles = true
    await ana.press(list, 'Get as CSV')
    expect(ana.heard()).toContain('No file came. Discord did not take the file')
    expect(ana.shown()).toHaveLength(3)
  })

  test('assigns who waits longest, and says so where they pressed', async () => {
    const ana = person()
    core.put(testCard({ conversationId: report.waiting[0]?.conversationId ?? '' }))
    const shown = digest()
    await ana.press(shown, 'Assign to me')
    expect(core.decisions).toMatchObject([
      { kind: 'assign', conversationId: report.waiting[0]?.conversationId, to: ana.teammate },
    ])
    expect(ana.heard()).toMatch(/^Assigned to you: /)
    core.onDecision = () => ({ isDone: false, reason: 'Ben was first', card: null })
    await ana.press(shown, 'Assign to me')
    expect(ana.heard()).toContain('Ben was first')
  })

  test('that somebody asked for is shown to them with its pictures, and stays whatever they press', async () => {
    const ana = person()
    expect((await ana.command('help'))?.type).toBe(InteractionResponseType.DeferredChannelMessageWithSource)
    const shown = ana.latest()
    expect(galleries(shown)).toMatchObject(
      report.charts.map(({ id, alt }) => ({
        items: [{ description: alt, media: { url: expect.stringContaining(`/${id}.png`) as string } }],
      })),
    )
    core.onDecision = () => ({ isDone: true, card: testCard() })
    await ana.press(shown, 'Assign to me')
    core.onDecision = () => ({ isDone: false, reason: 'Ben was first', card: null })
    await ana.press(shown, 'Assign to me')
    await ana.press(shown, 'Tom')
    expect(shown.isGone).toBe(false)
    expect(readAsPerson(shown.message.components).text).toContain('Waiting longest')
    expect(ana.shown()).toHaveLength(4)
  })

  test('is shown without pictures that can’t be drawn, or that Discord refuses', async () => {
    const ana = person()
    refusesFiles = true
    await ana.command('help')
    drawing = () => Promise.reject(new Error('no font'))
    await ana.command('help')
    expect(ana.shown()).toHaveLength(2)
    for (const told of ana.shown()) expect(galleries(told)).toEqual([])
    expect(ana.heard().match(/Waiting longest/g)).toHaveLength(2)
  })

  test('without pictures is the first answer', async () => {
    core.onCommand = () => ({ title: 'Today so far', lines: [], report: sampleReport({ charts: [] }) })
    const ana = person()
    expect((await ana.command('help'))?.type).toBe(InteractionResponseType.ChannelMessageWithSource)
  })
})

describe('the settings', () => {
  const rule = 'Complaint, high urgency → T1/C2'
  beforeEach(() => {
    core.settings = structuredClone(sampleSettings)
    core.onOpenForm = (id, about) => testForm({ id, about, title: 'Settings' })
  })

  test('show how things stand, and open their forms', async () => {
    const ana = person()
    await ana.command('settings')
    expect(ana.heard()).toMatch(/Voice[\s\S]*Bluebird Teas[\s\S]*Reply targets/)
    await ana.press(ana.latest(), 'Add a target…')
    expect(core.opened).toMatchObject([{ form: 'settings.target', about: {} }])
  })

  test('are shown anew once one was changed', async () => {
    const ana = person()
    await ana.command('settings')
    await ana.press(ana.latest(), 'Voice…')
    core.onSubmitForm = () => {
      core.settings = { sections: [{ title: 'Voice', lines: [{ text: 'Name: Robin Teas' }], forms: [] }] }
      return { kind: 'done', said: 'Saved' }
    }
    await ana.submit(ana.form())
    expect(ana.heard()).not.toContain('Bluebird Teas')
    expect(ana.heard()).toMatch(/Robin Teas[\s\S]*Saved/)
  })

  test('give way to what is wrong with one, and come back once it is right', async () => {
    const ana = person()
    await ana.command('settings')
    await ana.press(ana.latest(), 'Voice…')
    core.onSubmitForm = () => ({ kind: 'invalid', errors: { text: 'Too long' } })
    await ana.submit(ana.form(), { '0': 'Warm and short' })
    expect(ana.shown()).toHaveLength(1)
    expect(ana.heard()).toMatch(/Too long[\s\S]*Warm and short/)
    core.onSubmitForm = () => ({ kind: 'done', said: null })
    await ana.press(ana.latest(), 'Open again')
    await ana.submit(ana.form(), { '0': 'Warm' })
    expect(ana.shown()).toHaveLength(1)
    expect(ana.heard()).toContain('Bluebird Teas')
  })

  test('lose a line only when it is really meant', async () => {
    const ana = person()
    await ana.command('settings')
    await ana.press(ana.latest(), rule)
    expect(ana.shown()).toHaveLength(1)
    expect(ana.heard()).toMatch(/Remove it\?[\s\S]*Complaint, high urgency/)
    await ana.press(ana.latest(), 'Keep')
    expect(core.submitted).toEqual([])
    expect(ana.heard()).toContain('Bluebird Teas')
    await ana.press(ana.latest(), rule)
    await ana.press(ana.latest(), 'Remove')
    expect(core.submitted).toEqual([
      { form: 'settings.room-rule.remove', about: { index: 0 }, values: {}, teammate: ana.teammate },
    ])
    expect(ana.shown()).toHaveLength(1)
    expect(ana.heard()).toContain('Bluebird Teas')
  })

  test('say why a line could not be taken out, and how they stand', async () => {
    const ana = person()
    await ana.command('settings')
    await ana.press(ana.latest(), rule)
    core.onSubmitForm = () => ({ kind: 'refused', reason: 'Somebody changed it meanwhile' })
    await ana.press(ana.latest(), 'Remove')
    expect(ana.heard()).toMatch(/Bluebird Teas[\s\S]*Somebody changed it meanwhile/)
  })

  test('that were shown a day ago say so', async () => {
    const ana = person()
    await ana.command('settings')
    const page = ana.latest()
    core.io.shelf.get = async () => undefined
    await ana.press(page, 'Voice…')
    expect(ana.heard()).toMatch(/more than a day ago/)
    await ana.press(page, rule)
    expect(core.opened).toEqual([])
    expect(ana.heard()).not.toContain('Bluebird Teas')
  })

  test('are refused to who may not see them', async () => {
    core.settings = { refused: 'Only managers may do this' }
    const ana = person()
    await ana.command('settings')
    expect(ana.heard()).toBe('Only managers may do this')
  })
})

describe('where no room was chosen yet', () => {
  const offer = 'Send cards to this channel'

  test('who runs the server is asked, and the channel is taken', async () => {
    const admin = person({ isAdmin: true })
    await admin.command('help')
    await admin.press(admin.latest(), offer)
    expect(core.offered).toEqual([`${guild}/${supportChannel.id}`])
    expect(admin.heard()).toMatch(/Customers’ messages will appear in this channel/)
  })

  test('nobody else is asked, nor may they', async () => {
    const [ana, admin] = [person(), person({ isAdmin: true, id: '1038097195422970009' })]
    await ana.command('help')
    expect(ana.heard()).not.toContain(offer)
    await admin.command('help')
    await ana.press(admin.latest(), offer)
    expect(ana.heard()).toMatch(/Only somebody who manages this server/)
    expect(core.offered).toEqual([])
  })

  test('a thread, or a channel where the bot can’t write, is none', async () => {
    const thread = person({ isAdmin: true, channel: { id: '5000000000', type: ChannelType.PublicThread } })
    await thread.command('help')
    await thread.press(thread.latest(), offer)
    expect(thread.heard()).toMatch(/only go to a text channel/)
    roomProblem = 'Permissions are missing in #support: Send Messages'
    const admin = person({ isAdmin: true, id: '1038097195422970009' })
    await admin.command('help')
    await admin.press(admin.latest(), offer)
    expect(admin.heard()).toContain(`${roomProblem}.`)
    expect(core.offered).toEqual([])
  })

  test('and once one is chosen, nobody is asked any more', async () => {
    const admin = person({ isAdmin: true })
    await admin.command('help')
    desk.handlers.offerRoom = async () => false
    await admin.press(admin.latest(), offer)
    expect(admin.heard()).toMatch(/Deskbell is here/)
    core.tuning = withRooms(core.tuning, 'discord', { default: `${guild}/1`, escalation: null, rules: [] })
    const other = person({ isAdmin: true, id: '1038097195422970009' })
    await other.command('help')
    expect(other.heard()).not.toContain(offer)
  })
})
