import { ApplicationCommandType, Routes, type APIApplicationCommand, type APIGuild } from 'discord.js'
import { PermanentError, RetryableError } from '../../errors.ts'
import { allOf } from '../../waiting.ts'
import { checkRooms } from '../kit/checks.ts'
import type { WorkspaceIo } from '../workspace.ts'
import type { DiscordConfig } from './env.ts'
import { codeOf, isTokenRefused } from './failures.ts'
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
    checkRooms(parts.io, 'discord', parts.members.roomOf, async () => noRoomYet),
  ]
  return [...lines, ...(await allOf(checks)), invite]
}

const noRoomYet = 'No channel for cards was chosen yet: write /desk help in one, and press the button'

function tokenProblem(error: unknown): unknown {
  if (error instanceof RetryableError && !isTokenRefused(error.cause)) return error
  return new PermanentError('Discord refuses DISCORD_TOKEN', {
    cause: error,
    action:
      'At https://discord.com/developers/applications: open your application, Bot → Reset Token, and copy the token to DISCORD_TOKEN',
  })
}

/** Whether clicks come the way that the settings say. Throws PermanentError where they don't. */
export async function checkIncoming(
  { config, io }: { config: Pick<DiscordConfig, 'publicKey'>; io: Pick<WorkspaceIo, 'publicUrl'> },
  identity: Pick<Identity, 'applicationId' | 'interactionsUrl' | 'verifyKey'>,
): Promise<string[]> {
  const ours = `${io.publicUrl}${interactionsPath}`
  const general = page(identity.applicationId, 'information')
  const { interactionsUrl: theirs } = identity
  if (config.publicKey === null) {
    if (theirs === null) return ['Clicks come over the gateway']
    throw new PermanentError(`Discord sends clicks to ${theirs}, and not over the gateway`, {
      action: `Clear Interactions Endpoint URL at ${general}, or set DISCORD_PUBLIC_KEY to get them as requests; then start Deskbell again`,
    })
  }
  if (config.publicKey.toLowerCase() !== identity.verifyKey.toLowerCase())
    throw new PermanentError('DISCORD_PUBLIC_KEY is not the key of this application', {
      action: `Copy Public Key from ${general}`,
    })
  if (theirs === ours) return [`Clicks are taken at ${ours} with DISCORD_PUBLIC_KEY`]
  if (!ours.startsWith('https:'))
    throw new PermanentError(`Discord sends clicks to https addresses only, and Deskbell takes them at ${ours}`, {
      action: 'Set PUBLIC_URL to the https address under which Discord reaches Deskbell',
    })
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
      const action = `Open ${invite} as somebody who manages that server; or set DISCORD_GUILDS to the right id`
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
