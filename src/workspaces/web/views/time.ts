import { html } from 'hono/html'
import { duration } from '../../card-words.ts'
import type { Card } from '../../card.ts'
import type { Html } from './page.ts'

/** `ago` and `until` tick in the browser; `clock` is told in the reader's own time zone there. */
export function timeView(at: Date, kind: 'ago' | 'until' | 'clock', now: Date): Html {
  const iso = at.toISOString()
  const text = {
    ago: () => duration(Math.max(0, now.getTime() - at.getTime())),
    until: () => duration(Math.max(0, at.getTime() - now.getTime())),
    clock: () => `${iso.slice(0, 16).replace('T', ' ')} UTC`,
  }
  return html`<time datetime="${iso}" data-time="${kind}" title="${iso}">${text[kind]()}</time>`
}

const soonMs = 15 * 60_000

/** Until when the team wants to have answered; it turns in the browser as well. */
export function dueView(dueAt: Date, now: Date): Html {
  const left = dueAt.getTime() - now.getTime()
  return html`<p class="due ${left < 0 ? 'late' : left < soonMs && 'warn'}" data-due="${dueAt.toISOString()}">
    <span>${left < 0 ? 'Late since' : 'Due'}</span> ${timeView(dueAt, 'clock', now)}
  </p>`
}

/** Until when the customer can be answered in one's own words; it turns in the browser as well. */
export function windowView({ closesAt, minutesLeft }: NonNullable<Card['replyWindow']>, now: Date): Html {
  const hasClosed = minutesLeft === 0
  const tone = hasClosed ? 'late' : minutesLeft !== null && 'warn'
  return html`<p class="window ${tone}" data-closes>
    <span>Reply window ${hasClosed ? 'closed' : 'closes in'}</span>
    ${timeView(closesAt, hasClosed ? 'clock' : 'until', now)}
  </p>`
}
