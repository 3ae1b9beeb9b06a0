import { eq } from 'drizzle-orm'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it, test } from 'vitest'
import { answerCommand } from '../../src/conversations/answer-command.ts'
import { suggest } from '../../src/conversations/suggest.ts'
import { conversations } from '../../src/db/schema.ts'
import { record } from '../../src/interactions/record.ts'
import { dimensions } from '../../src/measures/numbers.ts'
import { themes, type Theme } from '../../src/interactions/interaction.ts'
import { updateTuning } from '../../src/settings/update.ts'
import { commands, commandText, type CommandOption } from '../../src/workspaces/command.ts'
import { fakeChannel, inbound } from '../support/channel.ts'
import { openDesk, type Desk } from '../support/desk.ts'

let desk: Desk
const ana = { id: 'ana', name: 'Ana' }
const email = { ...fakeChannel('email'), name: 'Email' }
const chat = { ...fakeChannel('live-chat'), name: 'Live chat' }
beforeEach(async () => {
  desk = await openDesk({ channels: [email, chat] })
})
afterEach(() => desk.close())

interface Who {
  name?: string
  handle?: string
  email?: string
}

/** Somebody writes for the first time, a minute after the one before; the assistant looks at it when a theme is given. */
async function hear(who: Who, theme: Theme | null = null, channel = email): Promise<string> {
  desk.clock.advance(60_000)
  const id = desk.ctx.newId()
  const interaction = inbound(id, {
    conversation: { externalId: id },
    customer: { externalId: id, ...who },
    occurredAt: desk.clock.now(),
  })
  const [recorded] = await record(desk.ctx, [{ channel, delivery: { interactions: [interaction] } }])
  if (theme) await triage(theme)
  return recorded?.interactions[0]?.conversationId ?? ''
}

async function triage(theme: Theme): Promise<void> {
  const { onTriage } = desk.assistant
  desk.assistant.onTriage = async (view) => ({ ...(await onTriage(view)), theme })
  await desk.work()
  desk.assistant.onTriage = onTriage
}

const ask = (text: string) => answerCommand(desk.ctx, 'fake', text, ana, null)
async function found(text: string): Promise<(string | undefined)[]> {
  return (await ask(`open ${text}`)).lines.map(({ conversationId }) => conversationId)
}

test('/desk help says what each command does, with an example where there is more to write than its name', async () => {
  const lines = (await ask('help')).lines.map(({ text }) => text)
  expect(lines).toContain('/desk home: Shows what waits for you, and what you answered today')
  expect(lines).toContainEqual(expect.stringMatching(/^\/desk open: .* For example: \/desk open theme:complaint /))
  expect(lines).toHaveLength(commands.length)
})

describe('/desk open with a filter', () => {
  it('finds those who wait by theme, channel and customer, the longest waiting first', async () => {
    const mia = await hear({ name: 'Mia Jansen', handle: 'mia@shop.example' }, 'complaint')
    const leo = await hear({ name: 'Leo' }, 'complaint', chat)
    const eva = await hear({ name: 'Eva' }, 'question', chat)
    expect(await found('')).toEqual([mia, leo, eva])
    expect(await found('complaint')).toEqual([mia, leo])
    expect(await found('channel:live-chat')).toEqual([leo, eva])
    expect(await found('channel:"LIVE CHAT" theme:question')).toEqual([eva])
    expect(await found('mia jansen')).toEqual([mia])
    expect(await found('@shop.example')).toEqual([mia])
    expect(await found('complaint customer:leo')).toEqual([leo])
    await desk.ctx.db.update(conversations).set({ state: 'sending' }).where(eq(conversations.id, leo))
    await desk.ctx.db.update(conversations).set({ state: 'answered' }).where(eq(conversations.id, mia))
    expect(await found('complaint')).toEqual([leo])
  })

  it('says what it looked for, also where nobody waits', async () => {
    expect(await ask('open theme:comparison channel:EMAIL customer:“Mia Jansen”')).toEqual({
      title: 'Nobody is waiting · comparison · Email · “Mia Jansen”',
      lines: [],
    })
    await hear({ name: 'Mia Jansen' }, 'complaint')
    expect((await ask('open complaint channel:email')).title).toBe('1 waiting · complaint · Email')
    for (let n = 0; n < 20; n += 1) await hear({ name: `Mia ${n}` })
    const { title, lines } = await ask('open mia')
    expect(title).toBe('The 20 who wait longest · “mia”')
    expect(lines).toHaveLength(20)
  })

  it('goes by the theme that the card shows, which is of the newest words', async () => {
    const id = await hear({ name: 'Mia' }, 'complaint')
    const [row] = await desk.ctx.db.select().from(conversations).where(eq(conversations.id, id))
    const later = inbound('later', {
      conversation: { externalId: row?.externalId ?? '' },
      customer: { externalId: row?.externalId ?? '', name: 'Mia' },
      occurredAt: desk.clock.now(),
    })
    await record(desk.ctx, [{ channel: email, delivery: { interactions: [later] } }])
    expect(await found('complaint')).toEqual([id])
    await triage('compliment')
    expect(await found('complaint')).toEqual([])
    expect(await found('compliment')).toEqual([id])
  })

  it('knows names by how they are typed: case, accents, spaces and what nobody sees do not matter', async () => {
    const names = [
      ['Márton Åkesson', 'marton akesson'],
      ['Zoe\u0308 Ångström', 'ZOË'],
      ['Søren Łukasz', 'soren lukasz'],
      ['Soren Two', 'søren tw'],
      ['ИВАН Ёлкин', 'иван елкин'],
      ['Οδυσσέας', 'ΟΔΥΣΣΕΑΣ'],
      ['İpek Işık', 'ipek isik'],
      ['李小龙', '小龙'],
      ['Mia \t Jansen', 'mia jansen'],
      ['Leo\u200b\u202e Jansen', 'leo jansen'],
      ['Ｅｖａ', 'eva'],
      ["O'Brien", "o'brien"],
      ['100%_\\', '0%_\\'],
    ] as const
    const ids = new Map<string, string>()
    for (const [name] of names) ids.set(name, await hear({ name }))
    for (const [name, typed] of names)
      expect([typed, await found(`customer:"${typed}"`)]).toEqual([typed, [ids.get(name)]])
  })

  it('takes every character for itself, and never a name and a handle for one', async () => {
    await hear({ name: 'Mia', handle: 'jansen' })
    for (const typed of ['%', '_', 'm_a', 'M%', '\\', "' or true --", 'mia jansen', 'miajansen', '\0', 'm\ud800a'])
      expect(await found(commandText('', [{ name: 'customer', value: typed }]))).toEqual([])
  })

  it('says which channels there are, and which was probably meant', async () => {
    expect(await ask('open channel:emial')).toEqual({
      title: '/desk open does not know the channel "emial". Did you mean Email? For example: /desk open channel:email',
      lines: [],
    })
    expect((await ask('open channel:live')).title).toContain('Did you mean Live chat?')
    expect((await ask('open channel:telegram')).title).toBe(
      '/desk open does not know the channel "telegram". There are Email, Live chat. For example: /desk open channel:email',
    )
  })

  it('says how a word is told from a name when nobody has that name', async () => {
    expect((await ask('open complaints')).lines).toEqual([{ text: 'Did you mean /desk open theme:complaint?' }])
    expect((await ask('open Live chat')).lines).toEqual([{ text: 'Did you mean /desk open channel:live-chat?' }])
    expect((await ask('open mia')).lines).toEqual([])
  })

  it('says what it does not understand, and shows nothing to whoever may not decide', async () => {
    expect(await ask('open theme:complant')).toEqual({ title: expect.stringMatching(/complaint\?/), lines: [] })
    await hear({ name: 'Mia' })
    await updateTuning(desk.ctx, (now) => ({ ...now, roles: { fake: { agents: 'G1', managers: null } } }), 'fake:ben')
    expect(await ask('open mia')).toEqual({ title: expect.stringContaining('Only members'), lines: [] })
  })
})

describe('suggestions', () => {
  function optionOf(name: CommandOption['name']): CommandOption {
    const option = commands.flatMap(({ options }) => options).find((one) => one.name === name)
    if (!option) throw new Error(`There is no option ${name}`)
    return option
  }
  const offered = (name: CommandOption['name'], typed = '') => suggest(desk.ctx, 'fake', optionOf(name), typed, ana)
  const labels = async (name: CommandOption['name'], typed = '') =>
    (await offered(name, typed)).map(({ label }) => label)

  it('are the themes: what begins as it was typed, then what has it anywhere', async () => {
    expect(await labels('theme')).toEqual([...themes])
    expect(await labels('theme', ' COMPL')).toEqual(['compliment', 'complaint'])
    expect(await labels('theme', 'm')).toEqual(['compliment', 'complaint', 'comparison'])
    expect(await labels('theme', 's')).toEqual(['suggestion', 'question', 'comparison'])
    expect(await labels('theme', 'x')).toEqual([])
  })

  it('are the channels by name, worth their ids', async () => {
    expect(await offered('channel')).toEqual([
      { value: 'email', label: 'Email' },
      { value: 'live-chat', label: 'Live chat' },
    ])
    expect(await labels('channel', 'chat')).toEqual(['Live chat'])
    expect(await labels('channel', 'live-')).toEqual(['Live chat'])
  })

  it('are periods with their days, and the days that were typed out', async () => {
    desk.clock.set(new Date('2026-11-20T10:00:00Z'))
    expect(await offered('period')).toEqual([
      { value: 'now', label: 'Today so far · Friday 20 November 2026' },
      { value: 'yesterday', label: 'Yesterday · Thursday 19 November 2026' },
      { value: 'week', label: 'The last 7 days · 13–19 November 2026' },
      { value: 'month', label: 'The last month · October 2026' },
    ])
    expect(await labels('period', 'week')).toEqual(['The last 7 days · 13–19 November 2026'])
    expect(await offered('period', ' 2026-11-01..2026-11-20')).toEqual([
      { value: '2026-11-01..2026-11-20', label: '1–20 November 2026' },
    ])
    for (const typed of ['2026-11-21', '2026-11-0', 'x']) expect(await offered('period', typed)).toEqual([])
  })

  it('are what numbers can be told apart by; rooms are the platform’s', async () => {
    expect(await labels('by')).toEqual([...dimensions])
    expect(await labels('by', 'th')).toEqual(['theme'])
    expect(await offered('room')).toEqual([])
  })

  it('are nothing where there is nothing to offer', async () => {
    await hear({ name: 'Mia' })
    expect(await offered('text', 'M')).toEqual([])
  })

  it('are the customers who wait, each once, the longest waiting first', async () => {
    await hear({ name: 'Leo' }, null, chat)
    await hear({ name: 'Mia Jansen', handle: 'mj' })
    await hear({ name: 'Leo' })
    const done = await hear({ name: 'Mia Done' })
    await desk.ctx.db.update(conversations).set({ state: 'answered' }).where(eq(conversations.id, done))
    expect(await offered('customer')).toEqual([
      { value: 'Leo', label: 'Leo · Live chat' },
      { value: 'Mia Jansen', label: 'Mia Jansen · Email' },
    ])
    for (const typed of ['mia', 'JAN', 'mj']) expect(await labels('customer', typed)).toEqual(['Mia Jansen · Email'])
    expect(await labels('customer', 'nobody')).toEqual([])
  })

  it('are at most 25', async () => {
    const start = desk.clock.now().getTime()
    const interactions = Array.from({ length: 40 }, (_, n) =>
      inbound(`m${n}`, {
        conversation: { externalId: `t${n}` },
        customer: { externalId: `c${n}`, name: `Customer ${n}` },
        occurredAt: new Date(start - n * 1000),
      }),
    )
    await record(desk.ctx, [{ channel: email, delivery: { interactions } }])
    const names = await labels('customer', 'cust')
    expect(names).toHaveLength(25)
    expect(names[0]).toBe('Customer 39 · Email')
  })

  it('fit where platforms show them, and find the customer again, whatever the name', async () => {
    const part = fc.oneof(
      fc.constantFrom('"', '”', '%', '_', '\\', '\n', '\u202e', '\u00a0', 'İ', '👩‍👩‍👧', 'customer:', ' '),
      fc.string({ unit: 'grapheme', maxLength: 80 }),
    )
    const names = fc.sample(
      fc.array(part, { minLength: 1, maxLength: 6 }).map((parts) => parts.join('')),
      { numRuns: 12 },
    )
    for (const name of ['Mia \u202e\nOkafor', ...names]) {
      const id = await hear({ name })
      const suggestions = await offered('customer')
      for (const { value, label } of suggestions) {
        expect(value.length).toBeLessThanOrEqual(100)
        expect(label.length).toBeLessThanOrEqual(100)
        expect([name, await found(commandText('', [{ name: 'customer', value }]))]).toEqual([name, [id]])
      }
      await desk.ctx.db.update(conversations).set({ state: 'answered' })
    }
  })

  it('are only for those who may decide', async () => {
    await hear({ name: 'Mia' })
    await updateTuning(desk.ctx, (now) => ({ ...now, roles: { fake: { agents: 'G1', managers: null } } }), 'fake:ben')
    for (const name of ['theme', 'channel', 'customer', 'period', 'by'] as const)
      expect(await offered(name)).toEqual([])
    desk.room.membershipOf = async () => ({ groups: ['G1'], isAdmin: false })
    expect(await labels('customer')).toEqual(['Mia · Email'])
  })
})
