import type { attachments, interactions, replies } from '../db/schema.ts'
import type { AttachmentRef, Turn } from './conversation.ts'

type InteractionRow = typeof interactions.$inferSelect

type FileRow = Pick<typeof attachments.$inferSelect, 'id' | 'name' | 'mediaType' | 'bytes' | 'problem'> & {
  isKept: boolean
  isBeingFetched: boolean
}

/** Where a turn stands among the others: by our own clock, and where that can't tell, by its `seq`. */
export interface Order {
  moment: number
}

/**
 * What is shown of what a customer did, in its order. Of words that were changed, what the team answered as it was, and the
 * newest; a reaction that was taken back leaves no trace.
 */
export function shownOf<Heard extends { interaction: InteractionRow }>(
  heard: Heard[],
  said: Pick<typeof replies.$inferSelect, 'state' | 'answersSeq'>[],
): Heard[] {
  const answered = said.filter(({ state }) => state === 'accepted' || state === 'published')
  const rows = heard.map(({ interaction }) => interaction)
  return heard.filter(({ interaction: one }) => {
    if (one.replacedAt === null) return one.removedAt === null || one.automatic === null
    // One that came late was never read by anybody.
    if (one.removedAt !== null || one.automatic !== null || one.seq === 0) return false
    const isLater = ({ seq, versionOf }: InteractionRow) =>
      seq > one.seq && versionOf !== null && versionOf === (one.versionOf ?? one.externalId)
    const next = rows.find(isLater)?.seq ?? Infinity
    return answered.some(({ answersSeq }) => answersSeq >= one.seq && answersSeq < next)
  })
}

/** One thing that a customer did, as it is shown. */
export function customerTurn(row: InteractionRow, name: string, files: FileRow[]): Turn & Order {
  const { id, seq, kind, automatic, occurredAt, receivedAt, rating, text, translation, notes } = row
  const turn = {
    from: 'customer' as const,
    name,
    at: occurredAt,
    id,
    seq,
    kind,
    automatic,
    moment: receivedAt.getTime(),
  }
  if (row.removedAt !== null) {
    const none = { rating: null, text: '', translation: null, attachments: [] }
    return { ...turn, ...none, notes: ['Removed by its author'], undone: 'removed' }
  }
  const shown = { ...turn, rating, text, translation, attachments: files.map(attachmentOf) }
  // The file itself says that it could not be fetched.
  const missing = files.flatMap(({ name: file, problem }) => (problem === null ? [] : [`${file}: ${problem}`]))
  const told = [...notes, ...(automatic === 'reaction' ? ['Their reaction'] : []), ...missing]
  if (row.replacedAt === null) return { ...shown, notes: told }
  return { ...shown, notes: [...told, 'They changed this later'], undone: 'changed' }
}

function attachmentOf({ id, name, mediaType, bytes, isKept, isBeingFetched, problem }: FileRow): AttachmentRef {
  const file = { id, name, mediaType, bytes, isKept }
  if (isKept) return file
  if (isBeingFetched) return { ...file, missing: 'being-fetched' }
  return problem === null ? file : { ...file, missing: 'not-fetched' }
}
