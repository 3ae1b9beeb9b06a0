import type { FileFormat, FileSource, ListPage } from '../found.ts'
import type { FindOrder } from '../command-find.ts'
import type { Items } from '../workspace.ts'

export const cardPath = (conversationId: string): string => `/cards/${encodeURIComponent(conversationId)}`
export const customerPath = (customerId: string): string => `/customers/${encodeURIComponent(customerId)}`
export const reportPath = (id: string): string => `/reports/${encodeURIComponent(id)}`

/** Where the items behind a number are. */
export const itemsPath = ({ reportId, index }: Items): string => `${reportPath(reportId)}/items/${index}`

/** What was typed into the box of the history, and in which order it is shown. */
export interface Asked {
  typed: string
  order: FindOrder
}

/** A search; with a page of its list, that page. What was typed stays in the box. */
export function historyPath({ typed, order }: Asked, page?: ListPage): string {
  const query = new URLSearchParams({ q: typed, order })
  if (page) {
    query.set('list', page.listId)
    query.set('page', String(page.page))
  }
  return `/history?${query}`
}

/** A page of a list that was not typed here. */
export const listPath = ({ listId, page }: ListPage): string =>
  `/history?${new URLSearchParams({ list: listId, page: String(page) })}`

/** Where the whole of it is downloaded. */
export function filePath(source: FileSource, format: FileFormat): string {
  switch (source.kind) {
    case 'items':
      return `${itemsPath(source)}.${format}`
    case 'list':
      return `/history/${encodeURIComponent(source.listId)}.${format}`
    case 'customer':
      return `${customerPath(source.customerId)}.${format}`
  }
}

/** The page that shows what a command asks, by what follows `/desk`; null: it has none. */
export function commandPath(text: string): string | null {
  const [, name = '', rest = ''] = /^(\S+)\s*([^]*)$/.exec(text.trim()) ?? []
  switch (name.toLowerCase()) {
    case 'find':
      return historyPath({ typed: rest, order: 'best' })
    case 'history':
      return historyPath({ typed: rest, order: 'newest' })
    case 'customer':
      return `/customers?${new URLSearchParams({ q: rest })}`
    case 'audit':
      return `/audit?${new URLSearchParams({ q: rest })}`
    default:
      return null
  }
}
