import { isBlank, oneLine } from '../../kit/text.ts'
import type { NoticeMessage } from '../../message.ts'
import type { AnswerLine } from '../../workspace.ts'
import { line, linkPiece, list, namedPieces, richText, strong, type Block, type Piece } from './elements.ts'

/** A word of our own to everybody in the room; lines with an address lead to their cards. */
export function noticeBlocks({ title, lines }: NoticeMessage): Block[] {
  const items = lines.filter(({ text }) => !isBlank(text)).slice(0, 20)
  return [
    richText(
      line(...namedPieces(isBlank(title) ? 'Deskbell' : oneLine(title, 300)).map(strong)),
      ...(items.length > 0 ? [list(items.map(linePieces))] : []),
    ),
  ]
}

function linePieces({ text, url }: AnswerLine): Piece[] {
  const words = oneLine(text, 400)
  return url === undefined || url.length > 500 ? namedPieces(words) : [linkPiece(url, words)]
}
