import { onOff, setting } from '../../env.ts'
import { defineChannel } from '../channel.ts'

/** What customers said where Deskbell can't hear it, written down by a teammate: a phone call, a visit. */
export const log = defineChannel({
  id: 'log',
  name: 'Logged by the team',
  env: {
    LOG: setting('Whether teammates can log phone calls and visits: `on` or `off`', onOff('on')),
  },
  limits: {
    maxLength: 10_000,
    isPublic: false,
    isLetter: false,
    replyWindowHours: null,
    // For those who left an email address: their answer leaves by email.
    graceSeconds: 10,
    quietSeconds: 0,
    isModerated: false,
  },
  open([settings]) {
    if (!settings?.LOG) return null
    return {
      accounts: [
        { id: 'phone', name: 'Phone call' },
        { id: 'visit', name: 'In person' },
        { id: 'other', name: 'Elsewhere' },
      ],
      inbound: {},
      send: { via: 'email' },
      find: null,
      isResendSafe: false,
      check: async () => ['Teammates can log phone calls and visits with /desk log'],
    }
  },
})
