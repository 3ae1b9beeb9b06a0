import { ChannelType, Client, OverwriteType, PermissionFlagsBits, type GuildChannel } from 'discord.js'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  bitsOf,
  inviteUrl,
  isRunning,
  missingIn,
  needed,
  permissionsIn,
  permissionsInChannel,
  type Overwrite,
  type Standing,
} from '../../../src/workspaces/discord/permissions.ts'

const guildId = '10000'
const person = '20000'
const roleIds = ['10001', '10002', '10003']
const flags = Object.values(PermissionFlagsBits)
const every = flags.reduce((bits, bit) => bits | bit, 0n)

/** What discord.js makes of the same objects. Its structures are made by its own cache only. */
function bitsByDiscordJs({ guild, member }: Standing, overwrites: Overwrite[]): { server: bigint; channel: bigint } {
  const client = new Client({ intents: [] })
  const add = (cache: object, data: object): unknown =>
    (cache as Record<'_add', (data: object) => unknown>)['_add'](structuredClone(data))
  const channel = {
    id: '30000',
    guild_id: guild.id,
    type: ChannelType.GuildText,
    name: 'support',
    permission_overwrites: overwrites,
  }
  add(client.guilds, { ...guild, name: 'Bluebird', channels: [channel] })
  const server = client.guilds.cache.get(guild.id)
  if (!server) throw new Error('discord.js made no server of it')
  add(server.members, { user: { id: member.id, username: 'ana' }, roles: member.roles })
  const known = server.members.cache.get(member.id)
  const room = server.channels.cache.get('30000') as GuildChannel | undefined
  if (!known || !room) throw new Error('discord.js made no member or channel of it')
  const [own, inRoom] = [known.permissions, room.permissionsFor(known)]
  const bits = { server: own.has(PermissionFlagsBits.Administrator) ? every : own.bitfield, channel: inRoom.bitfield }
  void client.destroy()
  return bits
}

const bitsArb = fc
  .subarray([PermissionFlagsBits.Administrator, PermissionFlagsBits.ManageGuild, ...needed.map(({ bit }) => bit)])
  .map((bits) => bits.reduce((sum, bit) => sum | bit, 0n).toString())
/** Whoever is all-powerful has all bits, which would leave little to compare. */
const modestBits = bitsArb.map((bits) => (BigInt(bits) & ~PermissionFlagsBits.Administrator).toString())
const rareBits = fc.oneof({ weight: 4, arbitrary: modestBits }, { weight: 1, arbitrary: bitsArb })

const standings: fc.Arbitrary<Standing> = fc.record({
  guild: fc.record({
    id: fc.constant(guildId),
    owner_id: fc.oneof({ weight: 5, arbitrary: fc.constant('20001') }, { weight: 1, arbitrary: fc.constant(person) }),
    roles: fc.tuple(...[guildId, ...roleIds].map((id) => fc.record({ id: fc.constant(id), permissions: rareBits }))),
  }),
  member: fc.record({ id: fc.constant(person), roles: fc.subarray(roleIds) }),
})
const overwrite = (id: string, type: OverwriteType): fc.Arbitrary<Overwrite> =>
  fc.record({ id: fc.constant(id), type: fc.constant(type), allow: modestBits, deny: modestBits })
const overwrites = fc
  .tuple(
    ...[guildId, ...roleIds].map((id) => overwrite(id, OverwriteType.Role)),
    overwrite(person, OverwriteType.Member),
    overwrite('20002', OverwriteType.Member),
  )
  .chain((all) => fc.subarray(all))

describe('rights', () => {
  test('are what discord.js takes them for, in a server and in a channel', () => {
    fc.assert(
      fc.property(standings, overwrites, (standing, own) => {
        expect({
          server: permissionsIn(standing),
          channel: permissionsInChannel(standing, own),
        }).toEqual(bitsByDiscordJs(standing, own))
      }),
      { numRuns: 200 },
    )
  })

  test('an overwrite of the person wins over those of roles, and these over that of everybody', () => {
    const bit = PermissionFlagsBits.SendMessages.toString()
    const standing: Standing = {
      guild: { id: guildId, owner_id: '20001', roles: [{ id: guildId, permissions: bit }] },
      member: { id: person, roles: ['10001'] },
    }
    const denied = { id: guildId, type: OverwriteType.Role, allow: '0', deny: bit }
    const ofRole = { id: '10001', type: OverwriteType.Role, allow: bit, deny: '0' }
    const ofPerson = { id: person, type: OverwriteType.Member, allow: '0', deny: bit }
    expect(permissionsInChannel(standing, [])).toBe(PermissionFlagsBits.SendMessages)
    expect(permissionsInChannel(standing, [denied])).toBe(0n)
    expect(permissionsInChannel(standing, [ofRole, denied])).toBe(PermissionFlagsBits.SendMessages)
    expect(permissionsInChannel(standing, [ofPerson, ofRole, denied])).toBe(0n)
  })

  test('who owns or administers a server may do everything, whatever a channel forbids', () => {
    const forbidden = [{ id: guildId, type: OverwriteType.Role, allow: '0', deny: every.toString() }]
    const roles = [{ id: guildId, permissions: '0' }]
    const owner: Standing = { guild: { id: guildId, owner_id: person, roles }, member: { id: person, roles: [] } }
    expect(permissionsInChannel(owner, forbidden)).toBe(every)
    const admin: Standing = {
      guild: {
        id: guildId,
        owner_id: '20001',
        roles: [...roles, { id: '10001', permissions: PermissionFlagsBits.Administrator.toString() }],
      },
      member: { id: person, roles: ['10001'] },
    }
    expect(permissionsInChannel(admin, forbidden)).toBe(every)
  })

  test('who administers or manages the server runs it', () => {
    expect(isRunning(PermissionFlagsBits.Administrator)).toBe(true)
    expect(isRunning(PermissionFlagsBits.ManageGuild | PermissionFlagsBits.SendMessages)).toBe(true)
    expect(isRunning(PermissionFlagsBits.ManageChannels)).toBe(false)
  })

  test('what is no number gives no rights', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(bitsOf(text) >= 0n).toBe(true)
      }),
    )
    expect(bitsOf('-1')).toBe(0n)
    expect(bitsOf('8')).toBe(8n)
  })
})

describe('the invite link', () => {
  test('asks for what is needed, and for nothing else', () => {
    const url = new URL(inviteUrl('90001'))
    expect(url.origin + url.pathname).toBe('https://discord.com/oauth2/authorize')
    expect(url.searchParams.get('client_id')).toBe('90001')
    expect(url.searchParams.get('scope')).toBe('bot applications.commands')
    const asked = BigInt(url.searchParams.get('permissions') ?? '0')
    expect(missingIn(asked)).toEqual([])
    expect(flags.filter((bit) => (asked & bit) !== 0n).toSorted()).toEqual(needed.map(({ bit }) => bit).toSorted())
    expect(isRunning(asked)).toBe(false)
    expect(url.searchParams.has('guild_id')).toBe(false)
  })

  test('can mean one server', () => {
    expect(new URL(inviteUrl('90001', '10000')).searchParams.get('guild_id')).toBe('10000')
  })
})

test('what is missing is told by name', () => {
  expect(missingIn(every)).toEqual([])
  expect(missingIn(every & ~PermissionFlagsBits.AttachFiles).map(({ name }) => name)).toEqual(['Attach Files'])
  expect(missingIn(0n)).toEqual(needed)
})
