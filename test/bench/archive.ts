import { once } from 'node:events'
import postgres from 'postgres'
import { createRandom, type Random } from '../chaos/random.ts'
import { exchangeTerms, isFacet, nearOf, tsvectorOf } from '../../src/history/terms.ts'
import { createWriter, type Language } from './writing.ts'

/** How many of what an archive holds, and when the last of it was written. */
export interface Archive {
  interactions: number
  customers: number
  from: Date
  until: Date
}

const years = 2
const until = new Date('2026-03-18T12:00:00Z')
const from = new Date(until.getTime() - years * 365 * 86_400_000)
const batchSize = 5000
const channels = ['email', 'email', 'live-chat', 'form', 'reviews'] as const
const themes = ['question', 'question', 'complaint', 'compliment', 'suggestion', 'comparison'] as const
const urgencies = ['normal', 'normal', 'normal', 'low', 'high'] as const
const teammates = 24

interface Customer {
  id: string
  identityId: string
  name: string
  address: string | null
  channel: (typeof channels)[number]
  language: Language
  /** The newest of theirs. */
  conversation: { id: string; seq: number } | null
}

type Cell = string | number | boolean | Date | null
type Tables = Record<
  'customers' | 'identities' | 'conversations' | 'interactions' | 'drafts' | 'replies' | 'exchanges',
  Cell[][]
>

const columns: Record<keyof Tables, string> = {
  customers: 'id, name, created_at',
  identities: 'id, customer_id, channel, external_id, name, handle, email, name_key, email_key, created_at',
  conversations:
    'id, channel, account, external_id, customer_id, state, inbound_seq, version, indexed_version, waiting_since, last_inbound_at, dismissed_reason, is_drafting, reply_id, created_at, updated_at',
  interactions:
    'id, conversation_id, identity_id, channel, account, external_id, kind, seq, text, notes, rating, occurred_at, received_at, last_line_at, theme, sentiment, urgency, language, topics, summary, needs_reply, triaged_by, triaged_at',
  drafts: 'id, conversation_id, revision, state, text, answers_seq, written_by, evidence, flags, created_at',
  replies:
    'id, conversation_id, draft_id, channel, account, recipient, state, text, answers_seq, approved_by, approved_at, send_after, attempts, accepted_at, external_id, edited_share',
  exchanges:
    'interaction_id, conversation_id, customer_id, channel, at, theme, topics, rating, state, reply_id, answered_by, answered_at, terms',
}

/**
 * Fills a database with two years of what customers wrote and teams answered, as the program would have stored and indexed
 * it; always the same. Most write once, a few thousands of times, as it is.
 */
export async function makeArchive(url: string, size: number, log: (line: string) => void): Promise<Archive> {
  const sql = postgres(url, { max: 1, onnotice: () => {} })
  try {
    // Before the indexes, which take longer to keep up to date than to make.
    await sql`drop index exchanges_terms`
    await sql`drop index terms_near`
    await sql`set maintenance_work_mem = '1GB'`
    await sql`set synchronous_commit = off`
    for (let one = 0; one < teammates; one++)
      await sql`insert into teammates (id, workspace, name, seen_at) values (${`slack:U${one}`}, 'slack', ${`Teammate ${one}`}, ${until})`
    const counts = new Map<string, number>()
    const customers = await write(sql, size, counts, log)
    log(`${size} interactions of ${customers} customers are written`)
    await copy(sql, 'terms', 'term, count, near', termRows(counts))
    log(`${counts.size} terms are written`)
    await sql`create index exchanges_terms on exchanges using gin (terms) with (fastupdate = off)`
    await sql`create index terms_near on terms using gin (near) with (fastupdate = off)`
    await sql`vacuum analyze`
    log('The indexes are there')
    return { interactions: size, customers, from, until }
  } finally {
    await sql.end()
  }
}

async function write(
  sql: postgres.Sql,
  size: number,
  counts: Map<string, number>,
  log: (line: string) => void,
): Promise<number> {
  const random = createRandom(7)
  const writer = createWriter(7)
  const customers: Customer[] = []
  /** Who wrote each: whoever wrote often writes again. */
  const authors: number[] = []
  let tables = none()
  for (let n = 0; n < size; n++) {
    // More and more of it.
    const at = new Date(from.getTime() + (until.getTime() - from.getTime()) * Math.sqrt((n + 1) / (size + 1)))
    const isKnown = authors.length > 0 && random.chance(0.55)
    const who = isKnown ? random.pick(authors) : customers.length
    if (!isKnown) customers.push(newCustomer(tables, random, writer, who, at))
    authors.push(who)
    const customer = customers[who]
    if (customer) writeOne(tables, counts, random, writer, customer, n, at, size)
    if (n % batchSize === batchSize - 1 || n === size - 1) {
      for (const [table, names] of Object.entries(columns)) await copy(sql, table, names, tables[table as keyof Tables])
      tables = none()
    }
    if (n % 250_000 === 249_999) log(`${n + 1} written`)
  }
  return customers.length
}

function newCustomer(
  tables: Tables,
  random: Random,
  writer: ReturnType<typeof createWriter>,
  number: number,
  at: Date,
): Customer {
  const { first, last } = writer.name()
  const name = `${first} ${last}`
  const email = `${first}.${last}${number}@example.com`.toLowerCase()
  const channel = random.pick(channels)
  const id = idOf('c', number, at)
  tables.customers.push([id, name, at])
  const address = channel === 'reviews' ? null : email
  tables.identities.push([id, id, channel, email, name, address, address, name.toLowerCase(), address, at])
  return { id, identityId: id, name, address, channel, language: writer.language(), conversation: null }
}

function writeOne(
  tables: Tables,
  counts: Map<string, number>,
  random: Random,
  writer: ReturnType<typeof createWriter>,
  customer: Customer,
  n: number,
  at: Date,
  size: number,
): void {
  const { channel, language } = customer
  const isNew = customer.conversation === null || channel === 'reviews' || random.chance(0.7)
  const conversation = isNew ? { id: idOf('e', n, at), seq: 0 } : (customer.conversation ?? { id: '', seq: 0 })
  conversation.seq += 1
  customer.conversation = conversation
  const id = idOf('1', n, at)
  const topic = writer.topic()
  const theme = random.pick(themes)
  const sentiment = theme === 'complaint' ? 'negative' : theme === 'compliment' ? 'positive' : 'neutral'
  const urgency = random.pick(urgencies)
  const text = writer.message(language, topic)
  const rating = channel === 'reviews' ? random.between(1, 5) : null
  const isRecent = n > size - 1000
  const state = isRecent ? 'waiting' : random.chance(0.9) ? 'answered' : random.chance(0.2) ? 'spam' : 'dismissed'
  const answeredBy = state === 'answered' ? `slack:U${random.between(0, teammates - 1)}` : null
  const answeredAt =
    answeredBy === null ? null : new Date(at.getTime() + 60_000 * Math.exp(random.between(0, 800) / 100))
  const replyId = answeredBy === null ? null : idOf('2', n, at)
  const answer = replyId === null ? null : writer.answer(language, topic, customer.name)
  const terms = exchangeTerms({
    at,
    channel,
    account: 'main',
    theme,
    sentiment,
    urgency,
    language,
    topics: [topic],
    rating,
    teammate: answeredBy,
    state,
    said: [text, summaryOf(topic)],
    answered: answer === null ? [] : [answer],
    names: [customer.name],
    addresses: [customer.address],
  })
  for (const term of terms.keys()) counts.set(term, (counts.get(term) ?? 0) + 1)
  if (isNew)
    tables.conversations.push([
      conversation.id,
      channel,
      'main',
      conversation.id,
      customer.id,
      state === 'spam' ? 'dismissed' : state,
      1,
      9,
      9,
      state === 'waiting' ? at : null,
      at,
      state === 'spam' ? 'spam' : state === 'dismissed' ? 'no-reply-needed' : null,
      false,
      replyId,
      at,
      answeredAt ?? at,
    ])
  tables.interactions.push([
    id,
    conversation.id,
    customer.identityId,
    channel,
    'main',
    id,
    'message',
    conversation.seq,
    text,
    '[]',
    rating,
    at,
    at,
    at,
    theme,
    sentiment,
    urgency,
    language,
    JSON.stringify([topic]),
    summaryOf(topic),
    true,
    'offline',
    at,
  ])
  if (replyId !== null && answeredAt !== null) {
    tables.drafts.push([
      replyId,
      conversation.id,
      conversation.seq,
      'approved',
      answer,
      conversation.seq,
      'offline',
      '[]',
      '[]',
      at,
    ])
    tables.replies.push([
      replyId,
      conversation.id,
      replyId,
      channel,
      'main',
      customer.id,
      'accepted',
      answer,
      conversation.seq,
      answeredBy,
      answeredAt,
      answeredAt,
      1,
      answeredAt,
      replyId,
      random.between(0, 10) / 10,
    ])
  }
  tables.exchanges.push([
    id,
    conversation.id,
    customer.id,
    channel,
    at,
    theme,
    JSON.stringify([topic]),
    rating,
    state,
    replyId,
    answeredBy,
    answeredAt,
    tsvectorOf(terms),
  ])
}

function* termRows(counts: Map<string, number>): Generator<Cell[]> {
  for (const [term, count] of counts) yield [term, count, arrayText(isFacet(term) ? [] : nearOf(term))]
}

const summaryOf = (topic: string): string => `Writes about ${topic}`

const arrayText = (words: string[]): string =>
  `{${words.map((word) => `"${word.replace(/["\\]/g, '\\$&')}"`).join(',')}}`

const none = (): Tables => ({
  customers: [],
  identities: [],
  conversations: [],
  interactions: [],
  drafts: [],
  replies: [],
  exchanges: [],
})

/** An id that begins with its time, as those of the program do. */
function idOf(kind: string, number: number, at: Date): string {
  const time = at.getTime().toString(16).padStart(12, '0')
  return `${time.slice(0, 8)}-${time.slice(8)}-7${kind}00-8000-${number.toString(16).padStart(12, '0')}`
}

async function copy(sql: postgres.Sql, table: string, names: string, rows: Iterable<Cell[]>): Promise<void> {
  const stream = await sql.unsafe(`copy ${table} (${names}) from stdin`).writable()
  let chunk = ''
  for (const row of rows) {
    chunk += `${row.map(cellText).join('\t')}\n`
    if (chunk.length < 1_000_000) continue
    if (!stream.write(chunk)) await once(stream, 'drain')
    chunk = ''
  }
  stream.end(chunk)
  await once(stream, 'finish')
}

function cellText(cell: Cell): string {
  if (cell === null) return '\\N'
  if (cell instanceof Date) return cell.toISOString()
  return typeof cell === 'string' ? cell.replace(/[\\\t\n\r]/g, escaped) : String(cell)
}

const escapes: Record<string, string> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' }
const escaped = (letter: string): string => escapes[letter] ?? letter
