import { randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { Webhook } from 'standardwebhooks'
import type { Arrival } from './morning.ts'

const betweenLinesMs = 250
/** Longer than the form's least fill time: people need a while to type. */
const fillMs = 3200

type Of<Via extends Arrival['via']> = Extract<Arrival, { via: Via }>

/** The shop's customers, as its site, its visitors' browsers and its form see them. */
export interface Customers {
  /** Resolves to a way to write again, where there is one. */
  write(arrival: Arrival): Promise<{ again(lines: string[]): Promise<void> } | null>
}

/** `formSecret`: of the form's signed API. */
export function customersOf(url: string, formSecret: string, signal: AbortSignal): Customers {
  const webhook = new Webhook(formSecret)

  async function post(path: string, body: string, headers: Record<string, string>): Promise<Response> {
    const response = await fetch(url + path, { method: 'POST', body, headers, redirect: 'manual', signal })
    if (response.status >= 400) throw new Error(`POST ${path} was refused: ${await response.text()}`)
    return response
  }

  async function chat({ name, email, page, lines }: Of<'chat'>): Promise<{ again(lines: string[]): Promise<void> }> {
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

  return {
    async write(arrival) {
      if (arrival.via === 'chat') return chat(arrival)
      await (arrival.via === 'site' ? site(arrival) : form(arrival))
      return null
    },
  }
}
