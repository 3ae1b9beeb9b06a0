import {
  ApplicationCommandOptionType,
  ApplicationCommandType,
  ChannelType,
  PermissionFlagsBits,
  Routes,
  type APIApplicationCommandBasicOption,
  type RESTGetAPIApplicationGuildCommandsResult,
  type RESTPutAPIApplicationGuildCommandsJSONBody,
} from 'discord.js'
import { GoneError, messageOf, RetryableError } from '../../errors.ts'
import type { Log } from '../../log.ts'
import { commands, type CommandOption } from '../command.ts'
import { codeOf } from './failures.ts'
import { inviteUrl } from './permissions.ts'
import type { Rest } from './rest.ts'

/** What people type first. */
const deskCommand = 'desk'
/** What people find under Apps in a message's menu. */
export const logCommand = 'Log customer interaction'

/** Until an administrator opens it to others: Server Settings → Integrations. */
const usualMembers = PermissionFlagsBits.ManageGuild.toString()
/** https://docs.discord.com/developers/interactions/application-commands: an option's `max_length` */
const longestOption = 2000

/** `/desk` as every workspace knows it, and the message command. They stand in servers only, where they are registered. */
export function commandsOf(): RESTPutAPIApplicationGuildCommandsJSONBody {
  return [
    {
      type: ApplicationCommandType.ChatInput,
      name: deskCommand,
      description: 'Deskbell: who waits, what was answered, what is to be set',
      default_member_permissions: usualMembers,
      options: commands.map(({ name, about, options }) => ({
        type: ApplicationCommandOptionType.Subcommand,
        name,
        description: about,
        options: options.map(optionOf),
      })),
    },
    { type: ApplicationCommandType.Message, name: logCommand, default_member_permissions: usualMembers },
  ]
}

function optionOf({ name, about, suggests }: CommandOption): APIApplicationCommandBasicOption {
  const described = { name, description: about, required: false }
  // Discord offers these by itself; cards and digests can go nowhere else.
  if (suggests === 'rooms')
    return {
      ...described,
      type: ApplicationCommandOptionType.Channel,
      channel_types: [ChannelType.GuildText, ChannelType.GuildAnnouncement],
    }
  const type = ApplicationCommandOptionType.String
  return suggests === null
    ? { ...described, type, max_length: longestOption }
    : { ...described, type, autocomplete: true }
}

/**
 * Registers the commands in each server where they are not as they should be. Never throws: returns the servers that it
 * has to be tried in again, and logs what to do about them.
 */
export async function registerCommands(rest: Rest, guilds: readonly string[], log: Log): Promise<string[]> {
  const left: string[] = []
  for (const guild of guilds) {
    try {
      await registerIn(rest, guild, log)
    } catch (error) {
      left.push(guild)
      await tellFailure(rest, guild, error, log)
    }
  }
  return left
}

async function registerIn(rest: Rest, guild: string, log: Log): Promise<void> {
  const { applicationId } = await rest.identify()
  const route = Routes.applicationGuildCommands(applicationId, guild)
  const wanted = commandsOf()
  const there = await rest.ask<RESTGetAPIApplicationGuildCommandsResult>('call', 'tell which commands there are', {
    method: 'GET',
    route,
  })
  // Discord lets only so many be registered in a day, and everybody's menus would blink.
  if (hasAll(there, wanted)) return
  await rest.ask('call', 'register the commands', { method: 'PUT', route, body: wanted })
  log.info('discord commands registered', { guild })
}

async function tellFailure(rest: Rest, guild: string, error: unknown, log: Log): Promise<void> {
  const ids = { guild, code: codeOf(error), reason: messageOf(error) }
  if (error instanceof RetryableError) return log.warn('discord commands not registered; trying again', ids)
  if (!(error instanceof GoneError)) return log.error('discord commands not registered', ids)
  const identity = await rest.identify().catch(() => null)
  const action = identity
    ? `Invite Deskbell with ${inviteUrl(identity.applicationId, guild)}, or take ${guild} out of DISCORD_GUILDS`
    : 'Look at DISCORD_TOKEN'
  log.error('discord commands not registered', { ...ids, action })
}

/** Whether exactly these commands are there. Discord adds much of its own, and leaves out what is as usual. */
export function hasAll(there: readonly object[], wanted: readonly object[]): boolean {
  if (there.length !== wanted.length) return false
  const keyOf = (command: object) => JSON.stringify([field(command, 'type') ?? 1, field(command, 'name')])
  return wanted.every((command) => {
    const found = there.find((one) => keyOf(one) === keyOf(command))
    return found !== undefined && holds(found, command)
  })
}

function holds(there: unknown, wanted: unknown): boolean {
  if (Array.isArray(wanted)) {
    const list: unknown[] = Array.isArray(there) ? there : []
    return list.length === wanted.length && wanted.every((item, at) => holds(list[at], item))
  }
  if (typeof wanted === 'object' && wanted !== null)
    return (
      typeof there === 'object' &&
      there !== null &&
      Object.entries(wanted).every(([name, value]) => holds(field(there, name), value))
    )
  return wanted === there || (wanted === false && (there === undefined || there === null))
}

function field(from: object, name: string): unknown {
  return name in from ? (from as Record<string, unknown>)[name] : undefined
}
