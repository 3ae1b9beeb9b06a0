import {
  ChannelType,
  ComponentType,
  SelectMenuDefaultValueType,
  TextInputStyle,
  type APILabelComponent,
  type APITextDisplayComponent,
  type APITextInputComponent,
} from 'discord.js'
import { z } from 'zod'
import { clockText } from '../../../settings/hours.ts'
import { fieldKindSchema } from '../../kit/form-schemas.ts'
import { split } from '../../kit/split.ts'
import { cut, isBlank, oneLine } from '../../kit/text.ts'
import { idOf, textOf } from '../../kit/values.ts'
import type { Field, FormValue, Option } from '../../form.ts'
import { parseId, parseRoleId, type Id } from '../ids.ts'
import { text, userOf } from './elements.ts'
import { bold, short } from './markdown.ts'

/** What is needed to read a field again: it lies on the shelf while the modal is open. */
export interface FieldNote {
  id: string
  kind: Field['kind']
  /** What stood between the parts of a text that has several inputs. */
  joins?: string[]
  /** What there is to choose from; a menu's options hold their index. */
  options?: Option[]
  /** True where the options are too many for a menu: their labels are typed. */
  isTyped?: boolean
  /** What the inputs showed, and the value that they stand for as long as they are left so. A moment is in ISO 8601. */
  was?: { shown: string[]; value: string | string[] }
}

export const fieldNote: z.ZodType<FieldNote> = z.object({
  id: z.string(),
  kind: fieldKindSchema,
  joins: z.array(z.string()).exactOptional(),
  options: z.array(z.object({ value: z.string(), label: z.string() })).exactOptional(),
  isTyped: z.boolean().exactOptional(),
  was: z.object({ shown: z.array(z.string()), value: z.union([z.string(), z.array(z.string())]) }).exactOptional(),
})

export interface FieldLook {
  guild: string
  timeZone: string
  /** What is wrong with what was typed. */
  error: string | null
  /** True when `value` is what was typed before. */
  isBack: boolean
  /** How many inputs there are for a text. */
  inputs: number
}

/** https://docs.discord.com/developers/components/reference: what stands in a modal. */
export type ModalPart = APILabelComponent | APITextDisplayComponent
type Input = APILabelComponent['component']

const maxInput = 4000
const maxLabel = 45
const maxDescription = 100
const maxOptions = 25
const maxOptionText = 100
const maxPlaceholder = 100
/** From here on, there is room to go on writing. */
const nearlyFull = 2500

/** The id of the input that holds one part of the field with this index. */
export const inputId = (index: number, part = 0): string => (part === 0 ? `${index}` : `${index}.${part}`)

/** How many inputs a field needs to show all of `value`, and with how many there is room to go on writing. */
export function inputsFor(field: Field, value: FormValue): { needed: number; wanted: number } {
  if (field.kind !== 'text') return { needed: 1, wanted: 1 }
  const words = textOf(value)
  const { parts } = split(words, maxInput, Number.POSITIVE_INFINITY)
  const takesMore = field.maxLength > Math.max(maxInput, words.length)
  const isNearlyFull = (parts.at(-1) ?? '').length > nearlyFull
  return { needed: parts.length, wanted: parts.length + (takesMore && isNearlyFull ? 1 : 0) }
}

/** A field as it looks with `value` in it. */
export function fieldParts(
  field: Field,
  index: number,
  value: FormValue,
  look: FieldLook,
): { parts: ModalPart[]; note: FieldNote } {
  const note: FieldNote = { id: field.id, kind: field.kind }
  const label: Label = (component, { hint = field.hint, warning = null, part = 0 } = {}) => {
    const description = part > 0 ? null : descriptionOf(look.error, warning, hint)
    return {
      type: ComponentType.Label,
      label: part > 0 ? `${oneLine(nameOf(field), maxLabel - 4)} (${part + 1})` : oneLine(nameOf(field), maxLabel),
      ...(description === null ? {} : { description }),
      component,
    }
  }
  const base = { custom_id: inputId(index), required: !field.isOptional }
  const one = { ...base, min_values: field.isOptional ? 0 : 1, max_values: 1 }
  switch (field.kind) {
    case 'text':
      return textParts(field, index, textOf(value), look.inputs, { note, label })
    case 'moment': {
      const { shown, was } = momentShown(value, look.timeZone)
      const input = textInput(base.custom_id, shown, { isRequired: base.required, placeholder: exampleMoment })
      const hint = withHow(field.hint, `Such as ${exampleMoment}, in ${look.timeZone}`)
      return { parts: [label(input, { hint })], note: was ? { ...note, was } : note }
    }
    case 'choice':
    case 'choices': {
      const options = offeredOf(field.options)
      const noted = { ...note, options }
      if (options.length === 0) return { parts: [nothingToChoose(field, look.error)], note: noted }
      const chosen = Array.isArray(value) ? value : typeof value === 'string' ? [value] : []
      if (options.length > maxOptions)
        return typedParts(field, index, chosen, options, look.isBack, { note: noted, label })
      const start = options.filter((option) => chosen.includes(option.value))
      const isOne = field.kind === 'choice'
      const component: Input = {
        ...one,
        type: ComponentType.StringSelect,
        max_values: isOne ? 1 : options.length,
        options: options.map((option, at) => ({
          label: shownLabel(option),
          value: `${at}`,
          ...((isOne ? start[0] === option : start.includes(option)) ? { default: true } : {}),
        })),
      }
      return { parts: [label(component)], note: noted }
    }
    case 'teammate': {
      const user = userOf(idOf(value))
      const start = user === null ? [] : [{ id: user, type: SelectMenuDefaultValueType.User as const }]
      return { parts: [label({ ...one, type: ComponentType.UserSelect, ...startingWith(start) })], note }
    }
    case 'room': {
      const room = localOf(parseId(idOf(value)), look.guild)
      const start = room === null ? [] : [{ id: room, type: SelectMenuDefaultValueType.Channel as const }]
      const among = { channel_types: [ChannelType.GuildText, ChannelType.GuildAnnouncement] }
      return { parts: [label({ ...one, type: ComponentType.ChannelSelect, ...among, ...startingWith(start) })], note }
    }
    case 'group': {
      const role = localOf(parseRoleId(idOf(value)), look.guild)
      // The server's own id stands for everybody, and a menu of roles doesn't offer it.
      const start =
        role === null || role === look.guild ? [] : [{ id: role, type: SelectMenuDefaultValueType.Role as const }]
      return { parts: [label({ ...one, type: ComponentType.RoleSelect, ...startingWith(start) })], note }
    }
  }
}

type Label = (
  component: Input,
  changes?: { hint?: string | null; warning?: string | null; part?: number },
) => APILabelComponent
interface Making {
  note: FieldNote
  label: Label
}

export const exampleMoment = '2026-03-04 16:30'

const nameOf = ({ label }: Field) => (isBlank(label) ? '–' : label)
const startingWith = <Start>(values: Start[]) => (values.length > 0 ? { default_values: values } : {})

/** The channel or role; null when it is another server's. */
function localOf(id: Id | null, guild: string): string | null {
  return id?.guild === guild ? id.local : null
}

/** Null: there is nothing to say. What is wrong comes first. */
function descriptionOf(error: string | null, warning: string | null, hint: string | null): string | null {
  if (error === null && warning === null) return hint === null || isBlank(hint) ? null : oneLine(hint, maxDescription)
  const problem = error !== null && isBlank(error) ? 'This is not right.' : error
  if (problem === null || warning === null) return oneLine(`⚠️ ${problem ?? warning}`, maxDescription)
  return `⚠️ ${oneLine(problem, maxDescription - warning.length - 6)} · ${warning}`
}

/** A form's own hint, as far as there is room beside how to write it. */
function withHow(hint: string | null, how: string): string {
  const room = maxDescription - how.length - 3
  return hint === null || isBlank(hint) || room < 10 ? how : `${oneLine(hint, room).replace(/\.$/, '')} · ${how}`
}

function nothingToChoose(field: Field, error: string | null): APITextDisplayComponent {
  const problem = error === null ? '' : `\n${short(descriptionOf(error, null, null) ?? '', 200)}`
  return text(`${bold(short(nameOf(field), 90))}: there is nothing to choose from.${problem}`)
}

/** What is said of a text that may be longer than what fits here: the form's hint, where it isn't about that, and how much fits. */
function limitOf({ hint, maxLength }: Extract<Field, { kind: 'text' }>, holds: number): [string | null, string] {
  const all = maxLength.toLocaleString('en')
  return [hint?.includes(all) ? null : hint, `${holds.toLocaleString('en')} of ${all} characters fit here`]
}

interface InputLook {
  isRequired: boolean
  isLong?: boolean
  maxLength?: number
  placeholder?: string
}

function textInput(
  id: string,
  value: string,
  { isRequired, isLong = false, maxLength = maxInput, placeholder = '' }: InputLook,
): APITextInputComponent {
  return {
    type: ComponentType.TextInput,
    custom_id: id,
    style: isLong || value.includes('\n') ? TextInputStyle.Paragraph : TextInputStyle.Short,
    required: isRequired,
    // What is there already is never refused for its length here; whoever reads the form says what is wrong.
    max_length: Math.max(Math.min(maxLength, maxInput), value.length, 1),
    ...(value === '' ? {} : { value }),
    ...(placeholder === '' ? {} : { placeholder }),
  }
}

function textParts(
  field: Extract<Field, { kind: 'text' }>,
  index: number,
  value: string,
  inputs: number,
  { note, label }: Making,
): { parts: ModalPart[]; note: FieldNote } {
  const { parts, joins, isCut } = split(value, maxInput, inputs)
  if (parts.length < inputs) {
    parts.push('')
    joins.push('\n\n')
  }
  const characters = parts.join('').length.toLocaleString('en')
  // Left as it is, it stays whole.
  const warning = isCut ? `If you change this, only the ${characters} characters here are kept` : null
  const isLong = field.isLong || value.includes('\n')
  const holds = inputs * maxInput
  const hint = field.maxLength > holds ? withHow(...limitOf(field, holds)) : field.hint
  return {
    parts: parts.map((part, at) => {
      const look = { isRequired: at === 0 && !field.isOptional, isLong, maxLength: field.maxLength }
      return label(textInput(inputId(index, at), part, look), { hint, warning, part: at })
    }),
    note: {
      ...note,
      ...(joins.length > 0 ? { joins } : {}),
      ...(value === '' ? {} : { was: { shown: parts, value } }),
    },
  }
}

/** A moment is shown as a clock does; what could not be read as one stands there again. */
function momentShown(value: FormValue, timeZone: string): { shown: string; was: FieldNote['was'] } {
  const at = typeof value === 'string' && isoMoment.test(value) ? new Date(value) : value
  if (at instanceof Date && !Number.isNaN(at.getTime())) {
    const shown = clockText(at, timeZone)
    return { shown, was: { shown: [shown], value: at.toISOString() } }
  }
  return { shown: typeof at === 'string' ? oneLine(at, 200) : '', was: undefined }
}

/** As it lies on the shelf. */
const isoMoment = /^[+-]?\d{4,6}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/

/** Each once. */
function offeredOf(options: Option[]): Option[] {
  return [...new Map(options.toReversed().map(({ value, label }) => [value, { value, label }])).values()].toReversed()
}

/** How an option reads, in a menu and where it is typed. */
export function shownLabel({ label, value }: Option): string {
  const said = isBlank(label) ? value : label
  return isBlank(said) ? '–' : oneLine(said, maxOptionText)
}

/** More options than a menu has room for: a person types what they want. */
function typedParts(
  field: Extract<Field, { kind: 'choice' | 'choices' }>,
  index: number,
  chosen: string[],
  options: Option[],
  isBack: boolean,
  { note, label }: Making,
): { parts: ModalPart[]; note: FieldNote } {
  const isOne = field.kind === 'choice'
  const known = options.filter(({ value }) => chosen.includes(value)).slice(0, isOne ? 1 : options.length)
  // What was typed and is no option stands there again, to be mended.
  const unknown = isBack ? chosen.filter((one) => !isBlank(one) && options.every(({ value }) => value !== one)) : []
  const texts = [...known.map(shownLabel), ...unknown.map((one) => oneLine(one, maxOptionText))]
  const shown = cut(texts.join(', '), maxInput)
  const input = textInput(inputId(index), shown, {
    isRequired: !field.isOptional,
    isLong: !isOne,
    placeholder: cut(options.slice(0, 20).map(shownLabel).join(', '), maxPlaceholder),
  })
  const hint = withHow(field.hint, isOne ? 'Write one of them' : 'Write them with commas between')
  const values = known.map(({ value }) => value)
  const was = { shown: [shown], value: isOne ? (values[0] ?? '') : values }
  return {
    parts: [label(input, { hint })],
    note: { ...note, isTyped: true, ...(values.length > 0 && unknown.length === 0 ? { was } : {}) },
  }
}
