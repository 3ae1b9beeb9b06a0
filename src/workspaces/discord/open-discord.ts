import { chartPng } from '../kit/chart-image.ts'
import type { Handlers, Workspace, WorkspaceIo } from '../workspace.ts'
import { messageOf } from './components/message.ts'
import { openConnection, type DiscordConnection } from './connection.ts'
import { createDelivery } from './deliver.ts'
import { checkDiscord } from './doctor.ts'
import type { DiscordConfig } from './env.ts'
import { createHandle } from './handle.ts'
import type { Incoming } from './incoming.ts'
import { createMembers } from './members.ts'
import { createPictures } from './pictures.ts'
import { createRemoval } from './remove.ts'
import { createUpload } from './upload.ts'

/** Discord takes five messages in five seconds in a channel: https://docs.discord.com/developers/topics/rate-limits */
const paceMs = 1000

export function openDiscord(config: DiscordConfig, io: WorkspaceIo): Workspace & Pick<DiscordConnection, 'idle'> {
  let handle: ((incoming: Incoming) => Promise<void>) | null = null
  const { rest, ...connection } = openConnection(config, io, {
    handle: async (incoming) => handle?.(incoming),
  })
  const members = createMembers(rest, config.guilds, io)
  // Most people's Discord is dark.
  const pictures = createPictures({ draw: (chart) => chartPng(chart, 'dark'), log: io.log })
  const delivery = createDelivery({ rest, io, upload: createUpload(io), pictures, render: messageOf })
  return {
    id: 'discord',
    room: null,
    showsAside: false,
    hasThreads: true,
    paceMs,
    async start(handlers: Handlers) {
      handle = createHandle({ io, handlers, members, rest, pictures, guilds: config.guilds })
      await connection.start()
    },
    post: delivery.post,
    find: delivery.find,
    update: delivery.update,
    remove: createRemoval(rest).remove,
    urlOf: delivery.urlOf,
    membershipOf: members.membershipOf,
    fetch: connection.fetch,
    isReady: connection.isReady,
    check: () => checkDiscord({ config, rest, members, io }),
    idle: connection.idle,
    stop: connection.stop,
  }
}
