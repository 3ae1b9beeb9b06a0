import type { ConversationView } from '../assistant/assistant.ts'
import type { Conversation } from './conversation.ts'

const turnLimit = 20
const textLimit = 8000

/** What the assistant is told. For a public channel, nothing of who the customer is beyond the name they show there. */
export function viewOf(conversation: Conversation, teamLanguage: string): ConversationView {
  const written = conversation.turns.filter(({ automatic }) => automatic === null)
  return {
    channel: {
      id: conversation.channel.id,
      name: conversation.channel.name,
      isPublic: conversation.channel.isPublic,
      isLetter: conversation.channel.isLetter,
    },
    customerName: namedBy(conversation),
    subject: conversation.subject,
    teamLanguage,
    turns: (written.length > 0 ? written : conversation.turns)
      .slice(-turnLimit)
      .map(({ from, name, at, text }) => ({ from, name, at, text: text.slice(0, textLimit) })),
  }
}

function namedBy({ customer }: Conversation): string | null {
  return customer.name === 'Visitor' || customer.name.includes('@') ? null : customer.name
}
