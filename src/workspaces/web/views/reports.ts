import { html } from 'hono/html'
import { titleOf, type Days } from '../../../measures/period.ts'
import { timeLabel } from '../../../settings/hours.ts'
import { visible } from '../../kit/text.ts'
import type { NoticeMessage } from '../../message.ts'
import type { Report } from '../../report.ts'
import type { Answer, Bulletin, BulletinPage } from '../../workspace.ts'
import { reportPath } from '../paths.ts'
import { csrfField, framedPage, type Frame, type Html } from './page.ts'
import { optionsView } from './answer.ts'
import { linesView } from './lines.ts'
import { passagesView } from './passages.ts'
import { reportTitle, reportView } from './report.ts'
import { timeView } from './time.ts'

/** What can be asked for with one click, by its word in the command. */
export const askedPeriods = {
  now: 'Today so far',
  yesterday: 'Yesterday',
  week: 'The last 7 days',
  month: 'The last month',
}

/** What was told the team, the newest first. Of the digests, the newest is shown as a whole. `next`: when another comes. */
export function reportsPage(
  frame: Frame,
  { bulletins, next: older }: BulletinPage,
  { isFirst, next, now }: { isFirst: boolean; next: string; now: Date },
): Html {
  const newest = isFirst ? bulletins.findIndex(({ message }) => message.kind === 'report') : -1
  const whole = bulletins[newest]?.message
  return framedPage(
    frame,
    'Digest',
    html`${headView(frame, isFirst ? html`Digest` : html`<a href="/reports">Digest</a>`)}
    ${isFirst && html`<p class="room-note">${next} Managers can change that under <a href="/settings">Settings</a>.</p>`}
    ${isFirst && newest < 0 && emptyView} ${streamView(bulletins.slice(0, Math.max(0, newest)), now)}
    ${whole?.kind === 'report' && reportView(whole.report, frame.session.csrf)}
    ${streamView(bulletins.slice(newest + 1), now, whole && 'Earlier')}
    ${older !== null && html`<a class="button plain more" href="/reports?after=${encodeURIComponent(older)}">Show more</a>`}`,
  )
}

export function reportPage(frame: Frame, report: Report): Html {
  return framedPage(
    frame,
    visible(report.title),
    html`${headView(frame, html`<a href="/reports">Digest</a>`)} ${reportView(report, frame.session.csrf)}`,
  )
}

/** "The next one comes tomorrow 09:00 (UTC), about Friday 20 – Sunday 22 November 2026." */
export function nextText(next: { at: Date; days: Days } | null, timeZone: string, now: Date): string {
  if (!next) return 'None comes by itself.'
  const when = timeLabel(next.at, now, timeZone).replace(/^To/, 'to')
  return `The next one comes ${when} (${timeZone}), about ${titleOf(next.days)}.`
}

function headView({ session }: Frame, title: Html): Html {
  return html`<header class="room-head">
    <h1>${title}</h1>
    <form class="periods" method="post" action="/reports" aria-label="Show the numbers of">
      ${csrfField(session.csrf)}
      ${Object.entries(askedPeriods).map(
        ([period, name]) => html`<button class="button plain" name="period" value="${period}">${name}</button>`,
      )}
    </form>
  </header>`
}

/** What is behind one of a report's numbers. */
export function itemsPage(frame: Frame, reportId: string, answer: Answer): Html {
  const { title, lines } = answer
  return framedPage(
    frame,
    visible(title),
    html`<header class="room-head">
        <h1><a href="${reportPath(reportId)}">Digest</a></h1>
      </header>
      <section class="sheet items">
        <h2>${visible(title)}</h2>
        ${linesView(lines)} ${optionsView(answer)}
      </section>`,
  )
}

function streamView(bulletins: Bulletin[], now: Date, title?: string | false): Html | null {
  if (bulletins.length === 0) return null
  return html`<h2 class="${title ? 'stream-title' : 'unseen'}">${title || 'The newest'}</h2>
    <ul class="stream">
      ${bulletins.map(
        ({ at, message }) =>
          html`<li>
            <p class="by">${timeView(at, 'clock', now)}</p>
            ${messageView(message, now)}
          </li>`,
      )}
    </ul>`
}

function messageView(message: Bulletin['message'], now: Date): Html {
  switch (message.kind) {
    case 'report':
      return digestView(message.report)
    case 'notice':
      return noticeView(message)
    case 'found':
      return html`<h3><bdi>${visible(message.title)}</bdi></h3>
        ${passagesView(message.passages, now)}`
  }
}

function digestView(report: Report): Html {
  return html`<h3>${reportTitle(report)}</h3>
    <p><bdi>${visible(report.headline)}</bdi></p>`
}

function noticeView({ title, lines }: NoticeMessage): Html {
  return html`<h3><bdi>${visible(title)}</bdi></h3>
    ${lines.length > 0 && linesView(lines)}`
}

const emptyView = html`<div class="empty is-shown">
  <h2>No digest yet</h2>
  <p>
    A digest says what came in, what was answered and how fast, who still waits, and what stood out. The buttons above
    show one at once; <code>/desk stats</code> in the <a href="/">room</a> tells the numbers apart by channel, theme,
    teammate and more.
  </p>
</div>`
