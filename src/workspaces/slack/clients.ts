import type { webApi } from '@slack/bolt'
import { GoneError, PermanentError, RetryableError } from '../../errors.ts'
import type { WorkspaceIo } from '../workspace.ts'
import { asking } from './failures.ts'
import type { Installation, Installations } from './installations.ts'
import type { Identity, Web } from './web-client.ts'

export interface Clients {
  /**
   * Of one workspace. Throws GoneError when Deskbell isn't installed there, RetryableError when that can't be told now:
   * in both cases nothing was done.
   */
  of(team: string): Promise<TeamClient>
  /** Whether Deskbell is installed in this workspace, by itself or with its organisation. Throws as `of`. */
  isInstalledIn(team: string): Promise<boolean>
}

export interface TeamClient {
  team: string
  web: webApi.WebClient
  identify(): Promise<Identity>
}

/** Which workspaces an organisation has changes seldom. */
const teamsFreshMs = 10 * 60_000

/** Clients by workspace, from wherever Deskbell is installed. */
export function createClients(web: Web, installations: Installations, { clock }: Pick<WorkspaceIo, 'clock'>): Clients {
  const teamsOf = new Map<string, { teams: Set<string>; readAt: number }>()

  async function enterpriseTeams({ id, botToken }: Installation): Promise<Set<string>> {
    const now = clock.now().getTime()
    const cached = teamsOf.get(id)
    if (cached && now - cached.readAt < teamsFreshMs) return cached.teams
    const teams = new Set<string>()
    let cursor: string | undefined
    do {
      const page = await asking('call', "list the organisation's workspaces", () =>
        web.client(botToken).auth.teams.list({ limit: 200, ...(cursor ? { cursor } : {}) }),
      )
      for (const team of page.teams ?? []) if (team.id) teams.add(team.id)
      cursor = page.response_metadata?.next_cursor || undefined
    } while (cursor)
    teamsOf.set(id, { teams, readAt: now })
    return teams
  }

  async function find(team: string): Promise<Installation | null> {
    const own = await installations.find({ team, enterprise: null })
    if (own) return own
    for (const installation of await installations.list())
      if (installation.isEnterpriseWide && (await enterpriseTeams(installation)).has(team)) return installation
    return null
  }

  async function findOrWait(team: string): Promise<Installation | null> {
    try {
      return await find(team)
    } catch (error) {
      if (error instanceof RetryableError || error instanceof GoneError || error instanceof PermanentError) throw error
      throw new RetryableError("Slack's installations can't be read now", { cause: error })
    }
  }

  return {
    async of(team) {
      const installation = await findOrWait(team)
      if (!installation) throw new GoneError(`Deskbell is not installed in the Slack workspace ${team}`, 'room')
      return {
        team,
        web: web.client(installation.botToken, team),
        identify: () => web.identify(installation.botToken),
      }
    },
    isInstalledIn: async (team) => (await findOrWait(team)) !== null,
  }
}
