import { listBroken, type BrokenAccount } from '../accounts/queries.ts'
import type { Context } from '../context.ts'
import type { OpenQueue } from '../jobs/queue.ts'

export interface Readiness {
  isReady: boolean
  /** By part: `ok`, or what is wrong. */
  parts: Record<string, string>
}

const patienceMs = 2000

/**
 * Whether this process can do its work now: database, queue, workspaces. Accounts that must be authorised anew are named too, and make
 * it no less ready: a balancer must not take webhooks away for them. Never throws.
 */
export async function checkReadiness(ctx: Pick<Context, 'db' | 'workspaces'>, queue: OpenQueue): Promise<Readiness> {
  let broken: BrokenAccount[] = []
  const parts: Record<string, string> = {
    database: await state(listBroken(ctx.db).then((rows) => void (broken = rows))),
    queue: await state(queue.boss.schemaVersion()),
  }
  for (const workspace of ctx.workspaces.values()) parts[workspace.id] = workspace.isReady() ? 'ok' : 'not connected'
  const isReady = Object.values(parts).every((part) => part === 'ok')
  for (const { channel, account, since, reason } of broken)
    parts[`${channel} ${account}`] = `must be authorised anew since ${since.toISOString()}: ${reason}`
  return { isReady, parts }
}

async function state(answer: PromiseLike<unknown>): Promise<string> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('no answer within 2 s')), patienceMs)
  })
  try {
    await Promise.race([answer, late])
    return 'ok'
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
    return `cannot be reached: ${cause instanceof Error ? cause.message || cause.name : String(cause)}`
  } finally {
    clearTimeout(timer)
  }
}
