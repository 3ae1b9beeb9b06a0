import { html } from 'hono/html'
import type { Answer, Bulletin, CardFilter, CardPage } from '../../workspace.ts'
import type { Card } from '../../card.ts'
import { visible } from '../../kit/text.ts'
import { answerView } from './answer.ts'
import { cardView } from './card.ts'
import { noticesView } from './notices.ts'
import { csrfField, filterNames, framedPage, type Frame, type Html } from './page.ts'

interface Room {
  filter: CardFilter
  page: CardPage
  /** What the team should know while it works. */
  notices: Bulletin[]
  now: Date
  /** To the last command. */
  answer: Answer | null
}

/** The team's room: one filter's cards, and the box for commands. */
export function roomPage(frame: Frame, { filter, page, notices, now, answer }: Room): Html {
  const { csrf } = frame.session
  const name = filterNames[filter]
  return framedPage(
    frame,
    name,
    html`<header class="room-head">
        <h1>${name}</h1>
        ${commandBox(csrf)}
      </header>
      ${noticesView(notices, now)}
      <section id="answer" class="answer" aria-live="polite">${answer && answerView(answer, { now, csrf })}</section>
      ${cardsView(filter, page, now, csrf)} ${keysDialog}`,
  )
}

/** One card on a page of its own. `alert`: why the last try changed nothing. */
export function cardPage(frame: Frame, card: Card, bucket: CardFilter, now: Date, alert: string | null): Html {
  return framedPage(
    frame,
    visible(card.customer.name),
    html`<header class="room-head">
        <h1><a href="/?filter=${bucket}">${filterNames[bucket]}</a></h1>
      </header>
      ${alert !== null && html`<p class="alert" role="alert">${alert}</p>`}
      <div data-cards data-single data-counts="${JSON.stringify(frame.counts)}">
        ${cardView(card, { now, bucket, csrf: frame.session.csrf })}
      </div>
      ${keysDialog}`,
  )
}

/** The list alone: what a page reads anew after it was cut off. */
export function cardsView(filter: CardFilter, page: CardPage, now: Date, csrf: string): Html {
  const next = page.next !== null && `filter=${filter}&after=${encodeURIComponent(page.next)}`
  return html`<div data-cards data-filter="${filter}" data-counts="${JSON.stringify(page.counts)}">
      ${page.cards.map((card) => cardView(card, { now, bucket: filter, csrf }))}
    </div>
    ${next && html`<a class="button plain more" data-more href="/?${next}">Show more</a>`} ${emptyView(filter)}`
}

function emptyView(filter: CardFilter): Html {
  const words: Record<CardFilter, Html> = {
    open: html`<h2>Nobody is waiting</h2>
      <p>
        Write something as a visitor would, in the <a href="/chat" target="_blank">live chat</a> or on the
        <a href="/form" target="_blank">contact form</a>. It arrives here as a card, with a drafted reply.
      </p>`,
    quarantined: html`<h2>No suspected spam</h2>
      <p>What looks like spam is kept here, out of the way, until somebody has looked at it.</p>`,
    done: html`<h2>Nothing is done yet</h2>
      <p>Answered, dismissed and snoozed conversations are kept here.</p>`,
  }
  return html`<div class="empty">${words[filter]}</div>`
}

function commandBox(csrf: string): Html {
  return html`<form class="command" method="post" action="/command" role="search">
    ${csrfField(csrf)}
    <input
      name="text"
      aria-label="Command"
      placeholder="/desk help"
      autocomplete="off"
      spellcheck="false"
      autocapitalize="off"
      maxlength="500"
      aria-keyshortcuts="/"
    /><kbd aria-hidden="true">/</kbd>
    <button class="unseen">Run</button>
  </form>`
}

const keys = [
  ['J', 'Next card'],
  ['K', 'Previous card'],
  ['A', 'Approve and send'],
  ['E', 'Edit'],
  ['R', 'Redraft'],
  ['S', 'Send later'],
  ['D', 'Dismiss'],
  ['U', 'Undo'],
  ['L', 'Log a call or visit'],
  ['/', 'Write a command'],
  ['?', 'Show these keys'],
]

const keysDialog = html`<dialog id="keys" aria-labelledby="keys-title">
  <header>
    <h2 id="keys-title">Keys</h2>
    <form method="dialog"><button class="close" aria-label="Close">×</button></form>
  </header>
  <dl class="keys">
    ${keys.map(
      ([key, what]) =>
        html`<div>
          <dt><kbd>${key}</kbd></dt>
          <dd>${what}</dd>
        </div>`,
    )}
  </dl>
</dialog>`
