import { defineWorkspace } from '../workspace.ts'
import { readSlackConfig, slackEnv } from './env.ts'

/** The team's rooms in Slack. */
export const slack = defineWorkspace({
  id: 'slack',
  name: 'Slack',
  env: slackEnv,
  async open(settings, io) {
    const config = readSlackConfig(settings, io)
    if (!config) return null
    const { openSlack } = await import('./open-slack.ts')
    return openSlack(config, io)
  },
})
