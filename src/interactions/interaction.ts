/** Exactly one per interaction. */
export const themes = ['compliment', 'complaint', 'question', 'suggestion', 'comparison'] as const
export type Theme = (typeof themes)[number]

export const sentiments = ['positive', 'neutral', 'negative', 'mixed'] as const
export type Sentiment = (typeof sentiments)[number]

export const urgencies = ['low', 'normal', 'high'] as const
export type Urgency = (typeof urgencies)[number]

export const kinds = ['message', 'review', 'comment', 'mention', 'survey', 'call'] as const
export type InteractionKind = (typeof kinds)[number]

/** Files beyond this are not kept, in bytes. */
export const largestAttachment = 10 * 1024 * 1024

/** A channel's own: what it fetches a file by. No secret: it is stored. */
export type AttachmentSource = Record<string, string>

/** What the assistant makes of what a customer wrote. */
export interface Triage {
  theme: Theme
  sentiment: Sentiment
  urgency: Urgency
  /** BCP 47 primary language, `und` when it can't be told. */
  language: string
  /** Up to five short noun phrases, lower case. */
  topics: string[]
  /** One line, in the team's language where the assistant can. */
  summary: string
  /** The customer's newest words in the team's language; null when they are in it, or nobody can translate. */
  translation: string | null
  /** False for a plain thank-you and the like. A person still decides. */
  needsReply: boolean
}

/** Why nobody waits for an answer to it: a machine wrote it, it is a mere reaction to what was said, or somebody answered it elsewhere. Stored and shown, never answered by itself. */
export type AutomaticReason = 'auto-reply' | 'bulk' | 'bounce' | 'loop' | 'complaint-report' | 'reaction' | 'answered'
