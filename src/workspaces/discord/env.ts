import { z } from 'zod'
import { list, setting, type Settings } from '../../env.ts'
import { ConfigError } from '../../errors.ts'

/** README tells where each is found: https://discord.com/developers/applications, the application's own page. */
export const discordEnv = {
  DISCORD_TOKEN: setting(
    'Token of the bot: Bot → Reset Token.',
    z
      .string()
      .regex(/^[\w-]{20,}\.[\w-]{4,}\.[\w-]{20,}$/, 'must be the bot’s token, three parts with dots between them')
      .optional(),
    { secret: true },
  ),
  DISCORD_GUILDS: setting(
    'Ids of the servers that the team is in; everybody else is turned away. Settings → Advanced → Developer Mode, then right-click the server → Copy Server ID.',
    list.pipe(z.array(z.string().regex(/^\d{5,20}$/, 'must list ids such as 1038097195422978059'))),
    { example: '1038097195422978059' },
  ),
  DISCORD_PUBLIC_KEY: setting(
    'Set it to get clicks as requests to /discord/interactions instead of over the gateway: General Information → Public Key. Enter the address there as Interactions Endpoint URL.',
    z
      .string()
      .regex(/^[0-9a-fA-F]{64}$/, 'must be 64 hexadecimal digits')
      .optional(),
  ),
  DISCORD_API_URL: setting(
    "Address of Discord's API, for a proxy. Default: https://discord.com/api.",
    z
      .url({ protocol: /^https?$/, error: 'must be an http or https address' })
      .default('https://discord.com/api')
      .transform((url) => url.replace(/\/+$/, '')),
  ),
}

export interface DiscordConfig {
  token: string
  guilds: string[]
  /** Ed25519, hexadecimal; null: clicks come over the gateway. */
  publicKey: string | null
  /** Without a slash at the end. */
  apiUrl: string
}

/** Null when Discord is not set up at all. Throws ConfigError saying everything that is missing. */
export function readDiscordConfig(settings: Settings<typeof discordEnv>): DiscordConfig | null {
  const { DISCORD_TOKEN: token, DISCORD_GUILDS: guilds, DISCORD_PUBLIC_KEY: publicKey } = settings
  if (!token && guilds.length === 0 && !publicKey) return null
  const problems: string[] = []
  if (!token) problems.push('DISCORD_TOKEN is not set: see Bot → Reset Token on the application’s page.')
  if (guilds.length === 0)
    problems.push(
      'DISCORD_GUILDS is not set: list the ids of your servers, so that no stranger’s server can use the bot.',
    )
  if (!token || problems.length > 0) throw new ConfigError(problems.join('\n'))
  return { token, guilds: [...new Set(guilds)], publicKey: publicKey ?? null, apiUrl: settings.DISCORD_API_URL }
}
