import type { Server } from 'node:http'

/** `discord-digital-twin`, as far as it is used here. */
export interface Twin {
  botUserId: string
  guildId: string
  /** `http://127.0.0.1:…/api` */
  restUrl: string
  /** Its database. */
  prisma: {
    message: Table
    channel: Table<{ id: string; parentId: string | null; archived: boolean; locked: boolean }>
    user: Table<{ id: string; username: string }>
    guildMember: Table
    role: Table
    $executeRawUnsafe(sql: string): Promise<unknown>
    $disconnect(): Promise<void>
  }
  /** Once it was started; private there. */
  server: { gateway: TwinGateway; httpServer: Server }
  start(): Promise<void>
  stop(): Promise<void>
  /** A teammate writes something. */
  simulateUserMessage(message: { channelId: string; userId: string; content: string }): Promise<unknown>
}

interface Table<Row = unknown> {
  findMany(query?: object): Promise<Row[]>
  findUnique(query: object): Promise<Row | null>
  create(query: object): Promise<Row>
  update(query: object): Promise<Row>
  delete(query: object): Promise<Row>
}

export interface TwinGateway {
  broadcast(event: string, data: unknown): void
  clients: { identified: boolean; intents: number; ws: { terminate(): void } }[]
  wss: { on(event: 'connection', heard: (socket: TwinSocket) => void): void }
}

interface TwinSocket {
  on(event: 'message', heard: (raw: { toString(): string }) => void): void
  send(text: string): void
}

interface TwinOptions {
  dbUrl: string
  botUser: { id: string; username: string }
  botToken: string
  guild: { name: string }
  users: { username: string }[]
  channels: { name: string; type: number }[]
}

/** Its types bring React's, which declare the browser's classes anew, empty, for the whole program: so they stay outside. */
const { DigitalDiscord, generateSnowflake: generate } = (await import(import.meta.resolve('discord-digital-twin'))) as {
  DigitalDiscord: new (options: TwinOptions) => Twin
  generateSnowflake: () => string
}

export const createTwin = (options: TwinOptions): Twin => new DigitalDiscord(options)

export const generateSnowflake = (): string => generate()

/** Without waiting for connections that are kept open. */
export async function stopTwin(twin: Twin): Promise<void> {
  const { httpServer } = twin.server
  const stopped = twin.stop()
  httpServer.closeAllConnections()
  await stopped
  await twin.prisma.$disconnect()
}
