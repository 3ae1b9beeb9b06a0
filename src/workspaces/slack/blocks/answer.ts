import type { types } from '@slack/bolt'
import type { FileFormat } from '../../found.ts'
import { counted, isBlank, oneLine } from '../../kit/text.ts'
import type { Answer, AnswerLine } from '../../workspace.ts'
import { customerBlocks } from './customer.ts'
import {
  bold,
  context,
  digestOf,
  line,
  linkPiece,
  list,
  maxMessageBlocks,
  messageBudget,
  plain,
  richText,
  said,
  sizeOf,
  withIds,
  wordsBudget,
  type Block,
  type Piece,
} from './elements.ts'
import { formButton } from './form-link.ts'
import { foundBlocks, foundButtons } from './found.ts'
import { customerButton, fileButton, pageButton } from './history-link.ts'
import type { SlackMessage } from './message.ts'
import { reportBlocks } from './report.ts'
import { mrkdwn } from './text.ts'

const maxForms = 5
const maxCustomers = 20

/** What only the one who asked sees. Lines with an address are links. `hasCharts`: false once Slack has refused them. */
export function answerBlocks(answer: Answer, hasCharts = true): SlackMessage {
  const { title, report, found, customer } = answer
  const name = isBlank(title) ? 'Deskbell' : oneLine(title, 300)
  const told = toldBlocks(answer, name)
  const buttons = buttonsOf(answer)
  const foot: Block[] = buttons.length > 0 ? [{ type: 'actions', elements: buttons }] : []
  const room = {
    blocks: maxMessageBlocks - told.length - foot.length,
    characters: wordsBudget - sizeOf([told, foot]),
  }
  const blocks = [
    ...told,
    ...(report ? reportBlocks(report, { ...room, hasCharts }) : []),
    ...(found ? foundBlocks(found, title, room) : []),
    ...(customer ? customerBlocks(customer, room, hasCharts) : []),
    ...foot,
  ]
  return { text: mrkdwn(name), blocks: withIds(blocks, digestOf(answer)) }
}

/** The title and the lines: from the first line that opens a customer on, each has a block with a button. */
function toldBlocks({ title, lines, report, found, customer }: Answer, name: string): Block[] {
  const isFramed = report !== undefined || found !== undefined || customer !== undefined
  const first = lines.findIndex(({ customerId }) => customerId !== undefined)
  const listed = first < 0 ? lines : lines.slice(0, first)
  const choices = first < 0 ? [] : lines.slice(first).filter(({ text }) => !isBlank(text))
  const budget = customer ? 1500 : isFramed || choices.length > 0 ? 3000 : messageBudget - 1000
  const items = linesOf(listed, isFramed ? 20 : 100, budget)
  const isSaidBelow = [report?.title, customer?.name].includes(title)
  return [
    ...(isSaidBelow && !items ? [] : [richText(line(bold(name)), ...(items ? [items] : []))]),
    ...choices.slice(0, maxCustomers).map(choiceBlock),
    ...(choices.length > maxCustomers
      ? [context(plain(`and ${counted(choices.length - maxCustomers, 'more line')}`))]
      : []),
  ]
}

function choiceBlock({ text, customerId }: AnswerLine, index: number): Block {
  const shown = plain(oneLine(text, 200))
  if (customerId === undefined) return context(shown)
  return {
    type: 'section',
    text: shown,
    accessory: customerButton('Open', { id: customerId, name: text }, index),
  }
}

const fileLabels: Record<FileFormat, string> = { csv: 'Get as CSV', json: 'Get as JSON' }

function buttonsOf({ found, customer, file, forms = [], more }: Answer): types.Button[] {
  // A customer's page has its own.
  const formats = file && !(customer && file.source.kind === 'customer') ? file.formats : []
  return [
    ...(found ? foundButtons(found) : []),
    ...(more ? [pageButton('list', 'Older', more)] : []),
    ...formats.flatMap((format) => (file ? [fileButton(fileLabels[format], file.source, format)] : [])),
    ...forms.slice(0, maxForms).flatMap((form, index) => formButton(form, 'open', index) ?? []),
  ]
}

/** As many as there is room for. Null for none. */
export function linesOf(lines: AnswerLine[], max: number, budget: number): ReturnType<typeof list> | null {
  const items: Piece[][] = []
  let left = budget
  const shown = lines.filter(({ text }) => !isBlank(text))
  for (const { text, url } of shown) {
    const words = oneLine(text, 300)
    left -= words.length + (url?.length ?? 0)
    if (items.length >= max || left < 0) break
    items.push([url === undefined ? said(words) : linkPiece(url, words)])
  }
  if (shown.length > items.length) items.push([said(`and ${counted(shown.length - items.length, 'more line')}`)])
  return items.length > 0 ? list(items) : null
}

/** The same as a block of its own. */
export function listBlock(lines: AnswerLine[], max: number, budget: number): Block | null {
  const items = linesOf(lines, max, budget)
  return items && richText(items)
}
