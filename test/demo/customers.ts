import { randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { Webhook } from 'standardwebhooks'
import { draw } from './drawings.ts'
import type { Arrival } from './morning.ts'
import type { Providers } from './providers.ts'
import { whatsAppUsers } from './whatsapp.ts'

const betweenLinesMs = 250
/** Longer than the form's least fill time: people need a while to type. */
const fillMs = 3200

export type Of<Via extends Arrival['via']> = Extract<Arrival, { via: Via }>

/** The shop's customers, as its site, its visitors' browsers and its form see them. */
export interface Customers {
  /** Resolves to what they can do later, where there is anything. */
  write(arrival: Arrival): Promise<Visitor | null>
}

export interface Visitor {
  again?(lines: string[]): Promise<void>
  /** To our answer. */
  react?(emoji: string): Promise<void>
}

/** `formSecret`: of the form's signed API. */
export function customersOf(
  url: string,
  formSecret: string,
  { meta, google }: Pick<Providers, 'meta' | 'google'>,
  signal: AbortSignal,
): Customers {
  const webhook = new Webhook(formSecret)
  const whatsapp = whatsAppUsers(url, meta, signal)

  async function post(path: string, body: string, headers: Record<string, string>): Promise<Response> {
    const response = await fetch(url + path, { method: 'POST', body, headers, redirect: 'manual', signal })
    if (response.status >= 400) throw new Error(`POST ${path} was refused: ${await response.text()}`)
    return response
  }

  async function chat({ name, email, page, lines }: Of<'chat'>): Promise<Visitor> {
    const json = { 'content-type': 'application/json' }
    const visitor = (await (await post('/channels/live-chat/visitors', '{}', json)).json()) as object
    const say = async (texts: string[]) => {
      for (const [index, text] of texts.entries()) {
        if (index > 0) await pause(betweenLinesMs, undefined, { signal })
        const message = { ...visitor, id: randomUUID(), text, name, email, page }
        await post('/channels/live-chat', JSON.stringify(message), json)
      }
    }
    await say(lines)
    return { again: say }
  }

  async function site({ name, email, subject, message, fields, minutesAgo, isDeliveredTwice }: Of<'site'>) {
    const submittedAt = new Date(Date.now() - minutesAgo * 60_000).toISOString()
    const body = JSON.stringify({ name, email, subject, message, submittedAt, ...(fields && { fields }) })
    const id = `msg_${randomUUID()}`
    for (let delivery = isDeliveredTwice ? 2 : 1; delivery > 0; delivery--) {
      const now = new Date()
      await post('/channels/form', body, {
        'content-type': 'application/json',
        'webhook-id': id,
        'webhook-timestamp': String(Math.floor(now.getTime() / 1000)),
        'webhook-signature': webhook.sign(id, now, body),
      })
    }
  }

  async function form({ name, email, subject, message, isRobot }: Of<'form'>) {
    const page = await (await fetch(`${url}/form`, { signal })).text()
    const token = /name="token" value="([^"]+)"/.exec(page)?.[1] ?? ''
    // A robot fills in every field there is, at once.
    if (!isRobot) await pause(fillMs, undefined, { signal })
    const fields = { token, name, email, subject, message, website: isRobot ? 'https://seo.example' : '' }
    await post('/channels/form', String(new URLSearchParams(fields)), {
      'content-type': 'application/x-www-form-urlencoded',
    })
  }

  async function review({ name, location, stars, words, photo }: Of<'google'>): Promise<void> {
    if (photo) google.state.photos.set(photo, { content: draw(photo), mediaType: 'image/png' })
    const reviewName = google.reviews.write({
      by: name,
      location,
      stars,
      comment: words,
      ...(photo && { photos: [photo] }),
    })
    const notification = { notificationType: 'NEW_REVIEW', reviewName }
    const { ok, status } = await fetch(await google.pushed(`${url}/channels/google-reviews`, notification), { signal })
    if (!ok) throw new Error(`A review was refused: ${status}`)
  }

  return {
    async write(arrival) {
      switch (arrival.via) {
        case 'chat':
          return chat(arrival)
        case 'whatsapp':
          return whatsapp(arrival)
        case 'site':
          await site(arrival)
          return null
        case 'form':
          await form(arrival)
          return null
        case 'google':
          await review(arrival)
          return null
      }
    },
  }
}
