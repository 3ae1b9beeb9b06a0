import { ComponentType, type APIButtonComponent, type APIContainerComponent } from 'discord.js'
import type { Answer, AnswerLine, FormLink } from '../../workspace.ts'
import { isBlank } from '../../kit/text.ts'
import { customerButtons, customerContainer } from './customer.ts'
import {
  button,
  idsIn,
  maxComponents,
  maxOptions,
  maxText,
  menu,
  messageFrom,
  rowsOf,
  sizeOf,
  text,
  type MenuRow,
} from './elements.ts'
import { foundButtons, foundContainer } from './found.ts'
import { maxId, pressId } from './ids.ts'
import { listed } from './lists.ts'
import { bold, bullet, link, namedLine, short } from './markdown.ts'
import type { DiscordMessage, SharedFile } from './message.ts'
import { optionOf } from './passage.ts'
import { reportContainer } from './report.ts'

interface AnswerLook {
  /** With a button that sends cards to this channel. */
  offersRoom?: boolean
  /** The pictures of its report, or of its customer. */
  files?: SharedFile[]
  /** Where its forms lie as `ShelvedLinks`; needed where `needsShelf` says so. */
  shelfId?: string | null
}

/** What only the one who asked sees: lines, and below them a customer, what was found, or a report. */
export function answerOf(
  answer: Answer,
  { offersRoom = false, files = [], shelfId = null }: AnswerLook = {},
): DiscordMessage {
  const { lines, report, found, customer } = answer
  const heading = bold(isBlank(answer.title) ? 'Deskbell' : namedLine(answer.title, 400))
  const ownTitle = customer?.name ?? found?.asked ?? report?.title ?? null
  const hasBody = ownTitle !== null
  const needsHeading = !hasBody || lines.length > 0 || answer.title !== ownTitle
  const most = hasBody ? mostBesides : maxText
  const list = needsHeading ? linesText(lines, 100, most - heading.length - 1) : null
  const above = needsHeading ? [heading, ...(list === null ? [] : [list])].join('\n') : ''
  const body = bodyOf(answer, files, maxText - above.length)
  const parts = [...(above === '' ? [] : [text(above)]), ...whoMenu(lines), ...(body ? [body] : [])]
  const buttons = [
    ...(offersRoom ? [button('Send cards to this channel', pressId.here, 'primary')] : []),
    ...buttonsOf(answer, shelfId),
  ]
  const taken = idsIn(parts)
  const free = maxComponents - sizeOf(parts)
  // A row counts as well; it takes five.
  return messageFrom([...parts, ...rowsOf(eachOnce(buttons, taken).slice(0, Math.floor((free * 5) / 6)))])
}

/** Some of these forms are about more than an id can carry. */
export function needsShelf({ forms = [] }: Answer): boolean {
  return forms.some(({ form, about }) => pressId.open(form, about).length > maxId)
}

/** Lines above a report, or what else stands below them, leave room for it. */
const mostBesides = 1000

function bodyOf({ report, found, customer }: Answer, files: SharedFile[], room: number): APIContainerComponent | null {
  if (customer) return customerContainer(customer, { files, room })
  if (found) return foundContainer(found, room)
  return report ? reportContainer(report, { files, room }) : null
}

function buttonsOf({ found, customer, file, forms = [], more }: Answer, shelfId: string | null): APIButtonComponent[] {
  return [
    ...(found ? foundButtons(found) : []),
    ...(customer ? customerButtons(customer) : []),
    // What was found is turned by buttons of its own.
    ...(more && !found ? [button('Older', pressId.list(more))] : []),
    ...(file ? file.formats.map((one) => button(`Get as ${one.toUpperCase()}`, pressId.file(file.source, one))) : []),
    ...forms.flatMap((one, index) => formButton(one, shelfId, index)),
  ]
}

function formButton({ label, form, about }: FormLink, shelfId: string | null, index: number): APIButtonComponent[] {
  const own = pressId.open(form, about)
  const id = own.length <= maxId ? own : shelfId === null ? null : pressId.link(shelfId, index)
  return id === null ? [] : [button(isBlank(label) ? 'Open' : label, id, form === 'forget' ? 'danger' : 'plain')]
}

/** Discord takes no id twice. */
function eachOnce(buttons: APIButtonComponent[], taken: Set<string>): APIButtonComponent[] {
  return buttons.filter((one) => {
    if (!('custom_id' in one) || taken.has(one.custom_id)) return false
    taken.add(one.custom_id)
    return true
  })
}

/** The customers that lines are about. */
function whoMenu(lines: AnswerLine[]): MenuRow[] {
  const byId = new Map(lines.flatMap((line) => (line.customerId ? [[line.customerId, line.text] as const] : [])))
  const options = [...byId].slice(0, maxOptions).map(([id, words]) => optionOf(id, words))
  return options.length > 0 ? [menu(pressId.who('lines'), 'Which one?', options)] : []
}

/** A file of this name, that is sent along. */
export function fileOf(file: string, said = 'The file is ready.'): DiscordMessage {
  return messageFrom([text(said), { type: ComponentType.File, file: { url: `attachment://${file}` } }])
}

/**
 * As many as there is room for, each with a link to what it is about. The link has words of its own: Discord shows none
 * whose words look like an address, and customers are called what they like. Null for none.
 */
export function linesText(lines: AnswerLine[], max: number, room: number): string | null {
  const shown = lines.filter(({ text: said }) => !isBlank(said))
  return listed(shown.map(linkedLine), max, room)
}

function linkedLine({ text: said, url }: AnswerLine): string {
  const open = url === undefined ? null : link(url, 'Open')
  return bullet([short(said, 350), ...(open === null ? [] : [open])].join(' · '))
}
