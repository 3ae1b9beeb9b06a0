import { randomBytes } from 'node:crypto'
import { eq } from 'drizzle-orm'
import { openAssistant } from './assistant/index.ts'
import type { Assistant } from './assistant/assistant.ts'
import { builtInTemplates } from './assistant/templates.ts'
import { systemClock, type Clock } from './clock.ts'
import { channelTypes, publicUrlOf, workspaceTypes, type Config } from './config.ts'
import { reportAccount } from './accounts/broken.ts'
import { learnAccounts } from './accounts/learn.ts'
import { watchAccounts } from './accounts/watch.ts'
import type { Inlet } from './channels/channel.ts'
import type { ActiveChannel, Context } from './context.ts'
import { answerCommand } from './conversations/answer-command.ts'
import { readHome } from './conversations/home.ts'
import { decide } from './conversations/decide.ts'
import { suggest } from './conversations/suggest.ts'
import { changeCustomer, openCustomer } from './customers/answer.ts'
import { hostedKey, readTranscript } from './conversations/hosted.ts'
import { readConversation, readConversations } from './conversations/read.ts'
import { countConversations, listConversations } from './conversations/list.ts'
import { wakeConversation } from './conversations/snooze.ts'
import { allow } from './db/allow.ts'
import { openDatabase, type Database } from './db/client.ts'
import { migrate } from './db/migrate.ts'
import { attachments, cursors } from './db/schema.ts'
import { openSignals } from './db/signals.ts'
import { openShelf } from './db/shelf.ts'
import { openVault } from './db/vault.ts'
import { openItems } from './digests/answer.ts'
import { ensureOutcomes } from './measures/rebuild.ts'
import { sendDigest } from './digests/send.ts'
import { readStored, showReport } from './digests/stored.ts'
import { removePosts } from './erasures/remove-posts.ts'
import { openPage, sharePage } from './history/answer.ts'
import { followHistory } from './history/follow.ts'
import { readFile } from './history/read-file.ts'
import { createLedger } from './drafts/ledger.ts'
import { proposeDraft } from './drafts/propose.ts'
import { ConfigError, messageOf } from './errors.ts'
import { openForm } from './forms/open-form.ts'
import { offerRoom } from './settings/offer-room.ts'
import { readSettingsPage } from './settings/page.ts'
import { submitForm } from './forms/submit-form.ts'
import { metricsText } from './http/metrics.ts'
import { checkReadiness } from './http/readiness.ts'
import { createHttp, listen } from './http/server.ts'
import { isUuid, newId } from './id.ts'
import { fetchAttachment } from './interactions/fetch-attachment.ts'
import { createIntake } from './interactions/intake.ts'
import { findOpen, findStanding } from './interactions/queries.ts'
import { triageInteraction } from './interactions/triage.ts'
import { holdLease } from './jobs/lease.ts'
import { openQueue } from './jobs/queue.ts'
import { startSchedule } from './jobs/schedule.ts'
import { startWorker, type JobHandlers } from './jobs/worker.ts'
import { keysFrom } from './key.ts'
import { createLog, type Log } from './log.ts'
import { createMetrics } from './metrics.ts'
import { listBulletins } from './posts/bulletins.ts'
import { deliverPosts } from './posts/deliver-posts.ts'
import { createSyncCard } from './posts/sync-card.ts'
import { findUnsettled } from './replies/queries.ts'
import { reconcileReply } from './replies/reconcile.ts'
import { sendReply } from './replies/send.ts'
import { ensureSecret, readTuning } from './settings/queries.ts'
import { writeTuning } from './settings/update.ts'
import { cardOf } from './workspaces/card.ts'
import type { Workspace, WorkspaceIo } from './workspaces/workspace.ts'

export interface App {
  /** Where the HTTP server listens. */
  url: string
  ctx: Context
  /** Finishes what is in flight and closes everything. */
  stop(): Promise<void>
}

/** What a test may put in place of the real thing. */
export interface Parts {
  clock?: Clock
  log?: Log
  database?: Database
  assistant?: Assistant
}

const pageSize = 30

/** Opens everything and starts. Throws ConfigError for settings that can't be used, or a database that can't be reached. */
export async function startApp(config: Config, parts: Parts = {}): Promise<App> {
  const { core } = config
  const opened: { stop(): Promise<void> | void }[] = []
  const stop = async () => {
    for (const part of opened.toReversed()) await part.stop()
  }
  try {
    const clock = parts.clock ?? systemClock
    const log = parts.log ?? createLog(core.LOG_LEVEL)
    const metrics = createMetrics()
    const does = {
      intake: core.ROLES.includes('intake'),
      worker: core.ROLES.includes('worker'),
      workspace: core.ROLES.includes('workspace'),
    }
    const id = () => newId(clock.now().getTime())

    const database = parts.database ?? (await openDatabase(config.database))
    opened.push({ stop: () => database.close() })
    const { db } = database
    await migrate(db)
    await ensureOutcomes({ db, clock })
    const signals = await openSignals(database, log)
    opened.push({ stop: () => signals.close() })
    const queue = await openQueue(database, log)
    opened.push({ stop: () => queue.stop() })
    const secret = core.SECRET_KEY ?? (await ensureSecret({ db, clock }, () => randomBytes(32).toString('hex')))
    const publicUrl = publicUrlOf(core)

    const io = {
      clock,
      log,
      publicUrl,
      newId: id,
      key: keysFrom(secret),
      allow: (key: string, max: number, windowSeconds: number) => allow({ db, clock }, key, max, windowSeconds),
    }
    const channels = new Map<string, ActiveChannel>()
    for (const type of channelTypes) {
      const open = await openChannel(config, type, {
        ...io,
        transcript: (account, conversation, afterSeq) => readTranscript(db, type.id, account, conversation, afterSeq),
        onChange(account, conversation, changed) {
          const key = hostedKey(type.id, account, conversation)
          const stops = [signals.on('hosted', (heard) => heard === key && changed()), signals.onMissed(changed)]
          return () => stops.forEach((end) => end())
        },
      })
      if (open)
        channels.set(type.id, { id: type.id, name: type.name, limits: { ...type.limits, ...open.limits }, type, open })
    }

    const workspaces = new Map<string, Workspace>()
    const base = { db, queue, signals, clock, log, metrics, newId: id, key: io.key, channels, workspaces }
    const assistant =
      parts.assistant ?? (await openAssistant(config.assistant, { clock, log, ledger: createLedger(base) }))
    const ctx: Context = { ...base, assistant }
    const workspaceIo = (workspaceId: string): WorkspaceIo => ({
      ...io,
      host: core.HOST,
      async listCards(filter, after) {
        const [{ ids, next }, counts] = await Promise.all([
          listConversations(db, filter, after, pageSize),
          countConversations(db),
        ])
        return { cards: (await readConversations(db, channels, ids)).map(cardOf), next, counts }
      },
      countCards: () => countConversations(db),
      async readCard(conversationId) {
        const conversation = await readConversation(db, channels, conversationId)
        return conversation && cardOf(conversation)
      },
      listBulletins: (after, only) => listBulletins(ctx, workspaceId, after, only),
      async readReport(reportId) {
        const stored = isUuid(reportId) ? await readStored(db, reportId) : null
        return stored && showReport(ctx, workspaceId, stored)
      },
      async readAttachment(attachmentId) {
        if (!isUuid(attachmentId)) return null
        const [row] = await db.select().from(attachments).where(eq(attachments.id, attachmentId))
        return row?.content ? { name: row.name, mediaType: row.mediaType, content: row.content } : null
      },
      publish: (hint) => signals.send(db, `workspace.${workspaceId}`, [hint]),
      onHint: (heard) => signals.on(`workspace.${workspaceId}`, heard),
      readTuning: () => readTuning(db),
      tunables: () => ({
        channels: [...channels.values()].map(({ id: channelId, name, limits, open }) => ({
          id: channelId,
          name,
          graceSeconds: limits.graceSeconds,
          accounts: open.accounts,
        })),
        templates: builtInTemplates,
      }),
      writeTuning: (tuning, by) => writeTuning(ctx, tuning, `${workspaceId}:${by.id}`),
      vault: openVault({ db, clock }, io.key('vault'), core.SECRET_KEY !== undefined, workspaceId),
      shelf: openShelf({ db, clock, newId: id }, workspaceId),
      holdLease: (name, signal, work) => holdLease(ctx, `${workspaceId}:${name}`, signal, work),
    })
    for (const type of workspaceTypes) {
      const settings = config.workspaces.get(type.id)
      const workspace = settings && (await type.open(settings, workspaceIo(type.id)))
      if (workspace) workspaces.set(type.id, workspace)
    }
    if (does.workspace) {
      for (const workspace of workspaces.values()) {
        await workspace.start({
          onDecision: (decision) => decide(ctx, workspace.id, decision),
          onCommand: (text, teammate, room) => answerCommand(ctx, workspace.id, text, teammate, room),
          openItems: (items, teammate) => openItems(ctx, workspace.id, items, teammate),
          openPage: (page, teammate) => openPage(ctx, workspace.id, page, teammate),
          sharePage: (page, room, teammate) => sharePage(ctx, workspace.id, page, room, teammate),
          openCustomer: (customer, teammate) => openCustomer(ctx, workspace.id, customer, teammate),
          changeCustomer: (change, teammate) => changeCustomer(ctx, workspace.id, change, teammate),
          readFile: (source, format, teammate) => readFile(ctx, workspace.id, source, format, teammate),
          suggest: (option, typed, teammate) => suggest(ctx, workspace.id, option, typed, teammate),
          openForm: (form, about, teammate) => openForm(ctx, workspace.id, form, about, teammate),
          submitForm: (form, about, values, teammate) => submitForm(ctx, workspace.id, form, about, values, teammate),
          readHome: (teammate) => readHome(ctx, workspace.id, teammate),
          readSettings: (teammate) => readSettingsPage(ctx, workspace.id, teammate),
          offerRoom: (room, by) => offerRoom(ctx, workspace.id, room, by),
        })
        opened.push({ stop: () => workspace.stop() })
      }
    }

    const learning = new AbortController()
    const learnt = learnAccounts(ctx, learning.signal)
    opened.push({
      async stop() {
        learning.abort()
        await learnt
      },
    })

    const intake = createIntake(ctx)
    if (does.worker) {
      const handlers: JobHandlers = {
        triage: (payload, signal) => triageInteraction(ctx, payload, signal),
        propose: (payload, signal) => proposeDraft(ctx, payload, signal),
        'sync-card': createSyncCard(ctx),
        'deliver-posts': (payload) => deliverPosts(ctx, payload),
        'fetch-attachment': (payload, signal) => fetchAttachment(ctx, payload, signal),
        'send-reply': (payload, signal) => sendReply(ctx, payload, signal),
        'reconcile-reply': (payload) => reconcileReply(ctx, payload),
        wake: (payload) => wakeConversation(ctx, payload),
        'send-digest': (payload) => sendDigest(ctx, payload),
        'remove-posts': (payload) => removePosts(ctx, payload),
      }
      const stopWorker = await startWorker(ctx, queue, handlers, database.kind === 'pglite' ? 1 : 3, intake.idle)
      const stopSchedule = startSchedule(ctx)
      // A restart may have brought what an account was missing.
      const looking = watchAccounts(ctx).catch((error: unknown) =>
        log.warn('broken accounts could not be looked at', { error: messageOf(error) }),
      )
      const ending = new AbortController()
      const following = followHistory(ctx, ending.signal, intake.idle)
      opened.push({
        async stop() {
          ending.abort()
          await Promise.all([stopWorker(), stopSchedule(), following, looking])
        },
      })
    }

    if (does.intake) {
      const streams = new AbortController()
      const running = [...channels.values()].map(({ id: channelId, open: { inbound } }) => {
        const run = inbound.run?.bind(inbound)
        if (!run) return Promise.resolve()
        const inlet: Inlet = {
          deliver: (delivery) => intake.deliver(channelId, delivery),
          cursor: (key) => readCursor(ctx, channelId, key),
          unsettled: (account) => findUnsettled(db, channelId, account),
          standing: (account) => findStanding(db, channelId, account),
          waiting: (account) => findOpen(db, channelId, account),
          report: (account, problem) => reportAccount(ctx, channelId, account, problem),
        }
        return holdLease(ctx, `stream:${channelId}`, streams.signal, (signal) => run(inlet, signal))
      })
      opened.push({
        async stop() {
          streams.abort()
          await Promise.all(running)
        },
      })
    }
    const http = createHttp(ctx, {
      deliver: intake.deliver,
      readiness: () => checkReadiness({ db, workspaces: does.workspace ? workspaces : new Map() }, queue),
      metricsText: () => metricsText(ctx, queue),
      trustsProxy: core.TRUST_PROXY,
      roles: does,
    })
    const server = await listen(http, core.HOST, core.PORT)
    opened.push(server)
    return { url: core.PORT === 0 ? `http://${core.HOST}:${server.port}` : publicUrl, ctx, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

async function openChannel(
  config: Config,
  type: (typeof channelTypes)[number],
  io: Parameters<typeof type.open>[1],
): Promise<ActiveChannel['open'] | null> {
  const settings = config.channels.get(type.id)
  if (!settings) return null
  try {
    return await type.open(settings, io)
  } catch (error) {
    if (error instanceof ConfigError) throw new ConfigError(`${type.name}: ${error.message}`, { cause: error })
    throw error
  }
}

async function readCursor(ctx: Pick<Context, 'db'>, channel: string, key: string): Promise<unknown> {
  const rows = await ctx.db.select().from(cursors).where(eq(cursors.channel, channel))
  return rows.find((row) => row.key === key)?.value
}
