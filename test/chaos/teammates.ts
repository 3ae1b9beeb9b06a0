import { setTimeout as sleep } from 'node:timers/promises'
import type { Random } from './random.ts'
import { anyUrl, isNoAnswer, type Replica } from './replica.ts'

/** What teammates clicked, and what they were told. */
export interface Click {
  conversationId: string
  /** The newest of the customer's words that they saw. */
  seenSeq: string
  /** What they saw and approved, or wrote themselves. */
  text: string
  /** One per teammate who clicked at the same time. `unanswered`: the process died over it, or could not reach its database. */
  outcomes: { by: string; said: 'done' | 'refused' | 'unanswered' }[]
}

/** A card as the room shows it. */
export interface ShownCard {
  id: string
  seenSeq: string
  draft: string | null
  approve: Record<string, string> | null
  draftId: string | null
  isEditable: boolean
  /** The room says that no reply is needed: a teammate writes one nevertheless. */
  isDraftless: boolean
  /** The team is asked whether a reply arrived. */
  isAsked: boolean
  /** Whether a reply arrived is being found out. */
  isLookedUp: boolean
}

/** Somebody who is signed in to the web room. */
export interface Teammate {
  name: string
  get(path: string): Promise<string>
  /** Presses a button of the card, or sends a form about it. Null: no answer came. */
  send(path: string, fields: Record<string, string>): Promise<number | null>
  tune(fields: Record<string, string>): Promise<void>
}

const patienceMs = 15_000

/** Signs in with the room's password. Throws when that fails. */
export async function signIn(
  replicas: Replica[],
  name: string,
  password: string,
  limit: AbortSignal,
): Promise<Teammate> {
  const call = async (path: string, init: RequestInit = {}) =>
    fetch((await anyUrl(replicas, limit)) + path, {
      redirect: 'manual',
      ...init,
      signal: AbortSignal.any([limit, AbortSignal.timeout(patienceMs)]),
    })
  const signedIn = await call('/sign-in', { method: 'POST', body: new URLSearchParams({ name, password, next: '/' }) })
  const cookie = signedIn.headers.getSetCookie()[0]?.split(';')[0]
  if (signedIn.status !== 303 || !cookie) throw new Error(`Signing in answered ${signedIn.status}`)
  const get = async (path: string) => {
    const response = await call(path, { headers: { cookie } })
    if (!response.ok) throw new TypeError(`${path} answered ${response.status}`)
    return response.text()
  }
  const csrf = /name="csrf" value="([^"]+)"/.exec(await get('/'))?.[1] ?? ''
  return {
    name,
    get,
    async send(path, fields) {
      try {
        const response = await call(path, {
          method: 'POST',
          headers: { cookie, 'x-csrf': csrf, accept: 'application/json' },
          body: new URLSearchParams(fields),
        })
        await response.text()
        return response.status
      } catch (error) {
        if (limit.aborted) throw error
        return null
      }
    },
    async tune(fields) {
      const body = new URLSearchParams({ csrf, ...fields })
      const response = await call('/settings', { method: 'POST', headers: { cookie }, body })
      if (response.status !== 303) throw new Error(`Saving the settings answered ${response.status}`)
    },
  }
}

/** Reads every card under a filter of the room, page by page. */
export async function readRoom(teammate: Teammate, filter: 'open' | 'done' | 'quarantined'): Promise<ShownCard[]> {
  const cards: ShownCard[] = []
  let query: string | null = `filter=${filter}`
  while (query !== null) {
    const html: string = await teammate.get(`/room/cards?${query}`)
    cards.push(...(html.match(/<article\b[\s\S]*?<\/article>/g) ?? []).map(readCard))
    const next = /data-more href="\/\?([^"]+)"/.exec(html)?.[1]
    query = next === undefined ? null : plain(next)
  }
  return cards
}

function readCard(html: string): ShownCard {
  const attribute = (name: string) => new RegExp(`data-${name}="([^"]*)"`).exec(html)?.[1] ?? ''
  const draft = /<section class="draft" aria-label="Draft">[\s\S]*?<div class="words"[^>]*>([\s\S]*?)<\/div>/.exec(html)
  const form = (action: string): Record<string, string> | null => {
    const found = html.split('<form ').find((part) => part.includes(`value="${action}"`))
    if (!found) return null
    const hidden = [...found.matchAll(/<input type="hidden" name="(\w+)" value="([^"]*)"/g)]
    return { ...Object.fromEntries(hidden.map(([, name = '', value = '']) => [name, plain(value)])), action }
  }
  const approve = form('approve')
  const id = attribute('id')
  return {
    id,
    seenSeq: attribute('seq'),
    draft: draft?.[1] === undefined ? null : plain(draft[1]),
    approve,
    draftId: approve?.['target'] ?? null,
    isEditable: html.includes(`"/cards/${id}/forms/edit"`),
    isDraftless: html.includes('Probably needs no reply'),
    isAsked: form('mark-sent') !== null,
    isLookedUp: html.includes('looking it up'),
  }
}

const entities: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" }
const plain = (html: string) => html.replace(/&(amp|lt|gt|quot|#39);/g, (_, name: string) => entities[name] ?? '')

/** Approves what waits, in the order in which the room shows it or out of it, until told to stop. Often two click at the same time. */
export async function runTeammate(
  team: Teammate[],
  random: Random,
  clicks: Click[],
  until: AbortSignal,
): Promise<void> {
  while (!until.aborted) {
    try {
      const ready = (await readRoom(random.pick(team), 'open')).filter(
        ({ approve, isDraftless }) => approve || isDraftless,
      )
      // Several from one look at the room: some of them will be out of date.
      for (let count = Math.min(ready.length, 5); count > 0 && !until.aborted; count--)
        await answer(team, random, random.pick(ready), clicks)
    } catch (error) {
      if (!until.aborted && !isNoAnswer(error)) throw error
    }
    await sleep(random.between(50, 500), undefined, { signal: until }).catch(() => {})
  }
}

async function answer(team: Teammate[], random: Random, card: ShownCard, clicks: Click[]): Promise<void> {
  const ownText = `Dear customer,\n\nwe looked into it & will write soon (${random.between(1, 1_000_000)}).\n\n<The team>`
  const isOwn = card.isEditable && (card.isDraftless || random.chance(0.15))
  const about = { conversationId: card.id, seenSeq: Number(card.seenSeq), draftId: card.draftId }
  const fields = isOwn ? { about: JSON.stringify(about), 'text:text': ownText } : card.approve
  const path = `/cards/${card.id}/${isOwn ? 'forms/edit' : 'decide'}`
  const text = isOwn ? ownText : card.draft
  if (!fields || text === null) return
  const click: Click = { conversationId: card.id, seenSeq: card.seenSeq, text, outcomes: [] }
  clicks.push(click)
  const who = random.chance(0.3) ? team : [random.pick(team)]
  const statuses = await Promise.all(who.map((teammate) => teammate.send(path, fields)))
  click.outcomes = who.map(({ name }, index) => ({ by: name, said: saidBy(card, statuses[index] ?? null) }))
}

function saidBy(card: ShownCard, status: number | null): Click['outcomes'][number]['said'] {
  if (status === 200) return 'done'
  if (status === 409) return 'refused'
  if (status === null || status >= 500) return 'unanswered'
  throw new Error(`A decision on card ${card.id} answered ${status}`)
}
