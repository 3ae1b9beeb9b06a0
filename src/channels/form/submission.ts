import { z } from 'zod'
import type { InboundInteraction } from '../channel.ts'

/** Longest texts, in characters. */
export const maxLengths = { name: 100, email: 254, subject: 200, message: 20_000 }

// Leaves out what mail programs read as mark-up of an address list: one field, one address.
const address =
  /^[^\s@"(),:;<>[\]\\]{1,64}@(?:[\p{L}\p{N}](?:[\p{L}\p{M}\p{N}-]*[\p{L}\p{M}\p{N}])?\.)+[\p{L}\p{N}][\p{L}\p{M}\p{N}-]*$/u

/** What every contact form asks for. Each reason reads as a sentence, for a visitor and for a programmer. */
export const submissionShape = {
  name: needed('A name').pipe(line('A name', maxLengths.name)).default(''),
  email: needed('An e-mail address')
    .pipe(line('An e-mail address', maxLengths.email))
    .refine((text) => address.test(text), 'An e-mail address is needed, such as ana@example.com'),
  subject: needed('A subject').pipe(line('A subject', maxLengths.subject)).default(''),
  message: needed('A message')
    .transform(tidy)
    .pipe(z.string().min(1, 'A message is needed').max(maxLengths.message, atMost('A message', maxLengths.message))),
}

export type Submission = z.infer<z.ZodObject<typeof submissionShape>>

/** One interaction in a conversation of its own: nothing ties two submissions of a form together. */
export function interactionOf(externalId: string, submission: Submission, occurredAt: Date): InboundInteraction {
  const { name, email, subject, message } = submission
  return {
    account: 'default',
    externalId,
    kind: 'message',
    conversation: { externalId, subject: subject || firstWords(message) },
    customer: { externalId: email.toLowerCase(), ...(name && { name }), handle: email, email },
    text: message,
    occurredAt,
  }
}

/** Text of one line. `what` names it in the reason. */
export function line(what: string, max: number): z.ZodType<string, string> {
  return z
    .string()
    .transform(oneLine)
    .pipe(z.string().max(max, atMost(what, max)))
}

/** Line breaks and runs of white space become single spaces. */
export function oneLine(text: string): string {
  return tidy(text).replaceAll(/\s+/g, ' ')
}

/** Leaves out control characters: nobody can read them, and Postgres refuses some. */
function tidy(text: string): string {
  return text
    .toWellFormed()
    .normalize('NFC')
    .replaceAll(/\r\n?/g, '\n')
    .replaceAll(/[^\P{Cc}\n\t]/gu, '')
    .trim()
}

function needed(what: string): z.ZodString {
  return z.string({ error: (issue) => (issue.input === undefined ? `${what} is needed` : undefined) })
}

function atMost(what: string, max: number): string {
  return `${what} can have at most ${max} characters`
}

function firstWords(message: string): string {
  const text = oneLine(message.split('\n', 1)[0] ?? '')
  const start = /^.{1,60}(?!\S)/u.exec(text) ?? /^.{60}/u.exec(text)
  return start && start[0] !== text ? `${start[0].trimEnd()}…` : text
}
