import { nextDigest, plansOf } from '../../digests/schedule.ts'
import { BadInputError, NotFoundError } from '../../errors.ts'
import type { Report } from '../report.ts'
import type { Bulletin, Handlers, Items, WorkspaceIo } from '../workspace.ts'
import { downloadResponse, fileNamed } from './download.ts'
import { drawnChart } from './drawn.ts'
import { reportPath } from './paths.ts'
import { textOf, type WebRequest } from './request.ts'
import { bucketOf } from './views/card.ts'
import type { Frame, Html } from './views/page.ts'
import { askedPeriods, itemsPage, nextText, reportPage, reportsPage } from './views/reports.ts'

/** What the reports need of the rest of the room. */
interface Room {
  io: WorkspaceIo
  handlers: Handlers
  frame(c: WebRequest): Promise<Frame>
  page(c: WebRequest, content: Html): Promise<Response>
  refuse(c: WebRequest, status: 403, reason: string): Promise<Response>
}

/** Each throws NotFoundError for what isn't there. */
export interface Reports {
  list(c: WebRequest): Promise<Response>
  /** Makes the report of the period that was asked for, and leads to it. */
  ask(c: WebRequest): Promise<Response>
  one(c: WebRequest, id: string): Promise<Response>
  /** `file`: "themes.svg". */
  chart(c: WebRequest, id: string, file: string): Promise<Response>
  /** `file`: "3" for a page, "3.csv" and "3.json" for a download. */
  items(c: WebRequest, id: string, file: string): Promise<Response>
  /** What the team should know while it works, at most 3, then what was shown to everybody today, at most 2; the newest first. */
  notices(): Promise<Bulletin[]>
}

/** As `index.ts` defines the workspace. */
const webId = 'web'
const roomId = 'room'
const noticeMs = 24 * 3_600_000
const most = { notices: 3, shared: 2 }

/** The pages of the digest. */
export function createReports({ io, handlers, frame, page, refuse }: Room): Reports {
  async function read(id: string): Promise<Report> {
    const report = await io.readReport(id)
    if (!report) throw new NotFoundError('There is no such digest. It may have been removed.')
    return report
  }

  /** What comes by itself, and when. */
  async function readNext(): Promise<string> {
    const tuning = await io.readTuning()
    const now = io.clock.now()
    const next = plansOf(tuning, webId, roomId).flatMap((plan) => nextDigest(plan, tuning.hours, now) ?? [])
    const [first] = next.toSorted((a, b) => a.at.getTime() - b.at.getTime())
    return nextText(first ?? null, tuning.hours.timeZone, now)
  }

  /** False once every card that it is about was dealt with. */
  async function isCurrent({ message }: Bulletin): Promise<boolean> {
    if (message.kind !== 'notice') return false
    const ids = message.lines.flatMap(({ conversationId }) => conversationId ?? []).slice(0, 5)
    const cards = await Promise.all(ids.map(io.readCard))
    return ids.length === 0 || cards.some((card) => card && bucketOf(card) === 'open')
  }

  return {
    async list(c) {
      const after = c.req.query('after') ?? null
      const [bulletins, next] = await Promise.all([io.listBulletins(after), readNext()])
      return page(c, reportsPage(await frame(c), bulletins, { isFirst: after === null, next, now: io.clock.now() }))
    },
    async ask(c) {
      const period = textOf(c, 'period')
      if (!Object.hasOwn(askedPeriods, period)) throw new BadInputError('Press one of the buttons above the digest.')
      const { title, report } = await handlers.onCommand(`digest ${period}`, c.var.session.teammate, roomId)
      return report ? c.redirect(reportPath(report.id), 303) : refuse(c, 403, title)
    },
    one: async (c, id) => page(c, reportPage(await frame(c), await read(id))),
    async chart(c, id, file) {
      const chart = (await read(id)).charts.find((one) => `${one.id}.svg` === file)
      if (!chart) throw new NotFoundError('There is no such picture.')
      return drawnChart(c, chart)
    },
    async items(c, id, file) {
      const named = fileNamed(file)
      const digits = named?.id ?? file
      if (!/^\d{1,4}$/.test(digits)) throw new NotFoundError('There is no such number in this digest.')
      const items: Items = { reportId: id, index: Number(digits) }
      const { teammate } = c.var.session
      if (!named) return page(c, itemsPage(await frame(c), id, await handlers.openItems(items, teammate)))
      const download = await handlers.readFile({ kind: 'items', ...items }, named.format, teammate)
      return 'refused' in download ? refuse(c, 403, download.refused) : downloadResponse(download, io.log)
    },
    async notices() {
      const since = io.clock.now().getTime() - noticeMs
      const [notices, shared] = await Promise.all([io.listBulletins(null, 'notice'), io.listBulletins(null, 'found')])
      const isRecent = ({ at }: Bulletin) => at.getTime() >= since
      const current: Bulletin[] = []
      for (const notice of notices.bulletins.filter(isRecent)) {
        if (current.length === most.notices) break
        if (await isCurrent(notice)) current.push(notice)
      }
      return [...current, ...shared.bulletins.filter(isRecent).slice(0, most.shared)]
    },
  }
}
