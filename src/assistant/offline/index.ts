import type { Triage } from '../../interactions/interaction.ts'
import type { Assistant, ConversationView, Written } from '../assistant.ts'
import { fillTemplate } from '../templates.ts'
import { isPlainCourtesy } from './courtesy.ts'
import { detectLanguage } from './language.ts'
import { sentimentOf, weigh, type Weights } from './sentiment.ts'
import { themeOf } from './theme.ts'
import { topicsOf } from './topics.ts'
import { urgencyOf } from './urgency.ts'
import { toWords, type Speech } from './words.ts'

const maxRead = 5000
const maxSubject = 300
const maxSummary = 120

const unfollowed = 'Your instruction was not followed: the offline assistant writes from templates'

/** Works by rules, word lists and templates: no key, no network, the same answer every time. */
export function offlineAssistant(): Assistant {
  return {
    async triage(conversation, signal) {
      signal.throwIfAborted()
      return written(triage(conversation))
    },
    async draft(conversation, brief, signal) {
      signal.throwIfAborted()
      const { text, language } = fillTemplate(conversation, brief)
      const evidence = [`Template: ${brief.triage.theme}, ${languageName(language)}`]
      const caution = brief.redraft ? unfollowed : foreign(brief.triage.language, language)
      return written({ text, evidence, ...(caution ? { caution } : {}) })
    },
    check: async () => ['Offline assistant: works without a key'],
  }
}

/** They wrote in a language that there is no template in. */
function foreign(theirs: string, ours: string): string | null {
  if (theirs === ours || theirs === 'und') return null
  return `They write ${languageName(theirs)}; there is no template in it, so this is ${languageName(ours)}`
}

function written<T>(value: T): Written<T> {
  return { value, by: 'offline', fallback: null }
}

function languageName(tag: string): string {
  return new Intl.DisplayNames('en', { type: 'language' }).of(tag) ?? tag
}

function triage(conversation: ConversationView): Triage {
  const body = newestWords(conversation)
  const isFirst = conversation.turns.every((turn) => turn.from === 'customer')
  // A later subject is often that of our own reply.
  const text = isFirst && conversation.subject ? `${conversation.subject.slice(0, maxSubject)}.\n${body}` : body
  const language = detectLanguage(body || text)
  const speech: Speech = { language, words: toWords(text) }
  const said: Speech = { language, words: toWords(body) }
  if (isPlainCourtesy(said, body)) {
    const theme = 'compliment'
    return {
      theme,
      sentiment: 'positive',
      urgency: 'low',
      language,
      topics: [],
      summary: summarise(body),
      translation: null,
      needsReply: false,
    }
  }
  const stars = conversation.turns.findLast(({ rating }) => rating !== null)?.rating ?? null
  if (text.trim() === '' && stars !== null) return byStars(stars)
  const weights = withStars(weigh(speech), stars)
  const theme = themeOf(speech, text, weights)
  return {
    theme,
    sentiment: sentimentOf(weights),
    urgency: urgencyOf(speech, text, theme),
    language,
    topics: topicsOf(speech),
    summary: summarise(body || text),
    translation: null,
    needsReply: true,
  }
}

/** What they gave stars for, they may praise or blame in words that nobody here knows. */
function withStars({ positive, negative }: Weights, stars: number | null): Weights {
  if (stars === null || stars === 3) return { positive, negative }
  return stars > 3 ? { positive: positive + 1, negative } : { positive, negative: negative + 1 }
}

/** Stars without a word. */
function byStars(stars: number): Triage {
  const isGood = stars >= 4
  return {
    theme: isGood ? 'compliment' : 'complaint',
    sentiment: isGood ? 'positive' : stars === 3 ? 'neutral' : 'negative',
    urgency: 'normal',
    language: 'und',
    topics: [],
    summary: '',
    translation: null,
    needsReply: !isGood,
  }
}

/** What the customer wrote since the team last answered; else the last thing they wrote. */
function newestWords({ turns }: ConversationView): string {
  const lastAnswer = turns.findLastIndex((turn) => turn.from === 'team')
  const unanswered = turns.slice(lastAnswer + 1)
  const words = unanswered.length > 0 ? unanswered : turns.filter((turn) => turn.from === 'customer').slice(-1)
  return words
    .map((turn) => turn.text)
    .join('\n')
    .slice(0, maxRead)
}

/** The first sentence, in the customer's own words. */
function summarise(text: string): string {
  const line = text.trim().replace(/\s+/g, ' ')
  const sentence = /^.{15,}?[.!?](?= |$)/.exec(line)?.[0] ?? line
  return sentence.length > maxSummary ? `${sentence.slice(0, maxSummary - 1).trimEnd()}…` : sentence
}
