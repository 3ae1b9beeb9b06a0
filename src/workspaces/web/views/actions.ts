import { html } from 'hono/html'
import type { Action, ActionId, Card } from '../../card.ts'
import { dismissLabels } from '../../card.ts'
import { textarea, csrfField, type Html } from './page.ts'

/** What a person typed and could not be sent. */
export interface Kept {
  action: string
  text: string
}

/** Single keys that the room's script listens to. */
const shortcuts: Partial<Record<ActionId, string>> = { approve: 'A', edit: 'E', redraft: 'R', dismiss: 'D', undo: 'U' }

/** What can be done with the card: plain forms, which the room's script takes over. */
export function actionsView(card: Card, csrf: string, kept: Kept | null): Html {
  const isLesser = (action: Action) =>
    action.style !== 'primary' &&
    card.state === 'waiting' &&
    (action.id === 'dismiss' || action.id === 'snooze' || action.id === 'spam')
  const shown = card.actions.filter((action) => !isLesser(action))
  const more = card.actions.filter(isLesser)
  const view = (action: Action, look: string) => actionView(card, action, look, csrf, kept)
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

function actionView(card: Card, action: Action, look: string, csrf: string, kept: Kept | null): Html {
  const fields = html`${csrfField(csrf)}
    <input type="hidden" name="seenSeq" value="${card.seenSeq}" />
    ${action.target !== null && html`<input type="hidden" name="target" value="${action.target}" />`}`
  const path = `/cards/${encodeURIComponent(card.conversationId)}/decide`
  const key = action.id === 'retry' ? `retry-${action.target}` : action.id
  const letter = shortcuts[action.id]
  const label = html`${action.label}${letter && look.startsWith('button') && html`<kbd aria-hidden="true">${letter}</kbd>`}`
  const attributes = html`data-key="${key}" ${letter && html`aria-keyshortcuts="${letter}"`}`

  if (action.id === 'copy')
    return html`<button type="button" class="${look}" ${attributes} data-copy hidden>${label}</button>`
  const form = detailForm(card, action, kept)
  if (!form) {
    const reason = action.id === 'dismiss' ? html`<input type="hidden" name="reason" value="no-reply-needed" />` : ''
    return html`<form method="post" action="${path}" data-decide>
      ${fields}${reason}<button class="${look}" name="action" value="${action.id}" ${attributes}>${label}</button>
    </form>`
  }
  return html`<details class="ask" data-ask="${action.id}" ${kept?.action === action.id ? html`open` : ''}>
    <summary class="${look}" ${attributes}>${label}</summary>
    <form method="post" action="${path}" class="stack" data-decide>
      ${fields}<input type="hidden" name="action" value="${action.id}" />
      ${form}
    </form>
  </details>`
}

/** The questions an action asks; null when it asks none. */
function detailForm(card: Card, action: Action, kept: Kept | null): Html | null {
  const keptText = kept?.action === action.id ? kept.text : null
  switch (action.id) {
    case 'edit':
      return html`<label class="field"
          ><span>Your reply</span>${textarea(
            html`name="text" rows="9" required data-max="${card.maxLength}" data-autofocus`,
            keptText ?? card.draft?.text ?? '',
          )}</label
        >
        <div class="form-foot">
          <p class="counter">At most ${card.maxLength.toLocaleString('en')} characters</p>
          <button class="button primary">Send<kbd aria-hidden="true">Ctrl ↵</kbd></button>
        </div>`
    case 'redraft':
      return html`<label class="field"
          ><span>What should be different?</span>${textarea(
            html`name="instruction" rows="3" maxlength="2000" data-autofocus placeholder="Shorter, and offer a voucher"`,
            keptText ?? '',
          )}</label
        >
        <div class="quick" data-quick hidden>
          ${['Shorter', 'Warmer', 'More formal', 'Simpler words'].map(
            (wish) => html`<button type="button" class="chip" data-fill="${wish}">${wish}</button>`,
          )}
        </div>
        <div class="form-foot">
          <p></p>
          <button class="button primary">Redraft</button>
        </div>`
    case 'dismiss':
      if (action.style === 'primary') return null
      return html`<fieldset class="choices">
          <legend>Why does this need no reply?</legend>
          ${Object.entries(dismissLabels)
            .filter(([reason]) => reason !== 'spam')
            .map(
              ([reason, text], index) =>
                html`<label
                  ><input
                    type="radio"
                    name="reason"
                    value="${reason}"
                    ${index === 0 ? html`checked data-autofocus` : ''}
                  />${text}</label
                >`,
            )}
        </fieldset>
        <div class="form-foot">
          <p></p>
          <button class="button primary">Dismiss</button>
        </div>`
    case 'snooze':
      return html`<fieldset class="choices buttons">
          <legend>Bring it back</legend>
          <button class="button plain" name="until" value="+1h" data-autofocus>In 1 hour</button>
          <button class="button plain" name="until" value="+4h">In 4 hours</button>
          <button class="button plain" name="until" value="+24h" data-until="tomorrow">In a day</button>
          <button class="button plain" name="until" value="+72h" data-until="monday">In 3 days</button>
        </fieldset>
        <div class="field inline" data-choose hidden>
          <label>At a time of your choice <input type="datetime-local" data-local /></label>
          <button class="button primary" name="until" value="" data-until="chosen">Snooze</button>
        </div>`
    default:
      return null
  }
}
