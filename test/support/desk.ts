import { sql } from 'drizzle-orm'
import type { Context } from '../../src/context.ts'
import { decide } from '../../src/conversations/decide.ts'
import { readConversation } from '../../src/conversations/read.ts'
import { wakeConversation } from '../../src/conversations/snooze.ts'
import type { Conversation } from '../../src/conversations/conversation.ts'
import { sendDigest } from '../../src/digests/send.ts'
import { removePosts } from '../../src/erasures/remove-posts.ts'
import { openSignals } from '../../src/db/signals.ts'
import { rowsOf } from '../../src/db/client.ts'
import { proposeDraft } from '../../src/drafts/propose.ts'
import { newId } from '../../src/id.ts'
import { keysFrom } from '../../src/key.ts'
import { fetchAttachment } from '../../src/interactions/fetch-attachment.ts'
import { record } from '../../src/interactions/record.ts'
import { triageInteraction } from '../../src/interactions/triage.ts'
import { deadQueue, openQueue } from '../../src/jobs/queue.ts'
import { jobNames, jobSchemas } from '../../src/jobs/jobs.ts'
import { keepProblem } from '../../src/jobs/keep.ts'
import type { JobHandlers } from '../../src/jobs/worker.ts'
import { createLog } from '../../src/log.ts'
import { createMetrics } from '../../src/metrics.ts'
import { deliverPosts } from '../../src/posts/deliver-posts.ts'
import { createSyncCard } from '../../src/posts/sync-card.ts'
import { reconcileReply } from '../../src/replies/reconcile.ts'
import { sendReply } from '../../src/replies/send.ts'
import type { Decision, Outcome } from '../../src/workspaces/workspace.ts'
import type { InboundInteraction } from '../../src/channels/channel.ts'
import { fakeAssistant, type FakeAssistant } from './assistant.ts'
import { fakeChannel, type FakeChannel } from './channel.ts'
import { testClock, type TestClock } from './clock.ts'
import { openTestDatabase } from './db.ts'
import { fakeWorkspace, type FakeWorkspace } from './workspace.ts'

type Intent = Decision extends infer One
  ? One extends Decision
    ? Omit<One, 'conversationId' | 'teammate'>
    : never
  : never

export interface Desk {
  ctx: Context
  clock: TestClock
  channel: FakeChannel
  assistant: FakeAssistant
  room: FakeWorkspace
  /** Records interactions on the fake channel. */
  hear(...interactions: InboundInteraction[]): ReturnType<typeof record>
  /** Records one, and returns the id of its conversation. */
  hearOne(interaction: InboundInteraction): Promise<string>
  /** Runs every job that is due by the test's clock, and what they cause, until none is left. Failing jobs are repeated at once. */
  work(): Promise<void>
  /** The jobs that wait, due or not. */
  pending(): Promise<{ name: string; data: Record<string, unknown>; startAfter: Date }[]>
  decide(conversationId: string, intent: Intent, by?: string): Promise<Outcome>
  conversation(id: string): Promise<Conversation>
  /** Lets time pass, and has every job run at the moment it falls due. */
  pass(seconds: number): Promise<void>
  /** The process dies within the job that runs: whoever awaits this never goes on, and another process repeats the job. */
  crash(): Promise<never>
  close(): Promise<void>
}

/** The verbs on a real database, with a moved clock and no worker: the test says when jobs run. */
export async function openDesk(options: { channels?: FakeChannel[]; rooms?: FakeWorkspace[] } = {}): Promise<Desk> {
  const database = await openTestDatabase()
  const log = createLog('silent')
  const clock = testClock()
  const assistant = fakeAssistant()
  const channels = options.channels ?? [fakeChannel()]
  const rooms = options.rooms ?? [fakeWorkspace()]
  const [channel, room] = [channels[0], rooms[0]]
  if (!channel || !room) throw new Error('A desk needs a channel and a room')
  const signals = await openSignals(database, log)
  const queue = await openQueue(database, log)
  // The queue forgets old jobs by its own clock, and by that the test's clock stands far in the past.
  await database.db.execute(sql`update pgboss.queue set retention_seconds = 1000000000`)
  const ctx: Context = {
    db: database.db,
    queue,
    signals,
    clock,
    log,
    metrics: createMetrics(),
    newId: () => newId(clock.now().getTime()),
    key: keysFrom('test'),
    channels: new Map(channels.map((one) => [one.id, one])),
    workspaces: new Map(rooms.map((one) => [one.id, one])),
    assistant,
  }
  for (const one of rooms) one.clock = clock
  const never = new AbortController().signal
  let die = (_error: Error): void => {}
  const handlers: JobHandlers = {
    triage: (payload) => triageInteraction(ctx, payload, never),
    propose: (payload) => proposeDraft(ctx, payload, never),
    'sync-card': createSyncCard(ctx),
    'deliver-posts': (payload) => deliverPosts(ctx, payload),
    'fetch-attachment': (payload) => fetchAttachment(ctx, payload, never),
    'send-reply': (payload) => sendReply(ctx, payload, never),
    'reconcile-reply': (payload) => reconcileReply(ctx, payload),
    wake: (payload) => wakeConversation(ctx, payload),
    'send-digest': (payload) => sendDigest(ctx, payload),
    'remove-posts': (payload) => removePosts(ctx, payload),
  }

  const pending: Desk['pending'] = async () => {
    const rows = await rowsOf<{
      name: string
      data: Record<string, unknown>
      start_after: Date | string
      created_on: Date | string
    }>(
      database.db,
      sql`select name, data, start_after, created_on from pgboss.job where state in ('created', 'retry') order by created_on`,
    )
    return rows.map((row) => ({ name: row.name, data: row.data, startAfter: new Date(row.start_after) }))
  }

  /** Runs the due jobs once; false when there were none. */
  async function workOnce(): Promise<boolean> {
    let didSomething = false
    const waiting = await rowsOf<{ name: string }>(
      database.db,
      sql`select distinct name from pgboss.job where state in ('created', 'retry')`,
    )
    // Asking every queue, most of them empty, would take most of the time of most tests.
    for (const name of [...jobNames, deadQueue].filter((one) => waiting.some((job) => job.name === one))) {
      for (const job of await queue.boss.fetch<Record<string, unknown>>(name, {
        batchSize: 100,
        ignoreStartAfter: true,
        includeMetadata: true,
      })) {
        // Only what was deferred by the test's clock, which stands in the past, starts before it was made.
        const isDeferred = job.startAfter < job.createdOn && job.startAfter > clock.now()
        if (isDeferred) {
          await database.db.execute(
            sql`update pgboss.job set state = 'created', started_on = null where id = ${job.id}::uuid`,
          )
          continue
        }
        didSomething = true
        try {
          if (name === deadQueue) await keepProblem(ctx, job)
          else await run(name as (typeof jobNames)[number], job.data)
          await queue.boss.complete(name, job.id)
        } catch (error) {
          await queue.boss.fail(name, job.id, { message: error instanceof Error ? error.message : String(error) })
        }
      }
    }
    return didSomething
  }

  async function run<Name extends keyof JobHandlers>(name: Name, data: unknown): Promise<void> {
    const dead = new Promise<never>((_resolve, reject) => (die = reject))
    await Promise.race([handlers[name](jobSchemas[name].parse(data) as Parameters<JobHandlers[Name]>[0], never), dead])
  }

  /** When the next job falls due that was deferred by the test's clock. */
  async function nextDue(): Promise<Date | null> {
    const [row] = await rowsOf<{ at: Date | string | null }>(
      database.db,
      sql`select min(start_after) as at from pgboss.job where state in ('created', 'retry') and start_after < created_on`,
    )
    return row?.at ? new Date(row.at) : null
  }

  async function work(): Promise<void> {
    for (let round = 0; round < 50; round++) if (!(await workOnce())) return
    throw new Error('Jobs cause one another without end')
  }

  return {
    ctx,
    clock,
    channel,
    assistant,
    room,
    pending,
    hear: (...interactions) => record(ctx, [{ channel, delivery: { interactions } }]),
    async hearOne(interaction) {
      const [recorded] = await record(ctx, [{ channel, delivery: { interactions: [interaction] } }])
      const id = recorded?.interactions[0]?.conversationId
      if (!id) throw new Error('The interaction was not recorded')
      return id
    },
    work,
    async pass(seconds) {
      const end = new Date(clock.now().getTime() + seconds * 1000)
      for (;;) {
        await work()
        const next = await nextDue()
        if (!next || next > end) break
        clock.set(next)
      }
      clock.set(end)
    },
    crash() {
      // What the dead process had in memory is gone.
      handlers['sync-card'] = createSyncCard(ctx)
      die(new Error('The process died'))
      return new Promise(() => {})
    },
    decide: (conversationId, intent, by = 'ana') =>
      decide(ctx, 'fake', {
        ...intent,
        conversationId,
        teammate: { id: by, name: by[0]?.toUpperCase() + by.slice(1) },
      } as Decision),
    async conversation(id) {
      const conversation = await readConversation(database.db, ctx.channels, id)
      if (!conversation) throw new Error(`There is no conversation ${id}`)
      return conversation
    },
    async close() {
      await queue.stop()
      await signals.close()
      await database.close()
    },
  }
}
