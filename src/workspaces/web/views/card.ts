import { html } from 'hono/html'
import type { Card, CardTurn } from '../../card.ts'
import type { CardFilter } from '../../workspace.ts'
import { shownTypes } from '../attachment.ts'
import { missingText, starsOf } from '../../kit/said.ts'
import { fileSize, visible } from '../../kit/text.ts'
import { cardPath } from '../paths.ts'
import { fold } from '../text.ts'
import { actionsView } from './actions.ts'
import { labelView } from './label.ts'
import { initials, type Html } from './page.ts'
import { shownName } from './said.ts'
import { dueView, timeView, windowView } from './time.ts'

interface CardLook {
  now: Date
  /** Empty where the room's script adds it. */
  csrf: string
  /** Which filter lists it. */
  bucket: CardFilter
}

/** Where a card belongs that was not read from a list. */
export function bucketOf(card: Card): CardFilter {
  if (card.state === 'quarantined') return 'quarantined'
  return card.state === 'waiting' || card.state === 'sending' ? 'open' : 'done'
}

export function cardView(card: Card, look: CardLook): Html {
  const { conversationId, customer, waitingSince, dueAt, replyWindow, draft } = card
  const path = cardPath(conversationId)
  const name = shownName(customer.name)
  return html`<article
    class="card is-${card.state}"
    tabindex="-1"
    data-id="${conversationId}"
    data-version="${card.version}"
    data-seq="${card.seenSeq}"
    data-bucket="${look.bucket}"
    data-waiting="${waitingSince?.toISOString()}"
    aria-label="${name}, ${card.origin}"
  >
    <header class="card-head">
      <span class="avatar hue-${hueOf(name)}" aria-hidden="true">${initials(name) || '?'}</span>
      <div class="who">
        <h2>
          <a href="${path}/customer"><bdi>${name}</bdi></a>
        </h2>
        <p class="meta">
          <span
            ><a href="${path}" title="This card alone"><bdi>${visible(card.origin)}</bdi></a></span
          >
          ${[customer.handle, customer.history]
            .filter((part) => part !== null && part !== '')
            .map((part) => html`<span><bdi>${visible(part ?? '')}</bdi></span>`)}
        </p>
      </div>
      <div class="when">
        ${waitingSince && html`<p class="waiting">Waiting ${timeView(waitingSince, 'ago', look.now)}</p>`}
        ${dueAt && dueView(dueAt, look.now)} ${replyWindow && windowView(replyWindow, look.now)}
        ${card.assignee !== null && html`<p class="assignee"><bdi>${visible(card.assignee.name)}</bdi></p>`}
      </div>
    </header>
    ${
      card.labels.length > 0 &&
      html`<ul class="labels" aria-label="Labels">
        ${card.labels.map(labelView)}
      </ul>`
    }
    ${card.alerts.map((alert) => html`<p class="alert">${visible(alert)}</p>`)}
    ${card.subject !== null && html`<p class="subject"><bdi>${visible(card.subject)}</bdi></p>`}
    ${card.summary !== null && html`<p class="summary">${visible(card.summary)}</p>`}
    ${threadView(card.turns, look.now)}
    ${
      draft &&
      html`<section class="draft" aria-label="Draft">
        <header>
          <h3>Draft${draft.revision > 1 && html` ${draft.revision}`}</h3>
          <p>
            by <bdi>${visible(draft.writtenBy)}</bdi>${
              draft.instruction && html`, asked for <q><bdi>${visible(draft.instruction)}</bdi></q>`
            }
          </p>
        </header>
        <div class="words" dir="auto">${visible(draft.text)}</div>
        ${
          draft.flags.length > 0 &&
          html`<ul class="flags">
            ${draft.flags.map((flag) => html`<li>${visible(flag.text)}</li>`)}
          </ul>`
        }
        ${
          draft.evidence.length > 0 &&
          html`<p class="evidence">
            Rests on ${draft.evidence.map((part) => html`<span><bdi>${visible(part)}</bdi></span>`)}
          </p>`
        }
      </section>`
    }
    ${
      card.replyText !== null &&
      html`<section class="draft" aria-label="Reply">
        <header><h3>${replyTitle(card)}</h3></header>
        <div class="words" dir="auto" data-copy-text>${visible(card.replyText)}</div>
      </section>`
    }
    ${statusView(card, look.now)} ${actionsView(card, look.csrf)}
  </article>`
}

function replyTitle({ state, actions }: Card): string {
  if (actions.some(({ id }) => id === 'copy')) return 'Send this by hand'
  return state === 'sending' ? 'Reply' : 'Not delivered'
}

function threadView(turns: CardTurn[], now: Date): Html {
  const unanswered = turns.findIndex((turn) => turn.isUnanswered)
  const from = unanswered >= 0 ? unanswered : Math.max(0, turns.length - 2)
  const earlier = turns.slice(0, from)
  return html`<section class="thread" aria-label="What was said">
    ${
      earlier.length > 0 &&
      html`<details class="earlier" data-key="earlier">
        <summary>${earlier.length === 1 ? '1 earlier message' : `${earlier.length} earlier messages`}</summary>
        ${earlier.map((turn, index) => turnView(turn, now, index))}
      </details>`
    }
    ${turns.slice(from).map((turn, index) => turnView(turn, now, from + index))}
  </section>`
}

/** The team's language first in importance, the customer's own words first in order. */
function translationView(text: string, index: number): Html {
  const [head, rest] = fold(visible(text))
  return html`<div class="translation">
    <p class="by">In your language</p>
    <blockquote class="words" dir="auto">${head}</blockquote>
    ${
      rest !== '' &&
      html`<details class="rest" data-key="translation-${index}">
        <summary><span>Show all</span></summary>
        <blockquote class="words" dir="auto">${rest}</blockquote>
      </details>`
    }
  </div>`
}

function turnView(turn: CardTurn, now: Date, index: number): Html {
  const [head, rest] = fold(visible(turn.text))
  return html`<div class="turn ${turn.from} ${turn.isUnanswered ? 'unanswered' : ''}">
    <p class="by">
      <bdi>${visible(turn.name)}</bdi> ${timeView(turn.at, 'clock', now)}
      ${turn.rating !== null && html`<span class="stars" role="img" aria-label="${turn.rating} of 5 stars">${starsOf(turn.rating)}</span>`}
    </p>
    ${head !== '' && html`<blockquote class="words" dir="auto">${head}</blockquote>`}
    ${
      rest !== '' &&
      html`<details class="rest" data-key="rest-${index}">
        <summary><span>Show all</span> (${[...turn.text].length.toLocaleString('en')} characters)</summary>
        <blockquote class="words" dir="auto">${rest}</blockquote>
      </details>`
    }
    ${turn.translation && translationView(turn.translation, index)}
    ${
      turn.attachments.length > 0 &&
      html`<ul class="attachments">
        ${turn.attachments.map(attachmentView)}
      </ul>`
    }
    ${turn.notes.map((note) => html`<p class="note">${visible(note)}</p>`)}
  </div>`
}

function attachmentView(file: CardTurn['attachments'][number]): Html {
  const path = `/attachments/${encodeURIComponent(file.id)}`
  const name = visible(file.name)
  const size = file.missing && file.bytes === 0 ? '' : `${fileSize(file.bytes)}, `
  if (!file.isKept) return html`<li class="missing"><bdi>${name}</bdi> <small>${size}${missingText(file)}</small></li>`
  const named = html`<bdi>${name}</bdi> <small>${fileSize(file.bytes)}</small>`
  if (!shownTypes.includes(file.mediaType)) return html`<li><a href="${path}" download>${named}</a></li>`
  return html`<li class="picture">
    <a href="${path}?inline=1" target="_blank" rel="noopener"
      ><img src="${path}?inline=1" alt="" loading="lazy" width="160" height="120" /><span>${named}</span></a
    >
  </li>`
}

function statusView({ status }: Card, now: Date): Html | null {
  if (!status) return null
  return html`<p class="status ${status.tone}">
    <span><bdi>${visible(status.text)}</bdi>${status.at && html` ${timeView(status.at, 'clock', now)}`}</span>
    ${status.undoUntil && html`<span class="grace">Undo within ${timeView(status.undoUntil, 'until', now)}</span>`}
    ${status.url && isWebAddress(status.url) && html`<a href="${status.url}" rel="noopener noreferrer nofollow" target="_blank">See the reply</a>`}
  </p>`
}

function isWebAddress(url: string): boolean {
  return /^https?:\/\//i.test(url)
}

function hueOf(name: string): number {
  let sum = 0
  for (const character of name) sum = (sum * 31 + (character.codePointAt(0) ?? 0)) % 997
  return sum % 6
}
