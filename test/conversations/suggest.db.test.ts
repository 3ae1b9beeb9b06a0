import { eq } from 'drizzle-orm'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { suggest } from '../../src/conversations/suggest.ts'
import { conversations, customers } from '../../src/db/schema.ts'
import { indexHistory } from '../../src/history/index-history.ts'
import { record } from '../../src/interactions/record.ts'
import { knowTeammate } from '../../src/teammates/know.ts'
import { commands, commandText, parseCommand, type CommandOption } from '../../src/workspaces/command.ts'
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

/** Somebody writes about topics in a language, as the assistant sees it; history has heard of it. */
async function hear(name: string, { topics = [] as string[], language = 'en', channel = email } = {}): Promise<string> {
  desk.clock.advance(60_000)
  const id = desk.ctx.newId()
  const interaction = inbound(id, {
    conversation: { externalId: id },
    customer: { externalId: id, name },
    occurredAt: desk.clock.now(),
  })
  const [recorded] = await record(desk.ctx, [{ channel, delivery: { interactions: [interaction] } }])
  const { onTriage } = desk.assistant
  desk.assistant.onTriage = async (view) => ({ ...(await onTriage(view)), topics, language })
  await desk.work()
  desk.assistant.onTriage = onTriage
  await indexHistory(desk.ctx)
  return recorded?.interactions[0]?.conversationId ?? ''
}

async function customerOf(conversationId: string): Promise<string> {
  const [row] = await desk.ctx.db
    .select({ id: customers.id })
    .from(customers)
    .innerJoin(conversations, eq(conversations.customerId, customers.id))
    .where(eq(conversations.id, conversationId))
  return row?.id ?? ''
}

function optionOf(command: string, name: CommandOption['name']): CommandOption {
  const option = commands.find((one) => one.name === command)?.options.find((one) => one.name === name)
  if (!option) throw new Error(`/desk ${command} has no option ${name}`)
  return option
}
const offered = (command: string, name: CommandOption['name'], typed = '') =>
  suggest(desk.ctx, 'fake', optionOf(command, name), typed, ana)

it('offers those who wait, then everybody else whom history knows', async () => {
  const done = await hear('Mia Done', { channel: chat })
  await desk.ctx.db.update(conversations).set({ state: 'answered' }).where(eq(conversations.id, done))
  await hear('Mia Jansen')
  expect(await offered('find', 'customer', 'mia')).toEqual([
    { value: 'Mia Jansen', label: 'Mia Jansen · Email' },
    { value: 'Mia Done', label: 'Mia Done · Live chat' },
  ])
  expect(await offered('open', 'customer', 'don')).toEqual([{ value: 'Mia Done', label: 'Mia Done · Live chat' }])
  expect(await offered('history', 'customer', 'nobody')).toEqual([])
})

it('offers one of two of the same name by who they are, where one of them is meant', async () => {
  const first = await customerOf(await hear('Mia'))
  const second = await customerOf(await hear('Mia', { channel: chat }))
  for (const command of ['customer', 'forget', 'export'])
    expect(await offered(command, 'customer', 'mi')).toEqual([
      { value: first, label: 'Mia · Email' },
      { value: second, label: 'Mia · Live chat' },
    ])
  expect(parseCommand(commandText('forget', [{ name: 'customer', value: first }]))).toEqual({
    kind: 'forget',
    customer: first,
  })
})

it('offers what there is: topics and languages, the most frequent first, and accounts', async () => {
  await hear('Mia', { topics: ['delivery', 'lamp oil'], language: 'de' })
  await hear('Leo', { topics: ['Delivery'], language: 'und' })
  expect(await offered('find', 'topic')).toEqual([
    { value: 'delivery', label: 'delivery · 2 messages' },
    { value: 'lamp oil', label: 'lamp oil · 1 message' },
  ])
  expect(await offered('find', 'topic', 'LAMP ')).toEqual([{ value: 'lamp oil', label: 'lamp oil · 1 message' }])
  expect(await offered('find', 'language', 'ger')).toEqual([{ value: 'de', label: 'German' }])
  expect((await offered('find', 'language')).map(({ value }) => value)).toEqual(['de'])
  const accounts = await offered('find', 'account', 'email')
  expect(accounts.map(({ label }) => label)).toEqual([expect.stringMatching(/^Email · /)])
})

it('offers teammates by name, each once', async () => {
  await knowTeammate(desk.ctx, 'slack', { id: 'U1', name: 'Ana Lima' })
  await knowTeammate(desk.ctx, 'discord', { id: '7', name: 'Ana Lima' })
  await knowTeammate(desk.ctx, 'slack', { id: 'U2', name: 'Ben' })
  expect(await offered('find', 'teammate', '@ana')).toEqual([{ value: 'Ana Lima', label: 'Ana Lima' }])
  expect((await offered('audit', 'teammate')).map(({ value }) => value).toSorted()).toEqual(['Ana Lima', 'Ben'])
})

it('offers dates with their days, and those that are typed', async () => {
  desk.clock.set(new Date('2026-11-20T10:00:00Z'))
  expect((await offered('find', 'date')).slice(0, 6)).toEqual([
    { value: 'today', label: 'Today · Friday 20 November 2026' },
    { value: 'yesterday', label: 'Yesterday · Thursday 19 November 2026' },
    { value: 'since monday', label: 'Since monday · since Monday 16 November' },
    { value: 'this week', label: 'This week · 16–22 November 2026' },
    { value: 'last week', label: 'Last week · 9–15 November 2026' },
    { value: 'this month', label: 'This month · November 2026' },
  ])
  expect(await offered('find', 'date', 'in october')).toEqual([
    { value: 'in october', label: 'In october · October 2026' },
  ])
  expect(await offered('find', 'date', 'last w')).toEqual([
    { value: 'last week', label: 'Last week · 9–15 November 2026' },
  ])
  for (const typed of ['since 2026-11-21', 'x', '2026-02-30']) expect(await offered('find', 'date', typed)).toEqual([])
})

it('offers names however they are accented, whatever is typed', async () => {
  await knowTeammate(desk.ctx, 'slack', { id: 'U1', name: 'José Ångström' })
  expect(await offered('find', 'teammate', 'jose a')).toEqual([{ value: 'José Ångström', label: 'José Ångström' }])
  for (const { options } of commands)
    for (const option of options)
      for (const typed of ['\0', '\ud800', "'%_\\", 'x'.repeat(5000)])
        expect(await suggest(desk.ctx, 'fake', option, typed, ana)).toBeDefined()
})

it('offers nothing that its command would not understand', async () => {
  await hear('Mia "the bell" Jansen', { topics: ['a, b'], language: 'de' })
  await knowTeammate(desk.ctx, 'slack', { id: 'U1', name: 'Ana' })
  for (const { name, options } of commands)
    for (const option of options)
      for (const { value } of await suggest(desk.ctx, 'fake', option, '', ana)) {
        const read = parseCommand(commandText(name, [{ name: option.name, value }]))
        expect([name, option.name, value, read.kind]).not.toContain('invalid')
      }
})
