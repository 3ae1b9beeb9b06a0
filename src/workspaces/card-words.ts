import type { DismissReason, ReplyWindow } from '../conversations/conversation.ts'
import type { Triage } from '../interactions/interaction.ts'
import type { Label } from './card.ts'

/** "less than 2 h left"; null while there is plenty, or nothing. */
export function leftText({ minutesLeft }: ReplyWindow): string | null {
  return minutesLeft === null || minutesLeft === 0 ? null : `less than ${duration(minutesLeft * 60_000)} left`
}

/** "Email · support@example.com" */
export function originOf({ name, account }: { name: string; account: string }): string {
  return account === 'default' || account === name ? name : `${name} · ${account}`
}

const themeTones: Record<Triage['theme'], Label['tone']> = {
  compliment: 'good',
  complaint: 'bad',
  question: 'plain',
  suggestion: 'plain',
  comparison: 'plain',
}

const sentimentTones: Record<Triage['sentiment'], Label['tone']> = {
  positive: 'good',
  neutral: 'plain',
  negative: 'bad',
  mixed: 'warn',
}

/** Stars, 1 to 5, and what the assistant made of it. */
export function labelsOf(
  stars: number | null,
  triage: Omit<Triage, 'summary' | 'translation' | 'needsReply'> | null,
): Label[] {
  return [...ratingLabels(stars), ...(triage ? triageLabels(triage) : [])]
}

/** "★★☆☆☆" */
function ratingLabels(stars: number | null): Label[] {
  if (stars === null) return []
  const tone = stars <= 2 ? 'bad' : stars === 3 ? 'warn' : 'good'
  return [{ kind: 'rating', text: '★'.repeat(stars) + '☆'.repeat(5 - stars), tone }]
}

function triageLabels(triage: Omit<Triage, 'summary' | 'translation' | 'needsReply'>): Label[] {
  const labels: Label[] = [
    { kind: 'theme', text: triage.theme, tone: themeTones[triage.theme] },
    { kind: 'sentiment', text: triage.sentiment, tone: sentimentTones[triage.sentiment] },
  ]
  if (triage.urgency !== 'normal') {
    labels.push({
      kind: 'urgency',
      text: `${triage.urgency} urgency`,
      tone: triage.urgency === 'high' ? 'warn' : 'plain',
    })
  }
  if (triage.language !== 'und') labels.push({ kind: 'language', text: languageName(triage.language), tone: 'plain' })
  return [...labels, ...triage.topics.map((text): Label => ({ kind: 'topic', text, tone: 'plain' }))]
}

const languageNames = new Intl.DisplayNames('en', { type: 'language', fallback: 'code' })

/** "German" for `de`; what is no language's tag stays as it is. */
export function languageName(tag: string): string {
  try {
    return languageNames.of(tag) ?? tag
  } catch {
    return tag
  }
}

/** "6 min", "3 h 5 min", "2 d 4 h". */
export function duration(ms: number): string {
  const minutes = Math.floor(ms / 60_000)
  if (minutes < 1) return `${Math.max(0, Math.floor(ms / 1000))} s`
  if (minutes < 60) return `${minutes} min`
  const hours = Math.floor(minutes / 60)
  const join = (big: string, rest: number, unit: string) => (rest > 0 ? `${big} ${rest} ${unit}` : big)
  if (hours < 24) return join(`${hours} h`, minutes % 60, 'min')
  return join(`${Math.floor(hours / 24)} d`, hours % 24, 'h')
}

/** How the reasons for a dismissal read on screen. */
export const dismissLabels: Record<DismissReason, string> = {
  'no-reply-needed': 'No reply needed',
  'handled-elsewhere': 'Handled elsewhere',
  spam: 'Spam',
  duplicate: 'Duplicate',
  automatic: 'Automatic message or reaction',
  removed: 'Removed by its author',
}
