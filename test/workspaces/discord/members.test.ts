import { ChannelType, OverwriteType, PermissionFlagsBits, type APIUser } from 'discord.js'
import { beforeEach, expect, test } from 'vitest'
import { createMembers, type Members } from '../../../src/workspaces/discord/members.ts'
import { needed } from '../../../src/workspaces/discord/permissions.ts'
import { testClock, type TestClock } from '../../support/clock.ts'
import { stubDiscord } from '../../support/discord/stub-discord.ts'

const [guild, other, room, ana, owner, care, boss] = [
  '10000',
  '11000',
  '30000',
  '20001',
  '20002',
  '10001',
  '10002',
] as const
const bits = (...flags: bigint[]) => flags.reduce((sum, bit) => sum | bit, 0n).toString()
const enough = bits(...needed.map(({ bit }) => bit))

let clock: TestClock
let discord: ReturnType<typeof stubDiscord>
let members: Members

beforeEach(() => {
  clock = testClock()
  discord = stubDiscord(clock)
  discord.guilds.set(guild, {
    id: guild,
    name: 'Bluebird',
    owner_id: owner,
    roles: [
      { id: guild, permissions: enough },
      { id: care, permissions: '0' },
      { id: boss, permissions: bits(PermissionFlagsBits.ManageGuild) },
    ],
  })
  discord.members.set(`${guild}/${ana}`, { roles: [care] })
  discord.members.set(`${guild}/${owner}`, { roles: [] })
  discord.members.set(`${guild}/${discord.identity.botUserId}`, { roles: [] })
  discord.addChannel(room, guild)
  members = createMembers(discord.rest, [guild], { clock })
})

const callsTo = (pattern: string) => discord.calls.filter(({ route }) => route.includes(pattern))
const asUser = (id: string) => ({ id }) as unknown as APIUser

test('a teammate has roles; who owns, manages or administers the server is an administrator', async () => {
  expect(await members.membershipOf(ana)).toEqual({ groups: [`${guild}/@${care}`], isAdmin: false })
  expect(await members.membershipOf(owner)).toEqual({ groups: [], isAdmin: true })
  discord.members.set(`${guild}/20003`, { roles: [boss, guild] })
  expect(await members.membershipOf('20003')).toEqual({ groups: [`${guild}/@${boss}`], isAdmin: true })
})

test('who is in no server of the team has no rights', async () => {
  const none = { groups: [], isAdmin: false }
  expect(await members.membershipOf('29999')).toEqual(none)
  expect(await members.membershipOf('nobody')).toEqual(none)
  discord.guilds.delete(guild)
  expect(await members.membershipOf(owner)).toEqual(none)
  expect(await createMembers(discord.rest, [], { clock }).membershipOf(ana)).toEqual(none)
})

test('roles in all servers count, and one that the bot was taken out of keeps nobody from the others', async () => {
  const both = () => createMembers(discord.rest, [guild, other], { clock })
  expect(await both().membershipOf(ana)).toEqual({ groups: [`${guild}/@${care}`], isAdmin: false })
  discord.guilds.set(other, { id: other, name: 'Second', owner_id: ana, roles: [{ id: other, permissions: '0' }] })
  discord.members.set(`${other}/${ana}`, { roles: ['11001'] })
  expect(await both().membershipOf(ana)).toEqual({ groups: [`${guild}/@${care}`, `${other}/@11001`], isAdmin: true })
})

test('many clicks ask once; a right that was taken away is gone after a minute', async () => {
  await Promise.all(Array.from({ length: 20 }, () => members.membershipOf(ana)))
  expect(discord.calls).toHaveLength(2)
  discord.members.set(`${guild}/${ana}`, { roles: [] })
  expect((await members.membershipOf(ana)).groups).toHaveLength(1)
  clock.advance(60_000)
  expect((await members.membershipOf(ana)).groups).toEqual([])
})

test('what a click tells about its author is believed for a minute', async () => {
  members.saw({ user: asUser(ana), roles: [boss], permissions: bits(PermissionFlagsBits.Administrator) }, guild)
  expect(await members.membershipOf(ana)).toEqual({ groups: [`${guild}/@${boss}`], isAdmin: true })
  expect(discord.calls).toHaveLength(0)
  members.saw({ user: asUser(ana), roles: [], permissions: enough }, guild)
  expect(await members.membershipOf(ana)).toEqual({ groups: [], isAdmin: false })
  clock.advance(60_000)
  expect((await members.membershipOf(ana)).groups).toEqual([`${guild}/@${care}`])
})

test("a click in a stranger's server gives no rights", async () => {
  members.saw({ user: asUser('29999'), roles: [care], permissions: bits(PermissionFlagsBits.Administrator) }, other)
  expect(await members.membershipOf('29999')).toEqual({ groups: [], isAdmin: false })
})

test.each([
  ['lost on the way', { lost: 'before' as const }],
  ['turned away', { code: 0, status: 401 }],
])('when Discord can not tell (%s), it is asked again the next time', async (_, fault) => {
  discord.fault('/members/', fault)
  await expect(members.membershipOf(ana)).rejects.toMatchObject({ name: 'RetryableError' })
  expect((await members.membershipOf(ana)).groups).toHaveLength(1)
})

test('a room says whether a card can be posted in it, and what to do', async () => {
  expect(await members.roomOf(`${guild}/${room}`)).toEqual({ name: '#support', problem: null })
  expect((await members.roomOf('kitchen')).problem).toContain('is no Discord channel')
  expect((await members.roomOf(`${guild}/39999`)).problem).toContain("can't see the channel 39999")
  expect((await members.roomOf(`${other}/${room}`)).problem).toContain('in no server of DISCORD_GUILDS')
  discord.addChannel('30001', guild, { type: ChannelType.GuildVoice, name: 'Lounge' })
  expect(await members.roomOf(`${guild}/30001`)).toMatchObject({
    name: '#Lounge',
    problem: expect.stringContaining('no text channel') as string,
  })
  discord.addChannel('30002', other)
  expect((await members.roomOf(`${guild}/30002`)).problem).toContain('in another server')
  discord.guilds.delete(guild)
  expect((await members.roomOf(`${guild}/${room}`)).problem).toContain(`The bot is not in the server ${guild}`)
})

test('permissions that are missing in a room are named with what they are for, and where to click', async () => {
  const denied = bits(PermissionFlagsBits.SendMessages, PermissionFlagsBits.AttachFiles)
  discord.addChannel(room, guild, {
    permission_overwrites: [{ id: guild, type: OverwriteType.Role, allow: '0', deny: denied }],
  })
  expect((await members.roomOf(`${guild}/${room}`)).problem).toMatch(
    /^Permissions are missing in #support: Send Messages, Attach Files\. At #support, open Edit Channel → Permissions, add Deskbell and allow Send Messages \(to post cards\), Attach Files/,
  )
  discord.addChannel(room, guild, {
    permission_overwrites: [
      { id: guild, type: OverwriteType.Role, allow: '0', deny: denied },
      { id: discord.identity.botUserId, type: OverwriteType.Member, allow: denied, deny: '0' },
    ],
  })
  expect((await members.roomOf(`${guild}/${room}`)).problem).toBeNull()
})

test('a room is looked at anew each time, and when Discord can not tell, nothing is said', async () => {
  await members.roomOf(`${guild}/${room}`)
  const before = callsTo(`/guilds/${guild}`).length
  await members.roomOf(`${guild}/${room}`)
  expect(callsTo(`/guilds/${guild}`).length).toBe(before * 2)
  discord.fault(`/channels/${room}`, { lost: 'before' })
  await expect(members.roomOf(`${guild}/${room}`)).rejects.toMatchObject({ name: 'RetryableError' })
})
