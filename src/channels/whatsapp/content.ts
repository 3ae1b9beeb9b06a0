import { z } from 'zod'
import type { InboundAttachment } from '../channel.ts'
import { cleanLine, cleanText } from '../kit/clean-text.ts'
import { flag, id, line, listOf, maybe, words } from './shapes.ts'

/** What a message says. */
export interface Content {
  text: string
  notes?: string[]
  attachments?: InboundAttachment[]
}

/** Shown of a form's answers, of an order, of contacts. */
const mostItems = 50

/** By type. Each is given what stands under the type's name. Null: it can't be read. */
const readers = new Map<string, (value: unknown) => Content | null>([
  ['text', textOf],
  ['image', (value) => fileOf(value, 'photo')],
  ['video', (value) => fileOf(value, 'video')],
  ['audio', (value) => fileOf(value, 'audio')],
  ['document', (value) => fileOf(value, 'document')],
  ['sticker', (value) => fileOf(value, 'sticker')],
  ['location', locationOf],
  ['contacts', contactsOf],
  ['button', buttonOf],
  ['interactive', interactiveOf],
  ['order', orderOf],
])

/** What a message of any type says; of a type that is new or that WhatsApp doesn't pass on, which type it was. */
export function contentOf(message: Record<string, unknown>): Content {
  const type = typeof message['type'] === 'string' ? message['type'] : ''
  return readers.get(type)?.(message[type]) ?? notShown(message, type)
}

function notShown(message: Record<string, unknown>, type: string): Content {
  const { unsupported } = z.object({ unsupported: maybe({ type: line(40) }) }).parse(message)
  const name = cleanLine(unsupported?.type ?? type, 40) || 'unknown'
  const what = name === 'edit' ? 'Changed an earlier message, in a way' : 'Sent something'
  return {
    text: `[${what} that WhatsApp does not pass on: ${name}]`,
    notes: ['It can only be seen in the WhatsApp app. Ask the customer to write it as text'],
  }
}

function textOf(value: unknown): Content | null {
  const read = z.object({ body: z.string() }).safeParse(value)
  return read.success ? { text: cleanText(read.data.body) } : null
}

const fileShape = z.object({
  id: z.string().min(1).max(200),
  mime_type: line(100),
  filename: line(255),
  caption: words,
  voice: flag,
})

function fileOf(value: unknown, kind: string): Content | null {
  const read = fileShape.safeParse(value)
  if (!read.success) return null
  const { id: mediaId, mime_type, filename, caption, voice } = read.data
  // "audio/ogg; codecs=opus"
  const [mediaType = 'application/octet-stream'] = /^[\w.+-]+\/[\w.+-]+/.exec(mime_type ?? '') ?? []
  const extension = /\/(?:x-)?([a-z0-9]{2,5})$/.exec(mediaType)?.[1]?.replace('jpeg', 'jpg')
  const name = filename ?? `${voice ? 'voice message' : kind}${extension ? `.${extension}` : ''}`
  return {
    text: caption ?? '',
    attachments: [{ name, mediaType, bytes: 0, source: { mediaId } }],
  }
}

const degrees = (most: number) =>
  z
    .union([
      z.number(),
      z
        .string()
        .regex(/^-?\d+(\.\d+)?$/)
        .transform(Number),
    ])
    .pipe(z.number().min(-most).max(most))

const locationShape = z.object({
  latitude: degrees(90),
  longitude: degrees(180),
  name: line(200),
  address: line(300),
})

function locationOf(value: unknown): Content | null {
  const read = locationShape.safeParse(value)
  if (!read.success) return null
  const { name, address, latitude, longitude } = read.data
  const place = `${latitude},${longitude}`
  const map = `https://www.google.com/maps/search/?api=1&query=${encodeURIComponent(place)}`
  return { text: [`Location: ${name ?? place}`, address, name ? place : undefined, map].filter(Boolean).join('\n') }
}

const contactShape = z.object({
  name: maybe({ formatted_name: line(200) }),
  org: maybe({ company: line(200) }),
  phones: listOf(z.object({ phone: line(50), wa_id: line(50) }), 10),
  emails: listOf(z.object({ email: line(320) }), 10),
})

function contactsOf(value: unknown): Content | null {
  const contacts = listOf(contactShape, mostItems).parse(value)
  if (contacts.length === 0) return null
  return {
    text: contacts
      .map(({ name, org, phones, emails }) =>
        [
          `Contact: ${[name?.formatted_name, org?.company && `(${org.company})`].filter(Boolean).join(' ') || 'no name'}`,
          ...phones.map(({ phone, wa_id }) => phone ?? (wa_id && `+${wa_id}`)),
          ...emails.map(({ email }) => email),
        ]
          .filter(Boolean)
          .join('\n'),
      )
      .join('\n\n'),
  }
}

/** The quick reply of a template. */
function buttonOf(value: unknown): Content | null {
  const text = maybe({ text: words, payload: words }).parse(value)
  const said = text?.text ?? text?.payload
  return said ? { text: said, notes: ['Pressed a button of a template'] } : null
}

const choice = maybe({ id: line(256), title: line(200), description: line(200) })
const interactiveShape = z.object({
  button_reply: choice,
  list_reply: choice,
  nfm_reply: maybe({ name: line(100), body: words, response_json: z.unknown() }),
})

function interactiveOf(value: unknown): Content | null {
  const read = interactiveShape.safeParse(value)
  if (!read.success) return null
  const { button_reply, list_reply, nfm_reply } = read.data
  const chosen = button_reply ?? list_reply
  if (chosen) {
    const text = [chosen.title ?? chosen.id, chosen.description].filter(Boolean).join('\n')
    return text ? { text, notes: [button_reply ? 'Pressed a button' : 'Chose from a list'] } : null
  }
  if (!nfm_reply) return null
  const answers = answersOf(nfm_reply.response_json)
  return { text: answers || (nfm_reply.body ?? ''), notes: ['Filled in a form'] }
}

/** "size: M", a line each. The token is the form's own. */
function answersOf(json: unknown): string {
  let read: unknown = json
  if (typeof json === 'string') {
    try {
      read = JSON.parse(json)
    } catch {
      return cleanText(json).trim()
    }
  }
  const answers = z.record(z.string(), z.unknown()).safeParse(read)
  return Object.entries(answers.data ?? {})
    .filter(([name]) => name !== 'flow_token')
    .slice(0, mostItems)
    .map(([name, value]) => {
      const said = typeof value === 'string' ? value : (JSON.stringify(value) ?? '')
      return `${cleanLine(name, 100)}: ${cleanText(said.slice(0, 2000)).trim()}`
    })
    .join('\n')
}

const orderShape = z.object({
  catalog_id: id,
  text: words,
  product_items: listOf(
    z.object({ product_retailer_id: line(100), quantity: line(20), item_price: line(20), currency: line(10) }),
    mostItems,
  ),
})

function orderOf(value: unknown): Content | null {
  const read = orderShape.safeParse(value)
  if (!read.success || (read.data.product_items.length === 0 && !read.data.text)) return null
  const { text, product_items, catalog_id } = read.data
  const items = product_items.map(({ product_retailer_id, quantity, item_price, currency }) =>
    [
      `${quantity ?? '?'} × ${product_retailer_id ?? 'an article without a number'}`,
      item_price && `at ${item_price}${currency ? ` ${currency}` : ''}`,
    ]
      .filter(Boolean)
      .join(' '),
  )
  return {
    text: [...(items.length > 0 ? ['Order:', ...items] : []), ...(text ? ['', text] : [])].join('\n').trim(),
    ...(catalog_id ? { notes: [`From the catalogue ${cleanLine(catalog_id, 50)}`] } : {}),
  }
}
