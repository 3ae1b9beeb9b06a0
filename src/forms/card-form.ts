import { z } from 'zod'
import type { ActionId, Card } from '../workspaces/card.ts'
import type { Form, FormValues } from '../workspaces/form.ts'
import type { Decision } from '../workspaces/workspace.ts'
import type { MessageTemplate } from '../channels/channel.ts'
import type { Hours } from '../settings/tuning.ts'
import type { Read } from './values.ts'

/** A form about one conversation: what it asks, and the decision that the answers are. Both halves are pure. */
export interface CardForm {
  /** It can be opened while the card offers this. */
  action: ActionId
  make(shown: Shown): Omit<Form, 'id' | 'about'>
  read(values: FormValues, shown: Shown, about: SeenAbout): Read<Intent>
}

/** The conversation as it stands, and what else a form is made from. */
export interface Shown {
  card: Card
  /** False where the team sends by hand: then nothing can be sent later. */
  canSend: boolean
  /** One approval is not enough: whoever is the second chooses when it is sent. */
  needsTwo: boolean
  /** The draft has its first. */
  isFirstApproved: boolean
  /** What the provider approved, in the customer's language first; empty unless the form is about them. */
  templates: MessageTemplate[]
  /** Why the team's own words can't be sent any more, and what to do; null while they can. */
  closed: string | null
  hours: Hours
  now: Date
}

export const secondChooses = 'Two must approve this. The second chooses when it is sent'

/** A decision, without who made it about what. */
export type Intent = Decision extends infer One
  ? One extends Decision
    ? Omit<One, 'conversationId' | 'teammate'>
    : never
  : never

/** What opens a form on a card; the rest is as things stand then. */
export const cardAbout = z.object({ conversationId: z.string() })

/** What comes back with it: what its reader saw. */
export const seenAbout = z.object({
  conversationId: z.string(),
  seenSeq: z.int().min(0),
  draftId: z.string().nullable(),
})
export type SeenAbout = z.infer<typeof seenAbout>

/** What the customer wrote since the team last answered, and its translation. */
export function customersWords({ customer, turns }: Card): Form['context'] {
  const unanswered = turns.filter(({ isUnanswered }) => isUnanswered)
  const said = unanswered.length > 0 ? unanswered : turns.filter(({ from }) => from === 'customer').slice(-1)
  const text = said.map((turn) => turn.text).join('\n\n')
  const isTranslated = said.some(({ translation }) => translation !== null)
  const translation = said.map((turn) => turn.translation ?? turn.text).join('\n\n')
  return [
    ...(text.trim() === '' ? [] : [{ title: `${customer.name} wrote`, text }]),
    ...(isTranslated ? [{ title: 'Translation', text: translation }] : []),
  ]
}

/** The draft, word for word. */
export function draftWords({ draft }: Card): Form['context'] {
  return draft ? [{ title: 'The draft', text: draft.text }] : []
}
