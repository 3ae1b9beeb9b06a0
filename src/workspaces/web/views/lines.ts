import { html } from 'hono/html'
import type { AnswerLine } from '../../workspace.ts'
import { visible } from '../../kit/text.ts'
import { cardPath, customerPath } from '../paths.ts'
import type { Html } from './page.ts'
import { saidView } from './said.ts'

/** Lines of which some open a card, or a customer's page. */
export function linesView(lines: AnswerLine[]): Html {
  return html`<ul>
    ${lines.map((line) => html`<li dir="auto">${lineView(line)}</li>`)}
  </ul>`
}

function lineView({ text, conversationId, customerId }: AnswerLine): Html {
  const customer = customerId === undefined ? null : customerPath(customerId)
  if (conversationId !== undefined)
    return html`<a href="${cardPath(conversationId)}">${visible(text)}</a>${
        customer && html` · <a href="${customer}">the customer</a>`
      }`
  return customer === null ? saidView(text) : html`<a href="${customer}">${visible(text)}</a>`
}
