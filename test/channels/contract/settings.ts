import { readFile } from 'node:fs/promises'
import { expect } from 'vitest'
import type { Env } from '../../../src/env.ts'
import { ConfigError } from '../../../src/errors.ts'
import { testChannelIo } from '../../support/channel-io.ts'
import { thrownBy, type Check } from './check.ts'
import type { ChannelHarness } from './harness.ts'
import { openChannel } from './opened.ts'

const looksSecret = /SECRET|PASSWORD|PASSPHRASE|TOKEN|_KEY$/
const holdsPassword = /:\/\/[^/\s]+:[^/\s]+@/

const settingsOf = ({ channel }: ChannelHarness) => Object.entries(channel.env)
const open = ({ channel }: ChannelHarness, env: Env) => openChannel(channel, env, testChannelIo())
const documentsOf = async ({ documents }: ChannelHarness) =>
  documents ?? { readme: await readFile('README.md', 'utf8'), example: await readFile('.env.example', 'utf8') }

/** The variables, with those named left out. */
const without = (env: Env, ...names: string[]): Env =>
  Object.fromEntries(Object.entries(env).filter(([name]) => !names.includes(name)))

/** Groups of settings that need one another; what they need besides. */
const groupsOf = ({ needed, together = [] }: ChannelHarness) => [
  { group: needed, besides: {} },
  ...together.map((group) => ({ group, besides: needed })),
]

/** What holds of a channel's settings. No provider is needed for it. */
export const settingsChecks: Check[] = [
  {
    sentence: 'says of every setting what it is for, with an example where it must be set',
    needs: [],
    async run(harness) {
      for (const [name, { about, example, schema }] of settingsOf(harness)) {
        expect(about, `what ${name} is for`).toMatch(/\w/)
        const isNeeded = name in harness.needed || !schema.safeParse(undefined).success
        if (isNeeded) expect(example, `an example of ${name}`).toMatch(/\w/)
      }
    },
  },
  {
    sentence: 'marks its secrets, and repeats none in a message',
    needs: [],
    async run(harness) {
      const { needed, together = [] } = harness
      const right: Env = Object.assign({}, needed, ...together)
      for (const [name, { secret, example = '' }] of settingsOf(harness)) {
        const isSecret = looksSecret.test(name) || [example, right[name] ?? ''].some((one) => holdsPassword.test(one))
        if (isSecret) expect(secret, `${name} holds a secret`).toBe(true)
        if (!secret) continue
        const wrong = 'hunter2 is no such thing'
        const error = await Promise.resolve(open(harness, { ...right, [name]: wrong })).then(
          () => null,
          (thrown: Error) => thrown,
        )
        if (error) expect(error).toBeInstanceOf(ConfigError)
        expect(error?.message ?? '', `the message about ${name}`).not.toContain(wrong)
      }
    },
  },
  {
    sentence: "has every setting in README's table and in .env.example",
    needs: [],
    async run(harness) {
      const { readme, example } = await documentsOf(harness)
      for (const [name, { about }] of settingsOf(harness)) {
        const row = `| \`${name}\` | ${about.replaceAll('|', '\\|')} |`
        expect(readme.includes(row), `${name} in README's table`).toBe(true)
        expect(example.includes(`\n# ${about}\n#${name}=`), `${name} in .env.example`).toBe(true)
      }
    },
  },
  {
    sentence: 'is absent while it is not set, or switched off',
    needs: [],
    async run(harness) {
      const isOnByItself = Object.keys(harness.needed).length === 0
      const off = isOnByItself ? harness.off : {}
      expect(off, 'settings that switch it off').toBeDefined()
      expect(await open(harness, off ?? {})).toBeNull()
      expect(await open(harness, harness.needed)).not.toBeNull()
    },
  },
  {
    sentence: 'refuses to start when it is half set, and names what is missing',
    needs: [],
    async run(harness) {
      for (const { group, besides } of groupsOf(harness)) {
        for (const name of Object.keys(group)) {
          expect(harness.channel.env, 'a setting of the channel').toHaveProperty([name])
          if (Object.keys(group).length === 1) continue
          const error = await thrownBy(() => open(harness, { ...besides, ...without(group, name) }))
          expect(error, `without ${name}`).toBeInstanceOf(ConfigError)
          expect(error.message).toContain(name)
        }
      }
      for (const [name, { schema }] of settingsOf(harness))
        if (!schema.safeParse(undefined).success) expect(harness.needed).toHaveProperty([name])
    },
  },
]
