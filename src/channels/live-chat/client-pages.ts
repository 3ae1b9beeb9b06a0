import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { Page } from '../channel.ts'
import { frameAncestors } from './origins.ts'

const script = 'text/javascript; charset=utf-8'

interface ClientOptions {
  title: string
  greeting: string
  /** The sites that may show the chat in a frame. */
  origins: string[]
}

/** The chat's page, its parts, and the script that other sites load. Files are read when first asked for. */
export function clientPages({ title, greeting, origins }: ClientOptions): Page[] {
  const policy = [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "connect-src 'self'",
    "img-src 'self' data:",
    "base-uri 'none'",
    "form-action 'none'",
    `frame-ancestors ${frameAncestors(origins)}`,
  ]
  return [
    file('/chat', 'page.html', 'text/html; charset=utf-8', {
      headers: { 'content-security-policy': policy.join('; '), 'referrer-policy': 'no-referrer' },
      fill: { title, greeting },
    }),
    file('/chat.js', 'launcher.js', script, { headers: { 'cross-origin-resource-policy': 'cross-origin' } }),
    file('/channels/live-chat/page.css', 'page.css', 'text/css; charset=utf-8'),
    ...['page.js', 'connection.js', 'store.js', 'thread.js'].map((name) =>
      file(`/channels/live-chat/${name}`, name, script),
    ),
  ]
}

interface FileOptions {
  headers?: Record<string, string>
  /** Plain text for the places marked `{{name}}`. */
  fill?: Record<string, string>
}

function file(path: string, name: string, type: string, { headers = {}, fill = {} }: FileOptions = {}): Page {
  let content: string | undefined
  return {
    method: 'GET',
    path,
    async handle(request) {
      content ??= (await readFile(new URL(`client/${name}`, import.meta.url), 'utf8')).replaceAll(
        /\{\{(\w+)\}\}/g,
        (_, place: string) => escapeHtml(fill[place] ?? ''),
      )
      const etag = `"${createHash('sha256').update(content).digest('base64url')}"`
      const isKnown = request.headers.get('if-none-match') === etag
      return new Response(isKnown ? null : content, {
        status: isKnown ? 304 : 200,
        headers: {
          ...headers,
          'content-type': type,
          'cache-control': 'no-cache',
          'x-content-type-options': 'nosniff',
          etag,
        },
      })
    },
  }
}

function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}
