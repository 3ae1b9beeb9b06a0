import { html } from 'hono/html'
import type { Field, Option } from '../../form.ts'
import { localText, nameOf } from '../form-fields.ts'
import type { FormState } from './form.ts'
import { textarea, type Html } from './page.ts'

type OptionsField = Extract<Field, { options: Option[] }>

/** One question: its label, what is asked, a hint, and what is wrong with it. */
export function fieldView(state: FormState, field: Field, isFirst: boolean): Html {
  if (field.kind === 'choices' || (field.kind === 'choice' && isShort(field, isFirst)))
    return groupView(state, field, isFirst)
  const id = idOf(state, field)
  const isMarked = field.isOptional && field.kind !== 'choice'
  const control = html`id="${id}" name="${nameOf(field)}" aria-describedby="about-${id} error-${id}"
  ${state.errors[field.id] ? html`aria-invalid="true"` : ''} ${isFirst && html`autofocus`}`
  return html`<div class="field" data-field="${field.id}">
    <label for="${id}">${field.label}${isMarked && html` <small>optional</small>`}</label>
    ${controlView(state, field, control, state.typed?.[nameOf(field)])} ${footView(state, field)}
  </div>`
}

/** All options at once. */
function groupView(state: FormState, field: OptionsField, isFirst: boolean): Html {
  const id = idOf(state, field)
  const isMany = field.kind === 'choices'
  const chosen = state.typed?.[nameOf(field)] ?? [field.value].flat()
  const focused = isFirst ? (field.options.find(({ value }) => chosen.includes(value)) ?? field.options[0]) : undefined
  return html`<fieldset
    class="choices ${isMany ? 'many' : field.options.length <= 3 ? 'row' : ''}"
    data-field="${field.id}"
    aria-describedby="about-${id} error-${id}"
  >
    <legend>${field.label}</legend>
    ${isMany && html`<input type="hidden" name="${nameOf(field)}" value="" />`}
    ${field.options.map(
      (option) =>
        html`<label
          ><input
            type="${isMany ? 'checkbox' : 'radio'}"
            name="${nameOf(field)}"
            value="${option.value}"
            ${chosen.includes(option.value) ? html`checked` : ''}
            ${option === focused && html`autofocus`}
          />${option.label}</label
        >`,
    )}
    ${footView(state, field)}
  </fieldset>`
}

/** Few enough to be seen at once. */
function isShort(field: OptionsField, isFirst: boolean): boolean {
  return field.options.length <= (isFirst ? 6 : 2)
}

function idOf({ form }: FormState, field: Field): string {
  return `${form.id}-${field.id}`
}

function footView(state: FormState, field: Field): Html {
  const error = state.errors[field.id]
  return html`${hintView(state, field)}<small
      class="error"
      id="error-${idOf(state, field)}"
      role="alert"
      ${!error && html`hidden`}
      >${error}</small
    >`
}

/** The room's script counts in a long text, and tells moments by the reader's own clock. */
function hintView(state: FormState, field: Field): Html {
  const limit =
    field.kind === 'text' && field.isLong ? `At most ${field.maxLength.toLocaleString('en')} characters` : null
  const zone = field.kind === 'moment' ? `${state.timeZone} time` : null
  const hint = [field.hint === limit ? null : field.hint, zone].filter((part) => part !== null).join(' · ')
  const about = html`<small
    id="about-${idOf(state, field)}"
    ${zone && html`data-zone-note="${field.hint ?? ''}"`}
    ${hint === '' && html`hidden`}
    >${hint}</small
  >`
  return limit === null ? about : html`<div class="field-foot">${about}<small class="counter">${limit}</small></div>`
}

function controlView(
  state: FormState,
  field: Exclude<Field, { kind: 'choices' }>,
  control: Html,
  given: string[] | undefined,
): Html {
  switch (field.kind) {
    case 'text': {
      const value = given?.[0] ?? field.value
      const must = field.isOptional ? '' : html`required`
      if (!field.isLong)
        return html`<input
          ${control}
          ${must}
          value="${value}"
          maxlength="${field.maxLength}"
          autocomplete="off"
          dir="auto"
        />`
      const rows = state.form.id === 'edit' ? 9 : 4
      return textarea(html`${control} ${must} rows="${rows}" data-max="${field.maxLength}"`, value)
    }
    case 'choice': {
      const chosen = given?.[0] ?? field.value
      const isNone = field.isOptional && field.value === null
      return html`<select ${control}>
        ${isNone && html`<option value="">–</option>`}
        ${field.options.map(
          ({ value, label }) =>
            html`<option value="${value}" ${value === chosen ? html`selected` : ''}>${label}</option>`,
        )}
      </select>`
    }
    case 'moment': {
      const at = given === undefined ? field.value : null
      const value = at ? localText(at, state.timeZone) : (given?.[0] ?? '')
      const must = field.isOptional ? '' : html`required`
      return html`<input type="datetime-local" ${control} ${must} value="${value}" data-at="${at?.toISOString()}" />`
    }
    case 'teammate': {
      const list = `known-${state.form.id}-${field.id}`
      return html`<input
          ${control}
          ${!field.isOptional && html`required`}
          value="${given?.[0] ?? ''}"
          maxlength="60"
          list="${list}"
          placeholder="A name, as the team knows it"
          autocomplete="off"
        />
        <datalist id="${list}">${state.known.map((name) => html`<option value="${name}"></option>`)}</datalist>`
    }
    default:
      return html`<input ${control} value="${given?.[0] ?? field.value ?? ''}" maxlength="200" autocomplete="off" />`
  }
}
