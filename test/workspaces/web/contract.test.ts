import { convert } from 'html-to-text'
import type { ActionId } from '../../../src/workspaces/card.ts'
import { teammateNamed } from '../../../src/workspaces/web/teammate.ts'
import type { Workspace } from '../../../src/workspaces/workspace.ts'
import { testWorkspace, type Person, type SeenCard, type SeenField } from '../contract/test-workspace.ts'
import { openWeb } from './fake-room.ts'
import { openVisitor } from './visitor.ts'

const password = 'correct horse'

testWorkspace({
  name: 'the web room',
  async open({ io, handlers }) {
    const workspace = openWeb(io, { WEB_PASSWORD: password })
    await workspace.start(handlers)
    const [ana, ben] = [await signIn(workspace, 'Ana'), await signIn(workspace, 'Ben')]
    return { workspace, room: 'room', ana, ben, close: () => workspace.stop() }
  },
})

/** Somebody whose browser runs no script: all there is are pages, and forms that are sent. */
async function signIn(workspace: Workspace, name: string): Promise<Person> {
  const visitor = openVisitor(workspace)
  await visitor.form('/sign-in', { name, password })
  await visitor.get('/')
  let heard = ''
  /** The form's page. */
  let asked: string | null = null

  /** Goes where an answer leads, and reads what it says. */
  async function follow(answer: Response): Promise<void> {
    const location = answer.headers.get('location')
    const page = await (location === null ? answer : await visitor.get(location)).text()
    asked = page.includes('class="asking') ? page : null
    const said = page.match(/<p class="alert[^]*?<\/p>|<div class="answer-body"[^]*?<\/div>/g) ?? []
    const shown = /<(?:div class="settings" data-fresh|article class="person"|section class="found")[^]*<\/main>/.exec(
      page,
    )
    heard += [...said, ...(shown ?? [])].map(textOf).join('\n')
    if (answer.status >= 500 && said.length === 0) heard += textOf(page)
  }

  /** Sends a form of a page with what stands in its fields, as a browser does. */
  async function send(form: string, typed: Record<string, string[]> = {}, pressed: [string, string][] = []) {
    const { method, action = '' } = attributesOf(/<form[^>]*>/.exec(form)?.[0] ?? '')
    if (method === 'get') return follow(await visitor.get(action))
    const stands = controlsOf(form).map(({ name: field, values }): [string, string[]] => [field, values])
    const body = new URLSearchParams(pressed)
    for (const [field, values] of new Map([...stands, ...Object.entries(typed)]))
      for (const value of values) body.append(field, value.replaceAll('\n', '\r\n'))
    return follow(await visitor.form(action, body))
  }

  return {
    teammate: teammateNamed(name),
    async looks(conversationId) {
      const cards: SeenCard[] = []
      for (const filter of ['open', 'quarantined', 'done']) {
        const list = await (await visitor.get(`/room/cards?filter=${filter}`)).text()
        for (const source of list.match(/<article[^]*?<\/article>/g) ?? [])
          if (source.includes(`data-id="${conversationId}"`)) cards.push(cardOf(source))
      }
      return cards
    },
    async click({ source }, action) {
      const form = String(source)
        .split(/(?=<form)/)
        .find((part) => part.includes(`data-key="${action}"`) || part.includes(`data-key="${action}-`))
      if (!form) throw new Error(`There is no button ${action}`)
      await send(form, {}, form.includes('name="action"') ? [['action', action]] : [])
    },
    async form() {
      if (asked === null) return null
      const fields = new Map<string, SeenField>()
      for (const part of asked.split(/(?=data-field=")/).slice(1)) {
        const id = attributesOf(part)['data-field'] ?? ''
        const controls = controlsOf(part).filter(({ name: field }) => field.endsWith(`:${id}`))
        const values = controls.flatMap((one) => one.values)
        const isMany = controls.some(({ name: field }) => field.startsWith('choices:'))
        const error = /<small[^>]*class="error"[^>]*>([^<]*)<\/small/.exec(part)?.[1] ?? ''
        fields.set(id, {
          id,
          value: isMany ? values.filter((value) => value !== '') : (values[0] ?? ''),
          error: error.trim() === '' ? null : plain(error.trim()),
        })
      }
      return { text: textOf(/<main[^]*<\/main>/.exec(asked)?.[0] ?? ''), fields: [...fields.values()] }
    },
    async submit(values) {
      const form = /<form method="post" action="[^"]*\/forms\/[^]*?<\/form>/.exec(asked ?? '')?.[0]
      if (!form) throw new Error('There is no form to submit')
      const names = new Map(controlsOf(form).map(({ name: field }) => [field.split(':')[1] ?? '', field]))
      const typed = Object.entries(values).map(([id, value]): [string, string[]] => {
        if (value instanceof Date) return [names.get(id) ?? '', [value.toISOString().slice(0, 16)]]
        if (Array.isArray(value)) return [names.get(id) ?? '', ['', ...value]]
        return [names.get(id) ?? '', [typeof value === 'string' ? value : value.teammate.name]]
      })
      await send(form, Object.fromEntries(typed))
    },
    command: async (text) => follow(await visitor.form('/command', { text })),
    heard: async () => heard,
  }
}

function cardOf(source: string): SeenCard {
  const keys = [...source.matchAll(/<button[^>]* data-key="([^"]+)"/g)].map(([, key = '']) => key)
  return {
    text: textOf(source),
    actions: keys.map((key) => key.replace(/^retry-.*/s, 'retry') as ActionId),
    links: [...source.matchAll(/ (?:href|src)="([^"]*)"/g)].flatMap(([, to = '']) => (to.startsWith('/') ? [] : [to])),
    source,
  }
}

/** What a browser would send of a form: each field by its name, with what stands in it. */
function controlsOf(html: string): { name: string; values: string[] }[] {
  const found: { name: string; values: string[] }[] = []
  const add = (name: string | undefined, values: string[]) => {
    if (name === undefined) return
    const known = found.find((one) => one.name === name)
    if (known) known.values.push(...values)
    else found.push({ name, values })
  }
  for (const [part, tag = '', inner = ''] of html.matchAll(
    /<(input)\b[^>]*>|<(?:textarea|select)\b[^>]*>([^]*?)<\/(?:textarea|select)\s*>/g,
  )) {
    const { name, type, value = '', ...more } = attributesOf(part.slice(0, part.indexOf('>') + 1))
    if (tag === '' && part.startsWith('<textarea')) add(name, [plain(inner).replace(/^\n/, '')])
    else if (tag === '') {
      const options = [...inner.matchAll(/<option\b[^>]*>/g)].map(([option]) => attributesOf(option))
      const chosen = options.find((option) => option['selected'] !== undefined) ?? options[0]
      add(name, chosen ? [chosen['value'] ?? ''] : [])
    } else if (type !== 'radio' && type !== 'checkbox') add(name, [value])
    else add(name, more['checked'] === undefined ? [] : [value])
  }
  return found
}

function attributesOf(tag: string): Record<string, string> {
  const found = tag.matchAll(/([\w-]+)(?:="([^"]*)")?/g)
  return Object.fromEntries([...found].map(([, name = '', value = '']) => [name, plain(value)]))
}

const entities: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" }
const plain = (html: string) => html.replace(/&(amp|lt|gt|quot|#39);/g, (_, name: string) => entities[name] ?? '')

/** As a browser shows it. */
function textOf(html: string): string {
  const inside = ['a', 'h1', 'h2', 'h3'].map((selector) => ({ selector, format: 'inline' }))
  return convert(html, { wordwrap: false, preserveNewlines: true, selectors: inside }).replace(/[ \t\n]+/g, ' ')
}
