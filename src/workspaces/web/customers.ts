import { z } from 'zod'
import { BadInputError, NotFoundError } from '../../errors.ts'
import { commandText } from '../command.ts'
import type { CustomerChange, CustomerPage } from '../found.ts'
import type { Chart } from '../report.ts'
import type { Handlers, WorkspaceIo } from '../workspace.ts'
import { drawnChart } from './drawn.ts'
import { downloadResponse, fileNamed } from './download.ts'
import { customerPath } from './paths.ts'
import type { WebRequest } from './request.ts'
import { keepSaid } from './said.ts'
import { answerSheet } from './views/answer.ts'
import { customerPage } from './views/customer.ts'
import { customersPage } from './views/customers.ts'
import type { Frame, Html } from './views/page.ts'

/** What the customers' pages need of the rest of the room. */
interface Room {
  io: WorkspaceIo
  handlers: Handlers
  frame(c: WebRequest): Promise<Frame>
  page(c: WebRequest, content: Html): Promise<Response>
  refuse(c: WebRequest, status: 403 | 404 | 409, reason: string): Promise<Response>
}

export interface Customers {
  /** Whoever is called as was typed; several: a list to choose from. */
  find(c: WebRequest): Promise<Response>
  one(c: WebRequest, customerId: string): Promise<Response>
  /** The customer of a card. */
  ofCard(c: WebRequest, conversationId: string): Promise<Response>
  /** Joins, tells apart, parts, removes a note. */
  change(c: WebRequest, customerId: string): Promise<Response>
  /** `file`: a customer's id and "json". Throws NotFoundError. */
  download(c: WebRequest, file: string): Promise<Response>
  /** The picture of a journey: `file` is where it lies, and "svg". Throws NotFoundError. */
  chart(c: WebRequest, file: string): Promise<Response>
}

/** As `index.ts` defines the workspace. */
const roomId = 'room'

const id = z.string().min(1).max(100)
const changeSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('join'), otherId: id }),
  z.object({ kind: z.literal('distinguish'), otherId: id }),
  z.object({ kind: z.literal('part'), mergeId: id }),
  z.object({ kind: z.literal('remove-note'), noteId: id }),
])

const chartSchema: z.ZodType<Chart> = z.object({
  id: z.enum(['response-time', 'themes', 'journey']),
  title: z.string(),
  alt: z.string(),
  kind: z.enum(['line', 'bar']),
  unit: z.enum(['minutes', 'interactions']),
  categories: z.array(z.string()),
  series: z.array(
    z.object({ name: z.string(), values: z.array(z.number().nullable()), role: z.enum(['value', 'target']) }),
  ),
})

/** The pages of customers. */
export function createCustomers({ io, handlers, frame, page, refuse }: Room): Customers {
  async function show(c: WebRequest, customer: CustomerPage): Promise<Response> {
    // A page read once more for its picture would be in the log twice.
    const chart = customer.picture && `/customers/charts/${await io.shelf.put(customer.picture)}.svg`
    const look = { now: io.clock.now(), csrf: c.var.session.csrf, chart }
    return page(c, customerPage(await frame(c), customer, look))
  }

  return {
    async find(c) {
      const typed = (c.req.query('q') ?? '').trim()
      if (typed === '') return page(c, customersPage(await frame(c), '', null))
      const text = commandText('customer', [{ name: 'customer', value: typed }])
      const answer = await handlers.onCommand(text, c.var.session.teammate, roomId)
      if (answer.customer) return show(c, answer.customer)
      return page(c, customersPage(await frame(c), typed, answerSheet(answer)))
    },
    async one(c, customerId) {
      const { customer, title } = await handlers.openCustomer({ customerId }, c.var.session.teammate)
      return customer ? show(c, customer) : refuse(c, 404, title)
    },
    async ofCard(c, conversationId) {
      const { customer, title } = await handlers.openCustomer({ conversationId }, c.var.session.teammate)
      return customer ? show(c, customer) : refuse(c, 404, title)
    },
    async change(c, customerId) {
      const parsed = changeSchema.safeParse(c.var.fields)
      if (!parsed.success) throw new BadInputError('Press one of the buttons on the customer’s page.')
      const change: CustomerChange = { ...parsed.data, customerId }
      const { customer, title } = await handlers.changeCustomer(change, c.var.session.teammate)
      if (!customer) return refuse(c, 409, title)
      if (title !== customer.name) keepSaid(c, title)
      return c.redirect(customerPath(customer.customerId), 303)
    },
    async download(c, file) {
      const named = fileNamed(file)
      if (named?.format !== 'json') throw new NotFoundError('There is no such file.')
      const source = { kind: 'customer', customerId: named.id } as const
      const download = await handlers.readFile(source, 'json', c.var.session.teammate)
      return 'refused' in download ? refuse(c, 403, download.refused) : downloadResponse(download, io.log)
    },
    async chart(c, file) {
      const [, shelfId] = /^([\w-]{1,100})\.svg$/.exec(file) ?? []
      const { data: chart } = chartSchema.safeParse(shelfId && (await io.shelf.get(shelfId)))
      if (!chart) throw new NotFoundError('There is no such picture.')
      return drawnChart(c, chart)
    },
  }
}
