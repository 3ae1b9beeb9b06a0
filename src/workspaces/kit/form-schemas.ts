import { z } from 'zod'
import { formIds, type Field, type FormAbout } from '../form.ts'

/** What comes back from a platform, or from the shelf, about a form. */
export const formIdSchema = z.enum(formIds)
export const aboutSchema: z.ZodType<FormAbout> = z.record(
  z.string(),
  z.union([z.string(), z.number(), z.boolean(), z.null()]),
)
export const fieldKindSchema = z.enum([
  'text',
  'choice',
  'choices',
  'moment',
  'teammate',
  'room',
  'group',
] satisfies Field['kind'][])
