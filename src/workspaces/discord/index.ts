import { defineWorkspace } from '../workspace.ts'
import { discordEnv, readDiscordConfig } from './env.ts'

/** The team's rooms in Discord. */
export const discord = defineWorkspace({
  id: 'discord',
  name: 'Discord',
  env: discordEnv,
  async open(settings, io) {
    const config = readDiscordConfig(settings)
    if (!config) return null
    const { openDiscord } = await import('./open-discord.ts')
    return openDiscord(config, io)
  },
})
