import type { types } from '@slack/bolt'
import type { Field, FormValue, Option } from '../../form.ts'
import { isBlank, oneLine } from '../../kit/text.ts'
import { context, option, plain, userOf } from './elements.ts'
import { split } from '../../kit/split.ts'
import { idOf, textOf } from '../../kit/values.ts'

/** What is needed to read a field again: it travels with the modal. */
export interface FieldNote {
  id: string
  kind: Field['kind']
  /** What stood between the parts of a text that has several inputs. */
  joins?: string[]
  /** Values that don't fit into an option, which then holds their index. */
  long?: string[]
}

export interface FieldLook {
  team: string | null
  groups: { id: string; name: string }[]
  /** Of the contents: inputs with other contents are other inputs. */
  digest: string
  /** Characters that a field's note may have. */
  noteRoom: number
}

type Input = types.InputBlock | types.ContextBlock
type Element = types.InputBlock['element']

/** What one plain_text_input holds. */
const maxInput = 3000
const maxInputs = 8
/** From here on, there is room to go on writing. */
const nearlyFull = 2000
const maxRadios = 5
const maxCheckboxes = 10
const maxOptionValue = 150
/** Others travel in the modal's note, and the option holds `#` and their index. */
const plainValue = /^[^#\p{C}\p{Z}][^\p{C}]*$/u

export const fieldAction = 'value'
/** Of the input that holds one part of the field with this index. */
export const fieldBlock = (index: number, part: number, digest: string): string => `field:${index}:${part}:${digest}`

/** A field as it looks with `value` in it. */
export function fieldBlocks(
  field: Field,
  index: number,
  value: FormValue,
  look: FieldLook,
): { blocks: Input[]; note: FieldNote } {
  const input = (element: Element, part = 0, changes: Partial<types.InputBlock> = {}): types.InputBlock => ({
    type: 'input',
    block_id: fieldBlock(index, part, look.digest),
    label: plain(oneLine(field.label, 2000)),
    ...(field.hint === null || isBlank(field.hint) ? {} : { hint: plain(oneLine(field.hint, 2000)) }),
    optional: field.isOptional,
    element: { ...element, action_id: fieldAction },
    ...changes,
  })
  const note: FieldNote = { id: field.id, kind: field.kind }
  switch (field.kind) {
    case 'text':
      return textBlocks(field, textOf(value), note, input)
    case 'choice':
    case 'choices':
    case 'group': {
      const options = field.kind === 'group' ? groupsOf(field.value, look.groups) : field.options
      const chosen = Array.isArray(value) ? value : [typeof value === 'string' ? value : idOf(value)]
      const { element, long } = selectOf({ ...field, kind: field.kind }, options, chosen, look.noteRoom)
      if (!element)
        return { blocks: [context(plain(`${oneLine(field.label, 100)}: there is nothing to choose from.`))], note }
      return { blocks: [input(element)], note: long.length > 0 ? { ...note, long } : note }
    }
    case 'moment':
      return {
        blocks: [
          input({
            type: 'datetimepicker',
            ...(value instanceof Date ? { initial_date_time: Math.floor(value.getTime() / 1000) } : {}),
          }),
        ],
        note,
      }
    case 'teammate': {
      const user = userOf(idOf(value), look.team)
      return { blocks: [input({ type: 'users_select', ...(user === null ? {} : { initial_user: user }) })], note }
    }
    case 'room': {
      const room = roomOf(idOf(value), look.team)
      const element: Element = {
        type: 'conversations_select',
        filter: { include: ['public', 'private'], exclude_bot_users: true },
        ...(room === null ? {} : { initial_conversation: room }),
      }
      return { blocks: [input(element)], note }
    }
  }
}

/** One that was chosen and is no more (or can't be listed now) stays: nothing chosen may mean that everybody may. */
function groupsOf(chosen: string | null, groups: FieldLook['groups']): Option[] {
  const options = groups.map(({ id, name }) => ({ value: id, label: name }))
  if (chosen === null || groups.some(({ id }) => id === chosen)) return options
  return [...options, { value: chosen, label: `A group that can’t be found (${chosen})` }]
}

/** The channel in `T1/C1`; null when it is another team's. */
function roomOf(id: string, team: string | null): string | null {
  const [, itsTeam, room] = /^([TE][A-Z0-9]+)\/([CG][A-Z0-9]+)$/.exec(id) ?? []
  return room !== undefined && itsTeam === team ? room : null
}

function textBlocks(
  field: Extract<Field, { kind: 'text' }>,
  value: string,
  note: FieldNote,
  input: (element: Element, part?: number, changes?: Partial<types.InputBlock>) => types.InputBlock,
): { blocks: Input[]; note: FieldNote } {
  const isLong = field.isLong || value.includes('\n')
  const { parts, joins, isCut } = split(value, maxInput, maxInputs)
  // Who writes a long text shall not come to an end where the channel takes more.
  const last = parts.at(-1) ?? ''
  if (
    field.maxLength > value.length &&
    field.maxLength > maxInput &&
    last.length > nearlyFull &&
    parts.length < maxInputs
  ) {
    parts.push('')
    joins.push('\n\n')
  }
  const element = (part: string): Element => ({
    type: 'plain_text_input',
    multiline: isLong,
    // What is there already is never refused for its length here; whoever reads the form says what is wrong.
    max_length: Math.max(Math.min(field.maxLength, maxInput), part.length, 1),
    ...(part === '' ? {} : { initial_value: part }),
  })
  if (parts.length === 1) return { blocks: [input(element(parts[0] ?? ''))], note }
  const blocks: Input[] = parts.map((part, index) => {
    const label = plain(`${oneLine(field.label, 100)} (${index + 1} of ${parts.length})`)
    return input(element(part), index, { label, ...(index > 0 ? { optional: true } : {}) })
  })
  if (isCut) {
    const shown = parts.join('').length.toLocaleString('en')
    blocks.unshift(
      context(
        plain(
          `⚠️ This text is too long to be edited here: only its first ${shown} characters are below, and only they will be kept.`,
        ),
      ),
    )
  }
  return { blocks, note: { ...note, joins } }
}

/** Null where there is nothing to choose from: Slack refuses an empty list. */
function selectOf(
  { kind, isOptional }: { kind: 'choice' | 'choices' | 'group'; isOptional: boolean },
  all: Option[],
  chosen: string[],
  noteRoom: number,
): { element: Element | null; long: string[] } {
  const long: string[] = []
  const seen = new Set<string>()
  const options = all.flatMap(({ value, label }) => {
    if (seen.has(value)) return []
    seen.add(value)
    const isLong = value.length > maxOptionValue || !plainValue.test(value)
    // What can't be given back is not offered.
    if (isLong && JSON.stringify([...long, value]).length > noteRoom) return []
    const made = option(isBlank(label) ? value : label, isLong ? `#${long.push(value) - 1}` : value)
    return [{ made, isChosen: chosen.includes(value) }]
  })
  const first = options[0]
  if (!first) return { element: null, long }
  const initial = options.filter(({ isChosen }) => isChosen).map(({ made }) => made)
  const listed = listOf(options.map(({ made }) => made))
  if (kind === 'choices') {
    const start = initial.length > 0 ? { initial_options: initial } : {}
    const element: Element =
      options.length <= maxCheckboxes
        ? { type: 'checkboxes', options: options.map(({ made }) => made), ...start }
        : { type: 'multi_static_select', ...listed, ...start }
    return { element, long }
  }
  const start = initial[0] ? { initial_option: initial[0] } : {}
  // A radio button, once pressed, can't be let go.
  const element: Element =
    kind === 'choice' && !isOptional && options.length <= maxRadios
      ? { type: 'radio_buttons', options: options.map(({ made }) => made), ...start }
      : { type: 'static_select', ...listed, ...start }
  return { element, long }
}

/** A list has room for 100; of lists in one menu there may be 100. */
function listOf(options: types.PlainTextOption[]): Pick<types.StaticSelect, 'options' | 'option_groups'> {
  if (options.length <= 100) return { options }
  return {
    option_groups: Array.from({ length: Math.min(100, Math.ceil(options.length / 100)) }, (_, index) => {
      const group = options.slice(index * 100, index * 100 + 100)
      const ends = [group[0], group.at(-1)].map((end) => oneLine(end?.text.text ?? '', 34))
      return { label: plain(ends.join(' – '), 75), options: group }
    }),
  }
}
