import { html } from 'hono/html'
import type { Field, Form } from '../../form.ts'
import { nameOf, type Typed } from '../form-fields.ts'
import { visible } from '../../kit/text.ts'
import { fieldView } from './field.ts'
import { csrfField, framedPage, type Frame, type Html } from './page.ts'

export interface FormState {
  form: Form
  /** Where it is opened, and where it is sent. */
  path: string
  csrf: string
  /** Moments are shown and read by this clock; the room's script sets the reader's own. */
  timeZone: string
  /** Names to choose a teammate from; others can be written. */
  known: string[]
  /** What was typed before; null: nothing yet. */
  typed: Typed | null
  /** By field. */
  errors: Record<string, string>
}

/** A form on a page of its own. */
export function formPage(
  frame: Frame,
  state: FormState,
  back: { path: string; name: string },
  alert: string | null,
): Html {
  return framedPage(
    frame,
    state.form.title,
    html`<header class="room-head">
        <h1><a href="${back.path}">${back.name}</a></h1>
      </header>
      ${alert !== null && html`<p class="alert" role="alert">${alert}</p>`}
      <section class="sheet" aria-labelledby="form-title">
        <h2 id="form-title">${visible(state.form.title)}</h2>
        ${formView(state)}
      </section>`,
  )
}

/** The form alone: what the room's script puts into a dialog. */
export function formView(state: FormState): Html {
  const { form, errors } = state
  const others = Object.keys(errors).filter((id) => form.fields.every((field) => field.id !== id))
  const { seenSeq } = form.about
  return html`<div
    class="asking stack"
    data-asking="${state.path}"
    data-title="${visible(form.title)}"
    ${typeof seenSeq === 'number' && html`data-seq="${seenSeq}"`}
    ${isDraftKept(form) && html`data-keep`}
  >
    ${
      form.context.length > 0 &&
      html`<div class="context" tabindex="0" role="group" aria-label="What it is about">
        ${form.context.map(
          ({ title, text }) =>
            html`<div class="turn">
              <p class="by"><bdi>${visible(title)}</bdi></p>
              <blockquote class="words" dir="auto">${visible(text)}</blockquote>
            </div>`,
        )}
      </div>`
    }
    ${others.map((id) => html`<p class="alert" role="alert">${errors[id]}</p>`)}
    ${isTimeAsked(form) ? timeForms(state) : oneForm(state, form.fields)}
  </div>`
}

/** Words of a teammate's own are kept until they were sent; what settings say is not. */
function isDraftKept({ id }: Form): boolean {
  return id === 'edit' || id === 'redraft' || id === 'template' || id === 'log'
}

/** Quick times and a moment of one's own: one press is enough. */
function isTimeAsked({ fields }: Form): boolean {
  return fields.length === 2 && fields[0]?.kind === 'choice' && fields[1]?.kind === 'moment'
}

function oneForm(state: FormState, fields: Field[]): Html {
  const { form } = state
  const isSent = form.id === 'edit' || form.id === 'redraft' || form.id === 'template'
  return html`<form method="post" action="${state.path}" class="stack" data-submit>
    ${hiddenFields(state)} ${fields.map((field, index) => fieldView(state, field, index === 0))}
    ${form.id === 'redraft' && quickWishes}
    <div class="form-foot">
      <button class="button ${form.id === 'forget' ? 'danger' : 'primary'}">
        ${form.submit}${isSent && html`<kbd aria-hidden="true">Ctrl ↵</kbd>`}
      </button>
    </div>
  </form>`
}

function timeForms(state: FormState): Html {
  const [quick, exact] = state.form.fields
  if (quick?.kind !== 'choice' || exact?.kind !== 'moment') return html``
  const error = state.errors[quick.id]
  return html`<form method="post" action="${state.path}" class="stack" data-submit>
      ${hiddenFields(state)}
      <fieldset class="choices buttons" data-field="${quick.id}">
        <legend>${quick.label}</legend>
        ${quick.options.map(
          ({ value, label }, index) =>
            html`<button
              class="button plain"
              name="${nameOf(quick)}"
              value="${value}"
              ${index === 0 && html`autofocus`}
            >
              ${label}
            </button>`,
        )}
        ${quick.hint !== null && html`<small>${quick.hint}</small>`}
        <small class="error" role="alert" ${!error && html`hidden`}>${error}</small>
      </fieldset>
    </form>
    <form method="post" action="${state.path}" class="at-time" data-submit>
      ${hiddenFields(state)} ${fieldView(state, { ...exact, hint: null, isOptional: false }, false)}
      <button class="button primary">${state.form.submit}</button>
    </form>`
}

function hiddenFields({ csrf, form, timeZone }: FormState): Html {
  return html`${csrfField(csrf)}<input type="hidden" name="about" value="${JSON.stringify(form.about)}" />
    <input type="hidden" name="zone" value="${timeZone}" />`
}

const quickWishes = html`<div class="quick" data-quick hidden>
  ${['Shorter', 'Warmer', 'More formal', 'Simpler words'].map(
    (wish) => html`<button type="button" class="chip" data-fill="${wish}">${wish}</button>`,
  )}
</div>`
