import { z } from 'zod'

/** The API says no. */
export class Refusal extends Error {
  readonly code: number
  readonly status: number
  readonly subcode: number | undefined
  constructor(code: number, status = 400, subcode?: number) {
    super(`Refused: ${code}`)
    this.code = code
    this.status = status
    this.subcode = subcode
  }
}

export interface Template {
  id: string
  name: string
  language: string
  status: string
  category: string
  parameter_format?: 'NAMED' | 'POSITIONAL'
  components: Record<string, unknown>[]
}

const parameter = z.strictObject({
  type: z.literal('text'),
  text: z
    .string()
    .min(1)
    .regex(/^(?!.* {5})[^\n\t]*$/),
  parameter_name: z.string().optional(),
})

const common = {
  messaging_product: z.literal('whatsapp'),
  recipient_type: z.literal('individual').optional(),
  to: z
    .string()
    .regex(/^\+?[1-9]\d{6,14}$/)
    .optional(),
  recipient: z
    .string()
    .regex(/^[A-Z]{2}\.(ENT\.)?[A-Za-z0-9]{1,128}$/)
    .optional(),
  context: z.strictObject({ message_id: z.string().startsWith('wamid.') }).optional(),
  biz_opaque_callback_data: z.string().max(512).optional(),
}
const messageShape = z.discriminatedUnion('type', [
  z.strictObject({
    ...common,
    type: z.literal('text'),
    text: z.strictObject({ body: z.string().min(1).max(4096), preview_url: z.boolean().optional() }),
  }),
  z.strictObject({
    ...common,
    type: z.literal('template'),
    template: z.strictObject({
      name: z.string(),
      language: z.strictObject({ code: z.string() }),
      components: z
        .array(z.strictObject({ type: z.enum(['header', 'body']), parameters: z.array(parameter).min(1) }))
        .optional(),
    }),
  }),
])

type TemplateMessage = Extract<z.infer<typeof messageShape>, { type: 'template' }>['template']

/** Takes a request to send as strictly as Meta does. Returns to whom. Throws Refusal. */
export function checkMessage(
  contentType: string,
  content: Buffer,
  { templates, closedFor }: { templates: Template[]; closedFor: Set<string> },
): string {
  if (!/^application\/json\b/.test(contentType)) throw new Refusal(100)
  const read = messageShape.safeParse(JSON.parse(content.toString()))
  if (!read.success) throw new Refusal(100)
  const message = read.data
  const to = message.to?.replace('+', '') ?? message.recipient
  if (to === undefined) throw new Refusal(131008)
  if (message.type === 'template') checkTemplate(message.template, templates)
  else if (closedFor.has(to)) throw new Refusal(131047)
  return to
}

function checkTemplate({ name, language, components = [] }: TemplateMessage, templates: Template[]): void {
  const found = templates.find((one) => one.name === name && one.language === language.code)
  if (found?.status !== 'APPROVED') throw new Refusal(132001, 404)
  for (const part of ['header', 'body']) {
    const { text = '' } = found.components.find(({ type }) => type === part.toUpperCase()) ?? {}
    const blanks = new Set(
      String(text)
        .match(/\{\{\s*\w+\s*\}\}/g)
        ?.map((blank) => blank.replace(/[{}\s]/g, '')),
    )
    const given = components.find(({ type }) => type === part)?.parameters ?? []
    if (given.length !== blanks.size) throw new Refusal(132000)
    const isNamed = found.parameter_format === 'NAMED'
    const areRight = given.every(({ parameter_name }) =>
      isNamed ? blanks.has(parameter_name ?? '') : parameter_name === undefined,
    )
    if (!areRight) throw new Refusal(132018)
  }
}
