import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { chmod, chown, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { connect, createServer, type AddressInfo } from 'node:net'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { ImapFlow } from 'imapflow'
import { dovecot as installed } from './machine.ts'

export interface Dovecot {
  port: number
  /** Any user name with this password has a mailbox of its own, with INBOX and Sent. */
  password: string
  /** `imap://user:password@127.0.0.1:port?tls=off` */
  url(user: string, password?: string): string
  /** Puts a mail into a folder, as a mail server would. */
  put(user: string, raw: string | Buffer, folder?: string, at?: Date): Promise<void>
  /** Logs in as a user, for looking at what is there. */
  as<T>(user: string, work: (client: ImapFlow) => Promise<T>): Promise<T>
  /** Where a user's Maildir lies. */
  maildir(user: string): string
  /** Stops the server and keeps the mail. */
  kill(): Promise<void>
  /** Starts it again on the same port. */
  start(): Promise<void>
  stop(): Promise<void>
}

const binary = installed.path
const password = 'secret'

/** Runs a real IMAP server on a free loopback port, in a folder that is removed again. */
export async function startDovecot(): Promise<Dovecot> {
  if (!binary) throw new Error(`No dovecot found. ${installed.remedy}`)
  const home = await mkdtemp(join(tmpdir(), 'dovecot-'))
  const port = await freePort()
  const config = join(home, 'dovecot.conf')
  await writeFile(config, await configuration(binary, home, port))
  const mail = join(home, 'mail')
  await mkdir(mail)
  await chmod(home, 0o755)
  if (isRoot) await chown(mail, ...(await nobody()))
  let child: ChildProcess | undefined

  async function start(): Promise<void> {
    child = spawn(binary ?? '', ['-F', '-c', config], { stdio: 'ignore' })
    for (let tries = 0; tries < 100; tries++) {
      if (await answers(port)) return
      if (child.exitCode !== null) break
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
    throw new Error(`dovecot did not start:\n${await readFile(join(home, 'log'), 'utf8').catch(() => '(no log)')}`)
  }

  async function kill(): Promise<void> {
    if (!child || child.exitCode !== null || child.signalCode !== null) return
    const gone = once(child, 'exit')
    child.kill('SIGTERM')
    await gone
  }

  async function as<T>(user: string, work: (client: ImapFlow) => Promise<T>): Promise<T> {
    const client = new ImapFlow({
      host: '127.0.0.1',
      port,
      doSTARTTLS: false,
      auth: { user, pass: password },
      logger: false,
    })
    client.on('error', () => {})
    await client.connect()
    try {
      return await work(client)
    } finally {
      await client.logout()
    }
  }

  try {
    await start()
  } catch (error) {
    await kill()
    await rm(home, { recursive: true, force: true })
    throw error
  }
  return {
    port,
    password,
    url: (user, pass = password) => `imap://${encodeURIComponent(user)}:${pass}@127.0.0.1:${port}?tls=off`,
    as,
    maildir: (user) => join(mail, user, 'Maildir'),
    async put(user, raw, folder = 'INBOX', at) {
      await as(user, (client) => client.append(folder, Buffer.from(raw), [], at))
    },
    kill,
    start,
    async stop() {
      await kill()
      await rm(home, { recursive: true, force: true })
    },
  }
}

const isRoot = process.getuid?.() === 0

async function configuration(path: string, home: string, port: number): Promise<string> {
  const { stdout } = await promisify(execFile)(path, ['--version'])
  const [uid, gid] = await nobody()
  const me = isRoot ? 'nobody' : userInfo().username
  const group = await groupName(gid)
  const common = `
protocols = imap
listen = 127.0.0.1
base_dir = ${home}/run
state_dir = ${home}/state
log_path = ${home}/log
ssl = no
default_login_user = ${me}
default_internal_user = ${me}
default_internal_group = ${group}
mail_uid = ${uid}
mail_gid = ${gid}
first_valid_uid = ${Math.min(uid, 500)}
first_valid_gid = 0
mail_max_userip_connections = 100
service imap-login {
  chroot =
  process_min_avail = 1
  inet_listener imap {
    port = ${port}
  }
  inet_listener imaps {
    port = 0
  }
}
auth_failure_delay = 0
service anvil {
  chroot =
  unix_listener anvil-auth-penalty {
    mode = 0
  }
}
namespace inbox {
  inbox = yes
  separator = /
  mailbox Sent {
    special_use = \\Sent
    auto = subscribe
  }
}
`
  if (/^2\.[0-3]\./.test(stdout)) {
    return `${common}
disable_plaintext_auth = no
mail_location = maildir:~/Maildir
passdb {
  driver = static
  args = password=${password}
}
userdb {
  driver = static
  args = uid=${uid} gid=${gid} home=${home}/mail/%u
}
`
  }
  return `dovecot_config_version = 2.4.0
dovecot_storage_version = 2.4.0
${common}
auth_allow_cleartext = yes
mail_driver = maildir
mail_path = ~/Maildir
mail_home = ${home}/mail/%{user}
passdb static {
  password = ${password}
}
userdb static {
}
`
}

/** Who owns the mail: root may not. */
async function nobody(): Promise<[uid: number, gid: number]> {
  if (!isRoot) return [userInfo().uid, userInfo().gid]
  const passwd = await readFile('/etc/passwd', 'utf8')
  const [, uid, gid] = /^nobody:[^:]*:(\d+):(\d+):/m.exec(passwd) ?? []
  return [Number(uid ?? 65_534), Number(gid ?? 65_534)]
}

async function groupName(gid: number): Promise<string> {
  const groups = await readFile('/etc/group', 'utf8')
  return new RegExp(`^([^:]+):[^:]*:${gid}:`, 'm').exec(groups)?.[1] ?? 'nogroup'
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('data', () => resolve(true)).once('error', () => resolve(false))
    socket.once('close', () => resolve(false)).setTimeout(1000, () => resolve(false))
  }).then((isUp) => isUp === true)
}
