import { log } from '../../../../src/channels/log/index.ts'
import type { ChannelHarness } from '../harness.ts'

const byTeam = 'Teammates write down what they heard elsewhere'
const byEmail = 'Its replies leave by email, which is held to the rest'

export const harness: ChannelHarness = {
  channel: log,
  lacks: {
    receive: byTeam,
    run: byTeam,
    send: byEmail,
    find: byEmail,
    provider: byEmail,
    credentials: 'Nobody asks it for any',
    echo: byEmail,
    news: byEmail,
    templates: 'Email needs none',
    download: byTeam,
    learnAccounts: 'There is one',
    answers: byTeam,
  },
  needed: {},
  off: { LOG: 'off' },
  start: async () => ({ env: {}, close: async () => {} }),
}
