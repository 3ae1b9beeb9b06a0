import type { DNSResolver } from 'mailauth'
import type { FetchMessageObject, ImapFlow, MailboxObject } from 'imapflow'
import { z } from 'zod'
import type { Clock } from '../../clock.ts'
import type { Log } from '../../log.ts'
import type { Delivery, Inlet } from '../channel.ts'
import { withImap } from './imap.ts'
import type { Mailbox } from './mailbox.ts'
import { parseMail, type ParsedMail } from './parse-mail.ts'
import { verifySender } from './verify-sender.ts'

interface WatchInbox {
  mailbox: Mailbox
  /** Addresses of all our mailboxes. */
  ownAddresses: string[]
  clock: Clock
  log: Log
  resolver: DNSResolver
  /** By UID: how often the connection broke while a message was being fetched. Outlives the connection. */
  breaks: Map<number, number>
  /** Called when everything that lay in the folder was taken. */
  onCaughtUp: () => Promise<void>
}

/** The last message taken. UIDs mean something only together with the folder's UIDVALIDITY. */
const cursorSchema = z.object({ uidValidity: z.string(), uid: z.int().min(0) })
type Cursor = z.infer<typeof cursorSchema>

const mostBytes = 25 * 1024 * 1024
const batchBytes = 8 * 1024 * 1024
const batchLength = 20
const dnsTimeoutMs = 5000
const windowMs = 7 * 24 * 3600 * 1000

/**
 * Delivers what arrives in a mailbox's folder until `signal` aborts or the connection breaks, which throws.
 * The folder is opened read-only: nothing is marked as read, so people may work in it as well.
 */
export async function watchInbox(watch: WatchInbox, inlet: Inlet, signal: AbortSignal): Promise<void> {
  const { mailbox } = watch
  await withImap(
    mailbox,
    async (client) => {
      let bell = Promise.withResolvers<void>()
      const ring = () => bell.resolve()
      client.on('exists', ring).on('close', ring)
      const folder = await client.mailboxOpen(mailbox.folder, { readOnly: true })
      let cursor = await startingPoint(watch, inlet, client, folder)
      while (!signal.aborted) {
        bell = Promise.withResolvers<void>()
        cursor = await takeNew(watch, inlet, client, cursor)
        await watch.onCaughtUp()
        const poll = setTimeout(ring, mailbox.pollSeconds * 1000)
        void client.idle().catch(ring)
        await bell.promise
        clearTimeout(poll)
      }
    },
    signal,
  )
}

const keyOf = ({ address, folder }: Mailbox) => `${address}/${folder}`

async function startingPoint(
  { mailbox, clock, log }: WatchInbox,
  inlet: Inlet,
  client: ImapFlow,
  folder: MailboxObject,
): Promise<Cursor> {
  const saved = cursorSchema.safeParse(await inlet.cursor(keyOf(mailbox))).data
  const uidValidity = String(folder.uidValidity)
  if (saved?.uidValidity === uidValidity) return saved
  // The first start takes nothing: years of old mail would bury the team.
  const cursor = { uidValidity, uid: folder.uidNext - 1 }
  if (saved) {
    const recent = await search(client, { since: new Date(clock.now().getTime() - windowMs) })
    cursor.uid = Math.min(cursor.uid, ...recent.map((uid) => uid - 1))
    log.warn('the mail server renumbered the folder; the last week is read again', { mailbox: mailbox.address })
  } else {
    log.info('first look at the mailbox; mail that was there before is left alone', { mailbox: mailbox.address })
  }
  await inlet.deliver({ interactions: [], cursor: { key: keyOf(mailbox), value: cursor } })
  return cursor
}

async function takeNew(watch: WatchInbox, inlet: Inlet, client: ImapFlow, from: Cursor): Promise<Cursor> {
  await client.noop()
  // "n:*" names the last message even when its UID is below n.
  const uids = (await search(client, { uid: `${from.uid + 1}:*` })).filter((uid) => uid > from.uid)
  let cursor = from
  while (uids.length > 0) {
    for (const batch of batches(await fetchSizes(client, uids.splice(0, 200)), watch.breaks)) {
      cursor = { uidValidity: from.uidValidity, uid: batch.at(-1)?.uid ?? cursor.uid }
      const mails = await Promise.all(
        (await fetchCarefully(client, batch, watch.breaks)).map((fetched) => parse(watch, cursor, fetched)),
      )
      await inlet.deliver({ ...deliveryOf(mails), cursor: { key: keyOf(watch.mailbox), value: cursor } })
    }
  }
  return cursor
}

async function search(client: ImapFlow, query: { uid: string } | { since: Date }): Promise<number[]> {
  const uids = await client.search(query, { uid: true })
  if (!uids) throw new Error('The mail server would not search the folder')
  return uids.toSorted((a, b) => a - b)
}

/** One message that the server can't read spoils a FETCH of many; then each is tried on its own later. */
async function fetchSizes(client: ImapFlow, uids: number[]): Promise<FetchMessageObject[]> {
  try {
    return await client.fetchAll(uids, { size: true, internalDate: true }, { uid: true })
  } catch (error) {
    if (!client.usable) throw error
    return uids.map((uid) => ({ seq: 0, uid, size: batchBytes }))
  }
}

/** Cuts a list of messages so that no batch is long or large; one that broke the connection stands alone. */
function batches(messages: FetchMessageObject[], breaks: WatchInbox['breaks']): FetchMessageObject[][] {
  const all: FetchMessageObject[][] = []
  let bytes = 0
  for (const message of messages.toSorted((a, b) => a.uid - b.uid)) {
    const last = all.at(-1)
    bytes += Math.min(message.size ?? 0, mostBytes)
    const isSuspect = breaks.has(message.uid) || breaks.has(last?.[0]?.uid ?? -1)
    if (last && !isSuspect && last.length < batchLength && bytes <= batchBytes) last.push(message)
    else {
      all.push([message])
      bytes = Math.min(message.size ?? 0, mostBytes)
    }
  }
  return all
}

interface Fetched {
  about: FetchMessageObject
  /** Null: the mail server can't hand it out. */
  source: Buffer | null
  isCut: boolean
}

/**
 * A message that the mail server chokes on must not hold up those behind it: when the connection broke over it
 * time and again, its head must do, and in the end the bare fact that it is there.
 */
async function fetchCarefully(
  client: ImapFlow,
  batch: FetchMessageObject[],
  breaks: WatchInbox['breaks'],
): Promise<Fetched[]> {
  const [first] = batch
  const times = breaks.get(first?.uid ?? -1) ?? 0
  try {
    let fetched: Fetched[]
    if (first && times >= 5) fetched = [{ about: first, source: null, isCut: true }]
    else if (first && times >= 3) fetched = [{ about: first, ...(await fetchHead(client, first.uid)) }]
    else fetched = await fetchSources(client, batch)
    for (const { uid } of batch) breaks.delete(uid)
    return fetched
  } catch (error) {
    for (const { uid } of batch) breaks.set(uid, times + 1)
    throw error
  }
}

async function fetchSources(client: ImapFlow, batch: FetchMessageObject[]): Promise<Fetched[]> {
  const uids = batch.map(({ uid }) => uid)
  let sources: FetchMessageObject[]
  try {
    sources = await client.fetchAll(uids, { source: { maxLength: mostBytes } }, { uid: true })
  } catch (error) {
    if (!client.usable) throw error
    const [only] = batch
    if (only && batch.length === 1) return [{ about: only, ...(await fetchHead(client, only.uid)) }]
    const parts: Fetched[] = []
    for (const message of batch) parts.push(...(await fetchSources(client, [message])))
    return parts
  }
  return batch.flatMap((about) => {
    const source = sources.find(({ uid }) => uid === about.uid)?.source
    // Not there any more: somebody deleted or moved it in between.
    return source ? [{ about, source, isCut: (about.size ?? 0) > mostBytes && source.length >= mostBytes }] : []
  })
}

async function fetchHead(client: ImapFlow, uid: number): Promise<Omit<Fetched, 'about'>> {
  try {
    const head = await client.fetchOne(uid, { headers: true }, { uid: true })
    return { source: (head && head.headers) || null, isCut: true }
  } catch (error) {
    if (!client.usable) throw error
    return { source: null, isCut: true }
  }
}

async function parse(watch: WatchInbox, cursor: Cursor, { about, source, isCut }: Fetched): Promise<ParsedMail> {
  const { mailbox, ownAddresses, clock, resolver } = watch
  const now = clock.now()
  // Named by folder and UID, so that it is one message however often it is met.
  const raw = source ?? Buffer.from(`X-Unreadable: ${keyOf(mailbox)} ${cursor.uidValidity} ${about.uid}\r\n\r\n`)
  const notes = source ? [] : ['The mail server could not hand out this message: look at it in the mailbox']
  const sender =
    source && !isCut
      ? await verifySender(raw, { authservId: mailbox.authservId, resolver, timeoutMs: dnsTimeoutMs })
      : 'unknown'
  const mail = await parseMail(raw, {
    account: mailbox.address,
    ownAddresses,
    receivedAt: dateOf(about, now),
    now,
    isCut,
    isVouchedFor: sender === 'verified',
    notes,
  })
  if ('interaction' in mail && sender === 'failed') mail.interaction.notes?.push('The sender could not be verified')
  return mail
}

function dateOf({ internalDate }: FetchMessageObject, now: Date): Date {
  const date = new Date(internalDate ?? now)
  return Number.isNaN(date.getTime()) ? now : date
}

function deliveryOf(mails: ParsedMail[]): Delivery {
  return {
    interactions: mails.flatMap((mail) => ('interaction' in mail ? [mail.interaction] : [])),
    receipts: mails.flatMap((mail) => ('receipt' in mail ? [mail.receipt] : [])),
  }
}
