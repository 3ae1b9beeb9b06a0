import { html } from 'hono/html'
import type { FormLink, Refusal, SettingsPage, SettingsSection, Tunables } from '../../workspace.ts'
import { newTemplate, type SettingsFields } from '../settings-form.ts'
import { visible } from '../../kit/text.ts'
import { formLinkView } from './form-link.ts'
import { textarea, csrfField, framedPage, type Frame, type Html } from './page.ts'

interface SettingsState {
  fields: SettingsFields
  /** By field; `form` is about none of them. */
  errors: Record<string, string>
  isSaved: boolean
  tunables: Tunables
  /** What the team tunes in every workspace. */
  team: SettingsPage | Refusal
}

/** What the team tunes: what only this page asks, and what every workspace asks. */
export function settingsPage(frame: Frame, state: SettingsState): Html {
  const { errors } = state
  return framedPage(
    frame,
    'Settings',
    html`<header class="room-head">
        <h1>Settings</h1>
        <a class="button plain" href="/audit">Audit</a>
      </header>
      ${state.isSaved && html`<p class="alert good" role="status">Saved. New drafts use it from now on.</p>`}
      ${
        Object.keys(errors).length > 0 &&
        html`<p class="alert" role="alert">
          Nothing was saved yet. ${errors['form'] ?? 'Look at the fields that are marked.'}
        </p>`
      }
      <form method="post" action="/settings" class="settings">
        ${csrfField(frame.session.csrf)}
        <section>
          <h2>Brand</h2>
          ${lineField(state, 'name', 'Name', 'Your company or team. May be empty.')}
          ${areaField(state, 'voice', 'Voice', 'How it speaks. “Warm, short, no exclamation marks.”', 3)}
          ${areaField(state, 'signature', 'Signature', 'Closes a letter. “The Bluebird team”. May be empty.', 2)}
          ${lineField(state, 'language', 'Your language', 'What the team reads: en, de, ja … A model translates customers’ words into it.')}
          ${areaField(state, 'facts', 'Facts', 'What drafts may rest on: opening hours, delivery times, policies.', 7)}
        </section>
        ${graceSection(state)} ${templatesSection(state)}
        <div class="save"><button class="button primary">Save</button></div>
      </form>
      <div class="settings" data-fresh>${teamView(state.team, frame.session.csrf)}</div>`,
  )
}

function teamView(team: SettingsPage | Refusal, csrf: string): Html {
  if ('refused' in team) return html`<p class="alert">${team.refused}</p>`
  return html`${team.sections.filter(isAskedHere).map((section) => sectionView(section, csrf))}`
}

/** The voice is asked above, with more room. */
function isAskedHere({ forms }: SettingsSection): boolean {
  return forms.some(({ form }) => form !== 'settings.voice')
}

function sectionView({ title, lines, forms }: SettingsSection, csrf: string): Html {
  return html`<section>
    <h2>${visible(title)}</h2>
    ${
      lines.length > 0 &&
      html`<ul class="lines">
        ${lines.map(
          ({ text, remove }) =>
            html`<li><span dir="auto">${visible(text)}</span>${remove && removeView(remove, text, csrf)}</li>`,
        )}
      </ul>`
    }
    <div class="actions">${forms.map(formLinkView)}</div>
  </section>`
}

/** There is nothing to fill in: it is carried out at once. */
function removeView({ label, form, about }: FormLink, line: string, csrf: string): Html {
  return html`<form method="post" action="/forms/${form}" data-submit>
    ${csrfField(csrf)}<input type="hidden" name="about" value="${JSON.stringify(about)}" />
    <button class="link" aria-label="${label}: ${visible(line)}">${label}</button>
  </form>`
}

function graceSection(state: SettingsState): Html {
  const { channels } = state.tunables
  // What was set for a channel that is switched off now is kept.
  const others = keysOf(state.fields, 'grace:').filter((id) => channels.every((channel) => channel.id !== id))
  return html`<section>
    <h2>Time to undo</h2>
    <p class="about">How many seconds an approved reply waits before it is sent. Empty: as shown in grey.</p>
    <div class="columns">
      ${channels.map(({ id, name, graceSeconds }) => lineField(state, `grace:${id}`, name, '', `${graceSeconds}`))}
      ${others.map((id) => lineField(state, `grace:${id}`, id, 'This channel is switched off.'))}
    </div>
  </section>`
}

/** One fold for each theme, with a text for each language; the team's own keys stand among them. */
function templatesSection(state: SettingsState): Html {
  const { fields, errors, tunables } = state
  const keys = [...new Set([...Object.keys(tunables.templates), ...keysOf(fields, 'template:')])]
  const groups = Map.groupBy(keys, (key) => key.split('.', 1)[0] ?? '')
  const isAsked = errors[newTemplate.key] ?? errors[newTemplate.text]
  return html`<section>
    <h2>Offline templates</h2>
    <p class="about">
      Drafts that are written without a language model. Your own text takes the place of the one in grey.
      <code>{name}</code>, <code>{brand}</code>, <code>{signature}</code>, <code>{topic}</code> and
      <code>{contact}</code> (the email address to which your facts send customers) are filled in; what stands in
      [brackets] is left out when there is nothing to fill in.
    </p>
    <div class="folds">
      ${[...groups].map(([theme, members]) => {
        const own = members.filter((key) => fields[`template:${key}`]).length
        const isOpen = members.some((key) => errors[`template:${key}`])
        return html`<details class="fold" ${isOpen ? html`open` : ''}>
          <summary><span>${theme}</span>${own > 0 && html` <small>${own} of your own</small>`}</summary>
          <div class="stack">
            ${members.map((key) =>
              areaField(state, `template:${key}`, templateLabel(key, tunables), '', 2, tunables.templates[key]),
            )}
          </div>
        </details>`
      })}
      <details class="fold" ${isAsked || fields[newTemplate.key] ? html`open` : ''}>
        <summary><span>Another language or channel</span></summary>
        <div class="pair">
          ${lineField(state, newTemplate.key, 'For', 'Theme, language, channel: question.pl or question.de.email.')}
          ${areaField(state, newTemplate.text, 'Text', 'For a channel, it is the whole reply, with greeting and signature.', 2)}
        </div>
      </details>
    </div>
  </section>`
}

const languageNames = new Intl.DisplayNames('en', { type: 'language' })

/** "German", or "German, Email only". */
function templateLabel(key: string, { channels }: Tunables): string {
  const [, language = 'en', channelId] = key.split('.')
  const name = /^[a-z]{2,3}$/.test(language) ? (languageNames.of(language) ?? language) : language
  if (channelId === undefined) return name
  return `${name}, ${channels.find(({ id }) => id === channelId)?.name ?? channelId} only`
}

function lineField(state: SettingsState, name: string, label: string, about: string, placeholder = ''): Html {
  return fieldOf(
    state,
    name,
    label,
    about,
    (attributes) => html`<input ${attributes} value="${state.fields[name] ?? ''}" placeholder="${placeholder}" />`,
  )
}

function areaField(
  state: SettingsState,
  name: string,
  label: string,
  about: string,
  rows: number,
  builtIn?: string,
): Html {
  const own = state.fields[name] ?? ''
  const placeholder = builtIn === undefined ? '' : html`placeholder="${builtIn}"`
  return html`<div class="field-block">
    ${fieldOf(state, name, label, about, (attributes) => textarea(html`${attributes} rows="${rows}" ${placeholder}`, own))}
    ${builtIn !== undefined && html`<button type="button" class="link start" data-start>Start from this text</button>`}
  </div>`
}

function fieldOf(
  { errors }: SettingsState,
  name: string,
  label: string,
  about: string,
  input: (attributes: Html) => Html,
): Html {
  const error = errors[name]
  const said = error ? html`<strong class="error">${error}</strong>` : about
  const attributes = html`name="${name}" ${said && html`aria-describedby="about-${name}"`}
  ${error ? html`aria-invalid="true"` : ''}`
  return html`<label class="field"
    ><span>${label}</span>${input(attributes)} ${said && html`<small id="about-${name}">${said}</small>`}</label
  >`
}

function keysOf(fields: SettingsFields, prefix: string): string[] {
  return Object.keys(fields)
    .filter((name) => name.startsWith(prefix))
    .map((name) => name.slice(prefix.length))
}
