import { html } from 'hono/html'
import { auditWhats, type AuditWhat } from '../../command-audit.ts'
import type { Answer } from '../../workspace.ts'
import { answerSheet } from './answer.ts'
import { framedPage, type Frame, type Html } from './page.ts'

/** What was chosen; '' means all of it. */
export interface AuditAsk {
  /** "week", "2026-11-01..2026-11-20" */
  period: string
  what: string
  teammate: string
}

const periods: Record<string, string> = {
  now: 'Today',
  yesterday: 'Yesterday',
  week: 'The last 7 days',
  month: 'The last month',
}
const whats: Record<AuditWhat, string> = {
  approved: 'Approved',
  read: 'Read',
  shared: 'Shared',
  exported: 'Exported',
  erased: 'Erased',
  joined: 'Joined and noted',
  settings: 'Settings',
}

/** Who did what: for managers. */
export function auditPage(frame: Frame, { period, what, teammate }: AuditAsk, answer: Answer): Html {
  const isNamed = Object.hasOwn(periods, period)
  return framedPage(
    frame,
    'Audit',
    html`<header class="room-head">
        <h1><a href="/settings">Settings</a></h1>
      </header>
      <form class="search audit" method="get" action="/audit" aria-label="What is shown">
        <label class="field"
          ><span>When</span>
          <select name="period">
            ${Object.entries(periods).map(([value, name]) => optionView(value, name, period))}
            ${!isNamed && optionView(period, period, period)}
          </select>
        </label>
        <label class="field"
          ><span>What</span>
          <select name="what">
            ${optionView('', 'Everything', what)} ${auditWhats.map((value) => optionView(value, whats[value], what))}
          </select>
        </label>
        <label class="field"
          ><span>By</span>
          <input name="by" value="${teammate}" maxlength="200" placeholder="Everybody" autocomplete="off" />
        </label>
        <button class="button primary">Show</button>
      </form>
      ${answerSheet(answer)}`,
  )
}

function optionView(value: string, name: string, chosen: string): Html {
  return html`<option value="${value}" ${value === chosen && html`selected`}>${name}</option>`
}
