import { mkdir, readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import type { Card } from '../../../src/workspaces/card.ts'
import { answerOf, fileOf } from '../../../src/workspaces/discord/components/answer.ts'
import { homeOf } from '../../../src/workspaces/discord/components/home.ts'
import { broadcastOf, messageOf } from '../../../src/workspaces/discord/components/message.ts'
import { modalOf } from '../../../src/workspaces/discord/components/modal.ts'
import { againOf, confirmOf, noteOf, removeOf } from '../../../src/workspaces/discord/components/notes.ts'
import { pageOf } from '../../../src/workspaces/discord/components/pages.ts'
import { settingsOf } from '../../../src/workspaces/discord/components/settings.ts'
import type { Form } from '../../../src/workspaces/form.ts'
import { clickValue, parseClick } from '../../../src/workspaces/kit/click.ts'
import { createLog } from '../../../src/log.ts'
import { createPictures } from '../../../src/workspaces/discord/pictures.ts'
import { chartPng } from '../../../src/workspaces/kit/chart-image.ts'
import type { Chart } from '../../../src/workspaces/report.ts'
import type { Answer } from '../../../src/workspaces/workspace.ts'
import type { EntryMessage } from '../../../src/workspaces/message.ts'
import { openBrowser } from '../../support/browser.ts'
import { cardSaying, hostileCard } from '../contract/hostile.ts'
import { lateNotice, linkedReport } from '../contract/linked-samples.ts'
import {
  editForm,
  everyField,
  sampleCards,
  sampleHome,
  sampleSettings,
  sampleTurn,
  templateForm,
} from '../contract/sample-cards.ts'
import { sampleCustomer, sampleFound } from '../contract/sample-found.ts'
import { drawMessages, drawModal, insides, look, type Post } from './draw-components.ts'
import type { Names } from './draw-markdown.ts'

/**
 * Takes pictures of what Discord is sent: `npm run discord:pictures`; with a folder and `all`, of everything there is.
 * Nothing leaves the machine: the browser's requests are answered from the disk.
 */
type Theme = 'light' | 'dark'

const guild = '111111111111111111'
const timeZone = 'Europe/Berlin'
const folder = process.argv[2] ?? fileURLToPath(new URL('./pictures/', import.meta.url))
const isAll = process.argv[3] !== undefined
const cardUrl = `https://discord.com/channels/${guild}/222222222222222221/555555555555555551`
const names: Names = {
  people: { '444444444444444441': 'Ana' },
  roles: { '333333333333333331': 'support' },
  channels: { '222222222222222221': 'customers', '222222222222222222': 'urgent', '222222222222222223': 'german-mail' },
  now: new Date('2026-03-02T09:02:00Z'),
  timeZone,
}
const logo = `data:image/svg+xml,${encodeURIComponent('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 36 36"><rect width="36" height="36" fill="#1f6f5c"/><text x="18" y="25" font-size="20" fill="#fff" text-anchor="middle" font-family="sans-serif">D</text></svg>')}`
const profiles = { deskbell: { author: 'Deskbell', avatar: logo, bot: true } }

const elements = import.meta.resolve('@skyra/discord-components-core')
const modules = elements.slice(0, elements.lastIndexOf('/node_modules/') + '/node_modules/'.length)
const origin = 'http://localhost'
const mains = {
  lit: 'index.js',
  'lit-html': 'lit-html.js',
  'lit-element': 'lit-element.js',
  '@lit/reactive-element': 'reactive-element.js',
  '@lit/context': 'index.js',
}
const imports = Object.fromEntries(
  Object.entries(mains).flatMap(([name, main]) => [
    [name, `${origin}/${name}/${main}`],
    [`${name}/`, `${origin}/${name}/`],
  ]),
)

await mkdir(folder, { recursive: true })
const browser = await openBrowser()
try {
  await take('card', 'dark', drawn([card('waiting')]))
  await take('cards-decided', 'light', drawn(['sending', 'answered', 'dismissed'].map(card)))
  await take('reply-window', 'dark', drawn(['window closing', 'window closed'].map(card)))
  await take('after-sending', 'dark', drawn(['delivered and read', 'in moderation', 'rejected', 'held'].map(card)))
  await take('thread', 'dark', drawn(thread(), 'channel-type="thread" channel-name="Mia Okafor"'))
  await take('edit', 'dark', modal(editForm))
  await take('template', 'dark', modal(templateForm))
  await take('home', 'light', drawn([{ ...homeOf(sampleHome), isEphemeral: true }]))
  await take('settings', 'dark', drawn([{ ...settingsOf(inDiscord(sampleSettings), 'S1'), isEphemeral: true }]))
  await take('digest', 'dark', drawn([await digest()]))
  await take('digest-light', 'light', drawn([await digest()]))
  await take('late', 'dark', drawn([messageOf(lateNotice(cardUrl), {})]))
  await take('found', 'dark', drawn([foundPage()]))
  await take('customer', 'dark', drawn([await customerPage()]))
  if (isAll) await takeAll()
} finally {
  await browser.close()
}

/** As it stands in the managers' room. */
async function digest(): Promise<Post> {
  const report = linkedReport(cardUrl)
  const { shared, pictures } = await pictured(report.charts)
  return { ...messageOf({ kind: 'report', report }, { files: shared }), pictures }
}

async function pictured(charts: Chart[]) {
  const draw = createPictures({ draw: (chart) => chartPng(chart, 'dark'), log: createLog('silent') })
  const { shared, files } = await draw({ charts })
  const addressOf = (data: unknown) => `data:image/png;base64,${Buffer.from(data as Uint8Array).toString('base64')}`
  return { shared, pictures: Object.fromEntries(files.map(({ name, data }) => [name, addressOf(data)])) }
}

/** As the one who asked sees it; the cards stand in the room. */
function foundPage(): Post {
  const page = sampleFound({ passages: sampleFound().passages.map((one) => ({ ...one, url: cardUrl })) })
  const file: Answer['file'] = { source: { kind: 'list', listId: page.page.listId }, formats: ['csv', 'json'] }
  return { ...answerOf({ title: page.asked, lines: [], found: page, file }), isEphemeral: true }
}

async function customerPage(): Promise<Post> {
  const sample = sampleCustomer()
  const linked = <T>(lines: T[]) => lines.map((line) => ({ ...line, url: cardUrl }))
  const { waiting, promises, journey } = sample
  const page = { ...sample, waiting: linked(waiting), promises: linked(promises), journey: linked(journey) }
  const { shared, pictures } = await pictured(page.picture ? [page.picture] : [])
  const answer = answerOf({ title: page.name, lines: [], customer: page }, { files: shared })
  return { ...answer, isEphemeral: true, pictures }
}

async function takeAll(): Promise<void> {
  for (const name of Object.keys(sampleCards))
    await take(`card-${name.replaceAll(' ', '-')}`, 'dark', drawn([card(name)]))
  await take('card-light', 'light', drawn([card('waiting')]))
  const hostile =
    '**bold** @everyone <@444444444444444441> <#222222222222222221> ||gone|| [bank](https://evil.example) https://evil.example\n# Big\n-# small\n> quote\n- list\n1. one\n```\ncode\n```\n__u__ ~~s~~ :smile: <t:1:R> </cmd:1> discord.gg/abc `x` \\* _i_'
  await take('hostile-marks', 'dark', drawn([shown(cardSaying(hostile, { origin: 'Email' }))]))
  for (const [index, one] of fc.sample(hostileCard, { numRuns: 8, seed: 7 }).entries())
    await take(`hostile-${index}`, 'dark', drawn([shown(one)]))
  const base = sampleOf('waiting')
  const long = {
    ...base,
    turns: [
      sampleTurn({ text: 'Long words, many of them. '.repeat(400) }),
      sampleTurn({ text: 'And one more. '.repeat(300) }),
    ],
    draft: base.draft && { ...base.draft, text: `${base.draft.text}\n\n`.repeat(14) },
  }
  await take('long', 'dark', drawn([shown(long)]))
  await take('long-page', 'dark', drawn([{ ...pageOf(long, 0), isEphemeral: true }]))
  await take('page', 'dark', drawn([{ ...pageOf(sampleOf('answered'), 0), isEphemeral: true }]))
  const press = (id: 'spam' | 'approve' | 'resend') =>
    clickValue(base, { id, target: base.draft?.id ?? null, form: null })
  const confirms = (['spam', 'approve', 'resend'] as const).map((id) => {
    const click = parseClick(press(id))
    if (!click) throw new Error('The click is not readable')
    return { ...confirmOf(click, press(id)), isEphemeral: true }
  })
  await take('confirms', 'dark', drawn(confirms))
  const lines = sampleHome.waiting
  const mine = [
    answerOf({ title: 'Waiting', lines }, { offersRoom: true }),
    answerOf({ title: 'History of Mia Okafor', lines: [] }, { offersRoom: false }),
    answerOf({
      title: '52 answered · Friday 20 November 2026',
      lines,
      file: { source: { kind: 'items', reportId: 'r1', index: 0 }, formats: ['csv'] },
    }),
    fileOf('deskbell-answered-2026-11-20.csv'),
    noteOf('You are not allowed to decide: ask who runs the server.'),
    ...againOf('Somebody else answered while you wrote.', base.draft?.text ?? null, 'S1'),
    ...againOf('Write a day and a time.', null, 'S1'),
    removeOf('Complaint, high urgency → 111111111111111111/222222222222222222', 'S1', 1),
    homeOf({ refused: 'Only teammates may see this.' }),
  ]
  await take('answers', 'dark', drawn(mine.map((message) => ({ ...message, isEphemeral: true }))))
  const everything: Form = { ...editForm, title: 'Every kind', context: [], fields: everyField.slice(0, 5).map(withId) }
  await take('fields', 'dark', modal(everything))
  await take(
    'fields-more',
    'light',
    modal(
      { ...everything, fields: everyField.slice(3).map(withId) },
      { until: 'Write a day and a time such as 2026-03-04 16:30' },
    ),
  )
  await take('edit-light', 'light', modal(editForm, { text: 'Too long by 20 characters' }))
  await take(
    'notice',
    'dark',
    drawn([
      messageOf(
        {
          kind: 'notice',
          title: 'Yesterday in short',
          lines: [{ text: '12 answered, in 24 min on average' }, { text: '3 wait since yesterday' }],
        },
        {},
      ),
    ]),
  )
  const again: EntryMessage = {
    kind: 'entry',
    card: base,
    entry: {
      kind: 'said',
      turns: [
        sampleTurn({
          text: 'Danke. Und wann kommt das Geld?',
          translation: 'Thank you. And when will the money come?',
        }),
      ],
    },
    isBroadcast: true,
  }
  await take(
    'broadcast',
    'dark',
    drawn([broadcastOf(again, {}, 'https://discord.com/channels/111111111111111111/222222222222222221')]),
  )
}

function withId(field: Form['fields'][number]): Form['fields'][number] {
  switch (field.kind) {
    case 'teammate':
      return { ...field, value: '444444444444444441' }
    case 'room':
      return { ...field, value: `${guild}/222222222222222221` }
    case 'group':
      return { ...field, value: `${guild}/@333333333333333331` }
    default:
      return field
  }
}

function sampleOf(name: string): Card {
  const found = sampleCards[name]
  if (!found) throw new Error(`There is no card "${name}"`)
  return found.assignee ? { ...found, assignee: { ...found.assignee, id: 'discord:444444444444444441' } } : found
}

function card(name: string): Post {
  return shown(sampleOf(name))
}

function shown(one: Card): Post {
  return messageOf({ kind: 'card', card: one }, {})
}

/** The samples name Slack's rooms. */
function inDiscord<T>(page: T): T {
  const text = JSON.stringify(page)
    .replaceAll('T1/C', `${guild}/22222222222222222`)
    .replaceAll('T1/S', `${guild}/@33333333333333333`)
  return JSON.parse(text)
}

function thread(): Post[] {
  const answered = sampleOf('answered')
  const waiting = sampleOf('waiting')
  const sent = answered.turns.at(-1)
  const first = waiting.turns[0]
  if (!sent || !first) throw new Error('The samples are not what they were')
  const again = sampleTurn({
    text: 'Danke. Und wann kommt das Geld?',
    translation: 'Thank you. And when will the money come?',
    attachments: [{ id: 'a3', name: 'receipt.pdf', mediaType: 'application/pdf', bytes: 80_000, isKept: true }],
  })
  const entries: EntryMessage[] = [
    { kind: 'entry', card: waiting, entry: { kind: 'files', turns: [first] }, isBroadcast: false },
    { kind: 'entry', card: answered, entry: { kind: 'sent', turn: sent }, isBroadcast: false },
    { kind: 'entry', card: waiting, entry: { kind: 'said', turns: [again] }, isBroadcast: false },
    { kind: 'entry', card: waiting, entry: { kind: 'surfaced', reason: 'Back from snooze' }, isBroadcast: false },
  ]
  const files = [...first.attachments, ...again.attachments].map(({ id, name, mediaType }) => ({
    attachmentId: id,
    name,
    isImage: mediaType.startsWith('image/'),
  }))
  const of = ({ entry }: EntryMessage) => {
    const turns = 'turns' in entry ? entry.turns : []
    const ids = new Set(turns.flatMap(({ attachments }) => attachments.map(({ id }) => id)))
    return files.filter(({ attachmentId }) => ids.has(attachmentId))
  }
  return entries.map((entry) => messageOf(entry, { files: of(entry) }))
}

function drawn(posts: Post[], header = ''): string {
  return drawMessages(posts, names, header)
}

function modal(form: Form, errors: Record<string, string> = {}): string {
  return drawModal(modalOf(form, { guild, timeZone, errors }).modal('S1'), names)
}

async function take(name: string, theme: Theme, body: string): Promise<void> {
  const page = await browser.newPage({
    viewport: { width: 700, height: 400 },
    colorScheme: theme,
    deviceScaleFactor: isAll ? 1.5 : 1,
  })
  await page.route('**', async (route) => {
    const { pathname } = new URL(route.request().url())
    if (pathname === '/') return route.fulfill({ contentType: 'text/html', body: documentOf(theme, body) })
    const found = await readFile(new URL(`.${pathname}`, modules)).catch(() => null)
    return found ? route.fulfill({ contentType: 'text/javascript', body: found }) : route.fulfill({ status: 404 })
  })
  page.on('pageerror', (error) => {
    throw error
  })
  await page.goto(origin)
  await page.locator('body.drawn').waitFor()
  await page.locator('main').screenshot({ path: `${folder}/${name}.png` })
  await page.close()
}

/** The elements draw themselves, in the browser. */
function documentOf(theme: Theme, body: string): string {
  const light = theme === 'light' ? ' light-theme' : ''
  return `<!doctype html><meta charset="utf-8"><style>${look}</style>
    <script type="importmap">${JSON.stringify({ imports })}</script>
    <body class="${theme}"><main></main>
    <template>${body.replaceAll('<discord-messages ', `<discord-messages${light} `)}</template>
    <script type="module">
      window.$discordMessage = ${JSON.stringify({ profiles })}
      await import('${origin}/${elements.slice(modules.length)}')
      for (const [tag, text] of Object.entries(${JSON.stringify(insides)})) {
        const sheet = new CSSStyleSheet()
        sheet.replaceSync(text)
        customElements.get(tag).elementStyles.push(sheet)
      }
      document.querySelector('main').append(document.querySelector('template').content.cloneNode(true))
      await Promise.all([...document.querySelectorAll('main *')].map((element) => element.updateComplete))
      await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))
      document.body.classList.add('drawn')
    </script></body>`
}
