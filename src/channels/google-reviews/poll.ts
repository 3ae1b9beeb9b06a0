import { z } from 'zod'
import type { Clock } from '../../clock.ts'
import { PermanentError } from '../../errors.ts'
import { isDue } from '../../waiting.ts'
import type { Inlet, Removal } from '../channel.ts'
import { nextPage, type GoogleApi } from './api.ts'
import { answerOf, deliveryOf, versionId, type Review } from './review.ts'

const dayMs = 24 * 3600 * 1000
/** Google shows some reviews days after they were written, under the time at which they were. */
const lateMs = 7 * dayMs
const batchLength = 50
/** Versions that are known to be taken, so that they aren't delivered over and over: a page of them. */
const mostSeen = 50
/** Of reviews that seem to be gone, in one go: each is asked for by name. */
const mostMissing = 100

const cursorSchema = z.object({
  /** The newest change that was taken. */
  since: z.string().transform((text) => new Date(text)),
  /** Nothing from before is taken. */
  start: z.string().transform((text) => new Date(text)),
  /** Ids of versions that were taken, or are too old. */
  seen: z.array(z.string()),
  /** When the whole list was last compared with what is known here. */
  comparedAt: z.string().transform((text) => new Date(text)),
})
type Cursor = z.infer<typeof cursorSchema>

export interface Polling {
  api: GoogleApi
  clock: Clock
  /** `accounts/123` */
  accountName: string
  /** How old a review may be at the first start. */
  backMs: number
}

/**
 * Takes what is new or changed at a location, oldest first; the cursor moves with it. Once a day, and whenever the list is seen to
 * its end, what is known here and not in the list is asked for by name, and taken back when Google has it no more. What waits for
 * the team and was answered on Google is told: an answer gives a review no new time.
 * Throws what the API throws.
 */
export async function pollLocation(
  polling: Polling,
  account: string,
  inlet: Pick<Inlet, 'deliver' | 'cursor' | 'standing' | 'waiting'>,
  signal: AbortSignal,
): Promise<void> {
  const { api, clock, backMs } = polling
  const now = clock.now()
  const key = `reviews/${account}`
  const known = cursorSchema.safeParse(await inlet.cursor(key)).data
  // One that begins in the future is of a clock that was set back since: it would hide everything until then.
  const saved = known && known.start <= now ? known : undefined
  const start = new Date(now.getTime() - backMs)
  const cursor: Cursor = saved ?? { since: start, start, seen: [], comparedAt: now }
  const compares = isDue(cursor.comparedAt.getTime() + dayMs, now, dayMs)
  const { reviews, isWhole } = await list(api, account, compares ? null : cursor.since, signal)

  const seen = new Set(cursor.seen)
  const oldest = Math.max(cursor.start.getTime(), cursor.since.getTime() - lateMs)
  const fresh = reviews
    .filter((review) => review.updatedAt.getTime() >= oldest && !seen.has(versionId(review)))
    .toSorted((a, b) => a.updatedAt.getTime() - b.updatedAt.getTime())
  const batches = Math.ceil(fresh.length / batchLength)
  for (let index = 0; index < batches - 1; index++) {
    const batch = fresh.slice(index * batchLength, (index + 1) * batchLength)
    const since = later(cursor.since, batch.at(-1)?.updatedAt, now)
    const value = stored({ ...cursor, since })
    await inlet.deliver({ ...deliveryOf(batch), cursor: { key, value } })
  }
  const last = fresh.slice(Math.max(0, batches - 1) * batchLength)
  const taken: Cursor = {
    ...cursor,
    since: later(cursor.since, last.at(-1)?.updatedAt, now),
    seen: reviews.slice(0, mostSeen).map(versionId),
  }
  if (last.length > 0 || !saved) await inlet.deliver({ ...deliveryOf(last), cursor: { key, value: stored(taken) } })
  const waiting = new Set(await inlet.waiting(account))
  const answers = reviews.flatMap((review) => (waiting.has(review.name) ? (answerOf(review) ?? []) : []))
  if (answers.length > 0) await inlet.deliver({ interactions: [], answers })
  if (!isWhole) return
  const removals = await findRemoved(polling, account, reviews, inlet, signal)
  if (removals.length === 0 && !compares) return
  const value = stored({ ...taken, comparedAt: now })
  await inlet.deliver({ interactions: [], removals, cursor: { key, value } })
}

/** Never beyond `now`: a review of tomorrow would hide those of today. */
const later = (a: Date, b: Date | undefined, now: Date): Date => (b && b > a ? (b < now ? b : now) : a)

const stored = ({ since, start, seen, comparedAt }: Cursor) => ({
  since: since.toISOString(),
  start: start.toISOString(),
  seen,
  comparedAt: comparedAt.toISOString(),
})

/** Pages back, newest change first, until one is older than `since`, or (null) to the end. */
async function list(
  api: GoogleApi,
  account: string,
  since: Date | null,
  signal: AbortSignal,
): Promise<{ reviews: Review[]; isWhole: boolean }> {
  const byName = new Map<string, Review>()
  const seen = new Set<string>()
  for (let pageToken: string | null = null; ;) {
    const page = await api.reviews(account, pageToken, signal)
    // What moves while the pages are turned may be seen twice.
    for (const review of page.reviews) byName.set(review.name, review)
    const oldest = page.reviews.at(-1)?.updatedAt
    const { nextPageToken } = page
    const isWhole = nextPageToken === null
    if (isWhole || (since && oldest && oldest < since)) return { reviews: [...byName.values()], isWhole }
    pageToken = nextPage(nextPageToken, seen)
    signal.throwIfAborted()
  }
}

/** Only a review that Google says it doesn't have is gone: a list may lack one for many reasons. */
async function findRemoved(
  { api, clock, accountName }: Polling,
  account: string,
  reviews: Review[],
  inlet: Pick<Inlet, 'standing'>,
  signal: AbortSignal,
): Promise<Removal[]> {
  const listed = new Set(reviews.map(({ name }) => name))
  // Those of an account that the settings named before can't be asked for.
  const prefix = `${accountName}/locations/${account}/`
  const missing = (await inlet.standing(account)).filter((name) => name.startsWith(prefix) && !listed.has(name))
  const removals: Removal[] = []
  for (const name of missing.slice(0, mostMissing)) {
    // What may not be asked for may well be there.
    const review = await api.review(name, signal).catch((error: unknown) => {
      if (error instanceof PermanentError) return 'unknown'
      throw error
    })
    if (review === null) removals.push({ account, externalId: name, at: clock.now() })
  }
  return removals
}
