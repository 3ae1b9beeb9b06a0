import { PermanentError, RetryableError } from '../../errors.ts'
import { allOf } from '../../waiting.ts'
import { checkRooms } from '../kit/checks.ts'
import type { WorkspaceIo } from '../workspace.ts'
import type { SlackConfig } from './env.ts'
import { appTokenAction, asking, codeOf, scopeAction } from './failures.ts'
import type { Installation, Installations } from './installations.ts'
import { eventsPath, installPath, scopes } from './manifest.ts'
import type { Members } from './members.ts'
import type { Web } from './web-client.ts'

interface Parts {
  config: SlackConfig
  web: Web
  installations: Installations
  members: Members
  io: Pick<WorkspaceIo, 'publicUrl' | 'readTuning'>
}

const apps = 'https://api.slack.com/apps'

/** A line for each thing that is well. Throws what is wrong with what to do, several as AggregateError. Posts nothing. */
export async function checkSlack(parts: Parts): Promise<string[]> {
  const { io, members } = parts
  return allOf([
    checkIncoming(parts),
    checkInstallations(parts),
    checkRooms(io, 'slack', members.roomOf, () => noRoomYet(parts)),
  ])
}

async function checkIncoming({ config, web, io }: Parts): Promise<string[]> {
  const lines: string[] = []
  if (config.appToken) {
    await asking('call', 'open a connection for Socket Mode', () =>
      web.client(config.appToken ?? '').apps.connections.open({}),
    ).catch((error: unknown) => {
      if (error instanceof RetryableError) throw error
      const code = codeOf(error instanceof Error ? error.cause : null)
      throw new PermanentError(`Slack refuses SLACK_APP_TOKEN (${code ?? 'unknown'})`, {
        cause: error,
        action: appTokenAction,
      })
    })
    lines.push(`Socket Mode lets us in; ${config.sockets} connections will be kept`)
  }
  if (config.signingSecret)
    lines.push(`Requests of Slack's are taken at ${io.publicUrl}${eventsPath} with SLACK_SIGNING_SECRET`)
  return lines
}

/** Whether each token is good for all that it is needed for. Throws as `checkSlack`. */
export async function checkInstallations({
  config,
  web,
  installations,
  io,
}: Omit<Parts, 'members'>): Promise<string[]> {
  const installed = await installations.list().catch((error: unknown) => {
    if (config.installation.kind === 'token') throw tokenProblem('SLACK_BOT_TOKEN', error)
    throw new RetryableError("The installations can't be read", { cause: error })
  })
  if (installed.length === 0) return [`Not installed anywhere yet: open ${io.publicUrl}${installPath}`]
  return allOf(
    installed.map(async (installation) => [await checkInstallation(web, installation, config.installation.kind)]),
  )
}

async function checkInstallation(
  web: Web,
  { name, botToken }: Installation,
  kind: SlackConfig['installation']['kind'],
): Promise<string> {
  const identity = await web.identify(botToken).catch((error: unknown) => {
    throw tokenProblem(kind === 'token' ? 'SLACK_BOT_TOKEN' : `The token for ${name}`, error)
  })
  const missing = Object.keys(scopes).filter((scope) => identity.scopes && !identity.scopes.includes(scope))
  if (missing.length > 0)
    throw new PermanentError(`${identity.teamName}: permissions are missing: ${missing.join(', ')}`, {
      action: scopeAction(missing),
    })
  return `${identity.teamName}: the token lets us in as @${identity.botName}`
}

function tokenProblem(whose: string, error: unknown): unknown {
  if (error instanceof RetryableError) return error
  const code = codeOf(error instanceof Error ? error.cause : null)
  const action = whose.startsWith('SLACK_')
    ? `At ${apps}: OAuth & Permissions → Reinstall, then copy the Bot User OAuth Token to ${whose}`
    : 'Install it again'
  return new PermanentError(`Slack refuses ${whose} (${code ?? 'unknown'})`, { cause: error, action })
}

async function noRoomYet({ installations, members }: Parts): Promise<string> {
  return `No channel for cards was chosen yet: write /invite @${await botName(installations, members)} in one, and it is`
}

async function botName(installations: Installations, members: Members): Promise<string> {
  const [installation] = await installations.list().catch(() => [])
  if (!installation || installation.isEnterpriseWide) return 'Deskbell'
  return members.nameOf(installation.id, installation.botUserId).catch(() => 'Deskbell')
}
