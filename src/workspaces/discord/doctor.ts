import { ApplicationCommandType, Routes, type APIApplicationCommand, type APIGuild } from 'discord.js'
import { PermanentError, RetryableError } from '../../errors.ts'
import { roomsOf } from '../../settings/tuning.ts'
import type { WorkspaceIo } from '../workspace.ts'
import type { DiscordConfig } from './env.ts'
import { codeOf } from './failures.ts'
import type { Members } from './members.ts'
import { inviteUrl } from './permissions.ts'
import { interactionsPath } from './receiver-http.ts'
import type { Identity, Rest } from './rest.ts'

interface Parts {
  config: DiscordConfig
  rest: Pick<Rest, 'ask' | 'identify'>
  members: Pick<Members, 'roomOf'>
  io: Pick<WorkspaceIo, 'publicUrl' | 'readTuning'>
}

const page = (applicationId: string, part: string) =>
  `https://discord.com/developers/applications/${applicationId}/${part}`

/** A line for each thing that is well. Throws what is wrong with what to do, several as AggregateError. Posts nothing. */
export async function checkDiscord(parts: Parts): Promise<string[]> {
  const identity = await parts.rest.identify().catch((error: unknown) => {
    throw tokenProblem(error)
  })
  const lines = [
    `The token lets us in as ${identity.botName}`,
    ...(identity.isPublic
      ? [
          `Anybody may invite the bot, and gets no answer elsewhere than in DISCORD_GUILDS: switch Public Bot off at ${page(identity.applicationId, 'bot')} to keep it yours`,
        ]
      : []),
  ]
  const invite = `To invite the bot, with the rights that it needs and no other: ${inviteUrl(identity.applicationId)}`
  const checks = [
    checkIncoming(parts, identity),
    ...parts.config.guilds.map((guild) => checkServer(parts, identity, guild)),
    checkRooms(parts),
  ]
  const outcomes = await Promise.allSettled(checks)
  throwAll(outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? flat(outcome.reason) : [])))
  return [...lines, ...outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? outcome.value : [])), invite]
}

/** Throws one problem as itself, several as one error, and nothing when there is none. */
function throwAll(problems: unknown[]): void {
  if (problems.length > 0) throw problems.length === 1 ? problems[0] : new AggregateError(problems)
}

const flat = (reason: unknown): unknown[] => (reason instanceof AggregateError ? reason.errors : [reason])

function tokenProblem(error: unknown): unknown {
  if (error instanceof RetryableError) return error
  return new PermanentError('Discord refuses DISCORD_TOKEN', {
    cause: error,
    action:
      'At https://discord.com/developers/applications: open your application, Bot → Reset Token, and copy the token to DISCORD_TOKEN',
  })
}

/** Whether clicks come the way that the settings say. */
async function checkIncoming({ config, io }: Parts, identity: Identity): Promise<string[]> {
  const ours = `${io.publicUrl}${interactionsPath}`
  const general = page(identity.applicationId, 'information')
  const { interactionsUrl: theirs } = identity
  if (config.publicKey === null) {
    if (theirs === null) return ['Clicks come over the gateway']
    throw new PermanentError(`Discord sends clicks to ${theirs}, and not over the gateway`, {
      action: `Clear Interactions Endpoint URL at ${general}; or set DISCORD_PUBLIC_KEY to get them as requests`,
    })
  }
  if (config.publicKey.toLowerCase() !== identity.verifyKey.toLowerCase())
    throw new PermanentError('DISCORD_PUBLIC_KEY is not the key of this application', {
      action: `Copy Public Key from ${general}`,
    })
  if (theirs === ours) return [`Clicks are taken at ${ours} with DISCORD_PUBLIC_KEY`]
  throw new PermanentError(
    theirs === null
      ? 'Discord sends clicks over the gateway, and DISCORD_PUBLIC_KEY is set'
      : `Discord sends clicks to ${theirs}, and Deskbell takes them at ${ours}`,
    {
      action: `While Deskbell runs, enter ${ours} as Interactions Endpoint URL at ${general}`,
    },
  )
}

/** Whether the bot is in a server of the team's, and its command there. */
async function checkServer({ rest }: Parts, identity: Identity, guild: string): Promise<string[]> {
  const { applicationId } = identity
  const invite = inviteUrl(applicationId, guild)
  const ask = async <T>(what: string, route: `/${string}`, wrong: string): Promise<T> => {
    try {
      return await rest.ask<T>('call', what, { method: 'GET', route })
    } catch (error) {
      if (error instanceof RetryableError) throw error
      const code = codeOf(error)
      const action = `Open ${invite} as an administrator of that server`
      throw new PermanentError(`${wrong} (${code ?? 'unknown'})`, { cause: error, action })
    }
  }
  const { name } = await ask<APIGuild>(
    'tell about this server',
    Routes.guild(guild),
    `The bot is not in the server ${guild}`,
  )
  const commands = await ask<APIApplicationCommand[]>(
    'list the commands',
    Routes.applicationGuildCommands(applicationId, guild),
    `${name}: the bot may not have commands`,
  )
  const hasDesk = commands.some(
    (command) => command.type === ApplicationCommandType.ChatInput && command.name === 'desk',
  )
  return [`${name}: the bot is in; ${hasDesk ? '/desk is there' : '/desk will be there once Deskbell has started'}`]
}

async function checkRooms({ members, io }: Parts): Promise<string[]> {
  const tuning = await io.readTuning().catch(() => null)
  if (!tuning) return ['The channels for cards were not looked at: the settings can not be read now']
  const rooms = roomsOf(tuning, 'discord')
  const chosen = [rooms.default, rooms.escalation, ...rooms.rules.map(({ room }) => room)]
  const ids = new Set(chosen.flatMap((room) => (room ? [room] : [])))
  const lines: string[] = []
  if (!rooms.default) lines.push('No channel for cards was chosen yet: write /desk help in one, and press the button')
  const problems: unknown[] = []
  for (const id of ids) {
    try {
      const room = await members.roomOf(id)
      if (room.problem === null) lines.push(`${room.name}: cards can be posted`)
      else problems.push(roomProblem(room.problem))
    } catch (error) {
      problems.push(error)
    }
  }
  throwAll(problems)
  return lines
}

/** "Permissions are missing in #a. At #a, open …": what is wrong, and what to do. */
function roomProblem(problem: string): PermanentError {
  const [wrong = problem, ...rest] = problem.split('. ')
  const action = rest.join('. ')
  return new PermanentError(wrong, action ? { action } : {})
}
