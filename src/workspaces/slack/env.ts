import { z } from 'zod'
import { list, setting, type Settings } from '../../env.ts'
import { ConfigError } from '../../errors.ts'
import type { WorkspaceIo } from '../workspace.ts'

/** README tells where each is found: https://api.slack.com/apps, the app's own page. */
export const slackEnv = {
  SLACK_BOT_TOKEN: setting(
    'Token of the bot in your one Slack workspace: OAuth & Permissions → Bot User OAuth Token.',
    z.string().startsWith('xoxb-', 'must start with xoxb-').optional(),
    { secret: true, example: 'xoxb-...' },
  ),
  SLACK_APP_TOKEN: setting(
    'Token for Socket Mode, which needs no public address: Basic Information → App-Level Tokens, with connections:write.',
    z.string().startsWith('xapp-', 'must start with xapp-').optional(),
    { secret: true, example: 'xapp-...' },
  ),
  SLACK_SIGNING_SECRET: setting(
    'Proves that a request to /slack/events comes from Slack: Basic Information → Signing Secret. Not needed with Socket Mode.',
    z.string().min(16, 'must have at least 16 characters').optional(),
    { secret: true },
  ),
  SLACK_CLIENT_ID: setting(
    'For installing in many Slack workspaces instead of SLACK_BOT_TOKEN: Basic Information → Client ID.',
    z.string().optional(),
    { example: '1234.5678' },
  ),
  SLACK_CLIENT_SECRET: setting('Goes with SLACK_CLIENT_ID: Basic Information → Client Secret.', z.string().optional(), {
    secret: true,
  }),
  SLACK_TEAMS: setting(
    'Goes with SLACK_CLIENT_ID: ids of the Slack workspaces or organisations that may install; all others are turned away.',
    list.pipe(z.array(z.string().regex(/^[TE][A-Z0-9]+$/, 'must list ids such as T0123ABCD (workspace) or E0123ABCD'))),
    { example: 'T0123ABCD,T0456EFGH' },
  ),
  SLACK_SOCKETS: setting(
    'Connections for Socket Mode, 2 to 10. Slack renews each about hourly; another takes over meanwhile. Default: 2.',
    z.coerce.number().int().min(2, 'must be 2 or more').max(10, 'must be 10 or less').default(2),
  ),
  SLACK_API_URL: setting(
    "Address of Slack's Web API, for a proxy. Default: https://slack.com/api/.",
    z
      .url({ protocol: /^https?$/, error: 'must be an http or https address' })
      .default('https://slack.com/api/')
      .transform((url) => (url.endsWith('/') ? url : `${url}/`)),
  ),
}

export interface SlackConfig {
  installation:
    | { kind: 'token'; botToken: string }
    | { kind: 'oauth'; clientId: string; clientSecret: string; teams: string[] }
  /** Socket Mode; null: not used. */
  appToken: string | null
  /** Requests to /slack/events; null: not used. */
  signingSecret: string | null
  sockets: number
  /** Ends with a slash. */
  apiUrl: string
}

const loopback = /^(localhost|127(\.\d{1,3}){3}|\[?::1\]?)$/

/** Null when Slack is not set up at all. Throws ConfigError saying everything that is missing. */
export function readSlackConfig(
  settings: Settings<typeof slackEnv>,
  io: Pick<WorkspaceIo, 'publicUrl'> & { vault: Pick<WorkspaceIo['vault'], 'isKeyApart'> },
): SlackConfig | null {
  const { SLACK_BOT_TOKEN: botToken, SLACK_CLIENT_ID: clientId, SLACK_CLIENT_SECRET: clientSecret } = settings
  const { SLACK_APP_TOKEN: appToken, SLACK_SIGNING_SECRET: signingSecret, SLACK_TEAMS: teams } = settings
  const isOauth = clientId !== undefined || clientSecret !== undefined || teams.length > 0
  if (!botToken && !isOauth && !appToken && !signingSecret) return null

  const problems: string[] = []
  if (botToken && isOauth)
    problems.push('Set either SLACK_BOT_TOKEN (one workspace) or SLACK_CLIENT_ID and its kin (many), not both.')
  if (!botToken && !isOauth)
    problems.push('SLACK_BOT_TOKEN is not set. You find it under OAuth & Permissions once the app is installed.')
  if (isOauth && !botToken) {
    if (!clientId) problems.push('SLACK_CLIENT_ID is not set: see Basic Information.')
    if (!clientSecret) problems.push('SLACK_CLIENT_SECRET is not set: see Basic Information.')
    if (teams.length === 0)
      problems.push('SLACK_TEAMS is not set: list the ids of the workspaces that may install, so that no stranger can.')
    if (!canRedirectTo(io.publicUrl))
      problems.push(`PUBLIC_URL must be an https address for SLACK_CLIENT_ID, and is ${io.publicUrl}.`)
    if (!io.vault.isKeyApart)
      problems.push('SECRET_KEY must be set with SLACK_CLIENT_ID: the tokens of installations are encrypted with it.')
  }
  if (!appToken && !signingSecret)
    problems.push('Set SLACK_APP_TOKEN (Socket Mode) or SLACK_SIGNING_SECRET (requests to /slack/events).')
  if (problems.length > 0) throw new ConfigError(problems.join('\n'))

  return {
    installation: botToken
      ? { kind: 'token', botToken }
      : { kind: 'oauth', clientId: clientId ?? '', clientSecret: clientSecret ?? '', teams },
    appToken: appToken ?? null,
    signingSecret: signingSecret ?? null,
    sockets: settings.SLACK_SOCKETS,
    apiUrl: settings.SLACK_API_URL,
  }
}

function canRedirectTo(publicUrl: string): boolean {
  const { protocol, hostname } = new URL(publicUrl)
  return protocol === 'https:' || loopback.test(hostname)
}
