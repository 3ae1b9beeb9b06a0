import { randomBytes } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { openDatabase } from '../../src/db/client.ts'
import { startDovecot } from '../support/dovecot.ts'
import { check, type Evidence, type Verdict } from './check.ts'
import { runCustomers, type CustomersOptions, type Letterbox } from './customers.ts'
import { startMailServer, type MailServer } from './mail-server.ts'
import { createRandom, type Random } from './random.ts'
import { createReplica, isNoAnswer, type Replica } from './replica.ts'
import { readRoom, runTeammate, signIn, type Click, type ShownCard, type Teammate } from './teammates.ts'

export interface ChaosOptions {
  /** Of an empty Postgres, on which two replicas run; null: the embedded database, on which there is one. */
  databaseUrl: string | null
  seed: number
  kills: number
  /** Between one kill and the next, besides the time that a start takes. */
  pauseMs: { least: number; most: number }
  crowd: CustomersOptions['crowd']
  /**
   * Who files the copies of sent mail, which unknown outcomes are looked up in. `server`: the mail server, which may also drop a mail whose
   * sender died over it, so that it has to be sent again. `append`: the program itself, so that only the team can tell.
   */
  sentCopy: 'server' | 'append'
  /** After the last kill. */
  settleMs: number
  /** Whether replies that are still being looked up at the end are a violation. */
  waitsForLookups: boolean
  /** Breaks the run off. */
  signal: AbortSignal
  say: (line: string) => void
}

export interface ChaosResult {
  counts: Record<string, number>
  /** Empty: all promises were kept. */
  violations: string[]
}

const password = 'chaos-password'
const mailbox = 'desk'

/** Runs the real program under load, kills it again and again, lets it settle, and compares what everybody saw. */
export async function runChaos(options: ChaosOptions): Promise<ChaosResult> {
  const { databaseUrl, say } = options
  const random = createRandom(options.seed)
  const folder = await mkdtemp(join(tmpdir(), 'deskbell-chaos-'))
  const opened: (() => Promise<void>)[] = []
  let violations: string[] = ['The run broke off']
  try {
    const dovecot = await startDovecot()
    opened.push(() => dovecot.stop())
    const file = (raw: Buffer) =>
      options.sentCopy === 'server' ? dovecot.put(mailbox, raw, 'Sent') : Promise.resolve()
    const mail = await startMailServer(random.fork(), options.sentCopy === 'server' && options.waitsForLookups, file)
    opened.push(() => mail.stop())
    const formSecret = `whsec_${randomBytes(32).toString('base64')}`
    const dataDir = join(folder, 'data')
    const env = {
      ...(databaseUrl ? { DATABASE_URL: databaseUrl } : { DATA_DIR: dataDir }),
      TMPDIR: folder,
      PORT: '0',
      LOG_LEVEL: 'info',
      WEB_PASSWORD: password,
      FORM_SECRETS: formSecret,
      LIVE_CHAT_QUIET_SECONDS: '1',
      EMAIL_ADDRESS: 'desk@example.org',
      EMAIL_IMAP_URL: dovecot.url(mailbox),
      EMAIL_SMTP_URL: `smtp://127.0.0.1:${mail.port}?tls=off`,
      EMAIL_SENT_COPY: options.sentCopy,
      // Spares the run from asking the DNS about senders.
      EMAIL_AUTHSERV_ID: 'mx.example.org',
      EMAIL_POLL_SECONDS: '5',
    }
    const replicas = (databaseUrl ? ['one', 'two'] : ['one']).map((name) =>
      createReplica(name, env, join(folder, `${name}.log`)),
    )
    opened.push(async () => void (await Promise.all(replicas.map((replica) => replica.kill()))))
    const startAll = async () => {
      for (const replica of replicas) replica.start()
      await Promise.all(replicas.map((replica) => replica.ready()))
    }
    await startAll()

    const closing = new AbortController()
    const home = new AbortController()
    const giveUp = new AbortController()
    const abort = () => [closing, home, giveUp].forEach((controller) => controller.abort())
    opened.push(async () => abort())
    const team = await Promise.all(['Ana', 'Ben'].map((name) => signIn(replicas, name, password, home.signal)))
    await tune(team)
    await watched(folder)
    const letterbox: Letterbox = { acknowledged: [], requests: 0, unanswered: 0, repeated: 0 }
    const clicks: Click[] = []
    const customers = runCustomers({
      random: random.fork(),
      replicas,
      formSecret,
      putMail: (raw) => dovecot.put(mailbox, raw),
      crowd: options.crowd,
      letterbox,
      until: closing.signal,
      limit: giveUp.signal,
    })
    const teammates = Promise.all([1, 2].map(() => runTeammate(team, random.fork(), clicks, home.signal)))
    const broken = new Promise<never>((_, reject) => {
      customers.catch(reject)
      teammates.catch(reject)
      options.signal.addEventListener('abort', () => reject(options.signal.reason), { once: true })
    })
    const kills = await Promise.race([broken, killAtRandom(random.fork(), replicas, mail, options, giveUp.signal)])
    say(`${kills.total} kills, ${kills.early} of them during a start; now it may settle`)
    closing.abort()
    await Promise.race([broken, customers])

    const deadline = performance.now() + options.settleMs
    let verdict: Verdict
    let unsettled: string[]
    for (;;) {
      await Promise.all(replicas.map((replica) => replica.ready()))
      const listed = await Promise.race([broken, settled(team, deadline, options.waitsForLookups)])
      const isLate = performance.now() > deadline
      if (isLate) {
        home.abort()
        await teammates
      }
      await Promise.all(replicas.map((replica) => replica.stop()))
      verdict = await inspect(databaseUrl, dataDir, { letterbox, clicks, mail, listed })
      unsettled = [...verdict.pending, ...(options.waitsForLookups ? verdict.lookups : [])]
      if (unsettled.length === 0 || isLate || verdict.violations.length > 0) break
      say(`${unsettled.length} things are not settled yet: ${unsettled[0]}`)
      await startAll()
      await sleep(5000)
    }
    home.abort()
    await teammates
    violations = [
      ...verdict.violations,
      ...unsettled.map((one) => `not settled in the end: ${one}`),
      ...replicas.flatMap(({ faults }) => faults),
    ]
    const counts = {
      kills: kills.total,
      'kills during a start': kills.early,
      ...verdict.counts,
      'unknown outcomes, being looked up': verdict.lookups.length,
      violations: violations.length,
    }
    return { counts, violations }
  } finally {
    for (const close of opened.toReversed()) await close()
    if (violations.length > 0 && !options.signal.aborted) say(`What the processes printed is in ${folder}`)
    else await rm(folder, { recursive: true, force: true })
  }
}

/** Waits until a replica looked at the inbox for the first time: mail from before then is left alone. */
async function watched(folder: string): Promise<void> {
  const deadline = performance.now() + 20_000
  for (;;) {
    const files = (await readdir(folder)).filter((name) => name.endsWith('.log'))
    const texts = await Promise.all(files.map((name) => readFile(join(folder, name), 'utf8')))
    if (texts.some((text) => text.includes('first look at the mailbox'))) return
    if (performance.now() > deadline) throw new Error('Nobody looks at the inbox')
    await sleep(100)
  }
}

/** Shortens the time in which replies can be undone, as a manager would. */
async function tune([manager]: Teammate[]): Promise<void> {
  await manager?.tune({
    name: 'Bluebird',
    voice: 'Friendly.',
    signature: 'The Bluebird team',
    facts: '',
    'grace:live-chat': '1',
    'grace:form': '1',
    'grace:email': '0',
  })
}

async function killAtRandom(
  random: Random,
  replicas: Replica[],
  mail: MailServer,
  { kills, pauseMs, say }: ChaosOptions,
  limit: AbortSignal,
): Promise<{ total: number; early: number }> {
  const counts = { total: 0, early: 0 }
  while (counts.total < kills) {
    const victims = random.chance(0.2) ? replicas : [random.pick(replicas)]
    // Most of the time not before it is at work.
    if (random.chance(0.8)) await Promise.all(victims.map((victim) => victim.ready()))
    await sleep(random.between(pauseMs.least, pauseMs.most), undefined, { signal: limit })
    // Half of the time, in the middle of a send.
    for (let tries = random.chance(0.5) ? 100 : 0; tries > 0 && !mail.isBusy(); tries--) await sleep(10)
    await sleep(random.between(0, 100))
    counts.total += victims.length
    counts.early += victims.filter((victim) => victim.url() === null).length
    await Promise.all(victims.map((victim) => victim.kill()))
    if (random.chance(0.3)) await sleep(random.between(0, 1000))
    limit.throwIfAborted()
    for (const victim of victims) victim.start()
    if (counts.total % 10 < victims.length) say(`${counts.total} kills`)
  }
  return counts
}

/** Waits until nothing is open in the room but what the team is asked about. Returns every card that the room lists. */
async function settled(team: Teammate[], deadline: number, waitsForLookups: boolean): Promise<string[]> {
  const [reader] = team
  if (!reader) return []
  for (let quiet = 0; quiet < 3 && performance.now() < deadline;) {
    await sleep(1000)
    const open = await readAgain(reader, 'open')
    const isQuiet = open.every(({ isAsked, isLookedUp }) => isAsked || (isLookedUp && !waitsForLookups))
    quiet = isQuiet ? quiet + 1 : 0
  }
  const filters = ['open', 'done', 'quarantined'] as const
  const lists = await Promise.all(filters.map((filter) => readAgain(reader, filter)))
  return lists.flat().map(({ id }) => id)
}

/** A connection that was left over from a killed process may break one request. */
async function readAgain(reader: Teammate, filter: Parameters<typeof readRoom>[1]): Promise<ShownCard[]> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await readRoom(reader, filter)
    } catch (error) {
      if (attempt === 5 || !isNoAnswer(error)) throw error
      await sleep(500)
    }
  }
}

async function inspect(url: string | null, dataDir: string, evidence: Evidence): Promise<Verdict> {
  const database = await openDatabase({ url, dataDir, poolSize: 2, tls: 'off' })
  try {
    return await check(database.db, evidence)
  } finally {
    await database.close()
  }
}
