import type { Context } from '../context.ts'
import { CredentialsError, messageOf, PermanentError } from '../errors.ts'
import type { SettleContext } from '../replies/settle.ts'
import { problemsOf } from '../waiting.ts'
import { reportAccount, type AccountContext } from './broken.ts'
import { dropAccount, tryAccount } from './mend.ts'
import { isGone, keepAccount } from './presence.ts'
import { listBroken, type BrokenAccount } from './queries.ts'

type WatchContext = AccountContext & SettleContext & Pick<Context, 'log'>

/** Looks whether broken accounts work again, and forgets those that are no longer configured. May be repeated, and run on several replicas at once. */
export async function watchAccounts(ctx: WatchContext): Promise<void> {
  await Promise.all((await listBroken(ctx.db)).map((broken) => look(ctx, broken)))
}

async function look(ctx: WatchContext, broken: BrokenAccount): Promise<void> {
  const { channel: id, account } = broken
  const channel = ctx.channels.get(id)
  const isThere = channel?.open.findsAccounts || channel?.open.accounts.some((one) => one.id === account)
  if (!channel || !isThere) {
    if (await isGone(ctx, broken)) await dropAccount(ctx, broken)
    return
  }
  await keepAccount(ctx, broken)
  try {
    await channel.open.check(account)
  } catch (error) {
    const problems = problemsOf(error)
    const problem = problems.find((one) => one instanceof CredentialsError)
    if (problem) return reportAccount(ctx, id, account, problem)
    ctx.log.info('a broken account could not be looked at', { channel: id, account, error: messageOf(error) })
    // Whoever says what else is wrong has let us in.
    if (!problems.every((one) => one instanceof PermanentError)) return
  }
  await tryAccount(ctx, broken)
}
