import { ComponentType, InteractionResponseType, type APIMessage } from 'discord.js'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Message } from '../../../src/workspaces/message.ts'
import type { Report } from '../../../src/workspaces/report.ts'
import type { Place, Workspace } from '../../../src/workspaces/workspace.ts'
import type { Told } from '../../support/discord/exchanges.ts'
import { startDiscord } from '../../support/discord/open.ts'
import { componentsIn, type Component } from '../../support/discord/payloads.ts'
import { startDiscordPeer, type DiscordPeer, type Person } from '../../support/discord/peer.ts'
import { screenOf, textOf, type Screen } from '../../support/discord/screen.ts'
import { fakeCore, type FakeCore } from '../contract/core.ts'
import { sampleReport } from '../contract/sample-report.ts'
import { testCard } from '../contract/samples.ts'

let peer: DiscordPeer
beforeAll(async () => {
  peer = await startDiscordPeer()
})
afterAll(async () => {
  expect(peer.refused).toEqual([])
  await peer.close()
})

const report = sampleReport()
const shown = (changes: Partial<Report> = {}): Message => ({ kind: 'report', report: { ...report, ...changes } })
const plain = shown({ charts: [] })

const away = new Error('the database is away')

/** Where the pictures of a message are, with what they show. */
const picturesIn = ({ components }: APIMessage) =>
  componentsIn(components)
    .filter(({ type }) => type === (ComponentType.MediaGallery as number))
    .flatMap(({ items }) => items as { media: { url: string }; description?: string }[])
    .map(({ media, description }) => ({ url: media.url, description }))
const fileIn = ({ message }: Told): string => {
  const file = componentsIn(message.components).find(({ type }) => type === (ComponentType.File as number))
  return (file?.['file'] as { url: string } | undefined)?.url ?? ''
}
const menuIn = ({ components }: APIMessage): Component | undefined =>
  componentsIn(components).find(({ type }) => type === (ComponentType.StringSelect as number))
const isPng = async (url: string) => {
  const content = Buffer.from(await (await fetch(url)).arrayBuffer())
  return content.subarray(1, 4).toString() === 'PNG' && content.length > 1000
}

describe.each(['http', 'gateway'] as const)('the digest in Discord, over %s', (how) => {
  let core: FakeCore
  let workspace: Workspace
  let place: Place
  let ana: Person
  let screen: Screen

  beforeEach(async () => {
    core = fakeCore({ now: () => new Date() })
    const started = await startDiscord(peer, how, core)
    workspace = started.workspace
    ana = started.person('ana')
    screen = screenOf(peer)
    // What was said in another test is not news.
    for (let more = ana.screen.shown.length; more > 0; more -= 1) await screen.told(ana, /./)
    place = { room: `${peer.guild}/${peer.channels.support}`, thread: null, key: `digest-${how}-${core.io.newId()}` }
  })
  afterEach(() => workspace.stop())

  const standing = async (): Promise<APIMessage> => screen.card('Friday 20 November 2026')

  test('opens a number twice, by its button and from the menu', async () => {
    await workspace.post(plain, { ...place, key: `${place.key}-opened` })
    const message = await standing()
    for (const label of ['Within target 81 %', 'Within target 81 %']) {
      await screen.press(ana, message, label)
      await screen.told(ana, /52 answered · Friday[\s\S]*12 min · Ana <b>Lopez<\/b>/)
    }
    for (const label of ['Tom', 'Tom']) {
      expect(await screen.press(ana, message, label)).toEqual({ type: InteractionResponseType.UpdateMessage })
      await screen.told(ana, /52 answered/)
    }
    const opened = core.itemsOpened.map(({ items, teammate }) => [items.reportId, items.index, teammate.id])
    expect(opened).toEqual([1, 1, 6, 6].map((index) => [report.id, index, ana.id]))
    // The room's message is as it was.
    expect(await standing()).toEqual(message)
    expect(menuIn(message)?.['options']).toHaveLength(10)
  })

  test('gives what is behind a number as a file, to whoever asked alone', async () => {
    await workspace.post(plain, { ...place, key: `${place.key}-file` })
    await screen.press(ana, await standing(), 'Answered 52')
    const list = await screen.told(ana, /Get as CSV/)
    await screen.press(ana, list, 'Get as CSV')
    const told = await screen.told(ana, /The file is ready/)
    expect(fileIn(told)).toMatch(/\/deskbell-answered-2026-11-20\.csv$/)
    expect(await (await fetch(fileIn(told))).text()).toBe('Channel,Minutes\r\nEmail,12.0\r\nLive chat,3.5\r\n')
    expect(await peer.messages(peer.channels.support)).toHaveLength(1)
    core.onReadFile = () => ({ refused: 'Only managers may download this.' })
    await screen.press(ana, list, 'Get as CSV')
    await screen.told(ana, /Only managers may download this\./)
  })

  test('assigns who waits longest', async () => {
    core.put(testCard({ conversationId: report.waiting[0]?.conversationId ?? '' }))
    await workspace.post(plain, { ...place, key: `${place.key}-assigned` })
    await screen.press(ana, await standing(), 'Assign to me')
    await screen.told(ana, /Assigned to you/)
    expect(core.decisions).toMatchObject([
      { kind: 'assign', conversationId: report.waiting[0]?.conversationId, to: { id: ana.id } },
    ])
  })

  test('is shown to whoever asks for it, with its pictures', async () => {
    core.onCommand = () => ({ title: report.title, lines: [], report })
    await ana.command('digest', { period: 'yesterday', at: '08:30', room: peer.channels.escalation })
    const told = await screen.told(ana, /Waiting longest/)
    for (const { url } of picturesIn(told.message)) expect(await isPng(url)).toBe(true)
    expect(picturesIn(told.message)).toHaveLength(2)
    const room = `${peer.guild}/${peer.channels.escalation}`
    expect(core.commands).toMatchObject([{ text: `digest period:yesterday at:"08:30" room:"${room}"` }])
    expect(core.typedIn).toEqual([`${peer.guild}/${peer.channels.support}`])
  })

  // How clicks come in makes no difference to these.
  if (how === 'gateway') {
    test.each(['Answered 52', 'Tom', 'Assign to me', 'Get as CSV'])(
      'answers “%s” in words while the database is away',
      async (label) => {
        await workspace.post(plain, { ...place, key: `${place.key}-away-${label}` })
        const message = await standing()
        await screen.press(ana, message, 'Answered 52')
        const list = await screen.told(ana, /Get as CSV/)
        core.failure = away
        core.onDecision = () => Promise.reject(away)
        await screen.press(ana, label === 'Get as CSV' ? list : message, label)
        await screen.told(ana, /database can't be reached\. Nothing was changed/)
      },
    )

    test('answers in words where Discord takes no file', async () => {
      await workspace.post(plain, { ...place, key: `${place.key}-large` })
      await screen.press(ana, await standing(), 'Answered 52')
      const list = await screen.told(ana, /Get as CSV/)
      peer.fault('PATCH', /@original$/, { kind: 'refused', status: 400, code: 40005 })
      await screen.press(ana, list, 'Get as CSV')
      await screen.told(ana, /No file came\. Discord did not take the file/)
    })

    test('says why one can not be taken, and why an old digest opens no more', async () => {
      await workspace.post(plain, { ...place, key: `${place.key}-refusing` })
      const message = await standing()
      core.onDecision = () => ({ isDone: false, reason: 'Only the support group can do this.', card: null })
      await screen.press(ana, message, 'Assign to me')
      await screen.told(ana, /Only the support group/)
      core.onOpenItems = () => ({ title: 'This digest is not kept any more', lines: [] })
      await screen.press(ana, message, 'Answered 52')
      await screen.told(ana, /not kept any more/)
    })

    test('is answered although Discord asks to wait', async () => {
      await workspace.post(plain, { ...place, key: `${place.key}-busy` })
      const message = await standing()
      peer.fault('POST', /^\/interactions\/\d+\/[^/]+\/callback$/, { kind: 'rate-limited', seconds: 0.3 })
      await screen.press(ana, message, 'Answered 52')
      await screen.told(ana, /52 answered/)
    })

    test('stands there with its pictures, keeps them when it changes, and is found again', async () => {
      const since = new Date()
      const key = `${place.key}-pictures`
      const ref = await workspace.post(shown(), { ...place, key })
      const pictures = picturesIn(await standing())
      expect(pictures.map(({ description }) => description)).toEqual(report.charts.map(({ alt }) => alt))
      for (const { url } of pictures) expect(await isPng(url)).toBe(true)
      const found = await workspace.find({ ...place, key }, since)
      expect(found).toMatchObject({ message: ref['message'] })
      await workspace.update(found ?? {}, shown({ headline: 'All is well again.' }))
      const changed = await screen.card('All is well again.')
      expect(picturesIn(changed)).toEqual(pictures)
    })

    test('is posted without pictures where Discord refuses them', async () => {
      peer.fault('POST', /\/messages$/, { kind: 'refused', status: 400, code: 40005 })
      await workspace.post(shown(), { ...place, key: `${place.key}-refused` })
      const message = await standing()
      expect(picturesIn(message)).toEqual([])
      expect(textOf(message)).toContain('Waiting longest')
    })
  }
})
