import { html } from 'hono/html'
import { visible } from '../../kit/text.ts'
import type { FindOrder } from '../../command-find.ts'
import type { Answer } from '../../workspace.ts'
import { historyPath, type Asked } from '../paths.ts'
import { filesView } from './answer.ts'
import { foundView } from './found.ts'
import { linesView } from './lines.ts'
import { framedPage, type Frame, type Html } from './page.ts'
import { saidView } from './said.ts'

interface History {
  asked: Asked
  /** Null: nothing was asked yet. */
  answer: Answer | null
  /** What was typed can't be read; the answer says why. */
  isWrong: boolean
  now: Date
}

const examples: [ask: string, about: string][] = [
  ['refund', 'a word, with other endings too'],
  ['"lamp oil" -voucher', 'words in this order, and without another word'],
  ['ship* since monday', 'words that begin so, in these days'],
  ['customer:mia', 'part of a name, a handle or an address'],
  ['theme:complaint,question language:en', 'either theme, in one language'],
  ['rating:1..2 last month', 'who was not happy'],
  ['state:waiting urgency:high', 'what is still open'],
]

/** The search box, and what was found; before anything was asked, what can be. */
export function historyPage(frame: Frame, { asked, answer, isWrong, now }: History): Html {
  const found = answer?.found
  return framedPage(
    frame,
    asked.typed === '' ? 'History' : `${asked.typed} · History`,
    html`<header class="room-head">
        <h1>History</h1>
        <a class="button plain" href="/customers">Customers</a>
      </header>
      <form class="search" method="get" action="/history" role="search">
        <div class="suggesting">
          <input
            type="search"
            name="q"
            value="${asked.typed}"
            aria-label="Search what customers wrote and the team answered"
            placeholder="refund “lamp oil” channel:email since monday"
            maxlength="1000"
            autocomplete="off"
            autocapitalize="off"
            spellcheck="false"
            aria-keyshortcuts="/"
            data-suggest="/history/suggest"
            ${isWrong && html`aria-invalid="true"`}
            ${answer === null && html`autofocus`}
          />
        </div>
        <input type="hidden" name="order" value="${asked.order}" /><button class="button primary">Search</button>
      </form>
      ${answer === null && examplesView()} ${answer && !found && unfoundView(answer, isWrong)}
      ${
        answer &&
        found &&
        html`<section class="found" aria-labelledby="found-title">
          <header>
            <h2 id="found-title"><bdi>${withoutOrder(found.asked)}</bdi></h2>
            ${asked.typed !== '' && orderView(asked)}
          </header>
          ${foundView(found, { now, csrf: frame.session.csrf, asked: asked.typed === '' ? null : asked })}
          ${answer.file && html`<div class="options" role="group" aria-label="All that was found">${filesView(answer.file)}</div>`}
        </section>`
      }
      <script type="module" src="${frame.assets.url('suggest.js')}"></script>`,
  )
}

/** The switch beside it says the order. */
const withoutOrder = (asked: string): string => visible(asked).replace(/ · best first$/, '')

const orderNames: Record<FindOrder, string> = { best: 'Best first', newest: 'Newest first' }

function orderView({ typed, order }: Asked): Html {
  // What stands in the box would win.
  const plain = typed.replace(/(^|\s)(?:sort|order):\S+/giu, '$1').trim()
  return html`<nav class="switch" aria-label="Order">
    ${Object.entries(orderNames).map(
      ([id, name]) =>
        html`<a
          href="${historyPath({ typed: plain, order: id as FindOrder })}"
          ${id === order && html`aria-current="true"`}
          >${name}</a
        >`,
    )}
  </nav>`
}

/** Nothing was found, or what was typed can't be read. */
function unfoundView({ title, lines }: Answer, isWrong: boolean): Html {
  const said = saidView(withoutOrder(title))
  return html`<section class="unfound">
    <p class="${isWrong ? 'alert' : 'found-note'}" role="${isWrong ? 'alert' : 'status'}">${said}</p>
    ${lines.length > 0 && linesView(lines)}
  </section>`
}

function examplesView(): Html {
  return html`<section class="sheet items">
    <h2>Everything customers wrote, and what the team answered</h2>
    <dl class="examples">
      ${examples.map(
        ([ask, about]) =>
          html`<div>
            <dt><a href="${historyPath({ typed: ask, order: 'best' })}">${ask}</a></dt>
            <dd>${about}</dd>
          </div>`,
      )}
    </dl>
    <p><a class="button plain" href="/history?order=newest">Everything, the newest first</a></p>
  </section>`
}
