import { BadInputError, NotFoundError } from '../../errors.ts'
import { parseCommand } from '../command.ts'
import { findOrders, type FindOrder } from '../command-find.ts'
import type { ListPage } from '../found.ts'
import type { Answer, Handlers, WorkspaceIo } from '../workspace.ts'
import { downloadResponse, fileNamed } from './download.ts'
import type { Asked } from './paths.ts'
import { localPath, textOf, wantsJson, type WebRequest } from './request.ts'
import { keepSaid } from './said.ts'
import { suggestKeys, typedValue, typingAt } from './suggest.ts'
import { historyPage } from './views/history.ts'
import type { Frame, Html } from './views/page.ts'

/** What the history needs of the rest of the room. */
interface Room {
  io: WorkspaceIo
  handlers: Handlers
  frame(c: WebRequest): Promise<Frame>
  page(c: WebRequest, content: Html): Promise<Response>
  refuse(c: WebRequest, status: 403, reason: string): Promise<Response>
}

export interface History {
  /** What was typed, or a page of a list; without either, what can be asked. */
  show(c: WebRequest): Promise<Response>
  /** What could be meant by what stands before the caret: for the script. */
  suggest(c: WebRequest): Promise<Response>
  /** Shows a page to everybody in the room. */
  share(c: WebRequest): Promise<Response>
  /** `file`: a list's id and "csv" or "json". Throws NotFoundError. */
  download(c: WebRequest, file: string): Promise<Response>
}

/** As `index.ts` defines the workspace. */
const roomId = 'room'

/** The page of all that was written and answered. */
export function createHistory({ io, handlers, frame, page, refuse }: Room): History {
  /** Null: nothing was asked. */
  function answerTo(c: WebRequest, { typed }: Asked, text: string): Promise<Answer | null> {
    const { teammate } = c.var.session
    const list = pageOf(c.req.query('list'), c.req.query('page'))
    if (list) return handlers.openPage(list, teammate)
    const isAsked = typed.trim() !== '' || c.req.query('order') === 'newest'
    return isAsked ? handlers.onCommand(text, teammate, roomId) : Promise.resolve(null)
  }

  return {
    async show(c) {
      const typed = c.req.query('q') ?? ''
      const order = findOrders.find((one) => one === c.req.query('order')) ?? 'best'
      const text = `${order === 'best' ? 'find' : 'history'} ${typed}`.trim()
      const command = parseCommand(text)
      const isWrong = command.kind === 'invalid'
      const asked = { typed, order: orderOf(command, order) }
      const answer = await answerTo(c, asked, text)
      return page(c, historyPage(await frame(c), { asked, answer, isWrong, now: io.clock.now() }))
    },
    async suggest(c) {
      const text = c.req.query('q') ?? ''
      const typing = text.length > 1000 ? null : typingAt(text)
      if (!typing) return c.json({ from: text.length, suggestions: [] })
      if (typing.kind === 'key') return c.json({ from: typing.from, suggestions: suggestKeys(typing.typed) })
      const found = await handlers.suggest(typing.option, typing.typed, c.var.session.teammate)
      const suggestions = found.map(({ value, label }) => ({ value: typedValue(value), label }))
      return c.json({ from: typing.from, suggestions })
    },
    async share(c) {
      const list = pageOf(textOf(c, 'list'), textOf(c, 'page'))
      if (!list) throw new BadInputError('Press the button below what was found.')
      const { title } = await handlers.sharePage(list, roomId, c.var.session.teammate)
      if (wantsJson(c)) return c.json({ reason: null, said: title, card: null })
      keepSaid(c, title)
      return c.redirect(localPath(textOf(c, 'back')), 303)
    },
    async download(c, file) {
      const named = fileNamed(file)
      if (!named) throw new NotFoundError('There is no such file.')
      const source = { kind: 'list', listId: named.id } as const
      const download = await handlers.readFile(source, named.format, c.var.session.teammate)
      return 'refused' in download ? refuse(c, 403, download.refused) : downloadResponse(download, io.log)
    },
  }
}

/** `sort:` in the box wins. */
function orderOf(command: ReturnType<typeof parseCommand>, order: FindOrder): FindOrder {
  return command.kind === 'find' ? command.ask.order : order
}

function pageOf(listId = '', page = '0'): ListPage | null {
  return /^[\w-]{1,100}$/.test(listId) && /^\d{1,6}$/.test(page) ? { listId, page: Number(page) } : null
}
