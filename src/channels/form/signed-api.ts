import { z } from 'zod'
import { BadInputError, SignatureError } from '../../errors.ts'
import type { InboundInteraction, Webhook } from '../channel.ts'
import { verifyStandardWebhook } from '../kit/standard-webhooks.ts'
import { interactionOf, line, oneLine, submissionShape } from './submission.ts'

const id = z.string().regex(/^[\x21-\x7e]{1,200}$/, 'One to 200 visible ASCII characters are needed, without spaces')

const score = (min: number, max: number) =>
  z
    .int(`A whole number from ${min} to ${max} is needed`)
    .min(min, `At least ${min}`)
    .max(max, `At most ${max}`)
    .optional()

const shape = {
  ...submissionShape,
  /** Of a survey, which may come without words. */
  survey: z
    .strictObject({
      /** How satisfied they are. */
      satisfied: score(1, 5),
      /** How likely they recommend us. */
      recommends: score(0, 10),
    })
    .refine((given) => Object.values(given).some((one) => one !== undefined), 'satisfied or recommends is needed')
    .optional(),
  /** The site's own id of the submission; `webhook-id` otherwise. */
  id: id.optional(),
  submittedAt: z.iso
    .datetime({ offset: true, error: 'A time such as 2026-03-02T09:00:00Z is needed' })
    .transform((text) => new Date(text))
    .optional(),
  /** Whatever else the site's form asks for: shown below the message. */
  fields: z
    .record(
      z.string().max(100, 'A label can have at most 100 characters'),
      z.union(
        [line('A value', 2000), z.number(), z.boolean()],
        'A text of at most 2000 characters, a number, true or false is needed',
      ),
    )
    .refine((fields) => Object.keys(fields).length <= 50, 'At most 50 fields are possible')
    .default({}),
  /** Where the visitor wrote it. */
  page: z
    .url({ protocol: /^https?$/, error: 'An http or https address is needed' })
    .max(2000)
    .optional(),
}
const bodySchema = z.strictObject(shape)
const surveySchema = z.strictObject({ ...shape, message: z.union([z.literal(''), shape.message]).default('') })
const isSurvey = z.looseObject({ survey: z.object({}) })

type Body = z.infer<typeof bodySchema>

/** Takes a submission that a site's own server sends: JSON, signed by the Standard Webhooks convention. */
export async function receiveSigned(request: Request, secrets: Buffer[], now: Date): ReturnType<Webhook['receive']> {
  if (secrets.length === 0)
    throw new SignatureError(
      'The signed API is switched off. To switch it on, set FORM_SECRETS to a secret and sign with it.',
    )
  const bytes = new Uint8Array(await request.arrayBuffer())
  const { id: webhookId, sentAt } = verifyStandardWebhook({ headers: request.headers, body: bytes, secrets, now })
  const body = parseBody(bytes)
  const externalId = body.id ?? check(id, webhookId, 'webhook-id').toString()
  const writtenAt = body.submittedAt ?? sentAt
  const said = body.message || scoresText(body.survey)
  const interaction = {
    ...interactionOf(externalId, { ...body, message: said }, new Date(Math.min(writtenAt.getTime(), now.getTime()))),
    text: [said, body.message === '' ? '' : scoresText(body.survey), labelled(body.fields)]
      .filter(Boolean)
      .join('\n\n'),
    ...surveyed(body.survey),
    ...(body.page && { notes: [`Written on ${body.page}`] }),
  }
  return {
    delivery: { interactions: [interaction] },
    respond: ({ interactions: [recorded] }) =>
      Response.json({ id: externalId, isDuplicate: recorded?.isDuplicate ?? false }),
  }
}

function surveyed(survey: Body['survey']): Partial<InboundInteraction> {
  if (!survey) return {}
  const { satisfied: rating, recommends } = survey
  return {
    kind: 'survey',
    ...(rating === undefined ? {} : { rating }),
    ...(recommends === undefined ? {} : { recommends }),
  }
}

/** "Satisfied: 4 of 5" */
function scoresText({ satisfied, recommends }: NonNullable<Body['survey']> = {}): string {
  return [
    satisfied === undefined ? '' : `Satisfied: ${satisfied} of 5`,
    recommends === undefined ? '' : `Would recommend us: ${recommends} of 10`,
  ]
    .filter(Boolean)
    .join('\n')
}

function parseBody(bytes: Uint8Array): Body {
  let json: unknown
  try {
    json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch (cause) {
    // The parser's own message quotes the customer's words; only the place is repeated.
    const place = cause instanceof SyntaxError ? /at position .*$/.exec(cause.message)?.[0] : 'because it is not UTF-8'
    throw new BadInputError(['The body is not valid JSON', place].filter(Boolean).join(' '), { cause })
  }
  return check<Body>(isSurvey.safeParse(json).success ? surveySchema : bodySchema, json, 'body')
}

/** Throws BadInputError (422) with every path and reason. */
function check<T>(schema: z.ZodType<T>, input: unknown, where: string): T {
  const result = schema.safeParse(input)
  if (result.success) return result.data
  const reasons = result.error.issues.map(({ path, message }) => `${path.join('.') || where}: ${message}`)
  throw new BadInputError(`The submission can't be used. ${reasons.join('; ')}`, { status: 422 })
}

function labelled(fields: Body['fields']): string {
  return Object.entries(fields)
    .map(([label, value]) => `${oneLine(label)}: ${value}`)
    .join('\n')
}
