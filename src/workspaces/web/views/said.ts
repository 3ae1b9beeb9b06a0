import { html } from 'hono/html'
import { commandPath } from '../paths.ts'
import { isBlank, visible } from '../../kit/text.ts'
import type { Html } from './page.ts'

/** A customer's name, whatever they call themselves. */
export const shownName = (name: string): string => (isBlank(visible(name)) ? 'Somebody' : visible(name).trim())

/** What an answer says; the command that it may end with is a link to its page. */
export function saidView(text: string): Html {
  const shown = visible(text)
  const [, before = '', command = '', after = ''] = /^([^]*)(\/desk [^\n]+?)(\??)$/.exec(shown) ?? []
  const path = commandPath(command.replace(/^\/desk /, ''))
  return path === null ? html`${shown}` : html`${before}<a href="${path}">${command}</a>${after}`
}
