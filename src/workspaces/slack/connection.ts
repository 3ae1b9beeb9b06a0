import { App } from '@slack/bolt'
import { PermanentError, RetryableError } from '../../errors.ts'
import { problemsOf } from '../../waiting.ts'
import type { Workspace, WorkspaceIo } from '../workspace.ts'
import { messageOf } from './blocks/message.ts'
import { createClients, type Clients } from './clients.ts'
import { createDelivery } from './deliver.ts'
import { checkInstallations, checkSlack } from './doctor.ts'
import type { SlackConfig } from './env.ts'
import { singleInstallation, storedInstallations, type Installations } from './installations.ts'
import { eventsPath } from './manifest.ts'
import { createMembers, type Members } from './members.ts'
import { createOauth } from './oauth.ts'
import { createHttpReceiver } from './receiver-http.ts'
import { createSockets } from './receiver-sockets.ts'
import { createIntake } from './receiver.ts'
import { createRemoval } from './remove.ts'
import { createUpload } from './upload.ts'
import { createWeb, slackLogger, type Web } from './web-client.ts'

/** Slack, as far as it is the same whatever is said there: who we are, what comes in, what goes out. */
export interface SlackConnection extends Pick<Workspace, 'post' | 'find' | 'update' | 'remove' | 'urlOf'> {
  /** Listeners are added to it before `start`. */
  app: App
  web: Web
  clients: Clients
  installations: Installations
  members: Members
  /** Events, and the pages for installing; null for what isn't Slack's. */
  fetch(request: Request): Promise<Response | null>
  isReady(): boolean
  check(): Promise<string[]>
  /** Waits for nothing of Slack's: what is wrong there is logged, and keeps nobody else from working. */
  start(): Promise<void>
  /** Resolves when every listener is done with what came in, or after `ms`. */
  idle(ms: number): Promise<void>
  /** Lets running listeners finish. */
  stop(): Promise<void>
}

export type ConnectionIo = Pick<
  WorkspaceIo,
  'clock' | 'log' | 'publicUrl' | 'key' | 'newId' | 'vault' | 'readAttachment' | 'readTuning'
>

const drainMs = 5000

/** Connects nothing yet. `timeoutMs`: for one call to Slack. */
export function openConnection(config: SlackConfig, io: ConnectionIo, timeoutMs?: number): SlackConnection {
  const { installation, appToken, signingSecret, apiUrl } = config
  const { log, clock } = io
  const web = createWeb({ apiUrl, log, ...(timeoutMs === undefined ? {} : { timeoutMs }) })
  const installations =
    installation.kind === 'token'
      ? singleInstallation(installation.botToken, web)
      : storedInstallations(io, installation.teams)
  const clients = createClients(web, installations, io)
  const members = createMembers(clients, io)
  const isOnlyToken = installation.kind === 'token'
  const delivery = createDelivery({ clients, io, ...createUpload(io), render: messageOf, isOnlyToken })
  const remove = createRemoval({ clients, isOnlyToken })

  let isStarted = false
  let isRefused = false
  const intake = createIntake(
    { installations, log },
    {
      async start() {
        sockets?.start()
        isStarted = true
        void lookAtTokens()
      },
      async stop() {
        isStarted = false
        await sockets?.stop()
        await intake.idle(drainMs)
      },
    },
  )
  const sockets = appToken ? createSockets({ appToken, sockets: config.sockets, web, log, take: intake.take }) : null
  const receive = signingSecret ? createHttpReceiver({ signingSecret, clock, take: intake.take }) : null
  const install =
    installation.kind === 'oauth'
      ? createOauth({ ...installation, allowed: installation.teams, apiUrl, installations, web, io })
      : null

  async function lookAtTokens(): Promise<void> {
    const said = await checkInstallations({ config, web, installations, io }).catch((error: unknown) => error)
    for (const problem of problemsOf(said)) {
      if (problem instanceof PermanentError)
        log.error('slack is not set up', { reason: problem.message, action: problem.action })
      else if (problem instanceof Error) log.warn('slack was not looked at', { reason: problem.message })
    }
    if (installation.kind === 'oauth') return
    await web.identify(installation.botToken).catch((error: unknown) => {
      isRefused = !(error instanceof RetryableError)
    })
  }

  const app = new App({
    receiver: intake.receiver,
    async authorize(_source, body) {
      const found = body && intake.installationOf(body)
      if (!found) throw new Error('not installed')
      const { botToken, botUserId, botId } = found
      return { botToken, botUserId, ...(botId === null ? {} : { botId }) }
    },
    clientOptions: web.options,
    logger: slackLogger(log),
    convoStore: false,
  })
  // The intake logs it; what was not acknowledged comes again.
  app.error((error) => Promise.reject(error))

  return {
    ...delivery,
    remove,
    app,
    web,
    clients,
    installations,
    members,
    async fetch(request) {
      const isEvent = receive !== null && new URL(request.url).pathname === eventsPath
      if (isEvent && !isStarted) return new Response('Deskbell is starting or stopping', { status: 503 })
      return (await receive?.(request)) ?? (await install?.(request)) ?? null
    },
    isReady: () => isStarted && !isRefused && (!sockets || sockets.count() > 0),
    check: () => checkSlack({ config, web, installations, members, io }),
    start: async () => void (await app.start()),
    idle: intake.idle,
    stop: async () => void (await app.stop()),
  }
}
