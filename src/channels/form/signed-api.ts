import { z } from 'zod'
import { BadInputError, SignatureError } from '../../errors.ts'
import { phoneKey } from '../../customers/keys.ts'
import type { CustomerIdentity, InboundInteraction, Received } from '../channel.ts'
import { verifyStandardWebhook } from '../kit/standard-webhooks.ts'
import { interactionOf, line, oneLine, submissionShape } from './submission.ts'

const id = z.string().regex(/^[\x21-\x7e]{1,200}$/, 'One to 200 visible ASCII characters are needed, without spaces')

const score = (min: number, max: number) =>
  z
    .int(`A whole number from ${min} to ${max} is needed`)
    .min(min, `At least ${min}`)
    .max(max, `At most ${max}`)
    .optional()

/** Has a country's code in front; what is between the digits doesn't matter. */
const phone = line('A phone number', 50).refine(
  (text) => phoneKey(text) !== null,
  'A phone number with its country code is needed, such as +49 30 1234567',
)

/**
 * Who is signed in on the site, as the site knows them. What it says in `verified`, it vouches for: that they own this address
 * (they opened a link that was sent there) or number. Whoever has the same, on any channel that isn't public, is then one customer:
 * `{"phone": "+49 30 1234567", "verified": ["email", "phone"]}`
 */
const customer = z
  .strictObject({
    phone: phone.optional(),
    verified: z
      .array(z.enum(['email', 'phone'], '`email` or `phone` is needed'))
      .max(2)
      .default([]),
  })
  .refine((given) => given.phone !== undefined || !given.verified.includes('phone'), {
    path: ['phone'],
    error: 'A phone number is needed where `phone` is verified',
  })

const shape = {
  ...submissionShape,
  customer: customer.optional(),
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
export async function receiveSigned(request: Request, secrets: Buffer[], now: Date): Promise<Received> {
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
  const submitted = interactionOf(
    externalId,
    { ...body, message: said },
    new Date(Math.min(writtenAt.getTime(), now.getTime())),
  )
  const interaction = {
    ...submitted,
    customer: vouchedFor(submitted.customer, body.customer),
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

/**
 * Whom the site vouches for is told from whoever types the same address into the page: anybody can do that.
 * Who is only known by a number is told by it, and not by the address that they typed.
 */
function vouchedFor(typed: CustomerIdentity, known: Body['customer']): CustomerIdentity {
  if (!known) return typed
  const { phone: number, verified } = known
  const proof = verified.includes('email') ? typed.externalId : phoneKey(number ?? '')
  return {
    ...typed,
    ...(number && { phone: number }),
    ...(verified.length > 0 && { externalId: `verified:${proof}`, verified: [...new Set(verified)] }),
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
