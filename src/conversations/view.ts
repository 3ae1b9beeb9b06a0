import type { ConversationView } from '../assistant/assistant.ts'
import type { Conversation } from './conversation.ts'

const turnLimit = 20
const textLimit = 8000

/** What the assistant is told. For a public channel, nothing of who the customer is beyond the name they show there. */
export function viewOf(conversation: Conversation, teamLanguage: string): ConversationView {
  const standing = conversation.turns.filter(({ undone }) => undone === undefined)
  const written = standing.filter(({ automatic }) => automatic === null)
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
    turns: (written.length > 0 ? written : standing)
      .slice(-turnLimit)
      .map(({ from, name, at, text, rating }) => ({ from, name, at, text: text.slice(0, textLimit), rating })),
  }
}

function namedBy({ customer }: Conversation): string | null {
  return customer.name === 'Visitor' || customer.name.includes('@') ? null : customer.name
}
