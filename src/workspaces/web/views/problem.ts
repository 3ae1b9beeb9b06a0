import { html } from 'hono/html'
import type { Assets } from '../assets.ts'
import { textarea, bell, documentOf, type Html } from './page.ts'

/** Says what went wrong. `again`: a form's fields, so that nothing typed is lost. */
export function problemPage(
  assets: Assets,
  message: string,
  again: { path: string; fields: [name: string, value: string][] } | null,
): Html {
  return documentOf(
    assets,
    'Deskbell',
    'alone',
    html`<main class="panel">
      <p class="logo">${bell}<span>Deskbell</span></p>
      <h1>That did not work</h1>
      <p class="alert" role="alert">${message}</p>
      ${
        again &&
        html`<form method="post" action="${again.path}" class="stack">
          ${again.fields.map(([name, value]) =>
            name.startsWith('text:')
              ? textarea(html`name="${name}" rows="9" aria-label="Your text"`, value)
              : html`<input type="hidden" name="${name}" value="${value}" />`,
          )}
          <button class="button primary">Try again</button>
        </form>`
      }
      <p><a href="/">Back to the room</a></p>
    </main>`,
  )
}
