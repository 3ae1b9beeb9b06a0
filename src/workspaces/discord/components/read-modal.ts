import type { APIInteractionDataResolved, APIModalSubmission } from 'discord.js'
import { momentOf } from '../../../settings/hours.ts'
import type { FormValue, FormValues, Option } from '../../form.ts'
import { join } from '../../kit/split.ts'
import { writtenIn } from '../../kit/values.ts'
import { idOf, isSnowflake, roleIdOf } from '../ids.ts'
import { exampleMoment, inputId, shownLabel, type FieldNote } from './fields.ts'
import type { ShelvedForm } from './modal.ts'

interface Submitted {
  values: FormValues
  /** By field. A value that has one is what was typed: give it to `modalOf` again. */
  errors: Record<string, string>
  /** Every text that somebody wrote, to give back; null: none. */
  typed: string | null
}

/** What a submitted modal says. Rooms and groups come with `guild` in front: `111/222`; people with their names. */
export function readModal(data: APIModalSubmission, note: ShelvedForm, guild: string): Submitted {
  const answers = answersOf(data)
  const errors: Submitted['errors'] = {}
  const values = note.fields.map((field, index): [string, FormValue] => {
    const parts = Array.from(
      { length: (field.joins?.length ?? 0) + 1 },
      (_, part) => answers.get(inputId(index, part)) ?? [],
    )
    const { value, error } = readField(field, parts, { guild, timeZone: note.timeZone, resolved: data.resolved })
    if (error !== undefined) errors[field.id] = error
    return [field.id, value]
  })
  const read = Object.fromEntries(values)
  return { values: read, errors, typed: wordsIn(note.fields, read) }
}

/** Every text that somebody wrote into these fields; null: none. */
export function wordsIn(fields: FieldNote[], values: FormValues): string | null {
  const texts = writtenIn(fields, values)
  return texts.length > 0 ? texts.join('\n\n') : null
}

/** What each input holds: one text, or the ids of what was chosen. */
function answersOf({ components }: APIModalSubmission): Map<string, string[]> {
  const answers = new Map<string, string[]>()
  for (const row of components) {
    if (!('component' in row)) continue
    const { component } = row
    if ('values' in component) answers.set(component.custom_id, component.values)
    // A text comes with the ends of lines that its writer's system has.
    else if (typeof component.value === 'string')
      answers.set(component.custom_id, [component.value.replace(/\r\n?/g, '\n')])
  }
  return answers
}

interface Reading {
  value: FormValue
  error?: string
}

interface Around {
  guild: string
  timeZone: string
  resolved: APIInteractionDataResolved | undefined
}

function readField(field: FieldNote, parts: string[][], { guild, timeZone, resolved }: Around): Reading {
  const texts = parts.map(([text = '']) => text)
  const chosen = parts[0] ?? []
  const [first = ''] = chosen
  const untouched = untouchedOf(field, texts)
  switch (field.kind) {
    case 'text':
      return { value: typeof untouched === 'string' ? untouched : join(texts, field.joins ?? []) }
    case 'moment':
      return typeof untouched === 'string' ? { value: new Date(untouched) } : readMoment(first, timeZone)
    case 'choice':
    case 'choices': {
      if (untouched !== undefined) return { value: untouched }
      const { options = [] } = field
      if (field.isTyped) return field.kind === 'choice' ? readLabel(first, options) : readLabels(first, options)
      const values = chosen.flatMap((at) => options[Number(at)]?.value ?? [])
      return { value: field.kind === 'choice' ? (values[0] ?? null) : values }
    }
    case 'teammate':
      return isSnowflake(first) ? readTeammate(first, resolved) : { value: null }
    case 'room':
      return { value: isSnowflake(first) ? idOf(guild, first) : null }
    case 'group': {
      if (!isSnowflake(first)) return { value: null }
      const value = roleIdOf(guild, first)
      return first === guild ? { value, error: 'This role is everybody. Choose another role' } : { value }
    }
  }
}

/** The value that the inputs stand for when they are as they were shown; spaces around them may have gone. */
function untouchedOf({ was }: FieldNote, texts: string[]): string | string[] | undefined {
  const isSame = was?.shown.every((shown, part) => tidy(shown) === tidy(texts[part] ?? ''))
  return isSame ? was?.value : undefined
}

const tidy = (text: string) => text.replace(/\r\n?/g, '\n').trim()

const written =
  /^(?<year>\d{4})[-/.](?<month>\d{1,2})[-/.](?<day>\d{1,2})(?:[T,]|\s)\s*(?<hour>\d{1,2})[:.h](?<minute>\d{2})(?::\d{2})?$/i

/** `2026-03-04 16:30`, and what is close to it, by the clock of `timeZone`. */
function readMoment(text: string, timeZone: string): Reading {
  const said = text.normalize('NFKC').trim()
  if (said === '') return { value: null }
  const { year = '', month = '', day = '', hour = '', minute = '' } = written.exec(said)?.groups ?? {}
  const two = (digits: string) => digits.padStart(2, '0')
  const date = `${year}-${two(month)}-${two(day)}`
  const time = `${two(hour)}:${two(minute)}`
  const clock = Date.parse(`${date}T${time}Z`)
  // There is no 30th of February, whatever it is taken for.
  if (Number.isNaN(clock) || new Date(clock).toISOString().slice(0, 16) !== `${date}T${time}`)
    return { value: text, error: `Write a day and a time such as ${exampleMoment}` }
  return { value: momentOf(date, time, timeZone) }
}

function readTeammate(id: string, resolved: APIInteractionDataResolved | undefined): Reading {
  const user = resolved?.users?.[id]
  const name = resolved?.members?.[id]?.nick ?? user?.global_name ?? user?.username ?? id
  const value = { id, name }
  return user?.bot ? { value, error: 'This is a bot. Choose a person' } : { value }
}

const folded = (text: string) => text.normalize('NFKC').toLowerCase().replace(/\s+/g, ' ').trim()

function readLabel(text: string, options: Option[]): Reading {
  const said = folded(text)
  if (said === '') return { value: null }
  const found = options.find((option) => folded(shownLabel(option)) === said) ?? onlyOne(said, options)
  return found ? { value: found.value } : { value: text, error: `Write one of: ${nearest(said, options)}` }
}

/** Labels may have commas in them, so the longest that fits is meant. */
function readLabels(text: string, options: Option[]): Reading {
  const labels = options
    .map((option) => ({ option, label: folded(shownLabel(option)) }))
    .toSorted((a, b) => b.label.length - a.label.length)
  const values: string[] = []
  const unknown: string[] = []
  let rest = folded(text.replaceAll('\n', ','))
  for (;;) {
    rest = rest.replace(/^[\s,]+/, '')
    if (rest === '') break
    const known = labels.find(({ label }) => rest.startsWith(label) && /^\s*(,|$)/.test(rest.slice(label.length)))
    const said = known ? rest.slice(0, known.label.length) : (/^[^,]+/.exec(rest)?.[0].trim() ?? rest)
    const option = known?.option ?? onlyOne(said, options)
    if (option) values.push(option.value)
    else unknown.push(said)
    rest = rest.slice(said.length)
  }
  const [first] = unknown
  if (first === undefined) return { value: [...new Set(values)] }
  return {
    value: [...new Set(values), ...unknown],
    error: `“${first.slice(0, 30).toWellFormed()}” is none of: ${nearest(first, options)}`,
  }
}

/** The start of a label is enough where it is the start of no other. */
function onlyOne(said: string, options: Option[]): Option | undefined {
  const [found, another] = options.filter((option) => folded(shownLabel(option)).startsWith(said))
  return another ? undefined : found
}

/** A few labels, those first that begin like what was typed. */
function nearest(said: string, options: Option[]): string {
  const alike = (label: string) => {
    let same = 0
    while (same < label.length && label[same] === said[same]) same += 1
    return same
  }
  const labels = options.map(shownLabel).toSorted((a, b) => alike(folded(b)) - alike(folded(a)))
  return `${labels.slice(0, 4).join(', ')}, …`
}
