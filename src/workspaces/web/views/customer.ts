import { html } from 'hono/html'
import { visible } from '../../kit/text.ts'
import type { CustomerChange, CustomerIdentityLine, CustomerNote, CustomerPage, Touchpoint } from '../../found.ts'
import { cardPath, customerPath, filePath, listPath } from '../paths.ts'
import { formLinkView } from './form-link.ts'
import { linesView } from './lines.ts'
import { csrfField, framedPage, initials, type Frame, type Html } from './page.ts'
import { chartView } from './report.ts'
import { shownName } from './said.ts'
import { timeView } from './time.ts'

interface CustomerLook {
  now: Date
  csrf: string
  /** Where the picture of the journey is drawn; null: there is none. */
  chart: string | null
}

/** Who a customer is, on a page of its own. */
export function customerPage(frame: Frame, page: CustomerPage, look: CustomerLook): Html {
  return framedPage(
    frame,
    shownName(page.name),
    html`<header class="room-head">
        <h1><a href="/customers">Customers</a></h1>
      </header>
      <div data-fresh>${customerView(page, look)}</div>`,
  )
}

export function customerView(page: CustomerPage, look: CustomerLook): Html {
  const { customerId, facts, waiting, promises, notes, journey, alike, joined, identities, picture } = page
  const name = shownName(page.name)
  return html`<article class="person" aria-label="${name}">
    <header>
      <span class="avatar" aria-hidden="true">${initials(name) || '?'}</span>
      <div>
        <h2><bdi>${name}</bdi></h2>
        <p><bdi>${visible(page.summary)}</bdi></p>
      </div>
    </header>
    ${actionsView(page)} ${alike.length > 0 && alikeView(page, look.csrf)}
    ${waiting.length > 0 && part('Waiting for us', linesView(waiting))}
    ${promises.length > 0 && part('Promised', linesView(promises))}
    <div class="tables">
      ${
        identities.length > 0 &&
        part(
          'Writes as',
          html`<ul>
            ${identities.map(identityView)}
          </ul>`,
        )
      }
      ${
        facts.length > 0 &&
        part(
          'At a glance',
          html`<dl class="facts">
            ${facts.map(
              ({ label, value }) =>
                html`<div>
                  <dt>${visible(label)}</dt>
                  <dd><bdi>${visible(value)}</bdi></dd>
                </div>`,
            )}
          </dl>`,
        )
      }
    </div>
    ${
      notes.length > 0 &&
      part(
        'Notes',
        html`<ul>
          ${notes.map((note) => noteView(customerId, note, look))}
        </ul>`,
      )
    }
    ${picture && look.chart !== null && html`<div class="charts">${chartView(picture, look.chart)}</div>`}
    ${
      journey.length > 0 &&
      part(
        'Journey',
        html`<ol class="journey">
          ${journey.map((touchpoint) => touchpointView(touchpoint, look.now))}
        </ol>`,
      )
    }
    ${joined.length > 0 && joinedView(page, look.csrf)}
  </article>`
}

function part(title: string, content: Html): Html {
  return html`<section class="report-part">
    <h3>${title}</h3>
    ${content}
  </section>`
}

function actionsView({ customerId, history, isManager }: CustomerPage): Html {
  const about = { customerId }
  return html`<div class="actions">
    <a class="button plain" href="${listPath(history)}">All history</a>
    ${formLinkView({ label: 'Add a note…', form: 'note', about })}
    ${
      isManager &&
      html`<a class="button plain" href="${filePath({ kind: 'customer', customerId }, 'json')}" download>Export</a>
        ${formLinkView({ label: 'Erase…', form: 'forget', about })}`
    }
  </div>`
}

/** What a teammate decides at one press. `label`: what it says to those who don't see what it stands beside. */
function changeView(change: CustomerChange, text: string, label: string, look: string, csrf: string): Html {
  const { customerId, ...fields } = change
  return html`<form method="post" action="${customerPath(customerId)}/change">
    ${csrfField(csrf)}
    ${Object.entries(fields).map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}" />`)}
    <button class="${look}" aria-label="${text}: ${visible(label)}">${text}</button>
  </form>`
}

function alikeView({ customerId, alike }: CustomerPage, csrf: string): Html {
  return html`<section class="report-part alike">
    <h3>The same person?</h3>
    <ul>
      ${alike.map(({ customerId: otherId, name, reason }) => {
        const who = shownName(name)
        return html`<li>
          <p>
            <a href="${customerPath(otherId)}"><bdi>${who}</bdi></a> <span><bdi>${visible(reason)}</bdi></span>
          </p>
          <div class="actions">
            ${changeView({ kind: 'join', customerId, otherId }, 'Same person', who, 'button plain', csrf)}
            ${changeView({ kind: 'distinguish', customerId, otherId }, 'Not the same', who, 'button plain', csrf)}
          </div>
        </li>`
      })}
    </ul>
  </section>`
}

function identityView({ channel, text, isVerified, isPublic }: CustomerIdentityLine): Html {
  return html`<li>
    <span class="channel">${visible(channel)}</span> <bdi>${visible(text)}</bdi>
    ${isVerified && html`<small class="good" title="The channel vouches for it">✓ verified</small>`}
    ${isPublic && html`<small title="Anybody can read what they say there">public</small>`}
  </li>`
}

function noteView(customerId: string, { noteId, text, by, at, canRemove }: CustomerNote, look: CustomerLook): Html {
  return html`<li class="noted">
    <p class="words" dir="auto">${visible(text)}</p>
    <p class="by"><bdi>${visible(by)}</bdi> ${timeView(at, 'clock', look.now)}</p>
    ${canRemove && changeView({ kind: 'remove-note', customerId, noteId }, 'Remove', text.slice(0, 60), 'link', look.csrf)}
  </li>`
}

function touchpointView({ at, about, text, state, conversationId }: Touchpoint, now: Date): Html {
  return html`<li>
    <p class="by">${timeView(at, 'clock', now)} <bdi>${visible(about)}</bdi></p>
    <p>
      <a href="${cardPath(conversationId)}"><bdi>${visible(text).trim() || 'Without words'}</bdi></a>
    </p>
    <p class="by"><bdi>${visible(state)}</bdi></p>
  </li>`
}

function joinedView({ customerId, joined }: CustomerPage, csrf: string): Html {
  return html`<section class="report-part">
    <h3>Joined</h3>
    <ul>
      ${joined.map(
        ({ mergeId, text }) =>
          html`<li class="undone">
            <span><bdi>${visible(text)}</bdi></span>
            ${changeView({ kind: 'part', customerId, mergeId }, 'Undo', text, 'link', csrf)}
          </li>`,
      )}
    </ul>
  </section>`
}
