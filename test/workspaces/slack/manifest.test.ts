import { execFile } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { eventScopes, manifestOf, methodScopes, scopes } from '../../../src/workspaces/slack/manifest.ts'

const folder = join(import.meta.dirname, '../../../src/workspaces/slack')
const sources = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .map((file) => readFileSync(join(folder, file), 'utf8'))
const families = 'auth|apps|oauth|chat|conversations|files|users|usergroups|views|team|bots|reactions|pins|bookmarks'
const called = new Set(
  sources.flatMap((source) =>
    [...source.matchAll(new RegExp(`\\.((?:${families})(?:\\.[a-zA-Z0-9]+)+)\\(`, 'g'))].map(
      ([, method = '']) => method,
    ),
  ),
)
const heard = new Set(
  sources.flatMap((source) => [...source.matchAll(/app\.event\('(\w+)'/g)].map(([, event = '']) => event)),
)

describe('permissions', () => {
  test('the calls of this workspace were found in its sources', () => {
    expect([...called]).toEqual(expect.arrayContaining(['chat.postMessage', 'conversations.history', 'users.info']))
  })

  test('every method that is called is listed with its scopes, and every scope is in the manifest', () => {
    expect([...called].filter((method) => !(method in methodScopes))).toEqual([])
    const needed = [...Object.values(methodScopes), ...Object.values(eventScopes)].flat()
    expect(needed.filter((scope) => !(scope in scopes))).toEqual([])
  })

  test('no scope is asked for that nothing needs', () => {
    const needed = new Set<string>([...Object.values(methodScopes), ...Object.values(eventScopes), 'commands'].flat())
    expect(Object.keys(scopes).filter((scope) => !needed.has(scope))).toEqual([])
  })

  test('every event that is listened to is subscribed to', () => {
    expect([...heard].filter((event) => !(event in eventScopes))).toEqual([])
  })
})

describe('the manifest', () => {
  const publicUrl = 'https://desk.example.com'

  test('leads requests to the one address, and installers back', () => {
    const manifest = JSON.stringify(manifestOf({ publicUrl, isSocketMode: false, isOauth: true }))
    expect(manifest.match(/"(request_url|url)":"https:\/\/desk\.example\.com\/slack\/events"/g)).toHaveLength(3)
    expect(manifest).toContain('"redirect_urls":["https://desk.example.com/slack/oauth_redirect"]')
    expect(manifest).toContain('"socket_mode_enabled":false')
  })

  test('has channels arrive by their ids', () => {
    expect(manifestOf({ publicUrl, isSocketMode: false, isOauth: false })).toMatchObject({
      features: { slash_commands: [{ command: '/desk', should_escape: true }] },
    })
  })

  test('names no address for Socket Mode', () => {
    const manifest = JSON.stringify(manifestOf({ publicUrl: '', isSocketMode: true, isOauth: false }))
    expect(manifest).not.toContain('url')
    expect(manifest).toContain('"socket_mode_enabled":true')
  })

  test("keeps within Slack's limits", () => {
    const manifest = manifestOf({ publicUrl, isSocketMode: false, isOauth: true }) as {
      display_information: { name: string; description: string }
      features: {
        shortcuts: { name: string; description: string }[]
        slash_commands: { command: string; description: string; usage_hint: string }[]
      }
    }
    expect(manifest.display_information.name.length).toBeLessThanOrEqual(35)
    expect(manifest.display_information.description.length).toBeLessThanOrEqual(140)
    for (const { name, description } of manifest.features.shortcuts) {
      expect(name.length).toBeLessThanOrEqual(24)
      expect(description.length).toBeLessThanOrEqual(150)
    }
    for (const { command, description, usage_hint } of manifest.features.slash_commands) {
      expect(command).toMatch(/^\/[a-z]{1,31}$/)
      expect(description.length).toBeLessThanOrEqual(2000)
      expect(usage_hint.length).toBeLessThanOrEqual(1000)
    }
  })

  test('is printed alone, so that it can be piped; what to do with it stands beside', async () => {
    const print = (args: string[], env: Record<string, string>) =>
      promisify(execFile)(process.execPath, [join(folder, 'print-manifest.ts'), ...args], { env })
    const { stdout, stderr } = await print([], {})
    expect(JSON.parse(stdout)).toEqual(manifestOf({ publicUrl: '', isSocketMode: true, isOauth: false }))
    expect(stderr).toContain('From a manifest')
    const requests = await print(['--http', '--oauth'], { PUBLIC_URL: `${publicUrl}/` })
    expect(JSON.parse(requests.stdout)).toEqual(manifestOf({ publicUrl, isSocketMode: false, isOauth: true }))
    await expect(print(['--http'], {})).rejects.toMatchObject({
      stdout: '',
      stderr: expect.stringContaining('PUBLIC_URL') as string,
    })
  })
})
