import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'

const files = {
  'room.css': 'text/css',
  'history.css': 'text/css',
  'room.js': 'text/javascript',
  'suggest.js': 'text/javascript',
  'icon.svg': 'image/svg+xml',
} as const
type File = keyof typeof files

export interface Assets {
  /** Where a page finds the file; another address when its content changes. */
  url(file: File): string
  /** Null: there is no such file. */
  respond(request: Request): Response | null
}

/** Reads the styles, the scripts and the icon once. */
export function loadAssets(): Assets {
  const loaded = new Map(
    Object.entries(files).map(([name, type]) => {
      const content = readFileSync(new URL(`./assets/${name}`, import.meta.url))
      return [name, { type, content, hash: createHash('sha256').update(content).digest('base64url').slice(0, 16) }]
    }),
  )
  return {
    url: (file) => `/assets/${file}?v=${loaded.get(file)?.hash}`,
    respond(request) {
      const url = new URL(request.url)
      const file = loaded.get(url.pathname.replace('/assets/', ''))
      if (!file) return null
      const etag = `"${file.hash}"`
      const isPinned = url.searchParams.get('v') === file.hash
      const headers = { etag, 'cache-control': isPinned ? 'public, max-age=31536000, immutable' : 'no-cache' }
      if (request.headers.get('if-none-match') === etag) return new Response(null, { status: 304, headers })
      return new Response(file.content, { headers: { ...headers, 'content-type': `${file.type}; charset=utf-8` } })
    },
  }
}
