import { z } from 'zod'
import { PermanentError, RetryableError } from '../../errors.ts'
import type { ChannelIo, MessageTemplate, OutboundReply } from '../channel.ts'
import { cleanText } from '../kit/clean-text.ts'
import type { WhatsAppAccount } from './settings.ts'
import { callGraph } from './graph.ts'
import { id, line, listOf, maybe } from './shapes.ts'

const keptMs = 5 * 60_000
const perPage = 100
const mostPages = 20
const patienceMs = 60_000

/** A template of the business account, with what a send needs to know of it. */
export interface WhatsAppTemplate extends MessageTemplate {
  /** As Meta writes it: `en_US`. */
  languageCode: string
  isNamed: boolean
  /** Names of the blanks, by the part that they stand in, in the order in which they are sent. */
  blanks: { header: string[]; body: string[] }
}

const componentShape = z.object({
  type: z.string().transform((type) => type.toUpperCase()),
  format: line(40),
  text: z.string().optional().catch(undefined),
  buttons: listOf(z.object({ type: z.string().transform((type) => type.toUpperCase()), url: line(2000) }), 20),
})
const templateShape = z.object({
  id: z.union([z.string(), z.number().transform(String)]),
  name: z.string(),
  language: z.string(),
  status: z.string(),
  category: line(60),
  parameter_format: line(40),
  // A part that we can't read may need what we can't give.
  components: z.array(componentShape),
})
const pageShape = z.object({
  data: listOf(templateShape, perPage * 2),
  paging: maybe({ cursors: maybe({ after: id }), next: id }),
})

export type ListTemplates = (account: WhatsAppAccount) => Promise<WhatsAppTemplate[]>

/** Reads the approved templates of an account that need nothing but text; what was read is good for five minutes. Throws as `callGraph`. */
export function createTemplates({ clock }: Pick<ChannelIo, 'clock'>): ListTemplates {
  const kept = new Map<string, { until: number; templates: Promise<WhatsAppTemplate[]> }>()
  return (account) => {
    const now = clock.now()
    const known = kept.get(account.id)
    if (known && known.until > now.getTime()) return known.templates
    const templates = readAll(account, now)
    const entry = { until: now.getTime() + keptMs, templates }
    kept.set(account.id, entry)
    templates.catch(() => {
      if (kept.get(account.id) === entry) kept.delete(account.id)
    })
    return templates
  }
}

async function readAll(account: WhatsAppAccount, now: Date): Promise<WhatsAppTemplate[]> {
  const signal = AbortSignal.timeout(patienceMs)
  const found: WhatsAppTemplate[] = []
  let after: string | undefined
  for (let page = 0; page < mostPages; page++) {
    const query = {
      status: 'APPROVED',
      fields: 'id,name,language,status,category,parameter_format,components',
      limit: String(perPage),
      ...(after && { after }),
    }
    const path = `${account.businessAccountId}/message_templates`
    const read = pageShape.safeParse(await callGraph(account, { method: 'GET', path, query }, signal, now))
    if (!read.success) throw new RetryableError('WhatsApp did not tell which templates there are')
    const { data, paging } = read.data
    found.push(...data.flatMap((one) => templateFrom(one) ?? []))
    // `next` is an address with the token in it: only its being there counts.
    after = paging?.next && paging.cursors?.after
    if (!after) break
  }
  return found.toSorted((a, b) => a.name.localeCompare(b.name) || a.language.localeCompare(b.language))
}

const plainButtons = new Set(['QUICK_REPLY', 'PHONE_NUMBER', 'URL'])

/** Null for one that is not approved, or needs a file, a code, or a link of its own. */
function templateFrom(raw: z.infer<typeof templateShape>): WhatsAppTemplate | null {
  if (raw.status !== 'APPROVED' || raw.category === 'AUTHENTICATION') return null
  const parts = new Map<string, string>()
  for (const { type, format, text, buttons } of raw.components) {
    if (type === 'BUTTONS') {
      const arePlain = buttons.every((button) => plainButtons.has(button.type) && !button.url?.includes('{{'))
      if (!arePlain) return null
    } else if (type === 'HEADER' && format !== 'TEXT') return null
    else if (!/^(HEADER|BODY|FOOTER)$/.test(type) || text === undefined) return null
    else parts.set(type, cleanText(text))
  }
  const body = parts.get('BODY')
  if (!body) return null
  const isNamed = raw.parameter_format === 'NAMED'
  // Numbers begin anew in each part: those of the header get names of their own.
  const header = isNamed ? parts.get('HEADER') : parts.get('HEADER')?.replace(blank, '{{header_$1}}')
  return {
    id: raw.id,
    name: raw.name,
    language: raw.language.replaceAll('_', '-'),
    languageCode: raw.language,
    isNamed,
    text: [header, body, parts.get('FOOTER')].filter(Boolean).join('\n\n').replace(blank, '{{$1}}'),
    blanks: { header: blanksOf(header), body: blanksOf(body) },
  }
}

const blank = /\{\{\s*([A-Za-z0-9_]+)\s*\}\}/g

/** Numbered ones are sent by their numbers, wherever they stand. */
function blanksOf(text = ''): string[] {
  const names = [...new Set([...text.matchAll(blank)].flatMap(([, name]) => name ?? []))]
  const number = (name: string) => Number(/\d+$/.exec(name)?.[0])
  return names.every((name) => /^(header_)?\d+$/.test(name)) ? names.toSorted((a, b) => number(a) - number(b)) : names
}

/** The part of the request that sends a filled template. Throws PermanentError when it can't be sent as it was approved. */
export function templateBody(
  { text, template }: Pick<OutboundReply, 'text' | 'template'>,
  templates: WhatsAppTemplate[],
): Record<string, unknown> {
  const chosen = templates.find((one) => one.id === template?.id)
  if (!chosen) {
    throw new PermanentError('The template is not there any more, or is no longer approved', {
      action: 'Choose another template',
    })
  }
  const values = template?.values ?? {}
  const names = [...new Set([...chosen.blanks.header, ...chosen.blanks.body])]
  for (const name of names) {
    const value = Object.hasOwn(values, name) ? (values[name] ?? '') : ''
    // WhatsApp takes no others.
    if (!value.trim() || /[\n\r\t]| {5}/.test(value)) {
      throw new PermanentError(`The blank "${name}" needs text on one line, without wide gaps`, {
        action: 'Fill in the template again',
      })
    }
  }
  const filled = chosen.text.replace(blank, (whole, name: string) => values[name] ?? whole)
  if (spaced(filled) !== spaced(text)) {
    throw new PermanentError('The template was changed since its text was approved here', {
      action: 'Choose it again, and look at its text',
    })
  }
  const component = (type: string, blanks: string[]) => ({
    type,
    parameters: blanks.map((name) => ({
      type: 'text',
      text: values[name],
      ...(chosen.isNamed && { parameter_name: name }),
    })),
  })
  const components = [component('header', chosen.blanks.header), component('body', chosen.blanks.body)]
  const needed = components.filter(({ parameters }) => parameters.length > 0)
  return {
    name: chosen.name,
    language: { code: chosen.languageCode },
    ...(needed.length > 0 && { components: needed }),
  }
}

function spaced(text: string): string {
  return text.replace(/\s+/g, ' ').trim()
}
