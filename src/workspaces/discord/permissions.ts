import { OverwriteType, PermissionFlagsBits } from 'discord.js'

/** A right that the bot must have in a room: https://docs.discord.com/developers/topics/permissions */
export interface Permission {
  /** As Discord's own settings call it. */
  name: string
  /** Completes "so that it can …". */
  purpose: string
  bit: bigint
}

/** All that is asked for when the bot is invited. Cards are no embeds, so Embed Links is none of it. */
export const needed: readonly Permission[] = [
  { name: 'View Channels', purpose: 'see the channel', bit: PermissionFlagsBits.ViewChannel },
  { name: 'Send Messages', purpose: 'post cards', bit: PermissionFlagsBits.SendMessages },
  {
    name: 'Create Public Threads',
    purpose: 'open a thread below a card',
    bit: PermissionFlagsBits.CreatePublicThreads,
  },
  {
    name: 'Send Messages in Threads',
    purpose: 'tell there what happens next',
    bit: PermissionFlagsBits.SendMessagesInThreads,
  },
  {
    name: 'Read Message History',
    purpose: 'find its own posts again after a failure',
    bit: PermissionFlagsBits.ReadMessageHistory,
  },
  { name: 'Attach Files', purpose: "show customers' attachments", bit: PermissionFlagsBits.AttachFiles },
  {
    name: 'Manage Threads',
    purpose: 'delete the thread of a customer who is erased',
    bit: PermissionFlagsBits.ManageThreads,
  },
]

/** Whoever has one of these runs the server. */
const running = PermissionFlagsBits.Administrator | PermissionFlagsBits.ManageGuild
const all = Object.values(PermissionFlagsBits).reduce((bits, bit) => bits | bit, 0n)

export function isRunning(bits: bigint): boolean {
  return (bits & running) !== 0n
}

/** Without these, nothing can be posted at all. */
export const neededToPost = needed.slice(0, 2)

/** Those of `rights` that are not among `bits`. */
export function missingIn(bits: bigint, rights = needed): Permission[] {
  return rights.filter(({ bit }) => (bits & bit) !== bit)
}

/** Where an administrator lets the bot in, with the rights that it needs and no other. `guild`: the server that is meant. */
export function inviteUrl(applicationId: string, guild?: string): string {
  const permissions = needed.reduce((bits, { bit }) => bits | bit, 0n)
  const query = new URLSearchParams({
    client_id: applicationId,
    scope: 'bot applications.commands',
    permissions: permissions.toString(),
    ...(guild ? { guild_id: guild } : {}),
  })
  return `https://discord.com/oauth2/authorize?${query.toString()}`
}

/** What of Discord's own objects decides over rights; permissions as decimal numbers. */
export interface Standing {
  guild: { id: string; owner_id: string; roles: { id: string; permissions: string }[] }
  /** `id`: the person's. */
  member: { id: string; roles: string[] }
}

export interface Overwrite {
  id: string
  type: OverwriteType
  allow: string
  deny: string
}

/** What somebody may do in a whole server: https://docs.discord.com/developers/topics/permissions#permission-overwrites */
export function permissionsIn({ guild, member }: Standing): bigint {
  if (member.id === guild.owner_id) return all
  const own = guild.roles.filter(({ id }) => id === guild.id || member.roles.includes(id))
  const bits = own.reduce((sum, { permissions }) => sum | bitsOf(permissions), 0n)
  return bits & PermissionFlagsBits.Administrator ? all : bits
}

/** What somebody may do in one channel. `overwrites`: the channel's. */
export function permissionsInChannel({ guild, member }: Standing, overwrites: Overwrite[]): bigint {
  const bits = permissionsIn({ guild, member })
  if (bits & PermissionFlagsBits.Administrator) return all
  const ofRoles = overwrites.filter(({ type }) => type === OverwriteType.Role)
  const layers = [
    ofRoles.filter(({ id }) => id === guild.id),
    ofRoles.filter(({ id }) => id !== guild.id && member.roles.includes(id)),
    overwrites.filter(({ type, id }) => type === OverwriteType.Member && id === member.id),
  ]
  return layers.reduce((sum, layer) => {
    const denied = layer.reduce((mask, { deny }) => mask | bitsOf(deny), 0n)
    const allowed = layer.reduce((mask, { allow }) => mask | bitsOf(allow), 0n)
    return (sum & ~denied) | allowed
  }, bits)
}

/** None where Discord says something that is no number. */
export function bitsOf(permissions: string): bigint {
  return /^\d{1,40}$/.test(permissions) ? BigInt(permissions) : 0n
}
