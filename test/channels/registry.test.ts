import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { Channel } from '../../src/channels/channel.ts'
import * as registry from '../../src/channels/index.ts'
import type { ChannelHarness } from './contract/harness.ts'
import { openBench } from './contract/opened.ts'

const folders = readdirSync('src/channels', { withFileTypes: true }).flatMap((entry) =>
  entry.isDirectory() && entry.name !== 'kit' ? [entry.name] : [],
)
const [, channelsTable = ''] = /\n## Channels\n([^]*?)\n## /.exec(readFileSync('README.md', 'utf8')) ?? []

async function harnessOf(id: string): Promise<ChannelHarness> {
  return ((await import(`./contract/harnesses/${id}.ts`)) as { harness: ChannelHarness }).harness
}

describe('every folder in src/channels', () => {
  it('is a channel of the registry, and there is no other', () => {
    expect(
      Object.values(registry)
        .map(({ id }) => id)
        .toSorted(),
    ).toEqual(folders.toSorted())
  })

  for (const id of folders)
    it(`exports one channel, with the folder's name as its id: ${id}`, async () => {
      const exported = (await import(`../../src/channels/${id}/index.ts`)) as Record<string, Channel>
      expect(Object.values(exported).map((channel) => channel.id)).toEqual([id])
      expect(Object.values<Channel>(registry)).toContain(Object.values(exported)[0])
    })

  for (const id of folders)
    it(`is held to the contract, on fixtures of its own: ${id}`, async () => {
      const { channel, lacks, fixtures = '' } = await harnessOf(id)
      expect(channel.id).toBe(id)
      expect(readFileSync(`test/channels/contract/${id}.test.ts`, 'utf8')).toContain('testChannel(harness)')
      const isHeard = lacks.receive === undefined || lacks.run === undefined
      if (isHeard) expect(existsSync(fixtures), `fixtures: ${fixtures}`).toBe(true)
    })

  it("has a row in README's table of channels", () => {
    for (const { name } of Object.values<Channel>(registry)) expect(channelsTable).toContain(`\n| ${name} |`)
  })

  it('serves pages at paths of its own', async () => {
    const paths: string[] = []
    for (const id of folders) {
      const harness = await harnessOf(id)
      if (harness.isRunnable === false) continue
      await using opened = await openBench(harness)
      const own = (opened.channel.pages ?? []).map(({ method, path }) => `${method} ${path}`)
      const reserved = folders.filter((other) => other !== id).map((other) => `/channels/${other}`)
      for (const path of own)
        expect(
          reserved.some((taken) => path.includes(taken)),
          path,
        ).toBe(false)
      expect(own).not.toContain(`POST /channels/${id}`)
      paths.push(...own)
      await harness.end?.()
    }
    expect(new Set(paths).size).toBe(paths.length)
  })
})
