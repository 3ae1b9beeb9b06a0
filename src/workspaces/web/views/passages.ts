import { html } from 'hono/html'
import { isBlank, visible } from '../../kit/text.ts'
import type { Marked, Passage } from '../../found.ts'
import { cardPath, customerPath } from '../paths.ts'
import { labelView } from './label.ts'
import type { Html } from './page.ts'
import { shownName } from './said.ts'
import { timeView } from './time.ts'

/** What customers did and what the team answered, with the words that were looked for. */
export function passagesView(passages: Passage[], now: Date): Html {
  return html`<ol class="passages">
    ${passages.map((passage) => html`<li>${passageView(passage, now)}</li>`)}
  </ol>`
}

function passageView(passage: Passage, now: Date): Html {
  const { conversationId, customer, origin, at, labels, state, said, answered } = passage
  const name = shownName(customer.name)
  return html`<article class="passage" aria-label="${name}, ${visible(origin)}">
    <header>
      <h3>
        <a href="${customerPath(customer.id)}"><bdi>${name}</bdi></a>
      </h3>
      <p class="by"><bdi>${visible(origin)}</bdi> ${timeView(at, 'clock', now)}</p>
    </header>
    ${
      labels.length > 0 &&
      html`<ul class="labels" aria-label="Labels">
        ${labels.map(labelView)}
      </ul>`
    }
    ${wordsView(said, 'They said', '')} ${answered && wordsView(answered, 'The team answered', 'answered')}
    <p class="state">
      <span><bdi>${visible(state)}</bdi></span>
      <a href="${cardPath(conversationId)}" aria-label="Open the card: ${name}">Open the card</a>
    </p>
  </article>`
}

/** Spaces count within: nothing of our own stands between. */
function wordsView(words: Marked, label: string, look: string): Html {
  if (words.every(({ text }) => isBlank(text))) return html``
  const shown = words.map(({ text, isMarked }) => (isMarked ? html`<mark>${visible(text)}</mark>` : visible(text)))
  return html`<blockquote class="words ${look}" dir="auto"><span class="unseen">${label}: </span>${shown}</blockquote>`
}
