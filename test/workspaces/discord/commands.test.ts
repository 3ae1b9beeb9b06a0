import { afterEach, beforeEach, expect, test } from 'vitest'
import { createLog, type Log } from '../../../src/log.ts'
import { commands } from '../../../src/workspaces/command.ts'
import { commandsOf, hasAll, logCommand, registerCommands } from '../../../src/workspaces/discord/commands.ts'
import { createRest, type Rest } from '../../../src/workspaces/discord/rest.ts'
import { commandProblemsOf } from '../../support/discord-limits.ts'
import { startHttpStub, type HttpStub } from '../../support/discord/http-stub.ts'

const guild = '100000000000000009'
const other = '100000000000000010'
const routeOf = (id: string) => `/applications/1/guilds/${id}/commands`

let stub: HttpStub
let rest: Rest
let logged: [fact: string, ids: object | undefined][]
let log: Log

beforeEach(async () => {
  stub = await startHttpStub()
  logged = []
  const write = (fact: string, ids?: object) => void logged.push([fact, ids])
  log = { ...createLog('silent'), info: write, warn: write, error: write }
  rest = createRest({ token: 'a.b.c', apiUrl: stub.apiUrl, log })
  const body = {
    id: '1',
    name: 'Deskbell',
    bot_public: false,
    verify_key: 'ff',
    bot: { id: '1', username: 'deskbell' },
  }
  stub.answer('GET /applications/@me', { status: 200, body })
  for (const id of [guild, other]) keeps(id)
})
afterEach(() => stub.close())

/** As Discord keeps them: with much of its own, and without what is as usual. */
function keeps(id: string, there: object[] = []): void {
  let kept = there
  stub.answer(`GET ${routeOf(id)}`, () => ({ status: 200, body: kept }))
  stub.answer(`PUT ${routeOf(id)}`, ({ body }) => {
    kept = (body as object[]).map((command) => ({
      description: '',
      ...tidied(command),
      id: '5',
      nsfw: false,
      version: '6',
    }))
    return { status: 200, body: kept }
  })
}

/** Discord leaves out `required: false`, and options where there are none. */
function tidied(value: unknown): object {
  const tidy = (one: unknown): unknown => {
    if (Array.isArray(one)) return one.map(tidy)
    if (typeof one !== 'object' || one === null) return one
    const kept = Object.entries(one).filter(([, part]) => part !== false && !(Array.isArray(part) && part.length === 0))
    return Object.fromEntries(kept.map(([name, part]) => [name, tidy(part)]).toReversed())
  }
  return tidy(value) as object
}

test('the grammar that every workspace shares stands there, with what is suggested while one types', () => {
  const [desk, onMessage] = commandsOf()
  const options = desk && 'options' in desk ? (desk.options ?? []) : []
  expect(desk?.name).toBe('desk')
  expect(options.map(({ name }) => name)).toEqual(commands.map(({ name }) => name))
  expect(options.find(({ name }) => name === 'open')).toMatchObject({
    options: [
      { name: 'theme', autocomplete: true },
      { name: 'channel', autocomplete: true },
      { name: 'customer', autocomplete: true },
    ],
  })
  expect(options.find(({ name }) => name === 'digest')).toMatchObject({
    options: [
      { name: 'period', type: 3, autocomplete: true },
      { name: 'at', type: 3, max_length: 2000 },
      { name: 'room', type: 7, channel_types: [0, 5] },
    ],
  })
  for (const name of ['find', 'history', 'customer', 'forget', 'export', 'audit']) {
    const known = options.find((one) => one.name === name)
    const own = known && 'options' in known ? (known.options ?? []) : []
    // What is searched for is typed; everything else is offered.
    const typed = own.filter((one) => !('autocomplete' in one && one.autocomplete)).map((one) => one.name)
    expect([name, typed]).toEqual([name, name === 'find' || name === 'history' ? ['text'] : []])
  }
  expect(onMessage?.name).toBe(logCommand)
  expect(commandsOf().flatMap(commandProblemsOf)).toEqual([])
})

test('until a server opens them to others, they are for those who manage it', () => {
  for (const command of commandsOf()) expect(command.default_member_permissions).toBe('32')
})

test('every server gets the commands once: starting again writes nothing', async () => {
  expect(await registerCommands(rest, [guild, other], log)).toEqual([])
  expect(stub.callsOf(`PUT ${routeOf(guild)}`)[0]?.body).toEqual(commandsOf())
  expect(stub.callsOf(`PUT ${routeOf(other)}`)).toHaveLength(1)
  for (let again = 0; again < 3; again += 1) expect(await registerCommands(rest, [guild, other], log)).toEqual([])
  expect(stub.calls.filter(({ method }) => method === 'PUT')).toHaveLength(2)
})

test('commands of another version are replaced', async () => {
  keeps(guild, [{ id: '5', type: 1, name: 'desk', description: 'Old' }])
  await registerCommands(rest, [guild], log)
  expect(stub.callsOf(`PUT ${routeOf(guild)}`)).toHaveLength(1)
})

test('any difference is seen, and none that Discord makes by itself', () => {
  const there = commandsOf().map((command) => tidied(command))
  expect(hasAll(there, commandsOf())).toBe(true)
  expect(hasAll(there.toReversed(), commandsOf())).toBe(true)
  expect(hasAll(there.slice(1), commandsOf())).toBe(false)
  expect(hasAll([...there, { name: 'more' }], commandsOf())).toBe(false)
  const changed = structuredClone(there) as { options?: { description: string; options?: object[] }[] }[]
  const open = changed[0]?.options?.find(({ options }) => (options?.length ?? 0) > 1)
  open?.options?.pop()
  expect(hasAll(changed, commandsOf())).toBe(false)
})

test('a server that the bot is not in keeps no other from its commands, and the log says how to invite it', async () => {
  stub.answer(`GET ${routeOf(guild)}`, { status: 403, body: { code: 50001, message: 'Missing Access' } })
  expect(await registerCommands(rest, [guild, other], log)).toEqual([guild])
  expect(stub.callsOf(`PUT ${routeOf(other)}`)).toHaveLength(1)
  expect(logged[0]).toEqual([
    'discord commands not registered',
    expect.objectContaining({ guild, code: 50001, action: expect.stringMatching(/applications\.commands/) as string }),
  ])
})

test('a Discord that is away is asked again', async () => {
  stub.answer('GET /applications/@me', { status: 503 })
  expect(await registerCommands(rest, [guild], log)).toEqual([guild])
  expect(logged[0]?.[0]).toBe('discord commands not registered; trying again')
})

test('what an invitation doesn’t mend asks for none', async () => {
  stub.answer(`GET ${routeOf(guild)}`, { status: 200, body: [] })
  stub.answer(`PUT ${routeOf(guild)}`, { status: 400, body: { code: 30034, message: 'Max daily creates' } })
  expect(await registerCommands(rest, [guild], log)).toEqual([guild])
  expect(logged).toEqual([
    [
      'discord commands not registered',
      { guild, code: 30034, reason: expect.stringContaining('too often today') as string },
    ],
  ])
})
