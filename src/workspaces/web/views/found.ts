import { html } from 'hono/html'
import { visible } from '../../kit/text.ts'
import type { Found } from '../../found.ts'
import { historyPath, listPath, type Asked } from '../paths.ts'
import { csrfField, type Html } from './page.ts'
import { passagesView } from './passages.ts'

interface FoundLook {
  now: Date
  csrf: string
  /** What stands in the box of the history; null: it was asked elsewhere. */
  asked: Asked | null
}

/** A page of what was found: what was understood, the passages, and the pages before and after it. */
export function foundView({ page, note, passages, hasNext, canShare }: Found, { now, csrf, asked }: FoundLook): Html {
  const at = (number: number) => {
    const other = { ...page, page: number }
    return asked ? historyPath(asked, other) : listPath(other)
  }
  return html`${note !== null && html`<p class="found-note">${visible(note)}</p>`}
    ${passages.length > 0 ? passagesView(passages, now) : html`<p class="found-note">Nothing is on this page.</p>`}
    <nav class="pages" aria-label="Pages">
      ${page.page > 0 && html`<a class="button plain" rel="prev" href="${at(page.page - 1)}">Newer</a>`}
      ${(page.page > 0 || hasNext) && html`<span>Page ${(page.page + 1).toLocaleString('en')}</span>`}
      ${hasNext && html`<a class="button plain" rel="next" href="${at(page.page + 1)}">Older</a>`}
      ${canShare && passages.length > 0 && shareView(page, at(page.page), csrf)}
    </nav>`
}

/** `back`: the page that it is pressed on. */
function shareView({ listId, page }: Found['page'], back: string, csrf: string): Html {
  return html`<form method="post" action="/history/share" data-decide data-done="Shared with the room">
    ${csrfField(csrf)}<input type="hidden" name="list" value="${listId}" />
    <input type="hidden" name="page" value="${page}" /><input type="hidden" name="back" value="${back}" />
    <button class="button plain">Share to room</button>
  </form>`
}
