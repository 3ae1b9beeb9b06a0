import { sql } from 'drizzle-orm'
import { createRandom, type Random } from '../chaos/random.ts'
import { openCustomer } from '../../src/customers/answer.ts'
import type { Context } from '../../src/context.ts'
import { openDatabase, rowsOf, type Db } from '../../src/db/client.ts'
import { answerFind, openPage } from '../../src/history/answer.ts'
import { newId } from '../../src/id.ts'
import { keysFrom } from '../../src/key.ts'
import { createMetrics } from '../../src/metrics.ts'
import { createLog } from '../../src/log.ts'
import { parseCommand } from '../../src/workspaces/command.ts'
import { fakeChannel } from '../support/channel.ts'
import { fakeWorkspace } from '../support/workspace.ts'
import { makeArchive, type Archive } from './archive.ts'
import { below, median, quantile, type Figure } from './figures.ts'
import { createWriter } from './writing.ts'

const atOnce = 20
const asks = 2000

/** What teammates ask of histories of these sizes, 20 at a time, against reading one row by its key as often. */
export async function searchTimes(
  withDatabase: <T>(use: (url: string) => Promise<T>) => Promise<T>,
  log: (line: string) => void,
  sizes = [1_000_000, 3_000_000],
): Promise<Figure[]> {
  const figures: Figure[] = []
  for (const size of sizes)
    figures.push(
      ...(await withDatabase(async (url) => {
        const archive = await makeArchive(url, size, log)
        const database = await openDatabase({ url, poolSize: 10, tls: 'off', dataDir: '' })
        try {
          return await measure(database.db, archive)
        } finally {
          await database.close()
        }
      })),
    )
  return figures
}

async function measure(db: Db, { interactions, until }: Archive): Promise<Figure[]> {
  const workspace = fakeWorkspace('slack')
  const ctx = {
    db,
    clock: { now: () => until },
    log: createLog('silent'),
    newId: () => newId(),
    queue: { add: () => Promise.resolve() } as unknown as Context['queue'],
    metrics: createMetrics(),
    key: keysFrom('bench'),
    channels: new Map(['email', 'live-chat', 'form', 'reviews'].map((id) => [id, fakeChannel(id)])),
    workspaces: new Map([['slack', workspace]]),
  }
  const random = createRandom(11)
  const writer = createWriter(7)
  const people = await rowsOf<{ id: string; name: string }>(
    db,
    sql`select c.id, c.name from exchanges e join customers c on c.id = e.customer_id order by e.interaction_id desc limit 5000`,
  )
  const keys = await rowsOf<{ id: string }>(db, sql`select interaction_id as id from exchanges limit 5000`)
  let turns = 0
  const teammate = () => {
    const number = turns++ % atOnce
    return { id: `U${number}`, name: `Teammate ${number}` }
  }
  const find = async (text: string) => {
    const command = parseCommand(text)
    if (command.kind !== 'find') throw new Error(`This is no search: ${text}`)
    return answerFind(ctx, 'slack', command.ask, teammate())
  }
  const word = (least: number, most: number) => writer.wordAt(writer.language(), random.between(least, most))
  const byText = [
    () => `find ${word(40, 2000)}`,
    () => `find ${word(100, 20_000)}`,
    () => `find ${word(20, 300)} ${word(20, 2000)}`,
    () => `history ${word(20, 300)} ${word(20, 300)}`,
    () => `history ${word(20, 130)} -${word(0, 130)}`,
    () => `find "${word(40, 130)} ${word(40, 130)}"`,
    () => `history ${word(100, 5000).slice(0, 4)}*`,
    () => `find ${mistyped(word(200, 20_000), random)}`,
  ]
  const byFilter = [
    () =>
      `history channel:${random.pick(['email', 'live-chat', 'form'])} theme:${random.pick(['complaint', 'question'])}`,
    () => `history topic:${random.pick(['delivery', 'refund', 'gift', 'packaging'])} rating:1..2`,
    () => `history theme:complaint language:${random.pick(['de', 'ja', 'pt'])} since 2026-02-01`,
    () => `history state:waiting urgency:high`,
    () => `history ${word(40, 300)} channel:email date:2025-06-01..2025-06-30`,
    () => `history theme:compliment sentiment:negative`,
    () => `history customer:"${random.pick(people).name}"`,
    () => `find ${word(40, 300)} customer:${random.pick(people).name.split(' ')[0]}`,
  ]
  const name = `${interactions / 1_000_000} million`
  const bare = await timesOf(() =>
    rowsOf(db, sql`select terms from exchanges where interaction_id = ${random.pick(keys).id}::uuid`),
  )
  const figures = [below(`One row by its key in ${name}, ${atOnce} at once, p99`, quantile(bare, 0.99), null, 'ms')]
  const told = async (what: string, act: () => Promise<unknown>) => {
    // The first ones fill the caches, as a day of work would have.
    await timesOf(act, asks / 4)
    const times = await timesOf(act)
    const ratio = median(times) / median(bare)
    figures.push(
      below(`${what} in ${name}, ${atOnce} at once, p50 (${ratio.toFixed(1)} × the row)`, median(times), null, 'ms'),
      below(`${what} in ${name}, ${atOnce} at once, p99`, quantile(times, 0.99), 100, 'ms'),
    )
  }
  await told('Search by words', () => find(random.pick(byText)()))
  await told('History by filters', () => find(random.pick(byFilter)()))
  const lists = await rowsOf<{ id: string }>(
    db,
    sql`select id from lists where jsonb_array_length(starts) > 1 limit 500`,
  )
  if (lists.length > 0)
    await told('The second page', () => openPage(ctx, 'slack', { listId: random.pick(lists).id, page: 1 }, teammate()))
  await told("A customer's page", () => openCustomer(ctx, 'slack', { customerId: random.pick(people).id }, teammate()))
  return figures
}

/** How long each took, with so many under way at any time. */
async function timesOf(act: () => Promise<unknown>, count = asks): Promise<number[]> {
  const times: number[] = []
  let left = count
  const work = async () => {
    while (left-- > 0) {
      const startedAt = performance.now()
      await act()
      times.push(performance.now() - startedAt)
    }
  }
  await Promise.all(Array.from({ length: atOnce }, work))
  return times
}

/** Two letters swapped. */
function mistyped(word: string, random: Random): string {
  const at = random.between(0, Math.max(0, word.length - 2))
  return word.slice(0, at) + word.slice(at + 1, at + 2) + word.slice(at, at + 1) + word.slice(at + 2)
}
