import { html } from 'hono/html'
import { visible } from '../../kit/text.ts'
import type { FoundMessage, NoticeMessage } from '../../message.ts'
import type { Bulletin } from '../../workspace.ts'
import { cardPath } from '../paths.ts'
import type { Html } from './page.ts'
import { passagesView } from './passages.ts'
import { timeView } from './time.ts'

/** What the team should know while it works, and what somebody showed to everybody; one line each. */
export function noticesView(notices: Bulletin[], now: Date): Html {
  return html`<aside id="notices" class="notices" aria-label="Notices">
    ${notices.map(({ at, message }) => {
      if (message.kind === 'notice') return noticeView(message, at, now)
      return message.kind === 'found' ? sharedView(message, at, now) : ''
    })}
  </aside>`
}

/** Leads to the card. */
function noticeView({ title, lines: [line] }: NoticeMessage, at: Date, now: Date): Html {
  const path = line?.conversationId === undefined ? '/reports' : cardPath(line.conversationId)
  return html`<p data-key="${visible(title)}">
    <a href="${path}"><bdi>${visible(title)}</bdi></a>
    ${line && html`<span><bdi>${visible(line.text)}</bdi></span>`} ${timeView(at, 'clock', now)}
  </p>`
}

function sharedView({ title, passages }: FoundMessage, at: Date, now: Date): Html {
  const words = passages[0]?.said.map(({ text }) => text).join('') ?? ''
  return html`<details class="shared" data-key="${visible(title)}">
    <summary>
      <strong><bdi>${visible(title)}</bdi></strong> <span><bdi>${visible(words)}</bdi></span>
      ${timeView(at, 'clock', now)}
    </summary>
    ${passagesView(passages, now)}
  </details>`
}
