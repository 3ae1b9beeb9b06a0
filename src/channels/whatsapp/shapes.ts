import { z } from 'zod'
import { cleanLine, cleanText } from '../kit/clean-text.ts'

// What Meta sends grows without notice, and one field that we can't read must not cost the message: it counts as not there.

/** Some ids come as numbers. */
const scalar = z.union([z.string(), z.number().transform(String)])

/** Meta's own have about a hundred characters. */
export const longestId = 500

/** An id as it came; undefined for none. */
export const id = scalar
  .transform((value) => value.trim())
  .pipe(z.string().min(1).max(longestId))
  .optional()
  .catch(undefined)

/** One line of a stranger's, or undefined. */
export const line = (max: number) =>
  scalar
    .transform((value) => cleanLine(value, max) || undefined)
    .optional()
    .catch(undefined)

/** Text of a stranger's, or undefined. */
export const words = z
  .string()
  .transform((value) => cleanText(value).trim() || undefined)
  .optional()
  .catch(undefined)

export const flag = z.boolean().optional().catch(undefined)

/** An object, or undefined. */
export const maybe = <Shape extends z.ZodRawShape>(shape: Shape) => z.object(shape).optional().catch(undefined)

/** The elements that are like this; what isn't is left out. */
export const listOf = <T extends z.ZodType>(element: T, most = 1000) =>
  z
    .array(z.unknown())
    .catch([])
    .transform((all) =>
      all.slice(0, most).flatMap((one) => {
        const read = element.safeParse(one)
        return read.success ? [read.data] : []
      }),
    )
