import { z } from 'zod'
import { assistantEnv, type AssistantSettings } from './assistant/env.ts'
import type { Channel } from './channels/channel.ts'
import * as channelRegistry from './channels/index.ts'
import type { DatabaseSettings } from './db/client.ts'
import { list, onOff, readAccounts, readSettings, setting, type Env, type EnvSpec, type Settings } from './env.ts'
import { ConfigError } from './errors.ts'
import * as workspaceRegistry from './workspaces/index.ts'
import type { WorkspaceType } from './workspaces/workspace.ts'

export const channelTypes: Channel[] = Object.values(channelRegistry)
export const workspaceTypes: WorkspaceType[] = Object.values(workspaceRegistry)

const roles = ['intake', 'worker', 'workspace'] as const
type Role = (typeof roles)[number]

const wholeNumber = (min: number, max: number) =>
  z.coerce
    .number({ error: 'must be a number' })
    .int('must be a whole number')
    .min(min, `must be at least ${min}`)
    .max(max, `must be at most ${max}`)

/** The settings that belong to no channel, workspace or assistant. */
export const coreEnv = {
  PORT: setting('Port of the HTTP server; 0 takes any free one. Default: 3000.', wholeNumber(0, 65_535).default(3000), {
    example: '3000',
  }),
  HOST: setting('Address that the HTTP server is bound to. Default: 127.0.0.1.', z.string().default('127.0.0.1'), {
    example: '0.0.0.0',
  }),
  PUBLIC_URL: setting(
    'Where customers and teammates reach this server. Default: http://HOST:PORT.',
    z
      .url({ protocol: /^https?$/, error: 'must be an http or https address' })
      .transform((url) => url.replace(/\/+$/, ''))
      .optional(),
    { example: 'https://desk.example.com' },
  ),
  DATABASE_URL: setting(
    'A Postgres (14 or newer). Unset: an embedded database in DATA_DIR.',
    z.url({ protocol: /^postgres(ql)?$/, error: 'must start with postgres://' }).optional(),
    { example: 'postgres://deskbell:secret@db.example.com/deskbell', secret: true },
  ),
  DATABASE_POOL: setting(
    'Connections to Postgres, besides five for jobs. Default: 10.',
    wholeNumber(1, 200).default(10),
    { example: '10' },
  ),
  DATABASE_TLS: setting(
    'Whether the connection to Postgres is encrypted: off, require (any certificate) or verify. Default: off.',
    z.enum(['off', 'require', 'verify'], { error: 'must be "off", "require" or "verify"' }).default('off'),
    { example: 'verify' },
  ),
  DATA_DIR: setting('Folder of the embedded database. Default: ./data.', z.string().default('./data'), {
    example: './data',
  }),
  ROLES: setting(
    'What this process does: any of intake, worker, workspace. Default: all.',
    list.transform((names, context): Role[] => {
      const unknown = names.filter((name) => !roles.some((role) => role === name))
      if (unknown.length > 0)
        context.addIssue({
          code: 'custom',
          message: `has unknown parts: ${unknown.join(', ')}; known are ${roles.join(', ')}`,
        })
      return names.length === 0 ? [...roles] : roles.filter((role) => names.includes(role))
    }),
    { example: 'intake,worker' },
  ),
  TRUST_PROXY: setting(
    "Whether a reverse proxy of yours is in front: the last address in X-Forwarded-For is then the visitor's. Default: off.",
    onOff('off'),
    { example: 'on' },
  ),
  SECRET_KEY: setting(
    'Signs sessions and tokens. Unset: one is made and kept in the database.',
    z.string().min(32, 'must have at least 32 characters').optional(),
    { example: 'the output of: openssl rand -hex 32', secret: true },
  ),
  LOG_LEVEL: setting(
    'What is logged: debug, info, warn, error or silent. Default: info.',
    z
      .enum(['debug', 'info', 'warn', 'error', 'silent'], {
        error: 'must be "debug", "info", "warn", "error" or "silent"',
      })
      .default('info'),
    { example: 'info' },
  ),
} satisfies EnvSpec

export interface Config {
  core: Settings<typeof coreEnv>
  database: DatabaseSettings
  assistant: AssistantSettings
  /** By channel id; one entry per account. Channels whose settings are not there are left out. */
  channels: Map<string, Settings<EnvSpec>[]>
  /** By workspace id. */
  workspaces: Map<string, Settings<EnvSpec>>
}

/** Reads every setting. Throws one ConfigError that names everything that is missing or wrong. */
export function readConfig(env: Env): Config {
  const problems: string[] = []
  const attempt = <T>(read: () => T): T | undefined => {
    try {
      return read()
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error
      problems.push(error.message)
      return undefined
    }
  }
  const core = attempt(() => readSettings(coreEnv, env))
  const assistant = attempt(() => readSettings(assistantEnv, env))
  const channels = new Map<string, Settings<EnvSpec>[]>()
  for (const channel of channelTypes) {
    const { accountsBy } = channel
    const accounts = attempt(() =>
      accountsBy ? readAccounts(accountsBy, channel.env, env) : [readSettings(channel.env, env)],
    )
    if (accounts && accounts.length > 0) channels.set(channel.id, accounts)
  }
  const workspaces = new Map<string, Settings<EnvSpec>>()
  for (const workspace of workspaceTypes) {
    const settings = attempt(() => readSettings(workspace.env, env))
    if (settings) workspaces.set(workspace.id, settings)
  }
  if (!core || !assistant || problems.length > 0) throw new ConfigError(problems.join('\n'))
  return {
    core,
    database: {
      url: core.DATABASE_URL ?? null,
      poolSize: core.DATABASE_POOL,
      tls: core.DATABASE_TLS,
      dataDir: core.DATA_DIR,
    },
    assistant,
    channels,
    workspaces,
  }
}

/** Where people reach this server. */
export function publicUrlOf({ PUBLIC_URL, HOST, PORT }: Config['core']): string {
  return PUBLIC_URL ?? `http://${HOST.includes(':') ? `[${HOST}]` : HOST}:${PORT}`
}
