import { z } from 'zod'

const line = (max: number) => z.string().trim().max(max)

/** What a team tunes from its workspace. Secrets and addresses are not here: they come from the environment. */
export const tuningSchema = z.strictObject({
  brand: z.strictObject({
    /** Company or team name; may be empty. */
    name: line(100),
    /** How it speaks: "Warm, short, no exclamation marks." */
    voice: line(2000),
    /** Closes a letter: "The Bluebird team". May be empty. */
    signature: line(500),
    /** Facts that drafts may rest on: opening hours, policies. May be empty. */
    facts: line(10_000),
    /** The offline assistant's texts, by the keys that `assistant/templates.ts` lists. */
    templates: z.record(z.string(), z.string().trim().min(1).max(5000)),
  }),
  /** What the team reads, as a BCP 47 primary language: customers' words in others are translated into it. */
  language: z
    .string()
    .trim()
    .regex(/^[a-z]{2,3}$/, 'Write a language code such as en, de or ja')
    .default('en'),
  /** By channel id: how long an approved reply waits so that it can be undone. The channel's own default otherwise. */
  graceSeconds: z.record(z.string(), z.int().min(0).max(600)),
})

export type Tuning = z.infer<typeof tuningSchema>
export type Brand = Tuning['brand']

export const defaultTuning: Tuning = {
  brand: { name: '', voice: 'Friendly, clear and short.', signature: '', facts: '', templates: {} },
  language: 'en',
  graceSeconds: {},
}
