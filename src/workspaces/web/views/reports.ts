import { html } from 'hono/html'
import { visible } from '../../kit/text.ts'
import type { NoticeMessage } from '../../message.ts'
import type { Report } from '../../report.ts'
import type { Answer, Bulletin, BulletinPage } from '../../workspace.ts'
import { framedPage, type Frame, type Html } from './page.ts'
import { itemsPath, linesView, reportPath, reportTitle, reportView } from './report.ts'
import { timeView } from './time.ts'

/** What was told the team, the newest first. Of the digests, the newest is shown as a whole. */
export function reportsPage(frame: Frame, { bulletins, next }: BulletinPage, isFirst: boolean, now: Date): Html {
  const newest = isFirst ? bulletins.findIndex(({ message }) => message.kind === 'report') : -1
  const whole = bulletins[newest]?.message
  return framedPage(
    frame,
    'Digest',
    html`<header class="room-head"><h1>${isFirst ? 'Digest' : html`<a href="/reports">Digest</a>`}</h1></header>
      ${streamView(bulletins.slice(0, Math.max(0, newest)), now)}
      ${whole?.kind === 'report' && reportView(whole.report, frame.session.csrf)}
      ${streamView(bulletins.slice(newest + 1), now, whole && 'Earlier')}
      ${next !== null && html`<a class="button plain more" href="/reports?after=${encodeURIComponent(next)}">Show more</a>`}
      ${bulletins.length === 0 && emptyView}`,
  )
}

export function reportPage(frame: Frame, report: Report): Html {
  return framedPage(
    frame,
    visible(report.title),
    html`<header class="room-head">
        <h1><a href="/reports">Digest</a></h1>
      </header>
      ${reportView(report, frame.session.csrf)}`,
  )
}

/** What is behind one of a report's numbers. */
export function itemsPage(frame: Frame, reportId: string, { title, lines, csv }: Answer): Html {
  return framedPage(
    frame,
    visible(title),
    html`<header class="room-head">
        <h1><a href="${reportPath(reportId)}">Digest</a></h1>
      </header>
      <section class="sheet items">
        <h2>${visible(title)}</h2>
        ${linesView(lines)}
        ${csv && html`<p><a class="button plain" href="${itemsPath(csv)}.csv">Download as CSV</a></p>`}
      </section>`,
  )
}

function streamView(bulletins: Bulletin[], now: Date, title?: string | false): Html | null {
  if (bulletins.length === 0) return null
  return html`${title && html`<h2 class="stream-title">${title}</h2>`}
    <ul class="stream">
      ${bulletins.map(
        ({ at, message }) =>
          html`<li>
            <p class="by">${timeView(at, 'clock', now)}</p>
            ${message.kind === 'report' ? digestView(message.report) : noticeView(message)}
          </li>`,
      )}
    </ul>`
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
    It comes every working day at the time that is chosen under <a href="/settings">Settings</a>. Write
    <code>/desk digest</code> in the <a href="/">room</a> to see today so far.
  </p>
</div>`
