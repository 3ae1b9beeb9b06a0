import type { types } from '@slack/bolt'
import type { Form, FormAbout, FormId, FormValue } from '../../form.ts'
import {
  bold,
  context,
  digestOf,
  line,
  marked,
  maxModalBlocks,
  plain,
  prose,
  quote,
  richText,
  said,
  type Block,
} from './elements.ts'
import { fieldBlock, fieldBlocks, type FieldNote } from './fields.ts'
import type { SubmittedForm } from './read-modal.ts'
import { isBlank, oneLine } from '../../kit/text.ts'
import { fitted } from '../../kit/said.ts'

/** A modal is a form's look in Slack. https://docs.slack.dev/surfaces/modals */
export type View = types.ModalView

export const formCallback = 'form'

export interface FormLook {
  team: string | null
  /** What fields of kind `group` offer: `T1/S1` with its name. */
  groups?: { id: string; name: string }[]
  /** What was typed, when the form comes back; by field. */
  values?: Record<string, FormValue>
  /** What is wrong with it; by field. */
  errors?: Record<string, string>
}

/** What travels with a modal. `digest` is in the ids of its inputs. */
export interface ModalNote {
  form: FormId
  about: FormAbout
  fields: FieldNote[]
  digest: string
}

const maxContext = 10_000
/** Of private_metadata. */
const maxNote = 3000

export function modalOf(form: Form, { team, groups = [], values = {}, errors = {} }: FormLook): View {
  const shown = form.fields.map((field) => ({
    field,
    value: Object.hasOwn(values, field.id) ? (values[field.id] ?? null) : field.value,
  }))
  const digest = digestOf([form.id, form.about, shown.map(({ value }) => value)])
  const noteRoom = (maxNote - JSON.stringify(form.about).length - 100) / form.fields.length - 100
  const made = shown.map(({ field, value }, index) => ({
    field,
    ...fieldBlocks(field, index, value, { team, groups, digest, noteRoom }),
  }))
  const note: ModalNote = { form: form.id, about: form.about, fields: made.map((field) => field.note), digest }
  const known = new Set(form.fields.map(({ id }) => id))
  const others = Object.entries(errors).filter(([id]) => !known.has(id))
  return {
    type: 'modal',
    callback_id: formCallback,
    title: title(form.title),
    submit: plain(isBlank(form.submit) ? 'Submit' : oneLine(form.submit, 24), 24),
    close: plain('Cancel', 24),
    private_metadata: JSON.stringify(note),
    blocks: [
      ...contextBlocks(form.context),
      ...others.map(([, error]) => errorBlock(error)),
      ...made.flatMap(({ field, blocks }) => {
        const error = errors[field.id]
        return Object.hasOwn(errors, field.id) && error !== undefined ? [errorBlock(error), ...blocks] : blocks
      }),
    ],
  }
}

export const title = (text: string): types.PlainTextElement => plain(isBlank(text) ? 'Deskbell' : oneLine(text, 24), 24)

/** The customer's words, above what is asked. */
function contextBlocks(parts: Form['context']): Block[] {
  const shown = parts.slice(0, 20)
  let left = maxContext
  return shown.map((part, index) => {
    const { text } = fitted(part.text, Math.max(200, left - 200 * (shown.length - index - 1)))
    left -= text.length
    return richText(...(isBlank(part.title) ? [] : [line(bold(oneLine(part.title, 150)))]), quote(text))
  })
}

const errorBlock = (error: string): Block =>
  richText(line(said('⚠️ '), bold(isBlank(error) ? 'This is not right.' : oneLine(error, 500))))

/** Something is being fetched: a modal has to be opened at once, or never. `typed`: words that must not get lost. */
export function loadingModal(name: string, typed: string | null = null): View {
  return {
    type: 'modal',
    title: title(name),
    close: plain(typed === null ? 'Cancel' : 'Close'),
    blocks: [context(marked('One moment…')), ...(typed === null ? [] : prose(typed, maxModalBlocks - 1))],
  }
}

/** What there is to say instead of a form; all of it, where somebody's words are given back. */
export function messageModal(name: string, text: string): View {
  return {
    type: 'modal',
    title: title(name),
    close: plain('Close'),
    blocks: prose(isBlank(text) ? 'That did not work.' : text, maxModalBlocks),
  }
}

/**
 * What is wrong, for an answer with `response_action: 'errors'`, which keeps the modal as it is. By the ids of its
 * inputs; null where one of the errors has none: Slack would refuse the answer.
 */
export function errorsOf(
  { note, inputs }: Pick<SubmittedForm, 'note' | 'inputs'>,
  errors: Record<string, string>,
): Record<string, string> | null {
  const found = Object.entries(errors).map(([id, error]): [string, string] => {
    const index = note.fields.findIndex((field) => field.id === id)
    return [fieldBlock(index, 0, note.digest), oneLine(isBlank(error) ? 'This is not right.' : error, 500)]
  })
  return found.length > 0 && found.every(([input]) => inputs.includes(input)) ? Object.fromEntries(found) : null
}
