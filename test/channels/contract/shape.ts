import { expect } from 'vitest'
import { CredentialsError } from '../../../src/errors.ts'
import { expectAction, onBench, thrownBy, type Check } from './check.ts'
import type { Part } from './harness.ts'
import { providerOf, type Opened } from './opened.ts'

/** What the open channel really has. */
const has: Partial<Record<Part, (opened: Opened) => boolean>> = {
  receive: ({ channel }) => channel.inbound.receive !== undefined,
  run: ({ channel }) => channel.inbound.run !== undefined,
  send: ({ channel }) => typeof channel.send === 'function',
  find: ({ channel }) => channel.find !== null,
  templates: ({ channel }) => channel.templates !== undefined,
  download: ({ channel }) => channel.download !== undefined,
  learnAccounts: ({ channel }) => channel.learnAccounts !== undefined,
  // Of a channel that keeps the thread itself, or whose replies leave by another, nothing is handed to a provider.
  provider: ({ channel }) => typeof channel.send === 'function' && !channel.isHosted,
  credentials: ({ channel, harness }) =>
    typeof channel.send === 'function' && !channel.isHosted && Object.keys(harness.needed).length > 0,
  // Whoever sends where customers write may be told of it.
  echo: ({ channel }) => typeof channel.send === 'function' && !channel.isHosted,
}

export const shapeChecks: Check[] = [
  onBench('has what it says it has, and nothing of what it says it lacks', [], async (opened) => {
    const { lacks } = opened.harness
    for (const [part, isThere] of Object.entries(has) as [Part, (opened: Opened) => boolean][]) {
      if (lacks[part] !== undefined) expect(lacks[part], `why it lacks "${part}"`).toMatch(/\w{3}/)
      // A provider need not echo, nor ask for credentials; that much is for the harness to say.
      if (part === 'echo' || part === 'credentials') continue
      expect(isThere(opened), `has "${part}"`).toBe(lacks[part] === undefined)
    }
  }),

  onBench(
    'has accounts with ids of their own, and limits that can be kept',
    [],
    async ({ channel, limits, harness }) => {
      expect(harness.channel.id).toMatch(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/)
      expect(harness.channel.name).toMatch(/\S/)
      expect(channel.accounts.length).toBeGreaterThan(0)
      expect(new Set(channel.accounts.map(({ id }) => id)).size).toBe(channel.accounts.length)
      for (const { id, name } of channel.accounts) {
        expect(id, "an account's id").toMatch(/\S/)
        expect(name, "an account's name").toMatch(/\S/)
      }
      const { maxLength, replyWindowHours, graceSeconds, quietSeconds } = limits
      expect(Number.isInteger(maxLength) && maxLength > 0, 'maxLength').toBe(true)
      expect(replyWindowHours === null || replyWindowHours > 0, 'replyWindowHours').toBe(true)
      for (const seconds of [graceSeconds, quietSeconds])
        expect(Number.isInteger(seconds) && seconds >= 0 && seconds <= 3600, 'graceSeconds, quietSeconds').toBe(true)
      for (const { path } of channel.pages ?? []) expect(path).toMatch(/^\/[\w./-]+$/)
    },
  ),

  onBench(
    'has something to say of every account when it is checked, and no secret',
    [],
    async ({ channel, bench, harness }) => {
      const secrets = Object.entries(bench.env).flatMap(([name, value = '']) =>
        value && Object.entries(harness.channel.env).some(([known, { secret }]) => secret && isNamed(name, known))
          ? [value]
          : [],
      )
      for (const account of [undefined, ...channel.accounts.map(({ id }) => id)]) {
        const lines = await channel.check(account)
        expect(lines.length, account ?? 'all accounts').toBeGreaterThan(0)
        for (const line of lines) {
          expect(line).toMatch(/^\S.*\S$/)
          for (const secret of secrets) expect(line).not.toContain(secret)
        }
      }
    },
  ),

  onBench('fails its check when its credentials are refused, and says what to do', ['credentials'], async (opened) => {
    await providerOf(opened).fault('unauthorised')
    for (const account of [undefined, opened.account]) {
      const error = await thrownBy(() => opened.channel.check(account))
      const errors = error instanceof AggregateError ? error.errors : [error]
      expect(errors.length).toBeGreaterThan(0)
      for (const one of errors) expectAction(one as Error, CredentialsError)
    }
  }),
]

/** `EMAIL_2_ADDRESS` is `EMAIL_ADDRESS`. */
const isNamed = (variable: string, name: string) => variable.replace(/_\d+_/, '_') === name
