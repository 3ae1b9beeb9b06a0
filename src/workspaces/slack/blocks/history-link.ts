import type { types } from '@slack/bolt'
import { z } from 'zod'
import { fileFormats, type CustomerChange, type FileFormat, type FileSource, type ListPage } from '../../found.ts'
import { isBlank, oneLine } from '../../kit/text.ts'
import { button } from './elements.ts'

/**
 * Buttons of what was found, and of customers' pages. Each says which; an index makes its id unique within its block.
 * `turn`: the page takes the place of the one before it; `list`: it comes below.
 */
export function pageButton(kind: 'turn' | 'list', label: string, page: ListPage, index = 0): types.Button {
  return button(label, `${kind}:${index}`, pageValue(page))
}

/** Shows the page to everybody in the room. */
export function shareButton(page: ListPage): types.Button {
  return button('Share to room', 'share', pageValue(page))
}

/** Opens the customer's page. */
export function customerButton(label: string, { id, name }: { id: string; name: string }, index: number): types.Button {
  return {
    ...button(label, `customer:${index}`, id),
    accessibility_label: oneLine(`${label}: ${isBlank(name) ? 'Somebody' : name}`, 75),
  }
}

/** Sends the whole of it as a file. */
export function fileButton(label: string, source: FileSource, format: FileFormat): types.Button {
  return button(label, `file:${format}`, JSON.stringify(source))
}

/** Decides who a customer is. */
export function changeButton(label: string, change: CustomerChange, index: number): types.Button {
  return button(label, `change:${change.kind}:${index}`, JSON.stringify(change))
}

const pageValue = ({ listId, page }: ListPage) => `${listId} ${page}`

const id = z.string().regex(/^[\w-]{1,100}$/)
const pageSchema = z.tuple([id, z.string().regex(/^\d{1,6}$/)])
const sourceSchema: z.ZodType<FileSource> = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('items'), reportId: id, index: z.int().min(0).max(9999) }),
  z.object({ kind: z.literal('list'), listId: id }),
  z.object({ kind: z.literal('customer'), customerId: id }),
])
const changeSchema: z.ZodType<CustomerChange> = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('join'), customerId: id, otherId: id }),
  z.object({ kind: z.literal('distinguish'), customerId: id, otherId: id }),
  z.object({ kind: z.literal('part'), customerId: id, mergeId: id }),
  z.object({ kind: z.literal('remove-note'), customerId: id, noteId: id }),
])

/** What such buttons stand for; null for others. */
export function readPage(value: string | null): ListPage | null {
  const parsed = pageSchema.safeParse(value?.split(' '))
  return parsed.success ? { listId: parsed.data[0], page: Number(parsed.data[1]) } : null
}

export function readCustomer(value: string | null): { customerId: string } | null {
  const parsed = id.safeParse(value)
  return parsed.success ? { customerId: parsed.data } : null
}

export function readFileLink(
  actionId: string,
  value: string | null,
): { source: FileSource; format: FileFormat } | null {
  const format = fileFormats.find((one) => actionId === `file:${one}`)
  const source = sourceSchema.safeParse(jsonOf(value))
  return format && source.success ? { source: source.data, format } : null
}

export function readChange(value: string | null): CustomerChange | null {
  return changeSchema.safeParse(jsonOf(value)).data ?? null
}

function jsonOf(text: string | null): unknown {
  try {
    return JSON.parse(text ?? '')
  } catch {
    return null
  }
}
