import { createHash } from 'node:crypto'
import { z } from 'zod'
import { BadInputError, ConflictError } from '../errors.ts'
import type { FormAbout } from '../workspaces/form.ts'

/** As many as the settings take. */
const mostEntries = 50

/** Puts an entry where the same conditions stood before, else at `at`. */
export function putEntry<Entry>(
  entries: Entry[],
  entry: Entry,
  isSame: (other: Entry) => boolean,
  at = entries.length,
): Entry[] {
  const same = entries.findIndex(isSame)
  if (same >= 0) return entries.with(same, entry)
  if (entries.length >= mostEntries) throw new BadInputError(`There are ${mostEntries} already. Remove one first`)
  return entries.toSpliced(at, 0, entry)
}

/** Names an entry of a list, so that a stale click removes no other. */
export function entryAbout(entries: unknown[], index: number): FormAbout {
  return { index, fingerprint: fingerprintOf(entries[index]) }
}

const aboutSchema = z.object({ index: z.int().min(0), fingerprint: z.string() })

/** Removes the entry that `entryAbout` named. Throws ConflictError when it isn't there any more. */
export function removeEntry<Entry>(entries: Entry[], about: FormAbout): Entry[] {
  const { success, data } = aboutSchema.safeParse(about)
  if (!success || fingerprintOf(entries[data.index]) !== data.fingerprint)
    throw new ConflictError('This was changed or removed since you looked. Nothing was removed now')
  return entries.toSpliced(data.index, 1)
}

function fingerprintOf(entry: unknown): string {
  return createHash('sha256')
    .update(JSON.stringify(entry) ?? '')
    .digest('hex')
    .slice(0, 16)
}
