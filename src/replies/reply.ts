export type ReplyState =
  | 'queued'
  | 'sending'
  | 'accepted'
  | 'published'
  | 'rejected'
  | 'failed'
  | 'unknown'
  | 'by_hand'
  /** Undone, or taken back because the customer wrote again: never left the building. */
  | 'withdrawn'

/** A text that the provider approved beforehand. `values`: what stands in its blanks, by their names. */
export interface FilledTemplate {
  id: string
  values: Record<string, string>
}

/** Why a reply did not go out, in words for the card. */
export interface ReplyProblem {
  reason: string
  /** What the team can do about it. */
  action?: string
  /** It waits until its account is authorised anew. */
  isHeld?: boolean
}

/** An approved draft on its way out. */
export interface Reply {
  id: string
  conversationId: string
  draftId: string
  /** The channel and account that it leaves by; a form's reply leaves by email. */
  channel: string
  account: string
  state: ReplyState
  text: string
  approvedBy: string
  /** The newest inbound sequence number that it answers. */
  answersSeq: number
  /** When the oldest interaction that it answers was written. */
  waitingSince: Date | null
  approvedAt: Date
  /** The end of the grace period, or the time that a teammate chose: until then it can be undone. */
  sendAfter: Date
  /** A teammate chose the time. The customer's next words take it back. */
  isScheduled: boolean
  attempts: number
  attemptedAt: Date | null
  acceptedAt: Date | null
  /** By the provider's word. */
  deliveredAt: Date | null
  readAt: Date | null
  externalId: string | null
  url: string | null
  /** The text is this template with its blanks filled. */
  template: FilledTemplate | null
  problem: ReplyProblem | null
  /** Share of the assistant's draft that was changed, 0 to 1; null when a person wrote it from nothing. */
  editedShare: number | null
}

/** The same words, whatever became of the white space on the way. */
export function isSameText(a: string, b: string): boolean {
  return plain(a) === plain(b)
}

const plain = (text: string) => text.normalize('NFC').replace(/\s+/g, ' ').trim()
