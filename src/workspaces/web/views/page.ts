import { html } from 'hono/html'
import type { CardFilter } from '../../workspace.ts'
import type { Assets } from '../assets.ts'
import type { Session } from '../session.ts'
import { saidView } from './said.ts'

export type Html = ReturnType<typeof html>

/** What every page of a signed-in teammate shows around its content. */
export interface Frame {
  assets: Assets
  session: Session
  /** False: there is no password, so nobody signs out; a name can be changed. */
  hasPassword: boolean
  /** Null when they could not be counted. */
  counts: Record<CardFilter, number> | null
  current: CardFilter | 'reports' | 'history' | 'settings' | null
  /** What came of the last page, said once. */
  said: string | null
}

/** A whole document. `bodyClass` picks the layout. */
export function documentOf(assets: Assets, title: string, bodyClass: string, content: Html, csrf = ''): Html {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="csrf" content="${csrf}" />
        <title>${title}</title>
        <link rel="icon" href="${assets.url('icon.svg')}" type="image/svg+xml" />
        <link rel="stylesheet" href="${assets.url('room.css')}" />
        <link rel="stylesheet" href="${assets.url('history.css')}" />
        <script type="module" src="${assets.url('room.js')}"></script>
      </head>
      <body class="${bodyClass}">
        ${content}
      </body>
    </html>`
}

export const filterNames: Record<CardFilter, string> = { open: 'Open', quarantined: 'Suspected spam', done: 'Done' }

/** A page with the side bar. */
export function framedPage(frame: Frame, title: string, content: Html): Html {
  const { assets, session, current } = frame
  const filters = Object.entries(filterNames).map(
    ([filter, name]) =>
      html`<a href="/?filter=${filter}" ${current === filter ? html`aria-current="page"` : ''}
        ><span>${name}</span
        ><span class="count" data-count="${filter}">${countText(frame.counts?.[filter as CardFilter])}</span></a
      >`,
  )
  return documentOf(
    assets,
    `${title} · Deskbell`,
    'framed',
    html`<a class="skip" href="#main">Skip to the content</a>
      <aside class="side">
        <a class="logo" href="/">${bell}<span>Deskbell</span></a>
        <nav aria-label="Room">
          ${filters}
          <a href="/reports" ${current === 'reports' ? html`aria-current="page"` : ''}>Digest</a>
          <a href="/history" ${current === 'history' ? html`aria-current="page"` : ''}>History</a>
          <a class="log" href="/forms/log" data-ask aria-keyshortcuts="L"
            ><span>Log<i> a call or visit</i></span></a
          >
        </nav>
        <div class="side-foot">
          <p class="live" id="live" hidden>Live</p>
          <a class="side-link" href="/settings" ${current === 'settings' ? html`aria-current="page"` : ''}>Settings</a>
          ${userMenu(frame)}
        </div>
      </aside>
      <main id="main" tabindex="-1">
        ${frame.said !== null && html`<p class="alert told" role="status">${saidView(frame.said)}</p>`} ${content}
      </main>
      <div id="toasts" class="toasts"></div>
      <p id="notice" class="unseen" aria-live="polite"></p>`,
    session.csrf,
  )
}

/** More than 999 are not counted exactly. */
function countText(count: number | undefined): string {
  return count === undefined ? '' : count > 999 ? '999+' : String(count)
}

function userMenu({ session, hasPassword }: Frame): Html {
  const { name } = session.teammate
  return html`<details class="menu user" data-key="user">
    <summary><span class="avatar small" aria-hidden="true">${initials(name)}</span><bdi>${name}</bdi></summary>
    <div class="menu-panel">
      ${
        hasPassword
          ? html`<form method="post" action="/sign-out">
              ${csrfField(session.csrf)}<button class="menu-item">Sign out</button>
            </form>`
          : html`<form method="post" action="/sign-in" class="stack">
              ${csrfField(session.csrf)}
              <label
                >Your name, as the team knows you
                <input name="name" value="${name}" maxlength="60" required autocomplete="name"
              /></label>
              <button class="button">Save name</button>
            </form>`
      }
    </div>
  </details>`
}

export function csrfField(csrf: string): Html {
  return html`<input type="hidden" name="csrf" value="${csrf}" />`
}

/** HTML drops a textarea's first line break, so it gets one more. */
export function textarea(attributes: Html, text: string): Html {
  return html`<textarea ${attributes} dir="auto">${'\n'}${text}</textarea>`
}

/** Up to two letters for a round picture. */
export function initials(name: string): string {
  const letters = name.match(/(?<!\p{L})\p{L}/gu) ?? []
  return [letters[0], letters.length > 1 ? letters.at(-1) : ''].join('').toUpperCase()
}

export const bell = html`<svg viewBox="0 0 24 24" width="22" height="22" aria-hidden="true">
  <path
    fill="currentColor"
    d="M11 5.06V4h-1.5a.75.75 0 0 1 0-1.5h5a.75.75 0 0 1 0 1.5H13v1.06A8 8 0 0 1 20 13v2.5H4V13a8 8 0 0 1 7-7.94ZM3 17h18a1 1 0 0 1 0 3.5H3A1 1 0 0 1 3 17Z"
  />
</svg>`
