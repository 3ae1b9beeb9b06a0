import type { APISelectMenuOption } from 'discord.js'
import { z } from 'zod'
import { aboutSchema, formIdSchema } from '../../kit/form-schemas.ts'
import { counted, isBlank, oneLine } from '../../kit/text.ts'
import type { FormLink, Refusal, SettingsPage, SettingsSection } from '../../workspace.ts'
import {
  button,
  colours,
  container,
  divider,
  maxComponents,
  maxOptions,
  maxOptionText,
  maxText,
  menu,
  messageFrom,
  rowsOf,
  text,
  type MenuRow,
  type Part,
  type Row,
} from './elements.ts'
import { pressId } from './ids.ts'
import { bold, bullet, named, short, small } from './markdown.ts'
import type { DiscordMessage } from './message.ts'
import { noteOf } from './notes.ts'

/** What a settings page's buttons and menus stand for, by their index. */
export interface ShelvedLinks {
  links: FormLink[]
}

export const shelvedLinks: z.ZodType<ShelvedLinks> = z.object({
  links: z.array(z.object({ label: z.string(), form: formIdSchema, about: aboutSchema })),
})

/** One is the container, and one says what there is no room for. */
const freeComponents = maxComponents - 2
const freeText = maxText - 200
/** Of one line, as it was written. */
const maxLine = 300

/**
 * Everything that can be opened or taken out, in the order of its index: of each section the forms, then what can be
 * taken out, which is called as its line reads.
 */
export function linksOf({ sections }: SettingsPage): FormLink[] {
  return sections.flatMap(({ forms, lines }) => [
    ...forms,
    ...lines.flatMap(({ text: label, remove }) => (remove ? { ...remove, label } : [])),
  ])
}

/** How things stand, and buttons to change them. `shelfId`: where `linksOf` lies as `ShelvedLinks`. */
export function settingsOf(page: SettingsPage | Refusal, shelfId: string): DiscordMessage {
  if ('refused' in page) return noteOf(page.refused)
  const sections = drawn(page.sections, shelfId)
  // A line between two sections is the first thing to go.
  const hasDividers = sections.reduce((sum, { size }) => sum + size + 1, -1) <= freeComponents
  let components = freeComponents
  let characters = freeText
  let missing = 0
  const parts: Part[] = []
  for (const [index, { section, controls, size }] of sections.entries()) {
    if (size > components) {
      missing += Math.max(1, section.forms.length)
      continue
    }
    const shown = sectionText(section, characters / Math.min(sections.length - index, freeComponents))
    components -= size
    characters -= shown.length
    parts.push(...(hasDividers && parts.length > 0 ? [divider()] : []), text(shown), ...controls)
  }
  if (missing > 0) parts.push(text(`⚠️ There is no room here for ${missing} more. Change them in the web room.`))
  if (parts.length === 0) parts.push(text('There is nothing to set.'))
  return messageFrom([container(colours.quiet, parts)])
}

type Control = Row | MenuRow

interface Drawn {
  section: SettingsSection
  controls: Control[]
  /** In components, its text included. */
  size: number
}

function drawn(sections: SettingsSection[], shelfId: string): Drawn[] {
  let next = 0
  return sections.map((section, part) => {
    const buttons = section.forms.map(({ label }) =>
      button(isBlank(label) ? 'Open' : label, pressId.link(shelfId, next++)),
    )
    const options = section.lines.flatMap((line) => (line.remove ? optionOf(line.text, next++) : []))
    const controls = [...rowsOf(buttons), ...menusOf(options, (at) => pressId.remove(shelfId, part * 100 + at))]
    return { section, controls, size: 1 + controls.reduce((sum, row) => sum + 1 + row.components.length, 0) }
  })
}

/** In a menu nothing gets its name: rooms are left out. */
function optionOf(line: string, index: number): APISelectMenuOption {
  const label = oneLine(line.replace(/(?:\s*→\s*)?(?<![\w/])\d{15,20}\/\d{15,20}(?![\w/])/g, ''), maxOptionText)
  return { label: isBlank(label) ? `${index + 1}` : label, value: `${index}` }
}

function menusOf(options: APISelectMenuOption[], idOf: (at: number) => string): Control[] {
  return Array.from({ length: Math.ceil(options.length / maxOptions) }, (_, at) =>
    menu(idOf(at), 'Remove…', options.slice(at * maxOptions, (at + 1) * maxOptions)),
  )
}

/** What fits; the last line says how much doesn't. */
function sectionText({ title, lines }: SettingsSection, room: number): string {
  const head = bold(short(isBlank(title) ? 'Settings' : title, Math.min(100, room / 2)))
  const told = lines.filter((line) => !isBlank(line.text))
  const shown = [head]
  let left = room - head.length - 30
  for (const [index, line] of told.entries()) {
    const words = named(oneLine(line.text, maxLine))
    const made = told.length > 1 ? bullet(words) : words
    left -= made.length + 1
    if (left < 0) return [...shown, small(counted(told.length - index, 'more line'))].join('\n')
    shown.push(made)
  }
  return shown.join('\n')
}
