import type { Handlers, Workspace, WorkspaceIo } from '../workspace.ts'
import { openConnection, type SlackConnection } from './connection.ts'
import { urlIn } from './deliver.ts'
import type { SlackConfig } from './env.ts'
import { listenToClicks } from './listeners/clicks.ts'
import { listenToCommands } from './listeners/commands.ts'
import type { Desk } from './listeners/desk.ts'
import { listenToFiles } from './listeners/files.ts'
import { listenToHistory } from './listeners/history.ts'
import { listenToHome } from './listeners/home.ts'
import { listenToModalClicks } from './listeners/modal-clicks.ts'
import { listenToNumbers } from './listeners/numbers.ts'
import { listenToRooms } from './listeners/rooms.ts'
import { listenToSubmissions } from './listeners/submissions.ts'
import { sendFile } from './upload.ts'

/** Slack takes one message a second in a channel: https://docs.slack.dev/apis/web-api/rate-limits */
const paceMs = 1000

export function openSlack(config: SlackConfig, io: WorkspaceIo): Workspace & Pick<SlackConnection, 'idle'> {
  const { app, clients, members, ...connection } = openConnection(config, io)
  const urlOf: Desk['urlOf'] = async (team, channel, ts) => {
    const client = await clients.of(team)
    const identity = await client.identify().catch(() => null)
    return urlIn(identity?.site ?? null, channel, ts, null)
  }
  return {
    id: 'slack',
    room: null,
    showsAside: false,
    hasThreads: true,
    paceMs,
    async start(handlers: Handlers) {
      const desk: Desk = {
        app,
        io,
        handlers,
        members,
        isOurs: clients.isInstalledIn,
        urlOf,
        sendFile: async ({ team, user }, file) => sendFile(await clients.of(team), user, file),
      }
      listenToClicks(desk)
      listenToNumbers(desk)
      listenToHistory(desk)
      listenToFiles(desk)
      listenToModalClicks(desk)
      listenToSubmissions(desk)
      listenToCommands(desk)
      listenToHome(desk)
      listenToRooms(desk)
      await connection.start()
    },
    post: connection.post,
    find: connection.find,
    update: connection.update,
    remove: connection.remove,
    urlOf: connection.urlOf,
    membershipOf: members.membershipOf,
    fetch: connection.fetch,
    isReady: connection.isReady,
    check: connection.check,
    idle: connection.idle,
    stop: connection.stop,
  }
}
