import { mkdir, readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { answerBlocks } from '../../../src/workspaces/slack/blocks/answer.ts'
import { homeView } from '../../../src/workspaces/slack/blocks/home.ts'
import { messageOf } from '../../../src/workspaces/slack/blocks/message.ts'
import { modalOf } from '../../../src/workspaces/slack/blocks/modal.ts'
import { settingsModal } from '../../../src/workspaces/slack/blocks/settings.ts'
import type { Message as Posted } from '../../../src/workspaces/message.ts'
import type { Answer } from '../../../src/workspaces/workspace.ts'
import { openBrowser } from '../../support/browser.ts'
import { lateNotice, linkedReport } from '../contract/linked-samples.ts'
import {
  editForm,
  sampleCards,
  sampleHome,
  sampleSettings,
  sampleTurn,
  templateForm,
} from '../contract/sample-cards.ts'
import { sampleCustomer, sampleFound } from '../contract/sample-found.ts'
import { drawBlocks } from './draw-blocks.js'

/** Takes pictures of what Slack is sent: `npm run slack:pictures`; with a folder and `all`, of every card. */
type Theme = 'light' | 'dark'

const folder = process.argv[2] ?? fileURLToPath(new URL('./pictures/', import.meta.url))
const css = await readFile(
  fileURLToPath(import.meta.resolve('slack-blocks-to-jsx').replace(/index\.m?js$/, 'style.css')),
  'utf8',
)
const people = {
  users: [{ id: 'U1', name: 'ana' }],
  channels: [
    { id: 'C1', name: 'customers' },
    { id: 'C2', name: 'urgent' },
    { id: 'C3', name: 'german-mail' },
  ],
  user_groups: [{ id: 'S1', name: 'support' }],
}
const logo = `data:image/svg+xml,${encodeURIComponent('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 36 36"><rect width="36" height="36" fill="#1f6f5c"/><text x="18" y="25" font-size="20" fill="#fff" text-anchor="middle" font-family="sans-serif">D</text></svg>')}`

const frame = `
  body { margin: 0; font: 15px/1.46 Lato, "Noto Sans", "DejaVu Sans", sans-serif; }
  main { width: 720px; padding: 20px; box-sizing: border-box; }
  body.dark, body.dark main { background: #1a1d21; color: #d1d2d3; }
  .modal { border: 1px solid #ddd; border-radius: 8px; width: 520px; box-shadow: 0 4px 24px #0002; }
  .modal h1 { font-size: 22px; margin: 0; padding: 18px 24px; display: flex; justify-content: space-between; }
  .modal h1 span { color: #616061; font-size: 16px; }
  .modal .body { padding: 0 24px 8px; }
  .modal .foot { display: flex; gap: 12px; justify-content: flex-end; padding: 16px 24px; border-top: 1px solid #eee; }
  .modal .foot b { border: 1px solid #bbb; border-radius: 4px; padding: 6px 12px; font-size: 14px; }
  .modal .foot b.submit { background: #007a5a; border-color: #007a5a; color: #fff; }
`

const cardUrl = 'https://acme.slack.com/archives/C1/p1772442000000100'
const digest: Posted = { kind: 'report', report: linkedReport(cardUrl) }

await mkdir(folder, { recursive: true })
const browser = await openBrowser()
try {
  await take('card', 'light', posts('light', [card('waiting')]))
  await take('cards-decided', 'dark', posts('dark', ['sending', 'answered', 'dismissed'].map(card)))
  await take('reply-window', 'light', posts('light', ['window closing', 'window closed'].map(card)))
  await take(
    'after-sending',
    'light',
    posts('light', ['delivered and read', 'in moderation', 'rejected', 'held'].map(card)),
  )
  await take('thread', 'light', posts('light', thread()))
  await take('digest', 'light', posts('light', [digest]))
  await take('digest-dark', 'dark', posts('dark', [digest]))
  await take('notice', 'light', posts('light', [lateNotice(cardUrl)]))
  await take('found', 'light', told(foundAnswer()))
  await take('customer', 'light', told(customerAnswer()))
  await take('edit', 'light', modal('light', modalOf(editForm, { team: 'T1' })))
  await take('template', 'light', modal('light', modalOf(templateForm, { team: 'T1' })))
  await take('home', 'light', page('light', homeView(sampleHome, null).blocks))
  await take('settings', 'light', modal('light', settingsModal(sampleSettings)))
  if (process.argv[3] !== undefined) {
    for (const name of Object.keys(sampleCards))
      await take(`card-${name.replaceAll(' ', '-')}`, 'light', posts('light', [card(name)]))
  }
} finally {
  await browser.close()
}

function card(name: string): Posted {
  const found = sampleCards[name]
  if (!found) throw new Error(`There is no card "${name}"`)
  return { kind: 'card', card: found }
}

function thread(): Posted[] {
  const answered = sampleCards['answered']
  const waiting = sampleCards['waiting']
  const sent = answered?.turns.at(-1)
  if (!answered || !waiting || !sent) throw new Error('The samples are not what they were')
  const again = sampleTurn({
    text: 'Danke. Und wann kommt das Geld?',
    translation: 'Thank you. And when will the money come?',
    attachments: [{ id: 'a3', name: 'receipt.pdf', mediaType: 'application/pdf', bytes: 80_000, isKept: true }],
  })
  return [
    { kind: 'entry', card: answered, entry: { kind: 'sent', turn: sent }, isBroadcast: false },
    { kind: 'entry', card: waiting, entry: { kind: 'said', turns: [again] }, isBroadcast: true },
    { kind: 'entry', card: waiting, entry: { kind: 'surfaced', reason: 'Back from snooze' }, isBroadcast: false },
  ]
}

function posts(theme: Theme, messages: Posted[]): string {
  return messages
    .map((message) => drawn(theme, messageOf(message, { team: 'T1' }).blocks, true))
    .join('<div style="height:16px"></div>')
}

function foundAnswer(): Answer {
  const [first, ...others] = sampleFound().passages
  const found = sampleFound({ passages: first ? [{ ...first, url: cardUrl }, ...others] : [] })
  const source = { kind: 'list' as const, listId: found.page.listId }
  return { title: found.asked, lines: [], found, file: { source, formats: ['csv', 'json'] } }
}

function customerAnswer(): Answer {
  const customer = sampleCustomer()
  const journey = customer.journey.map((touchpoint) => ({ ...touchpoint, url: cardUrl }))
  return { title: customer.name, lines: [], customer: { ...customer, journey } }
}

function told(answer: Answer): string {
  return drawn('light', answerBlocks(answer).blocks, true)
}

/** Modals and App Home have no look in that library: theirs is a frame of ours. */
function modal(theme: Theme, view: ReturnType<typeof modalOf>): string {
  const submit = view.submit ? `<b class="submit">${escaped(view.submit.text)}</b>` : ''
  return `<div class="modal"><h1>${escaped(view.title.text)}<span>✕</span></h1><div class="body">${drawn(theme, view.blocks, false)}</div>
    <div class="foot"><b>${escaped(view.close?.text ?? 'Close')}</b>${submit}</div></div>`
}

function page(theme: Theme, blocks: unknown[]): string {
  return `<div class="home">${drawn(theme, blocks, false)}</div>`
}

function drawn(theme: Theme, blocks: unknown[], isMessage: boolean): string {
  return drawBlocks({
    // The library takes `verbatim` for leave the marks alone, where Slack only looks for no links of its own.
    blocks: JSON.parse(JSON.stringify(blocks).replaceAll(',"verbatim":true', '')),
    theme,
    logo,
    name: 'Deskbell',
    time: new Date('2026-03-02T09:00:00Z'),
    data: people,
    withoutWrapper: !isMessage,
  })
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
}

async function take(name: string, theme: Theme, body: string): Promise<void> {
  const view = await browser.newPage({
    viewport: { width: 760, height: 400 },
    colorScheme: theme,
    timezoneId: 'Europe/Berlin',
  })
  await view.setContent(
    `<!doctype html><meta charset="utf-8"><style>${css}${frame}</style><body class="${theme}" data-theme="${theme}"><main>${body}</main></body>`,
  )
  await view.locator('main').screenshot({ path: `${folder}/${name}.png` })
  await view.close()
}
