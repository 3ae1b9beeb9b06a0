import { commandText, parseCommand } from '../command.ts'
import type { Handlers } from '../workspace.ts'
import type { WebRequest } from './request.ts'
import { auditPage, type AuditAsk } from './views/audit.ts'
import type { Frame, Html } from './views/page.ts'

/** What the audit needs of the rest of the room. */
interface Room {
  handlers: Handlers
  frame(c: WebRequest): Promise<Frame>
  page(c: WebRequest, content: Html): Promise<Response>
}

/** As `index.ts` defines the workspace. */
const roomId = 'room'

/** The page of who did what: what was chosen, or as `q` what was typed as a command. */
export function createAudit({ handlers, frame, page }: Room): (c: WebRequest) => Promise<Response> {
  return async (c) => {
    const typed = c.req.query('q')
    const text = typed === undefined ? chosenText(c) : `audit ${typed}`
    const answer = await handlers.onCommand(text, c.var.session.teammate, roomId)
    return page(c, auditPage(await frame(c), askOf(text), answer))
  }
}

function chosenText(c: WebRequest): string {
  const chosen = [
    { name: 'period', value: c.req.query('period') ?? '' },
    { name: 'what', value: c.req.query('what') ?? '' },
    { name: 'teammate', value: (c.req.query('by') ?? '').trim().replace(/^@/, '') },
  ]
  return commandText(
    'audit',
    chosen.filter(({ value }) => value !== ''),
  )
}

/** What the fields then say. */
function askOf(text: string): AuditAsk {
  const command = parseCommand(text)
  if (command.kind !== 'audit') return { period: 'week', what: '', teammate: '' }
  const { period, what, teammate } = command
  return {
    period: period.kind === 'days' ? `${period.from}..${period.to}` : period.kind,
    what: what ?? '',
    teammate: teammate ?? '',
  }
}
