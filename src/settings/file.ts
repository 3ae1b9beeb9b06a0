import { isDeepStrictEqual } from 'node:util'
import { z } from 'zod'
import type { Db } from '../db/client.ts'
import { BadInputError } from '../errors.ts'
import { readTuning } from './queries.ts'
import type { Tuning } from './tuning.ts'
import { writeTuning, type UpdateContext } from './update.ts'

/** Everything that the team tuned, as the text of a file. Secrets are not among it: they come from the environment. */
export async function exportSettings(db: Db): Promise<string> {
  return `${JSON.stringify(await readTuning(db), null, 2)}\n`
}

/**
 * Takes over what stands in a file: the sections that it has; the others stay as they are. Returns the names of those that
 * are different now. Throws BadInputError with what is wrong, and where: nothing is changed then.
 */
export async function importSettings(ctx: UpdateContext, text: string): Promise<string[]> {
  const sections = parse(text)
  const before = await readTuning(ctx.db)
  const after = await writeTuning(ctx, sections, 'operator')
  return (Object.keys(after) as (keyof Tuning)[]).filter((name) => !isDeepStrictEqual(before[name], after[name]))
}

function parse(text: string): Record<string, unknown> {
  let json: unknown
  try {
    // Some editors begin a file with a mark of its encoding.
    json = JSON.parse(text.replace(/^\uFEFF/, ''))
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new BadInputError(`The file is not valid JSON: ${reason}`, { cause })
  }
  const { success, data } = z.record(z.string(), z.unknown()).safeParse(json)
  if (!success) throw new BadInputError('The file must hold one object, such as {"targets": []}')
  return data
}
