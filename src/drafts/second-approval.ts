import { ConflictError } from '../errors.ts'
import type { Theme } from '../interactions/interaction.ts'
import type { SecondApproval } from '../settings/tuning.ts'
import type { Flag } from './draft.ts'

/** What a reply is about, as far as it decides how many must approve it. */
export interface Matter {
  /** Of the customer's newest words; null while nobody knows it. */
  theme: Theme | null
  channel: { id: string; name: string }
  /** The newest stars that the customer gave, 1 to 5. */
  rating: number | null
  /** Of the text that would be sent. */
  flags: Flag[]
}

/** Why two teammates must approve, in words for the card: "complaint", "Email", "2 stars". Empty: one is enough. */
export function secondApprovalReasons({ theme, channel, rating, flags }: Matter, rules: SecondApproval): string[] {
  const reasons = flags.filter(({ code }) => rules.flags.includes(code)).map(({ text }) => midSentence(text))
  // Whoever is quicker than the triage must not get around the second approver.
  if (theme === null && rules.themes.length > 0) reasons.unshift('theme not known yet')
  if (rules.channels.includes(channel.id)) reasons.unshift(channel.name)
  if (theme !== null && rules.themes.includes(theme)) reasons.unshift(theme)
  if (rating !== null && rules.maxRating !== null && rating <= rules.maxRating)
    reasons.push(rating === 1 ? '1 star' : `${rating} stars`)
  return [...new Set(reasons)]
}

/** True when no reply ever takes two. */
export function isOneEnough({ themes, channels, flags, maxRating }: SecondApproval): boolean {
  return themes.length + channels.length + flags.length === 0 && maxRating === null
}

export type ApprovalStep = 'send' | 'first' | 'ask-manager'

/**
 * What an approval of a text does: sends it, is the first of two, or waits until it is known whether a manager gave it.
 * Throws ConflictError when the same teammate approves twice.
 */
export function approvalStep({ reasons, first, by, mustBeManager }: Approving): ApprovalStep {
  if (reasons.length === 0) return 'send'
  if (first === null) return 'first'
  if (first === by) throw new ConflictError('You approved this already; somebody else must be the second')
  return mustBeManager ? 'ask-manager' : 'send'
}

interface Approving {
  /** Why two must approve. */
  reasons: string[]
  /** Who approved first. */
  first: string | null
  by: string
  /** The second must be a manager, and it isn't known that this is one. */
  mustBeManager: boolean
}

function midSentence(text: string): string {
  return text.slice(0, 1).toLowerCase() + text.slice(1)
}
