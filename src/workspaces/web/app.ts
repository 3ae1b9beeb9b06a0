import { Hono, type Context } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import type { HTTPException } from 'hono/http-exception'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import { BadInputError, ConflictError, NotFoundError } from '../../errors.ts'
import type { Card } from '../card.ts'
import { parseCommand } from '../command.ts'
import { cardFilters, type Answer, type CardFilter, type Handlers, type WorkspaceIo } from '../workspace.ts'
import type { Assets } from './assets.ts'
import { attachmentResponse } from './attachment.ts'
import { parseDecision } from './decision.ts'
import { createAudit } from './audit.ts'
import { createCustomers } from './customers.ts'
import { createForms } from './forms.ts'
import { createHistory } from './history.ts'
import { isLocalHost, isSameSite } from './guard.ts'
import type { CardMessage, Hub } from './hub.ts'
import { localPath, readPosted, textOf, wantsJson, type Posted, type WebEnv, type WebRequest } from './request.ts'
import { takeSaid } from './said.ts'
import { createReports } from './reports.ts'
import { commandPath } from './paths.ts'
import { isSame, type Sessions } from './session.ts'
import { fromFields, mentionedTemplates, toFields, type SettingsFields } from './settings-form.ts'
import { teammateNamed } from './teammate.ts'
import { bucketOf } from './views/card.ts'
import type { Frame, Html } from './views/page.ts'
import { problemPage } from './views/problem.ts'
import { answerView } from './views/answer.ts'
import { noticesView } from './views/notices.ts'
import { cardPage, cardsView, roomPage } from './views/room.ts'
import { settingsPage } from './views/settings.ts'
import { signInPage } from './views/sign-in.ts'

interface Web {
  io: WorkspaceIo
  handlers: Handlers
  assets: Assets
  sessions: Sessions
  hub: Hub
  /** Null: the room is open to whoever sits at this machine. */
  hasPassword: boolean
  toMessage: (card: Card) => Promise<CardMessage>
}

const maxBodyBytes = 1_000_000
const signInTries = { max: 10, windowSeconds: 300 }
const unreachable = "The database can't be reached; nothing was changed. Try again in a moment."

const pageHeaders = {
  'content-security-policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    "connect-src 'self'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
  ].join('; '),
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'cross-origin-opener-policy': 'same-origin',
  // Without an origin, the browser would send `Origin: null` with our own forms.
  'referrer-policy': 'same-origin',
  'cache-control': 'no-store',
}

/** The room's routes. */
export function createApp(web: Web): Hono<WebEnv> {
  const { io, handlers, assets, sessions, hub, hasPassword } = web
  const app = new Hono<WebEnv>()
  const forms = createForms({
    io,
    handlers,
    toMessage: web.toMessage,
    frame: async (c) => frame(c, await io.countCards(), null),
    page,
    showCard,
    refuse,
  })
  const reports = createReports({
    io,
    handlers,
    frame: async (c) => frame(c, await io.countCards(), 'reports'),
    page,
    refuse,
  })
  const history = createHistory({
    io,
    handlers,
    frame: async (c) => frame(c, await io.countCards(), 'history'),
    page,
    refuse,
  })
  const customers = createCustomers({
    io,
    handlers,
    frame: async (c) => frame(c, await io.countCards(), 'history'),
    page,
    refuse,
  })
  const audit = createAudit({ handlers, frame: async (c) => frame(c, await io.countCards(), 'settings'), page })

  app.use(async (c, next) => {
    await next()
    for (const [name, value] of Object.entries(pageHeaders)) if (!c.res.headers.has(name)) c.header(name, value)
  })
  app.onError((error, c) => {
    const [status, message] = statusOf(error)
    if (message === unreachable) io.log.error('web request failed', { path: c.req.path, error: error.name })
    return refuse(c, status, message)
  })
  app.notFound((c) => refuse(c, 404, 'There is nothing here.'))

  app.use(async (c, next) => {
    if (hasPassword || isLocalHost(c.req.raw)) return next()
    return refuse(
      c,
      403,
      'Without a password the room opens only at http://localhost and http://127.0.0.1, and not through a proxy. Set WEB_PASSWORD to open it at this address.',
    )
  })
  app.get('/assets/*', (c) => assets.respond(c.req.raw) ?? c.notFound())

  app.use(bodyLimit({ maxSize: maxBodyBytes, onError: (c) => refuse(c, 413, 'This is too long: at most 1 MB.') }))
  app.use(async (c, next) => {
    if (c.req.method === 'POST') {
      if (!isSameSite(c.req.raw, io.publicUrl)) return refuse(c, 403, 'This request came from another site.')
      c.set('fields', await readPosted(c))
    }
    return next()
  })

  if (hasPassword) {
    app.get('/sign-in', (c) => page(c, signInPage(assets, { name: '', next: c.req.query('next') ?? '/' }, null)))
    app.post('/sign-in', async (c) => {
      const typed = { name: textOf(c, 'name'), next: textOf(c, 'next') }
      const again = (status: 401 | 422 | 429, problem: string) => page(c, signInPage(assets, typed, problem), status)
      const peer = c.env.peer.address
      if (!(await io.allow(`web-sign-in:${peer}`, signInTries.max, signInTries.windowSeconds))) {
        c.header('retry-after', String(signInTries.windowSeconds))
        return again(429, 'Too many tries. Wait five minutes, then try again.')
      }
      if (!sessions.isPassword(textOf(c, 'password'))) {
        io.log.warn('web sign-in refused', { peer })
        return again(401, 'The password is not right.')
      }
      try {
        sessions.open(c, teammateNamed(typed.name))
      } catch (error) {
        if (error instanceof BadInputError) return again(422, error.message)
        throw error
      }
      return c.redirect(localPath(typed.next), 303)
    })
  }

  app.use(async (c, next) => {
    let session = sessions.read(c)
    if (!session && !hasPassword && c.req.method === 'GET') session = sessions.open(c, teammateNamed('Team'))
    if (!session) {
      if (c.req.method === 'GET' && hasPassword && c.req.header('accept')?.includes('text/html'))
        return c.redirect(`/sign-in?next=${encodeURIComponent(c.req.path + new URL(c.req.url).search)}`, 303)
      return refuse(c, 401, 'You are signed out. Sign in again in another tab, then come back: your text is kept here.')
    }
    c.set('session', session)
    return next()
  })
  app.use(async (c, next) => {
    if (c.req.method !== 'POST') return next()
    const token = c.req.header('x-csrf') ?? textOf(c, 'csrf')
    if (isSame(token, c.var.session.csrf)) return next()
    return refuse(c, 403, 'This page is out of date. Reload it, then try again.')
  })

  app.post('/sign-out', (c) => {
    sessions.close(c)
    return c.redirect(hasPassword ? '/sign-in' : '/', 303)
  })
  if (!hasPassword) {
    app.get('/sign-in', (c) => c.redirect('/', 303))
    app.post('/sign-in', (c) => {
      sessions.open(c, teammateNamed(textOf(c, 'name')))
      return c.redirect('/', 303)
    })
  }

  app.get('/', (c) => showRoom(c, filterOf(c), null))
  app.get('/room/cards', async (c) => {
    const filter = filterOf(c)
    const cards = await io.listCards(filter, c.req.query('after') ?? null)
    return page(c, cardsView(filter, cards, io.clock.now(), c.var.session.csrf))
  })
  app.get('/room/notices', async (c) => page(c, noticesView(await reports.notices(), io.clock.now())))
  app.get('/room/events', (c) => hub.connect(c.var.session.expiresAt))

  app.get('/cards/:id', async (c) => {
    const card = await io.readCard(c.req.param('id'))
    if (!card) throw new NotFoundError('There is no such card. It may have been removed.')
    return showCard(c, card, null)
  })
  app.post('/cards/:id/decide', async (c) => {
    const about = { conversationId: c.req.param('id'), teammate: c.var.session.teammate }
    const outcome = await handlers.onDecision(parseDecision(c.var.fields, about))
    const { card } = outcome
    const reason = outcome.isDone ? null : outcome.reason
    const status = outcome.isDone ? 200 : 409
    if (wantsJson(c)) return c.json({ reason, card: card && (await web.toMessage(card)) }, status)
    if (reason === null) return c.redirect(`/cards/${encodeURIComponent(about.conversationId)}`, 303)
    if (!card) return refuse(c, 409, reason)
    return showCard(c, card, reason)
  })
  app.get('/cards/:id/customer', (c) => customers.ofCard(c, c.req.param('id')))
  app.get('/cards/:id/forms/:form', (c) => forms.open(c, c.req.param('id'), c.req.param('form')))
  app.post('/cards/:id/forms/:form', (c) => forms.submit(c, c.req.param('id'), c.req.param('form')))
  app.get('/forms/:form', (c) => forms.open(c, null, c.req.param('form')))
  app.post('/forms/:form', (c) => forms.submit(c, null, c.req.param('form')))

  app.post('/command', async (c) => {
    const text = textOf(c, 'text')
      .trim()
      .replace(/^\/(desk\b\s*)?/, '')
    const location = locationOf(text)
    if (location !== null) return wantsJson(c) ? c.json({ location }) : c.redirect(location, 303)
    const answer = await handlers.onCommand(text, c.var.session.teammate, 'room')
    if (wantsJson(c))
      return c.json({ html: String(await answerView(answer, { now: io.clock.now(), csrf: c.var.session.csrf })) })
    return showRoom(c, 'open', answer)
  })

  app.get('/reports', reports.list)
  app.post('/reports', reports.ask)
  app.get('/reports/:id', (c) => reports.one(c, c.req.param('id')))
  app.get('/reports/:id/charts/:file', (c) => reports.chart(c, c.req.param('id'), c.req.param('file')))
  app.get('/reports/:id/items/:file', (c) => reports.items(c, c.req.param('id'), c.req.param('file')))

  app.get('/history', history.show)
  app.get('/history/suggest', history.suggest)
  app.post('/history/share', history.share)
  app.get('/history/:file', (c) => history.download(c, c.req.param('file')))
  app.get('/customers', customers.find)
  app.get('/customers/charts/:file', (c) => customers.chart(c, c.req.param('file')))
  app.get('/customers/:id{.+\\.\\w+}', (c) => customers.download(c, c.req.param('id')))
  app.get('/customers/:id', (c) => customers.one(c, c.req.param('id')))
  app.post('/customers/:id/change', (c) => customers.change(c, c.req.param('id')))
  app.get('/audit', audit)

  app.get('/attachments/:id', async (c) => {
    const file = await io.readAttachment(c.req.param('id'))
    if (!file) throw new NotFoundError('There is no such attachment.')
    return attachmentResponse(file, c.req.query('inline') === '1')
  })

  app.get('/settings', (c) => showSettings(c, null, c.req.query('saved') === '1'))
  app.post('/settings', async (c) => {
    const fields = Object.fromEntries(Object.keys(c.var.fields).map((name) => [name, textOf(c, name)]))
    const read = fromFields(fields, await io.readTuning())
    if (!read.tuning) return showSettings(c, { fields, errors: read.errors })
    try {
      await io.writeTuning(read.tuning, c.var.session.teammate)
      return c.redirect('/settings?saved=1', 303)
    } catch (error) {
      if (!(error instanceof BadInputError)) throw error
      return showSettings(c, {
        fields,
        errors: { ...mentionedTemplates(fields, error.message), form: error.message },
      })
    }
  })

  async function showRoom(c: WebRequest, filter: CardFilter, answer: Answer | null): Promise<Response> {
    const after = answer ? null : (c.req.query('after') ?? null)
    const [cards, notices] = await Promise.all([io.listCards(filter, after), reports.notices()])
    const now = io.clock.now()
    return page(c, roomPage(frame(c, cards.counts, filter), { filter, page: cards, notices, now, answer }))
  }

  async function showSettings(
    c: WebRequest,
    refused: { fields: SettingsFields; errors: Record<string, string> } | null,
    isSaved = false,
  ): Promise<Response> {
    const team = await handlers.readSettings(c.var.session.teammate)
    const { fields, errors } = refused ?? { fields: toFields(await io.readTuning()), errors: {} }
    const state = { fields, errors, isSaved, tunables: io.tunables(), team }
    return page(c, settingsPage(frame(c, await io.countCards(), 'settings'), state), refused ? 422 : 200)
  }

  async function showCard(c: WebRequest, card: Card, alert: string | null): Promise<Response> {
    const bucket = bucketOf(card)
    const shown = cardPage(frame(c, await io.countCards(), bucket), card, bucket, io.clock.now(), alert)
    return page(c, shown, alert === null ? 200 : 409)
  }

  function frame(c: WebRequest, counts: Frame['counts'], current: Frame['current']): Frame {
    return { assets, session: c.var.session, hasPassword, counts, current, said: takeSaid(c) }
  }

  /** Whoever typed something gets it back. */
  async function refuse(c: Context, status: ContentfulStatusCode, message: string): Promise<Response> {
    if (wantsJson(c)) return c.json({ reason: message, card: null }, status)
    const posted: Posted = c.var.fields ?? {}
    const fields = Object.entries(posted).flatMap(([name, given]) =>
      [given].flat().flatMap((one): [string, string][] => (typeof one === 'string' ? [[name, one]] : [])),
    )
    const isTyped = fields.some(([name]) => name.startsWith('text:'))
    return page(c, problemPage(assets, message, isTyped ? { path: c.req.path, fields } : null), status)
  }

  return app
}

async function page(c: Context, content: Html, status: ContentfulStatusCode = 200): Promise<Response> {
  return c.html(content, status)
}

function statusOf(error: Error | HTTPException): [ContentfulStatusCode, string] {
  if (error instanceof BadInputError) return [error.status as ContentfulStatusCode, error.message]
  if (error instanceof NotFoundError) return [404, error.message]
  if (error instanceof ConflictError) return [409, error.message]
  return [503, unreachable]
}

function filterOf(c: WebRequest): CardFilter {
  const given = c.req.query('filter') ?? 'open'
  const filter = cardFilters.find((known) => known === given)
  if (!filter) throw new BadInputError(`There is no filter of this name. Use one of: ${cardFilters.join(', ')}.`)
  return filter
}

/** What a command asks has a page of its own; null: it is answered in the room. */
function locationOf(text: string): string | null {
  const path = commandPath(text)
  if (path !== null) return path
  const command = parseCommand(text)
  if (command.kind === 'settings') return '/settings'
  if (command.kind !== 'form') return null
  const about = encodeURIComponent(JSON.stringify(command.about))
  return `/forms/${command.form}?about=${about}`
}
