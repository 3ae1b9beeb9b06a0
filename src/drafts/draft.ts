import type { FilledTemplate } from '../replies/reply.ts'

export type DraftState = 'proposed' | 'approved' | 'superseded' | 'dismissed'

/** Something a teammate should look at before approving. */
export interface Flag {
  code:
    | 'too-long'
    | 'promise'
    | 'personal-data'
    | 'unknown-link'
    | 'no-private-channel'
    | 'instructed'
    | 'fallback'
    | 'caution'
  /** A sentence for the card: "Promises a refund". */
  text: string
}

/** A proposed reply. Once written, only its state changes. */
export interface Draft {
  id: string
  conversationId: string
  /** 1, 2, 3 … within the conversation. */
  revision: number
  state: DraftState
  text: string
  /** The newest inbound sequence number that this draft answers. */
  answersSeq: number
  /** `openai/<model>`, `offline`, or a teammate's name. */
  writtenBy: string
  /** What the teammate asked for when they had it redrafted. */
  instruction: string | null
  /** What the draft rests on: "Template: question, live chat", "Their message of 09:12". */
  evidence: string[]
  flags: Flag[]
  /** The text is this template with its blanks filled. */
  template: FilledTemplate | null
  /** The first of two who must approve it: a teammate. */
  firstApprovedBy: { id: string; name: string } | null
  createdAt: Date
}
