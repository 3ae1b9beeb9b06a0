import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import postgres from 'postgres'
import { setTimeout as pause } from 'node:timers/promises'
import { administer, databaseUrl } from '../support/global-setup.ts'
import { startPostgres } from '../support/postgres.ts'
import { clickPrefix } from '../../src/workspaces/slack/blocks/click.ts'
import { pressId } from '../../src/workspaces/discord/components/ids.ts'
import { clickValue } from '../../src/workspaces/kit/click.ts'
import { createBaseline, readPrototype, type Prototype } from './baseline.ts'
import { startDesk, type DeskProcess } from './desk-process.ts'
import { digestTimes } from './digest.ts'
import { startDiscordPeer } from './discord.ts'
import { below, median, quantile, table, type Figure } from './figures.ts'
import { watchRoom, type Latencies } from './latency.ts'
import { createSender, formSecret, ratePerSecond } from './load.ts'
import { searchTimes } from './search.ts'
import { createClicker, signingSecret, startSlackPeer } from './slack.ts'

const concurrency = 32
const rounds = 5
const warmUpMs = 1000
const roundMs = 3000
const gentle = { perSecond: 10, seconds: 30 }
const burstSize = 200
const restMs = 10_000
const clicks = { perSecond: 100, seconds: 20 }
const patienceMs = 120_000
const starts = 5

/* oxlint-disable no-console -- what a person at the terminal reads */
const server = await startPostgres(['-c', 'shared_buffers=2GB'])
const template = `deskbell_bench_${process.pid}`
const made: string[] = []
try {
  await run()
} finally {
  for (const name of [...made, template])
    await administer(server.url, `drop database if exists ${name} with (force)`).catch(console.error)
  await server.stop()
}

async function run(): Promise<void> {
  const wanted = process.argv.slice(2)
  const parts = {
    start,
    intake,
    latency,
    clicks: clickTimes,
    digest: () => digestTimes(withDatabase),
    search: () => searchTimes(withDatabase, console.error),
  }
  const unknown = wanted.filter((name) => !(name in parts))
  if (unknown.length > 0) throw new Error(`Unknown: ${unknown.join(', ')}. There are ${Object.keys(parts).join(', ')}`)
  await administer(server.url, `create database ${template}`)
  const prototype = await preparePrototype()
  const figures: Figure[] = []
  for (const [name, measure] of Object.entries(parts)) {
    if (wanted.length > 0 && !wanted.includes(name)) continue
    console.error(`Measuring: ${name}`)
    figures.push(...(await measure(prototype)))
  }
  console.log(`\n${table(figures)}\n`)
}

/** Has the template migrated, and looks at what one submission makes. */
async function preparePrototype(): Promise<Prototype> {
  const desk = await startDesk({ DATABASE_URL: databaseUrl(server.url, template) })
  await desk.stop('SIGTERM')
  return withDesk({ ROLES: 'intake' }, async ({ url }, databaseOfDesk) => {
    const sender = createSender(url, 1)
    await sender.submit('bench-0')
    sender.close()
    return readPrototype(databaseOfDesk)
  })
}

async function withDatabase<T>(use: (url: string) => Promise<T>): Promise<T> {
  const name = `${template}_${made.length}`
  made.push(name)
  await administer(server.url, `create database ${name} template ${template}`)
  try {
    return await use(databaseUrl(server.url, name))
  } finally {
    await administer(server.url, `drop database ${name} with (force)`)
  }
}

async function withDesk<T>(
  env: Record<string, string>,
  use: (desk: DeskProcess, databaseOfDesk: string) => Promise<T>,
): Promise<T> {
  return withDatabase(async (url) => {
    const desk = await startDesk({ DATABASE_URL: url, FORM_SECRETS: formSecret, ...env })
    try {
      return await use(desk, url)
    } finally {
      await desk.stop()
    }
  })
}

/** Accepted over HTTP, against the same rows inserted bare: in turns, so that both meet the same machine. */
async function intake(prototype: Prototype): Promise<Figure[]> {
  const accept = (env: Record<string, string>) =>
    withDesk(env, async ({ url }) => {
      const sender = createSender(url, concurrency)
      const submit = () => sender.submit(`bench-${Math.random().toString(36).slice(2)}`)
      await ratePerSecond(submit, concurrency, warmUpMs)
      const rate = await ratePerSecond(submit, concurrency, roundMs)
      sender.close()
      return rate
    })
  const insert = () =>
    withDatabase(async (url) => {
      const baseline = createBaseline(url, prototype, concurrency)
      await ratePerSecond(baseline.insert, concurrency, warmUpMs)
      const rate = await ratePerSecond(baseline.insert, concurrency, roundMs)
      await baseline.close()
      return rate
    })
  const bare: number[] = []
  const all: number[] = []
  const alone: number[] = []
  for (let round = 0; round < rounds; round++) {
    bare.push(await insert())
    all.push(await accept({}))
    alone.push(await accept({ ROLES: 'intake' }))
  }
  const ratio = (rates: number[]) => median(rates.map((rate, round) => rate / (bare[round] ?? Number.NaN)))
  const against = (what: string, rates: number[]): Figure => ({
    what,
    value: `${ratio(rates).toFixed(2)} × (${Math.round(median(rates))}/s)`,
    aim: '>= 0.6 ×',
    isMet: ratio(rates) >= 0.6,
  })
  return [
    {
      what: `Bare inserts, one commit each, ${concurrency} at once`,
      value: `${Math.round(median(bare))}/s`,
      aim: '',
      isMet: null,
    },
    against('Accepted over HTTP (signed form), every role', all),
    against('Accepted over HTTP (signed form), ROLES=intake', alone),
  ]
}

/** Time from accepted to the card in an open room, and to its draft; and what memory is used before and after. */
async function latency(): Promise<Figure[]> {
  return withDesk({}, async (desk) => {
    await pause(restMs)
    const atRest = await desk.memory()
    const sender = createSender(desk.url, concurrency)
    const room = await watchRoom(desk.url)
    await room.measure((submit) => submit('bench'), sender)
    const slow = await room.measure(async (submit) => {
      const all: Promise<void>[] = []
      for (let sent = 0; sent < gentle.perSecond * gentle.seconds; sent++) {
        all.push(submit('bench'))
        await pause(1000 / gentle.perSecond)
      }
      await Promise.all(all)
    }, sender)
    const burst = await room.measure(async (submit) => {
      await Promise.all(Array.from({ length: burstSize }, () => submit('bench')))
    }, sender)
    await ratePerSecond(() => sender.submit('load'), concurrency, roundMs)
    await room.close()
    sender.close()
    await pause(restMs)
    return [
      ...latencyFigures(`${gentle.perSecond}/s for ${gentle.seconds} s`, slow),
      ...latencyFigures(`${burstSize} at once`, burst),
      below('Memory 10 s after the start', atRest, 200, 'MB'),
      below('Memory 10 s after the load', await desk.memory(), 200, 'MB'),
    ]
  })
}

function latencyFigures(pace: string, { toCard, toDraft }: Latencies): Figure[] {
  return [
    below(`Accepted to card, ${pace}, p50`, median(toCard), 60, 'ms'),
    below(`Accepted to card, ${pace}, p99`, quantile(toCard, 0.99), 300, 'ms'),
    below(`Accepted to draft on the card, ${pace}, p50`, median(toDraft), null, 'ms'),
    below(`Accepted to draft on the card, ${pace}, p99`, quantile(toDraft, 0.99), null, 'ms'),
  ]
}

/** Clicks until they are acknowledged: four approvals, and one that asks for the edit form, in turns. */
async function clickTimes(): Promise<Figure[]> {
  const [slack, discord] = [await startSlackPeer(), await startDiscordPeer()]
  const slackEnv = { SLACK_BOT_TOKEN: 'xoxb-bench', SLACK_SIGNING_SECRET: signingSecret, SLACK_API_URL: slack.url }
  try {
    return [
      ...(await withDesk(slackEnv, async ({ url }, database) => {
        const clicker = createClicker(url, slack.url)
        await clicker.join('C0BENCH')
        const figures = await timesOf('Slack', url, database, (kind, value) =>
          clicker.click(`${clickPrefix}${kind}`, value),
        )
        clicker.close()
        return figures
      })),
      ...(await withDesk(discord.env, ({ url }, database) =>
        timesOf('Discord', url, database, async (_, value) => (await discord.click(url, pressId.do(value))).ms),
      )),
    ]
  } finally {
    await slack.stop()
    await discord.stop()
  }
}

async function timesOf(
  platform: string,
  url: string,
  database: string,
  click: (kind: 'approve' | 'edit', value: string) => Promise<number>,
): Promise<Figure[]> {
  const count = clicks.perSecond * clicks.seconds
  const sender = createSender(url, concurrency)
  for (let sent = 0; sent < count; sent += concurrency)
    await Promise.all(Array.from({ length: concurrency }, (_, one) => sender.submit(`bench-${sent + one}`)))
  sender.close()
  const cards = await readDrafted(database, count)
  const times: Promise<number>[] = []
  const startedAt = performance.now()
  for (const [index, { conversationId, draftId, seenSeq }] of cards.entries()) {
    const kind = index % 5 === 4 ? 'edit' : 'approve'
    const action = { id: kind, target: draftId, form: kind === 'edit' ? kind : null } as const
    times.push(click(kind, clickValue({ conversationId, seenSeq }, action)))
    await pause(Math.max(0, startedAt + (index * 1000) / clicks.perSecond - performance.now()))
  }
  const acknowledged = await Promise.all(times)
  const what = `Click in ${platform} to its acknowledgement, ${clicks.perSecond}/s for ${clicks.seconds} s`
  return [
    below(`${what}, p50`, median(acknowledged), null, 'ms'),
    below(`${what}, p99`, quantile(acknowledged, 0.99), 300, 'ms'),
    await approvedFigure(database, platform, cards.filter((_, index) => index % 5 !== 4).length),
  ]
}

/** Waits until so many conversations have a draft. */
async function readDrafted(
  database: string,
  count: number,
): Promise<{ conversationId: string; draftId: string; seenSeq: number }[]> {
  const sql = postgres(database, { max: 1 })
  try {
    for (const until = performance.now() + patienceMs; performance.now() < until; await pause(250)) {
      const rows = await sql<{ conversationId: string; draftId: string; seenSeq: number }[]>`
        select id as "conversationId", draft_id as "draftId", inbound_seq as "seenSeq"
        from conversations where state = 'waiting' and not is_drafting and draft_id is not null limit ${count}`
      if (rows.length === count) return [...rows]
    }
    throw new Error('Some conversations never got their draft')
  } finally {
    await sql.end()
  }
}

/** A click is acknowledged before it is carried out; in the end each was. */
async function approvedFigure(database: string, platform: string, clicked: number): Promise<Figure> {
  const sql = postgres(database, { max: 1 })
  try {
    let approved = 0
    for (const until = performance.now() + 10_000; approved < clicked && performance.now() < until; await pause(100)) {
      const [row] = await sql<{ count: number }[]>`select count(*)::int as count from replies`
      approved = row?.count ?? 0
    }
    const isMet = approved === clicked
    return { what: `Approved by these clicks in ${platform}`, value: `${approved} of ${clicked}`, aim: 'all', isMet }
  } finally {
    await sql.end()
  }
}

async function start(): Promise<Figure[]> {
  const onPostgres = await withDatabase((url) => startTimes({ DATABASE_URL: url }))
  const folder = await mkdtemp(join(tmpdir(), 'deskbell-bench-'))
  try {
    const [first = Number.NaN, ...later] = await startTimes({ DATA_DIR: folder })
    return [
      below('Start to ready on Postgres', median(onPostgres), 2000, 'ms'),
      below('Start to ready on a new embedded database', first, null, 'ms'),
      below('Start to ready on an embedded database', median(later), null, 'ms'),
    ]
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function startTimes(env: Record<string, string>): Promise<number[]> {
  const times: number[] = []
  for (let turn = 0; turn < starts; turn++) {
    const desk = await startDesk(env)
    times.push(desk.startMs)
    await desk.stop('SIGTERM')
  }
  return times
}
