import { z } from 'zod'
import { BadInputError } from '../../errors.ts'

/** Well-formed Unicode without control characters, which a database or a screen would stumble over. */
const clean = (text: string) =>
  text
    .toWellFormed()
    .replaceAll(/\r\n?/g, '\n')
    .replaceAll(/(?![\n\t])\p{Cc}/gu, '')
    .trim()

const string = () => z.string({ error: (issue) => (issue.input === undefined ? 'is missing' : 'must be a string') })

const messageSchema = z.object(
  {
    visitor: string().max(100, { error: 'must be a visitor id that this server gave' }),
    token: string().max(100, { error: 'must be the token that this server gave for the visitor' }),
    /** The browser chose it; a message with the same id is the same message. */
    id: z
      .uuid({ error: (issue) => (issue.input === undefined ? 'is missing' : 'must be a UUID') })
      .transform((id) => id.toLowerCase()),
    text: string()
      .transform(clean)
      .pipe(
        z
          .string()
          .min(1, { error: 'must not be empty' })
          .max(4000, { error: 'must not be longer than 4000 characters' }),
      ),
    name: string()
      .transform((name) => clean(name).replaceAll(/\s+/g, ' '))
      .pipe(z.string().max(100, { error: 'must not be longer than 100 characters' }))
      .optional(),
    email: z
      .email({ pattern: z.regexes.html5Email, error: 'must be an email address' })
      .max(254, { error: 'must not be longer than 254 characters' })
      .optional(),
    /** Where on the site the visitor was. */
    page: z
      .url({ protocol: /^https?$/, normalize: true, error: 'must be an http or https address' })
      .max(2000, { error: 'must not be longer than 2000 characters' })
      .optional(),
  },
  { error: 'must be a JSON object' },
)

/** What a visitor's browser posts. */
type Message = z.infer<typeof messageSchema>

/** Reads a message from a request. Throws BadInputError that names every field that is wrong. */
export async function readMessage(request: Request): Promise<Message> {
  const body: unknown = await request.json().catch((cause: unknown) => {
    throw new BadInputError('The body is not valid JSON. Post one JSON object.', { cause })
  })
  const parsed = messageSchema.safeParse(body)
  if (parsed.success) return parsed.data
  const problems = parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'The body'} ${message}`)
  throw new BadInputError(`The message can't be taken: ${problems.join('; ')}.`)
}
