import { NotFoundError } from '../../errors.ts'
import type { Card } from '../card.ts'
import type { Form, FormAbout, FormId } from '../form.ts'
import { aboutSchema, formIdSchema } from '../kit/form-schemas.ts'
import type { Handlers, Refusal, WorkspaceIo } from '../workspace.ts'
import { readFields, zoneOf, type Typed } from './form-fields.ts'
import type { CardMessage } from './hub.ts'
import { cardPath, customerPath } from './paths.ts'
import { textOf, wantsJson, type WebRequest } from './request.ts'
import { keepSaid } from './said.ts'
import { formPage, formView, type FormState } from './views/form.ts'
import type { Frame, Html } from './views/page.ts'

/** Where each form is opened, and where one is afterwards. */
const homes: Record<FormId, 'card' | 'room' | 'customer' | 'settings'> = {
  edit: 'card',
  redraft: 'card',
  dismiss: 'card',
  snooze: 'card',
  schedule: 'card',
  template: 'card',
  assign: 'card',
  log: 'room',
  note: 'customer',
  forget: 'customer',
  'settings.voice': 'settings',
  'settings.rooms': 'settings',
  'settings.room-rule': 'settings',
  'settings.room-rule.remove': 'settings',
  'settings.hours': 'settings',
  'settings.target': 'settings',
  'settings.target.remove': 'settings',
  'settings.roles': 'settings',
  'settings.second-approval': 'settings',
  'settings.digest': 'settings',
  'settings.digest.remove': 'settings',
  'settings.digest-content': 'settings',
  'settings.retention': 'settings',
  'settings.retention.remove': 'settings',
}

/** What the forms need of the rest of the room. */
interface Room {
  io: WorkspaceIo
  handlers: Handlers
  toMessage(card: Card): Promise<CardMessage>
  frame(c: WebRequest): Promise<Frame>
  page(c: WebRequest, content: Html, status?: 200 | 409 | 422): Promise<Response>
  showCard(c: WebRequest, card: Card, alert: string): Promise<Response>
  refuse(c: WebRequest, status: 409, reason: string): Promise<Response>
}

export interface Forms {
  /** Shows a form: a page, or what the script puts into a dialog. */
  open(c: WebRequest, conversationId: string | null, name: string): Promise<Response>
  /** Carries it out. What is wrong stands beside its field, and everything typed is kept. */
  submit(c: WebRequest, conversationId: string | null, name: string): Promise<Response>
}

/** Every question that the room asks: about a card or a customer, for the team's log, for the settings. */
export function createForms({ io, handlers, toMessage, frame, page, showCard, refuse }: Room): Forms {
  /** Throws NotFoundError for a form that isn't opened here. */
  function idOf(conversationId: string | null, name: string): FormId {
    const { data: id } = formIdSchema.safeParse(name)
    if (!id || (homes[id] === 'card') !== (conversationId !== null)) throw new NotFoundError('There is no such form.')
    return id
  }

  async function stateOf(
    c: WebRequest,
    form: Form,
    conversationId: string | null,
    typed: Typed | null = null,
    errors: Record<string, string> = {},
  ): Promise<FormState> {
    const prefix = conversationId === null ? '' : cardPath(conversationId)
    const team = (await io.readTuning()).hours.timeZone
    return {
      form,
      path: `${prefix}/forms/${form.id}`,
      csrf: c.var.session.csrf,
      timeZone: zoneOf(textOf(c, 'zone'), team),
      known: form.fields.some(({ kind }) => kind === 'teammate') ? await knownNames(c) : [],
      typed,
      errors,
    }
  }

  /** The room has no list of its people: who has a card now is known. */
  async function knownNames(c: WebRequest): Promise<string[]> {
    const { cards } = await io.listCards('open', null)
    const assigned = cards.flatMap(({ assignee }) => (assignee?.id.startsWith('web:') ? [assignee.name] : []))
    return [...new Set([c.var.session.teammate.name, ...assigned])]
  }

  async function show(
    c: WebRequest,
    state: FormState,
    conversationId: string | null,
    alert: string | null,
    status: 200 | 409 | 422,
  ): Promise<Response> {
    return page(c, formPage(await frame(c), state, backOf(state.form, conversationId), alert), status)
  }

  async function cardMessage(conversationId: string | null): Promise<CardMessage | null> {
    const card = conversationId === null ? null : await io.readCard(conversationId)
    return card && toMessage(card)
  }

  /** Says why not. Words that were typed are handed back: in a fresh form where there is one. */
  async function decline(
    c: WebRequest,
    conversationId: string | null,
    reason: string,
    fresh: FormState | null,
    isTyped: boolean,
  ): Promise<Response> {
    if (wantsJson(c)) {
      const card = await cardMessage(conversationId)
      return c.json({ reason, card, html: fresh && String(await formView(fresh)) }, 409)
    }
    if (fresh) return show(c, fresh, conversationId, reason, 409)
    const card = isTyped || conversationId === null ? null : await io.readCard(conversationId)
    return card ? showCard(c, card, reason) : refuse(c, 409, reason)
  }

  return {
    async open(c, conversationId, name) {
      const id = idOf(conversationId, name)
      const about = conversationId === null ? parseAbout(c.req.query('about')) : { conversationId }
      const form = await handlers.openForm(id, about, c.var.session.teammate)
      if (isRefusal(form)) return decline(c, conversationId, form.refused, null, false)
      const state = await stateOf(c, form, conversationId)
      if (wantsJson(c)) return c.json({ html: String(await formView(state)) })
      return show(c, state, conversationId, null, 200)
    },

    async submit(c, conversationId, name) {
      const id = idOf(conversationId, name)
      const { teammate } = c.var.session
      const about = { ...parseAbout(textOf(c, 'about')), ...(conversationId !== null && { conversationId }) }
      const zone = zoneOf(textOf(c, 'zone'), (await io.readTuning()).hours.timeZone)
      const { values, typed, errors } = readFields(c.var.fields, zone)
      const isTyped = Object.entries(typed).some(([field, [text]]) => field.startsWith('text:') && text?.trim())
      const outcome =
        Object.keys(errors).length > 0
          ? ({ kind: 'invalid', errors } as const)
          : await handlers.submitForm(id, about, values, teammate)

      switch (outcome.kind) {
        case 'done':
          // It is done, whether or not the card can be read; if not, the next hint brings it.
          if (wantsJson(c)) {
            const card = await cardMessage(conversationId).catch(() => null)
            return c.json({ reason: null, said: outcome.said, card })
          }
          keepSaid(c, outcome.said)
          // Whom it erased has no page any more.
          return c.redirect(id === 'forget' ? '/' : backOf({ id, about }, conversationId).path, 303)
        case 'invalid': {
          if (wantsJson(c)) return c.json({ reason: null, errors: outcome.errors }, 422)
          const form = await handlers.openForm(id, about, teammate)
          if (isRefusal(form)) return decline(c, conversationId, form.refused, null, isTyped)
          // What was seen when it was opened stays what was seen.
          const state = await stateOf(c, { ...form, about }, conversationId, typed, outcome.errors)
          return show(c, state, conversationId, null, 422)
        }
        case 'refused': {
          const again = outcome.again ?? (isTyped ? about : null)
          const form = again && (await handlers.openForm(id, again, teammate))
          const fresh = form && !isRefusal(form) ? await stateOf(c, form, conversationId, typed) : null
          return decline(c, conversationId, outcome.reason, fresh, isTyped)
        }
      }
    },
  }
}

function backOf(
  { id, about }: Pick<Form, 'id' | 'about'>,
  conversationId: string | null,
): { path: string; name: string } {
  if (conversationId !== null) return { path: cardPath(conversationId), name: 'The card' }
  const { customerId } = about
  if (homes[id] === 'customer' && typeof customerId === 'string')
    return { path: customerPath(customerId), name: 'The customer' }
  return homes[id] === 'settings' ? { path: '/settings', name: 'Settings' } : { path: '/', name: 'Open' }
}

function parseAbout(text: string | undefined): FormAbout {
  try {
    return aboutSchema.catch({}).parse(JSON.parse(text ?? ''))
  } catch {
    return {}
  }
}

function isRefusal(form: Form | Refusal): form is Refusal {
  return 'refused' in form
}
