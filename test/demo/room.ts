import { setTimeout as pause } from 'node:timers/promises'

const patienceMs = 30_000
const lookAgainMs = 250

/** One card as the room's list shows it. */
export interface ListedCard {
  id: string
  /** "Ana, Live chat" */
  label: string
  state: string
}

/** The room as a teammate's browser sees it: pages, a cookie, and the token that every form carries. */
export interface Room {
  /** The cards under a filter, as far as its first pages tell. */
  list(filter: 'open' | 'quarantined' | 'done', pages?: number): Promise<ListedCard[]>
  /** The conversation that this customer began last. */
  find(customer: string): Promise<string>
  /** Waits until the card's page shows what `isThere` looks for. */
  waitFor(id: string, isThere: (page: string) => boolean): Promise<string>
  /** Waits until the card offers the action, then presses it. */
  press(id: string, action: string, fields?: Record<string, string>): Promise<void>
  saveSettings(fields: Record<string, string>): Promise<void>
  /** A page as it is. */
  read(path: string): Promise<string>
}

/** Opens the room, which has no password, under this name. */
export async function openRoom(url: string, name: string, signal: AbortSignal): Promise<Room> {
  let cookie = ''
  let csrf = ''

  async function call(path: string, fields?: Record<string, string>): Promise<string> {
    const response = await fetch(url + path, {
      ...(fields && { method: 'POST', body: new URLSearchParams({ csrf, ...fields }) }),
      headers: { accept: 'text/html', cookie },
      redirect: 'manual',
      signal,
    })
    cookie = response.headers.get('set-cookie')?.split(';', 1)[0] ?? cookie
    const page = await response.text()
    if (response.status >= 400)
      throw new Error(`${path} was refused: ${/role="alert">([^<]+)/.exec(page)?.[1] ?? page}`)
    csrf = /name="csrf" content="([^"]+)"/.exec(page)?.[1] ?? csrf
    return page
  }

  await call('/')
  await call('/sign-in', { name })
  await call('/')

  const room: Room = {
    read: (path) => call(path),
    async list(filter, pages = 10) {
      const cards: ListedCard[] = []
      for (let more: string | undefined = `filter=${filter}`; more && pages > 0; pages -= 1) {
        const page: string = await call(`/room/cards?${more}`)
        cards.push(...page.split('<article').slice(1).map(listed))
        more = /data-more href="\/\?([^"]+)"/.exec(page)?.[1]?.replaceAll('&amp;', '&')
      }
      return cards
    },
    async find(customer) {
      const cards = [...(await room.list('open')), ...(await room.list('done', 1))]
      const card = cards.findLast(({ label }) => label.startsWith(customer))
      if (!card) throw new Error(`There is no card of ${customer}`)
      return card.id
    },
    async waitFor(id, isThere) {
      const until = Date.now() + patienceMs
      for (;;) {
        const page = await call(`/cards/${id}`)
        if (isThere(page)) return page
        if (Date.now() > until) throw new Error(`The card ${id} does not get on`)
        await pause(lookAgainMs, undefined, { signal })
      }
    },
    async press(id, action, fields = {}) {
      const asking = `/cards/${id}/forms/${action}`
      const card = await room.waitFor(id, (now) => formOf(now, action) !== undefined || now.includes(`"${asking}"`))
      const done = formOf(card, action)
      if (done) return void (await call(`/cards/${id}/decide`, { ...hiddenOf(done), ...fields, action }))
      const form = formAt(await call(asking), asking)
      const typed = Object.entries(fields).map(([field, value]) => [nameIn(form, field), value])
      await call(asking, { ...hiddenOf(form), ...Object.fromEntries(typed) })
    },
    async saveSettings(fields) {
      await call('/settings', fields)
    },
  }
  return room
}

function listed(article: string): ListedCard {
  const read = (pattern: RegExp) => pattern.exec(article)?.[1] ?? ''
  return { id: read(/data-id="([^"]+)"/), label: read(/aria-label="([^"]+)"/), state: read(/class="card is-([\w-]+)"/) }
}

/** The form that does it at once. */
function formOf(page: string, action: string): string | undefined {
  return page.split('<form').find((form) => form.includes(`name="action" value="${action}"`))
}

/** The form that is sent to this address. */
function formAt(page: string, path: string): string {
  return page.split('<form').find((form) => form.includes(`action="${path}"`)) ?? ''
}

function hiddenOf(form: string): Record<string, string> {
  const hidden = [...form.matchAll(/type="hidden" name="([\w:]+)" value="([^"]*)"/g)]
  return Object.fromEntries(hidden.map(([, name = '', value = '']) => [name, value.replaceAll('&quot;', '"')]))
}

/** A field's full name, which has its kind before it. */
function nameIn(form: string, field: string): string {
  return new RegExp(`name="(\\w+:${field})"`).exec(form)?.[1] ?? field
}
