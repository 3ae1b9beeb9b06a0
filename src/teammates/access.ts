import type { Context } from '../context.ts'
import { ConflictError, PermanentError, RetryableError } from '../errors.ts'
import { readTuning } from '../settings/queries.ts'
import type { Roles, Tuning } from '../settings/tuning.ts'
import type { Membership, Teammate } from '../workspaces/workspace.ts'

/** An agent decides; a manager may also change the settings. */
export type Role = 'agent' | 'manager'

type AccessContext = Pick<Context, 'db' | 'workspaces'>

/** What a member of these groups may do; null: nothing. Who runs the workspace is always a manager. */
export function roleOf({ groups, isAdmin }: Membership, roles: Roles | undefined): Role | null {
  const isIn = (group: string | null | undefined) => typeof group === 'string' && groups.includes(group)
  if (isAdmin || isIn(roles?.managers)) return 'manager'
  const agents = roles?.agents ?? null
  return agents === null || isIn(agents) ? 'agent' : null
}

/**
 * Why a teammate may not do what takes this role, in words for them; null: they may.
 * The workspace is asked only where the answer depends on it. `tuning`: where it was read already.
 */
export async function refusalFor(
  ctx: AccessContext,
  workspaceId: string,
  teammate: Teammate,
  needed: Role,
  tuning?: Pick<Tuning, 'roles'>,
): Promise<string | null> {
  const roles = (tuning ?? (await readTuning(ctx.db))).roles[workspaceId]
  const agents = roles?.agents ?? null
  if (needed === 'agent' && agents === null) return null
  let role: Role | null
  try {
    const workspace = ctx.workspaces.get(workspaceId)
    if (!workspace) throw new RetryableError('the workspace is not connected')
    role = roleOf(await workspace.membershipOf(teammate.id), roles)
  } catch (error) {
    if (!(error instanceof RetryableError || error instanceof PermanentError)) throw error
    return `Nothing was done: it could not be found out whether you may do this (${error.message}). Try again in a minute`
  }
  if (role === 'manager' || role === needed) return null
  const managers = roles?.managers ?? null
  const who = managers === null ? 'somebody who runs the workspace' : `a manager: the group ${managers}`
  return needed === 'manager'
    ? `Only managers may do this. Ask ${who}`
    : `Only members of the group ${agents} may decide. Ask ${who}`
}

/** Throws ConflictError, with why, when a teammate may not do what takes this role, or it can't be told. */
export async function checkAccess(
  ctx: AccessContext,
  workspaceId: string,
  teammate: Teammate,
  needed: Role,
): Promise<void> {
  const refusal = await refusalFor(ctx, workspaceId, teammate, needed)
  if (refusal !== null) throw new ConflictError(refusal)
}
