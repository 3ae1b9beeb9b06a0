import type { Assistant, Brief, ConversationView, ProposedDraft } from '../../src/assistant/assistant.ts'
import type { Triage } from '../../src/interactions/interaction.ts'

export interface FakeAssistant extends Assistant {
  triages: ConversationView[]
  drafts: { view: ConversationView; brief: Brief }[]
  /** What the next calls do; by default a question that is answered with "Answer <n>". */
  onTriage: (view: ConversationView) => Promise<Triage> | Triage
  onDraft: (view: ConversationView, brief: Brief) => Promise<ProposedDraft> | ProposedDraft
}

export const question: Triage = {
  theme: 'question',
  sentiment: 'neutral',
  urgency: 'normal',
  language: 'en',
  topics: ['delivery'],
  summary: 'Asks where the parcel is',
  translation: null,
  needsReply: true,
}

/** Answers at once, without a network. */
export function fakeAssistant(): FakeAssistant {
  const fake: FakeAssistant = {
    triages: [],
    drafts: [],
    onTriage: () => question,
    onDraft: () => ({ text: `Answer ${fake.drafts.length}`, evidence: ['fake'] }),
    async triage(view) {
      fake.triages.push(view)
      return { value: await fake.onTriage(view), by: 'fake', fallback: null }
    },
    async draft(view, brief) {
      fake.drafts.push({ view, brief })
      return { value: await fake.onDraft(view, brief), by: 'fake', fallback: null }
    },
    check: async () => ['fake'],
  }
  return fake
}
