import { html } from 'hono/html'
import type { FormLink } from '../../workspace.ts'
import type { Html } from './page.ts'

/** A button that opens a form: in a dialog, or as a page where it can't be taken back or no script runs. */
export function formLinkView({ label, form, about }: FormLink): Html {
  const isGrave = form === 'forget'
  return html`<form method="get" action="/forms/${form}" ${!isGrave && html`data-ask`}>
    <input type="hidden" name="about" value="${JSON.stringify(about)}" />
    <button class="button ${isGrave ? 'danger' : 'plain'}">${label}</button>
  </form>`
}
