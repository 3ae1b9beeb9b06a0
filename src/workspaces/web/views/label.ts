import { html } from 'hono/html'
import type { Label } from '../../card.ts'
import { visible } from '../../kit/text.ts'
import type { Html } from './page.ts'

export function labelView({ kind, text, tone }: Label): Html {
  if (kind === 'rating') {
    const rating = text.split('★').length - 1
    return html`<li class="chip rating ${tone}">
      <span role="img" aria-label="${rating} of 5 stars">${visible(text)}</span>
    </li>`
  }
  const theme = kind === 'theme' ? html`data-theme="${visible(text).toLowerCase()}"` : ''
  return html`<li class="chip ${kind} ${tone}" ${theme}>${visible(text)}</li>`
}
