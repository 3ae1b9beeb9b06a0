import { openGoogle } from '../../../src/channels/google-reviews/open-google.ts'
import { accountFrom, googleEnv, type GoogleAccount } from '../../../src/channels/google-reviews/settings.ts'
import type { OpenChannel, OutboundReply } from '../../../src/channels/channel.ts'
import { readAccounts, type Env } from '../../../src/env.ts'
import { testChannelIo, type TestChannelIo } from '../../support/channel-io.ts'

export const never = new AbortController().signal

export const accountsOf = (env: Env): GoogleAccount[] => readAccounts('GOOGLE_REVIEWS', googleEnv, env).map(accountFrom)

/** The channel as the settings open it. */
export function openWith(env: Env, io: TestChannelIo = testChannelIo()): OpenChannel {
  return openGoogle(accountsOf(env), io)
}

/** The settings of a second account: like `env`, but for some. */
export function secondAccount(env: Env, over: Record<string, string>): Env {
  const named = Object.entries(over).map(([name, value]) => [`GOOGLE_REVIEWS_${name}`, value] as const)
  const all = Object.entries({ ...env, ...Object.fromEntries(named) })
  return Object.fromEntries(all.map(([name, value]) => [name.replace('REVIEWS_', 'REVIEWS_2_'), value]))
}

/** What core hands to `send` for a review. */
export function replyTo(name: string, text: string, over: Partial<OutboundReply> = {}): OutboundReply {
  const at = new Date('2026-03-02T09:00:00Z')
  return {
    id: '00000000-0000-7000-8000-00000000abcd',
    account: '456',
    text,
    to: { externalId: name, name: 'Mia', phone: null },
    conversation: { externalId: name, subject: null },
    references: [],
    approvedAt: at,
    attemptedAt: at,
    template: null,
    ...over,
  }
}
