import { z } from 'zod'
import type { WorkspaceIo } from '../workspace.ts'
import type { Web } from './web-client.ts'

const installationSchema = z.object({
  /** Of the workspace (`T…`), or of the organisation (`E…`) when it was installed for all of its workspaces. */
  id: z.string().regex(/^[TE][A-Z0-9]+$/),
  enterprise: z.string().nullable(),
  isEnterpriseWide: z.boolean(),
  name: z.string(),
  botToken: z.string().min(1),
  botUserId: z.string(),
  botId: z.string().nullable(),
})
export type Installation = z.infer<typeof installationSchema>

/** Where something happened, as Slack's payloads tell it. */
export interface Origin {
  team: string | null
  enterprise: string | null
}

/** Where Deskbell is installed. Every method throws when the store (or Slack, for a single token) can't be asked. */
export interface Installations {
  /** Null: not installed there, or not allowed any more. */
  find(origin: Origin): Promise<Installation | null>
  /** The one that a payload of Slack's was sent to; `origin` may be the workspace of somebody in a shared channel. */
  receiving(origin: Origin): Promise<Installation | null>
  list(): Promise<Installation[]>
  store(installation: Installation): Promise<void>
  /** `id`: of the workspace or the organisation. */
  forget(id: string): Promise<void>
}

/** The one workspace of SLACK_BOT_TOKEN. */
export function singleInstallation(botToken: string, web: Pick<Web, 'identify'>): Installations {
  async function read(): Promise<Installation> {
    const { team, teamName, enterprise, botUserId, botId } = await web.identify(botToken)
    const isEnterpriseWide = enterprise !== null
    return { id: enterprise ?? team, enterprise, isEnterpriseWide, name: teamName, botToken, botUserId, botId }
  }
  return {
    async find({ team, enterprise }) {
      const installation = await read()
      return installation.id === team || installation.id === enterprise ? installation : null
    },
    // What carries our secret is for us; there is but one installation.
    receiving: read,
    list: async () => [await read()],
    store: () => Promise.reject(new Error('SLACK_BOT_TOKEN is the only installation')),
    forget: async () => {},
  }
}

const prefix = 'slack:'
/** So long may another replica's news take. */
const freshMs = 60_000

/** Many workspaces, their tokens encrypted in the vault. `allowed`: SLACK_TEAMS, which counts at every use. */
export function storedInstallations(
  { vault, clock }: Pick<WorkspaceIo, 'vault' | 'clock'>,
  allowed: string[],
): Installations {
  const known = new Map<string, { installation: Installation; readAt: number }>()

  async function read(id: string): Promise<Installation | null> {
    const now = clock.now().getTime()
    const cached = known.get(id)
    if (cached && now - cached.readAt < freshMs) return cached.installation
    try {
      const stored = installationSchema.safeParse(await vault.get(prefix + id))
      if (!stored.success) {
        known.delete(id)
        return null
      }
      known.set(id, { installation: stored.data, readAt: now })
      return stored.data
    } catch (error) {
      // A click is answered even while the database is away.
      if (cached) return cached.installation
      throw error
    }
  }

  async function find({ team, enterprise }: Origin): Promise<Installation | null> {
    for (const id of [team, enterprise]) {
      const installation = id ? await read(id) : null
      if (installation && isAllowed(installation, allowed)) return installation
    }
    return null
  }

  return {
    find,
    receiving: find,
    async list() {
      const ids = (await vault.names(prefix)).map((name) => name.slice(prefix.length))
      const found = await Promise.all(ids.map((id) => read(id)))
      return found.flatMap((installation) => (installation && isAllowed(installation, allowed) ? [installation] : []))
    },
    async store(installation) {
      await vault.set(prefix + installation.id, installation)
      known.delete(installation.id)
    },
    async forget(id) {
      await vault.delete(prefix + id)
      known.delete(id)
    },
  }
}

/** SLACK_TEAMS may name a workspace, or the organisation that it belongs to. */
export function isAllowed({ id, enterprise }: Pick<Installation, 'id' | 'enterprise'>, allowed: string[]): boolean {
  return allowed.includes(id) || (enterprise !== null && allowed.includes(enterprise))
}
