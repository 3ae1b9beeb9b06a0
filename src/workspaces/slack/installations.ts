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
  /** In milliseconds. */
  installedAt: z.number().default(0),
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
  /** `id`: of the workspace or the organisation. `removedAt`: what was installed later stays. */
  forget(id: string, removedAt: Date): Promise<void>
}

/** The one workspace of SLACK_BOT_TOKEN. */
export function singleInstallation(botToken: string, web: Pick<Web, 'identify'>): Installations {
  async function read(): Promise<Installation> {
    const { team, teamName, enterprise, botUserId, botId } = await web.identify(botToken)
    const isEnterpriseWide = enterprise !== null
    const id = enterprise ?? team
    return { id, enterprise, isEnterpriseWide, name: teamName, botToken, botUserId, botId, installedAt: 0 }
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
/** Slack waits for 3 s, and there is more to do. */
const patienceMs = 500

/** Many workspaces, their tokens encrypted in the vault. `allowed`: SLACK_TEAMS, which counts at every use. */
export function storedInstallations(
  { vault, clock }: Pick<WorkspaceIo, 'vault' | 'clock'>,
  allowed: string[],
): Installations {
  const known = new Map<string, { installation: Installation; readAt: number }>()
  /** What is read while something is stored or forgotten may be older than that, and isn't kept. */
  let changes = 0

  async function read(id: string): Promise<Installation | null> {
    const readAt = clock.now().getTime()
    const kept = known.get(id)
    if (kept && readAt - kept.readAt < freshMs) return kept.installation
    const before = changes
    const stored = installationSchema.safeParse(await vault.get(prefix + id))
    const installation = stored.data ?? null
    if (changes !== before) return installation
    if (installation) known.set(id, { installation, readAt })
    else known.delete(id)
    return installation
  }

  const idsOf = ({ team, enterprise }: Origin) => [team, enterprise].filter((id) => id !== null)
  const isOurs = (installation: Installation) => isAllowed(installation, allowed)

  async function find(origin: Origin): Promise<Installation | null> {
    for (const id of idsOf(origin)) {
      const installation = await read(id)
      if (installation && isOurs(installation)) return installation
    }
    return null
  }

  /** As it was read last, however long ago. */
  function recall(origin: Origin): Installation | null {
    const kept = idsOf(origin).flatMap((id) => known.get(id)?.installation ?? [])
    return kept.find(isOurs) ?? null
  }

  /** A click has to be answered even while the database is away, or hangs. */
  async function receiving(origin: Origin): Promise<Installation | null> {
    const kept = recall(origin)
    if (!kept) return find(origin)
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<Installation>((resolve) => void (timer = setTimeout(() => resolve(kept), patienceMs)))
    try {
      return await Promise.race([find(origin).catch(() => kept), late])
    } finally {
      clearTimeout(timer)
    }
  }

  return {
    find,
    receiving,
    async list() {
      const ids = (await vault.names(prefix)).map((name) => name.slice(prefix.length))
      const found = await Promise.all(ids.map((id) => read(id)))
      return found.flatMap((installation) => (installation && isAllowed(installation, allowed) ? [installation] : []))
    },
    async store(installation) {
      await vault.set(prefix + installation.id, installation)
      changes += 1
      known.delete(installation.id)
    },
    async forget(id, removedAt) {
      const stored = installationSchema.safeParse(await vault.get(prefix + id))
      // Slack tells again what it could not tell at once: it may be installed anew by then.
      if (stored.data && stored.data.installedAt > removedAt.getTime()) return
      await vault.delete(prefix + id)
      changes += 1
      known.delete(id)
    },
  }
}

/** SLACK_TEAMS may name a workspace, or the organisation that it belongs to. */
export function isAllowed({ id, enterprise }: Pick<Installation, 'id' | 'enterprise'>, allowed: string[]): boolean {
  return allowed.includes(id) || (enterprise !== null && allowed.includes(enterprise))
}
