import { createHash } from 'node:crypto'
import { mkdir, realpath, rm } from 'node:fs/promises'
import { connect, createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { ConfigError } from '../errors.ts'

/**
 * Holds a folder for this process, until it is released or the process dies, however it dies:
 * the lock is a listening socket, which no crash leaves behind alive.
 * Throws ConfigError when another process holds it.
 */
export async function lockFolder(folder: string): Promise<{ release(): Promise<void> }> {
  await mkdir(folder, { recursive: true })
  const path = socketPath(await realpath(folder))
  const server = (await listen(path)) ?? (await takeOver(path))
  if (!server) {
    throw new ConfigError(
      `DATA_DIR: another Deskbell is running on ${folder}. Stop it first, choose another DATA_DIR, or set DATABASE_URL to run several at once.`,
    )
  }
  server.unref()
  return { release: () => new Promise((resolve) => server.close(() => resolve())) }
}

/** Longest name of a socket, in bytes: some systems take no more. */
const longestName = 100

/** In the folder itself, where every process finds it, whatever its TMPDIR; elsewhere only where the name is too long. */
function socketPath(folder: string): string {
  const hash = createHash('sha256').update(folder).digest('hex').slice(0, 24)
  if (process.platform === 'win32') return `\\\\.\\pipe\\deskbell-${hash}`
  const inside = join(folder, 'deskbell.sock')
  const names = [inside, relative(process.cwd(), inside), join(tmpdir(), `deskbell-${hash}.sock`)]
  return names.find((name) => Buffer.byteLength(name) <= longestName) ?? inside
}

function listen(path: string): Promise<Server | null> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy())
    server.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EADDRINUSE' ? resolve(null) : reject(error),
    )
    server.listen(path, () => resolve(server))
  })
}

async function takeOver(path: string): Promise<Server | null> {
  const isAlive = await new Promise<boolean>((resolve) => {
    const socket = connect(path, () => resolve(true)).on('error', () => resolve(false))
    socket.on('connect', () => socket.destroy())
  })
  if (isAlive) return null
  await rm(path, { force: true })
  return listen(path)
}
