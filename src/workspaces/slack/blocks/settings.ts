import type { SettingsPage, SettingsSection } from '../../workspace.ts'
import {
  context,
  header,
  line,
  list,
  marked,
  maxModalBlocks,
  namedMarks,
  namedPieces,
  plain,
  richText,
  type Block,
} from './elements.ts'
import { formButton, removeMenu } from './form-link.ts'
import { title, type View } from './modal.ts'
import { isBlank, oneLine } from '../../kit/text.ts'

/** More lines than this have one menu to remove them with, instead of a button each. */
const maxRemoveButtons = 5
const maxLines = 100

export function settingsModal(page: SettingsPage): View {
  const blocks = settingsBlocks(page).slice(0, maxModalBlocks)
  return {
    type: 'modal',
    title: title('Settings'),
    close: plain('Close'),
    blocks: blocks.length > 0 ? blocks : [context(plain('There is nothing to set.'))],
  }
}

/** How things stand, and buttons to change them: for the modal and for App Home. */
export function settingsBlocks({ sections }: SettingsPage): Block[] {
  return sections.flatMap((section, index) => sectionBlocks(section, index))
}

function sectionBlocks({ title: name, lines, forms }: SettingsSection, index: number): Block[] {
  // Ids are unique within a page: no section has more than a hundred buttons.
  const id = (button: number) => index * 100 + button
  const shown = lines.filter(({ text }) => !isBlank(text)).slice(0, maxLines)
  const removable = shown.flatMap(({ text, remove }) => (remove ? [{ text, remove }] : []))
  const hasMenu = removable.length > maxRemoveButtons
  const menu = hasMenu ? removeMenu(removable, id(99)) : null
  const rest = hasMenu ? shown : shown.filter(({ remove }) => !remove)
  const buttons = forms.slice(0, 20).flatMap((form, number) => formButton(form, 'open', id(number)) ?? [])
  return [
    header(isBlank(name) ? 'Settings' : oneLine(name, 150)),
    ...(rest.length > 0 ? [textOf(rest.map(({ text }) => text))] : []),
    ...(hasMenu ? [] : removable).map(({ text, remove }, number): Block => {
      const accessory = formButton(remove, 'remove', id(50 + number))
      return { type: 'section', text: marked(namedMarks(oneLine(text, 500))), ...(accessory ? { accessory } : {}) }
    }),
    ...(buttons.length > 0 || menu
      ? [{ type: 'actions' as const, elements: [...buttons, ...(menu ? [menu] : [])] }]
      : []),
  ]
}

function textOf(lines: string[]): Block {
  const shown = lines.map((text) => namedPieces(oneLine(text, 200)))
  return richText(shown.length > 1 ? list(shown) : line(...shown.flat()))
}
