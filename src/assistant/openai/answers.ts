import { z } from 'zod'
import { sentiments, themes, urgencies } from '../../interactions/interaction.ts'

/** What the model is asked for, and how its answer is read. */
export interface AnswerType<T> {
  name: 'triage' | 'draft'
  /** Sent to the provider: no lengths or patterns, which not every compatible server takes. */
  format: z.ZodObject
  /** Checks and tidies what came back. */
  schema: z.ZodType<T>
  /** What should be better about a valid answer, or null. */
  findFault(value: T): string | null
}

const triage = z.object({
  theme: z.enum(themes),
  sentiment: z.enum(sentiments),
  urgency: z.enum(urgencies),
  language: z.string(),
  topics: z.array(z.string()),
  summary: z.string(),
  translation: z.string().nullable(),
  needsReply: z.boolean(),
})

const oneLine = (text: string) => text.replace(/\s+/g, ' ').trim()

export const triageAnswer = {
  name: 'triage',
  format: triage,
  schema: triage.extend({
    language: z.string().transform((tag) => /^([a-z]{2,3})(?![a-z])/.exec(tag.trim().toLowerCase())?.[1] ?? 'und'),
    topics: z
      .array(z.string())
      .transform((topics) =>
        [...new Set(topics.map((topic) => oneLine(topic).toLowerCase().slice(0, 40)).filter(Boolean))].slice(0, 5),
      ),
    summary: z.string().transform((text) => oneLine(text).slice(0, 200)),
    translation: z
      .string()
      .nullable()
      .transform((text) => text?.trim().slice(0, 8000) || null),
  }),
  findFault: () => null,
} satisfies AnswerType<z.infer<typeof triage>>

const draft = z.object({ text: z.string(), evidence: z.array(z.string()) })

/** `maxLength` in characters. A draft that stays too long is still better than none: the card flags it. */
export function draftAnswer(maxLength: number): AnswerType<z.infer<typeof draft>> {
  return {
    name: 'draft',
    format: draft,
    schema: z.object({
      text: z.string().trim().min(1, 'must not be empty'),
      evidence: z.array(z.string()).transform((phrases) =>
        phrases
          .map((phrase) => oneLine(phrase).slice(0, 120))
          .filter(Boolean)
          .slice(0, 5),
      ),
    }),
    findFault: ({ text }) =>
      text.length > maxLength ? `text has ${text.length} characters; at most ${maxLength} are allowed` : null,
  }
}
