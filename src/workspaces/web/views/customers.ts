import { html } from 'hono/html'
import { framedPage, type Frame, type Html } from './page.ts'

/** Finds a customer by a name or an address; several who are called so are listed. `said`: what came of it. */
export function customersPage(frame: Frame, typed: string, said: Html | null): Html {
  return framedPage(
    frame,
    'Customers',
    html`<header class="room-head"><h1>Customers</h1></header>
      <form class="search" method="get" action="/customers" role="search">
        <input
          type="search"
          name="q"
          value="${typed}"
          aria-label="A customer"
          placeholder="Mia Jansen, or mia@example.com"
          maxlength="200"
          autocomplete="off"
          spellcheck="false"
          aria-keyshortcuts="/"
          ${said === null && html`autofocus`}
        /><button class="button primary">Show</button>
      </form>
      ${said}`,
  )
}
