import type { Triage } from '../interactions/interaction.ts'
import type { Brand } from '../settings/tuning.ts'

/** What the assistant is told of a conversation. For a public channel it holds nothing of the customer's private profile. */
export interface ConversationView {
  channel: { id: string; name: string; isPublic: boolean; isLetter: boolean }
  /** As the customer gave it on this channel, or null. */
  customerName: string | null
  subject: string | null
  /** What the team reads: a BCP 47 primary language. */
  teamLanguage: string
  /** Oldest first; the last are the customer's unanswered words. */
  /** `rating`: stars, 1 to 5. */
  turns: { from: 'customer' | 'team'; name: string; at: Date; text: string; rating: number | null }[]
}

/** How the team wants to sound, and what this draft must do. */
export interface Brief {
  brand: Brand
  triage: Triage
  /** Longest text the channel takes, in characters. */
  maxLength: number
  /** The teammate's wish for another draft, and the draft they saw. */
  redraft: { instruction: string; previous: string } | null
}

export interface ProposedDraft {
  text: string
  /** What it rests on, for the card; short phrases. */
  evidence: string[]
  /** What a teammate must know before they approve it; a sentence. */
  caution?: string
}

/** A result and who wrote it: `openai/<model>` or `offline`. */
export interface Written<T> {
  value: T
  by: string
  /** Why the first choice did not write it; null when it did. */
  fallback: string | null
}

/** Works out the theme and proposes replies. Never sends anything. */
export interface Assistant {
  triage(conversation: ConversationView, signal: AbortSignal): Promise<Written<Triage>>
  draft(conversation: ConversationView, brief: Brief, signal: AbortSignal): Promise<Written<ProposedDraft>>
  /** For `doctor`: what was found, a line each. Throws PermanentError with what to do. */
  check(): Promise<string[]>
}

/** One call of a model, for the books. */
export interface ModelCall {
  purpose: 'triage' | 'draft'
  model: string
  outcome: 'ok' | 'repaired' | 'invalid' | 'refused' | 'timeout' | 'rate-limited' | 'error'
  inputTokens: number
  cachedTokens: number
  outputTokens: number
  /** US dollars; null when the model's price is not known. */
  cost: number | null
  latencyMs: number
}

/** Where calls are written down, and what was spent. */
export interface Ledger {
  record(call: ModelCall): Promise<void>
  /** Tokens used since midnight UTC, in and out. */
  tokensToday(): Promise<number>
}
