import { DiscordAPIError, OverwriteType, PermissionFlagsBits } from 'discord.js'
import { beforeEach, expect, test } from 'vitest'
import { RetryableError } from '../../../src/errors.ts'
import { defaultTuning, type Tuning } from '../../../src/settings/tuning.ts'
import { checkDiscord } from '../../../src/workspaces/discord/doctor.ts'
import type { DiscordConfig } from '../../../src/workspaces/discord/env.ts'
import { createMembers } from '../../../src/workspaces/discord/members.ts'
import { inviteUrl, needed } from '../../../src/workspaces/discord/permissions.ts'
import { testClock } from '../../support/clock.ts'
import { stubDiscord } from '../../support/discord/stub-discord.ts'

const guild = '10000'
const key = 'ab'.repeat(32)
const ours = 'https://desk.example/discord/interactions'

let discord: ReturnType<typeof stubDiscord>
let tuning: Tuning
let readTuning: () => Promise<Tuning>

beforeEach(() => {
  discord = stubDiscord(testClock())
  discord.guilds.set(guild, {
    id: guild,
    name: 'Bluebird',
    owner_id: '20002',
    roles: [{ id: guild, permissions: needed.reduce((sum, { bit }) => sum | bit, 0n).toString() }],
  })
  discord.members.set(`${guild}/${discord.identity.botUserId}`, { roles: [] })
  discord.commands.set(guild, [{ type: 1, name: 'desk' }])
  discord.addChannel('30000', guild)
  discord.addChannel('30001', guild, { name: 'late' })
  tuning = structuredClone(defaultTuning)
  readTuning = async () => tuning
})

function check(changes: Partial<DiscordConfig> = {}, publicUrl = 'https://desk.example'): Promise<string[]> {
  const config = { token: 't', guilds: [guild], publicKey: null, apiUrl: 'http://127.0.0.1:1/api', ...changes }
  const members = createMembers(discord.rest, config.guilds, { clock: testClock() })
  return checkDiscord({
    config,
    rest: discord.rest,
    members,
    io: { publicUrl, readTuning: () => readTuning() },
  })
}
const rooms = (first: string, escalation: string) => {
  tuning.rooms = { discord: { default: `${guild}/${first}`, escalation: `${guild}/${escalation}`, rules: [] } }
}
const invite = `To invite the bot, with the rights that it needs and no other: ${inviteUrl('90001')}`

test('tells what is well with the invite link, and changes nothing', async () => {
  rooms('30000', '30001')
  expect(await check()).toEqual([
    'The token lets us in as Deskbell',
    'Clicks come over the gateway',
    'Bluebird: the bot is in; /desk is there',
    '#support: cards can be posted',
    '#late: cards can be posted',
    invite,
  ])
  expect(discord.calls.every(({ method }) => method === 'GET')).toBe(true)
})

test('a bot that anybody may invite, commands that are not there yet, no room yet: it says what to know', async () => {
  discord.identity.isPublic = true
  discord.commands.set(guild, [{ type: 3, name: 'desk' }])
  const lines = await check()
  expect(lines).toContainEqual(expect.stringContaining('switch Public Bot off at'))
  expect(lines).toContain('Bluebird: the bot is in; /desk will be there once Deskbell has started')
  expect(lines).toContain('No channel for cards was chosen yet: write /desk help in one, and press the button')
  readTuning = () => Promise.reject(new Error('not while checking'))
  expect(await check()).toContain('The channels for cards were not looked at: the settings can not be read now')
})

test('over HTTP: Discord takes no address without https, so PUBLIC_URL has to be set', async () => {
  await expect(check({ publicKey: key }, 'http://127.0.0.1:3000')).rejects.toMatchObject({
    message: expect.stringContaining('https addresses only') as string,
    action: expect.stringContaining('Set PUBLIC_URL') as string,
  })
})

test('over HTTP: the key and the address must be those of the application', async () => {
  discord.identity.interactionsUrl = ours
  expect(await check({ publicKey: key.toUpperCase() })).toContain(`Clicks are taken at ${ours} with DISCORD_PUBLIC_KEY`)
  await expect(check({ publicKey: 'cd'.repeat(32) })).rejects.toMatchObject({
    name: 'PermanentError',
    message: 'DISCORD_PUBLIC_KEY is not the key of this application',
    action: expect.stringContaining('Copy Public Key') as string,
  })
  for (const theirs of [null, 'https://old.example/discord/interactions']) {
    discord.identity.interactionsUrl = theirs
    await expect(check({ publicKey: key })).rejects.toMatchObject({
      name: 'PermanentError',
      message: expect.stringContaining(theirs ?? 'over the gateway') as string,
      action: expect.stringContaining(`enter ${ours} as Interactions Endpoint URL`) as string,
    })
  }
})

test('an address for clicks is wrong where they are to come over the gateway', async () => {
  discord.identity.interactionsUrl = ours
  await expect(check()).rejects.toMatchObject({
    name: 'PermanentError',
    action: expect.stringContaining('Clear Interactions Endpoint URL') as string,
  })
})

test('a server that the bot is not in: the link that lets it in', async () => {
  await expect(check({ guilds: [guild, '11000'] })).rejects.toMatchObject({
    name: 'PermanentError',
    message: 'The bot is not in the server 11000 (10004)',
    action: `Open ${inviteUrl('90001', '11000')} as somebody who manages that server; or set DISCORD_GUILDS to the right id`,
  })
  discord.commands.delete(guild)
  await expect(check()).rejects.toMatchObject({
    message: 'Bluebird: the bot may not have commands (50001)',
    action: expect.stringContaining(`guild_id=${guild}`) as string,
  })
})

test('everything that is wrong is told at once', async () => {
  rooms('30001', '39999')
  discord.addChannel('30001', guild, {
    name: 'late',
    permission_overwrites: [
      { id: guild, type: OverwriteType.Role, allow: '0', deny: PermissionFlagsBits.AttachFiles.toString() },
    ],
  })
  const failure: unknown = await check({ publicKey: 'cd'.repeat(32) }).catch((error: unknown) => error)
  expect(failure).toBeInstanceOf(AggregateError)
  expect((failure as AggregateError).errors).toMatchObject([
    { message: 'DISCORD_PUBLIC_KEY is not the key of this application' },
    {
      message: 'Permissions are missing in #late: Attach Files',
      action: expect.stringContaining("allow Attach Files (to show customers' attachments)") as string,
    },
    { message: expect.stringContaining("can't see the channel 39999") as string },
  ])
})

test('a token that Discord refuses says where to get another; a Discord that can not be reached is no wrong setting', async () => {
  const cause = new DiscordAPIError({ code: 0, message: '401: Unauthorized' }, 0, 401, 'GET', '', { body: null })
  discord.rest.identify = () => Promise.reject(new RetryableError('no', { cause }))
  await expect(check()).rejects.toMatchObject({
    name: 'PermanentError',
    message: 'Discord refuses DISCORD_TOKEN',
    action: expect.stringContaining('Reset Token') as string,
  })
  discord.rest.identify = () => Promise.reject(new RetryableError('away'))
  await expect(check()).rejects.toMatchObject({ name: 'RetryableError' })
})
