import { html } from 'hono/html'
import { newEntry, type SettingsFields } from '../settings-form.ts'
import { textarea, csrfField, framedPage, type Frame, type Html } from './page.ts'

interface SettingsState {
  fields: SettingsFields
  /** By field; `form` is about none of them. */
  errors: Record<string, string>
  isSaved: boolean
}

/** What the team tunes. */
export function settingsPage(frame: Frame, state: SettingsState): Html {
  const field = (name: string, label: Html | string, about: string, input: (attributes: Html) => Html) => {
    const error = state.errors[name]
    const attributes = html`name="${name}" aria-describedby="about-${name}" ${error ? html`aria-invalid="true"` : ''}`
    return html`<label class="field"
      ><span>${label}</span>${input(attributes)}
      <small id="about-${name}">${error ? html`<strong class="error">${error}</strong>` : about}</small></label
    >`
  }
  const line = (name: string, label: string, about: string) =>
    field(name, label, about, (attributes) => html`<input ${attributes} value="${state.fields[name]}" />`)
  const area = (name: string, label: string, about: string, rows: number) =>
    field(name, label, about, (attributes) => textarea(html`${attributes} rows="${rows}"`, state.fields[name] ?? ''))
  const entries = (prefix: string) =>
    Object.keys(state.fields)
      .filter((name) => name.startsWith(prefix))
      .toSorted()

  return framedPage(
    frame,
    'Settings',
    html`<header class="room-head"><h1>Settings</h1></header>
      ${state.isSaved && html`<p class="alert good" role="status">Saved. New drafts use it from now on.</p>`}
      ${
        Object.keys(state.errors).length > 0 &&
        html`<p class="alert" role="alert">
          Nothing was saved yet. ${state.errors['form'] ?? 'Look at the fields that are marked.'}
        </p>`
      }
      <form method="post" action="/settings" class="settings">
        ${csrfField(frame.session.csrf)}
        <section>
          <h2>Brand</h2>
          ${line('name', 'Name', 'Your company or team. May be empty.')}
          ${area('voice', 'Voice', 'How it speaks. “Warm, short, no exclamation marks.”', 3)}
          ${area('signature', 'Signature', 'Closes a letter. “The Bluebird team”. May be empty.', 2)}
          ${area('facts', 'Facts', 'What drafts may rest on: opening hours, delivery times, policies.', 7)}
        </section>
        <section>
          <h2>Offline templates</h2>
          <p class="about">
            Your own texts for drafts that are written without a language model. Empty one to take it out.
          </p>
          ${entries('template:').map((name) => area(name, name.slice('template:'.length), '', 4))}
          <div class="pair">
            ${line(newEntry.template.key, 'Another template', 'Its key, such as question.')}
            ${area(newEntry.template.value, 'Text', '', 2)}
          </div>
        </section>
        <section>
          <h2>Time to undo</h2>
          <p class="about">How many seconds an approved reply waits before it is sent, for each channel.</p>
          ${entries('grace:').map((name) => line(name, name.slice('grace:'.length), 'Seconds, at most 600.'))}
          <div class="pair">
            ${line(newEntry.grace.key, 'Another channel', 'Its id, such as email.')}
            ${line(newEntry.grace.value, 'Seconds', 'At most 600.')}
          </div>
        </section>
        <button class="button primary">Save</button>
      </form>`,
  )
}
