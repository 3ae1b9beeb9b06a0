import { html } from 'hono/html'
import type { Action, ActionId, Card } from '../../card.ts'
import { cardPath } from '../paths.ts'
import { csrfField, type Html } from './page.ts'

/** Single keys that the room's script listens to. */
const shortcuts: Partial<Record<ActionId, string>> = {
  approve: 'A',
  edit: 'E',
  redraft: 'R',
  schedule: 'S',
  dismiss: 'D',
  undo: 'U',
}
const lesser = new Set<ActionId>(['schedule', 'template', 'assign-to', 'dismiss', 'snooze', 'spam', 'customer'])

/** What can be done with the card: plain forms, which the room's script takes over. */
export function actionsView(card: Card, csrf: string): Html {
  const isLesser = ({ id, style }: Action) => style !== 'primary' && card.state === 'waiting' && lesser.has(id)
  const shown = card.actions.filter((action) => !isLesser(action))
  const more = card.actions.filter(isLesser)
  const view = (action: Action, look: string) => actionView(card, action, look, csrf)
  return html`<div class="actions">
    ${shown.map((action) => view(action, `button ${action.style}`))}
    ${
      more.length > 0 &&
      html`<details class="menu" data-key="more">
        <summary class="button plain">More</summary>
        <div class="menu-panel">${more.map((action) => view(action, `menu-item ${action.style}`))}</div>
      </details>`
    }
  </div>`
}

/** A button that asks something opens a page; another one is done at once. */
function actionView(card: Card, action: Action, look: string, csrf: string): Html {
  const path = cardPath(card.conversationId)
  const key = action.id === 'retry' ? `retry-${action.target}` : action.id
  const letter = shortcuts[action.id]
  const label = html`${action.label}${letter && look.startsWith('button') && html`<kbd aria-hidden="true">${letter}</kbd>`}`
  const attributes = html`class="${look}" data-key="${key}" ${letter && html`aria-keyshortcuts="${letter}"`}`

  if (action.id === 'copy') return html`<button type="button" ${attributes} data-copy hidden>${label}</button>`
  if (action.id === 'customer')
    return html`<form method="get" action="${path}/customer"><button ${attributes}>${label}</button></form>`
  if (action.form !== null)
    return html`<form method="get" action="${path}/forms/${action.form}" data-ask>
      <button ${attributes}>${label}</button>
    </form>`
  return html`<form method="post" action="${path}/decide" data-decide>
    ${csrfField(csrf)}<input type="hidden" name="seenSeq" value="${card.seenSeq}" />
    ${action.target !== null && html`<input type="hidden" name="target" value="${action.target}" />`}
    ${action.id === 'dismiss' && html`<input type="hidden" name="reason" value="no-reply-needed" />`}
    <button name="action" value="${action.id}" ${attributes}>${label}</button>
  </form>`
}
