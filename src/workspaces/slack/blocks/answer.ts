import type { Answer, AnswerLine } from '../../workspace.ts'
import { csvButton } from './number-link.ts'
import { reportBlocks } from './report.ts'
import {
  bold,
  digestOf,
  line,
  linkPiece,
  list,
  maxMessageBlocks,
  messageBudget,
  richText,
  said,
  sizeOf,
  withIds,
  wordsBudget,
  type Block,
  type Piece,
} from './elements.ts'
import type { SlackMessage } from './message.ts'
import { counted, isBlank, oneLine } from '../../kit/text.ts'
import { mrkdwn } from './text.ts'

/** What only the one who asked sees. Lines with an address are links. `hasCharts`: false once Slack has refused them. */
export function answerBlocks(answer: Answer, hasCharts = true): SlackMessage {
  const { title, lines, report, csv } = answer
  const name = isBlank(title) ? 'Deskbell' : oneLine(title, 300)
  const items = linesOf(lines, report ? 20 : 100, report ? 3000 : messageBudget - 1000)
  const told: Block[] =
    report && !items && report.title === title ? [] : [richText(line(bold(name)), ...(items ? [items] : []))]
  const foot: Block[] = csv ? [{ type: 'actions', elements: [csvButton(csv)] }] : []
  const room = {
    blocks: maxMessageBlocks - told.length - foot.length,
    characters: wordsBudget - sizeOf([told, foot]),
    hasCharts,
  }
  const blocks = [...told, ...(report ? reportBlocks(report, room) : []), ...foot]
  return { text: mrkdwn(name), blocks: withIds(blocks, digestOf(answer)) }
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
