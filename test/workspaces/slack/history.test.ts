import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Download } from '../../../src/workspaces/found.ts'
import { sendInParts } from '../../../src/workspaces/slack/listeners/files.ts'
import { eventually } from '../../support/eventually.ts'
import { startSlack, type StartedSlack } from '../../support/slack/open.ts'
import { startSlackPeer, type Person, type SlackMessage, type SlackPeer } from '../../support/slack/peer.ts'
import { screenOf, type Screen } from '../../support/slack/screen.ts'
import { textOf } from '../../support/slack/text-of.ts'
import { fakeCore, type FakeCore } from '../contract/core.ts'
import { sampleCustomer, sampleFound } from '../contract/sample-found.ts'
import { testAction, testCard } from '../contract/samples.ts'

let peer: SlackPeer
let core: FakeCore
let started: Awaited<ReturnType<typeof startSlack>>
let slack: StartedSlack
let ana: Person
/** In her own conversation with the bot. */
let alone: Person
let screen: Screen
let room: string

beforeAll(async () => {
  peer = await startSlackPeer()
  room = `${peer.team}/${peer.channels.support}`
})
afterAll(() => peer.close())
beforeEach(async () => {
  core = fakeCore()
  started = await startSlack(peer, core)
  slack = started.slack
  ana = peer.person('ana', started.deliver)
  alone = peer.person('ana', started.deliver, 'D0ANA')
  screen = screenOf(peer)
})
afterEach(() => slack.stop())

const found = sampleFound()
const customer = sampleCustomer()
const { listId } = found.page

/** What was answered last, as the one who sees it can press it. */
const last = (): SlackMessage => ({ ts: '1.0', text: '', ...(peer.responses.at(-1)?.said as object) })
const replaced = () => (peer.responses.at(-1)?.said as { replace_original?: boolean } | undefined)?.replace_original

async function search(): Promise<SlackMessage> {
  core.onCommand = () => ({
    title: found.asked,
    lines: [],
    found,
    file: { source: { kind: 'list', listId }, formats: ['csv', 'json'] },
  })
  await ana.command('find refund')
  await screen.told(/Mia Jansen/)
  return last()
}

async function opened(): Promise<SlackMessage> {
  core.onCommand = () => ({ title: customer.name, lines: [], customer })
  await ana.command('customer mia')
  await screen.told(/4th time/)
  return last()
}

describe('what was found', () => {
  test('is turned in the message that it stands in, however often', async () => {
    const first = await search()
    expect(replaced()).toBe(false)
    await screen.press(ana, first, 'Older')
    await screen.told(/Page 3/)
    expect(replaced()).toBe(true)
    await screen.press(ana, last(), 'Newer')
    await screen.told(/Page 2/)
    // The first one once more, as if it stood there since yesterday.
    await screen.press(ana, first, 'Older')
    await screen.told(/Page 3/)
    expect(core.pagesOpened.map(({ page }) => page.page)).toEqual([2, 1, 2])
    expect(core.pagesOpened[0]).toMatchObject({ page: { listId }, teammate: { id: `${peer.team}/${ana.id}` } })
  })

  test('that is not kept any more says so, and leaves what is there', async () => {
    const shown = await search()
    core.onOpenPage = () => ({ title: 'This list is not kept any more', lines: [{ text: 'Search anew.' }] })
    await screen.press(ana, shown, 'Older')
    await screen.told(/not kept any more[\s\S]*Search anew/)
    expect(replaced()).toBe(false)
  })

  test('is shared with the room that it was asked in, and that is told', async () => {
    await screen.press(ana, await search(), 'Share to room')
    await screen.told(/Shown to everybody/)
    expect(core.shared).toMatchObject([{ page: found.page, room, teammate: { id: `${peer.team}/${ana.id}` } }])
    expect(replaced()).toBe(false)
  })

  test('can not be shared where there is no room', async () => {
    await screen.press(alone, await search(), 'Share to room')
    await screen.told(/There is no room here/)
    expect(core.shared).toEqual([])
  })

  test('can not be shared where the bot is not: it would stand elsewhere', async () => {
    const made = await peer.admin('conversations.create', { name: 'without-deskbell' })
    const outside = peer.person('ana', started.deliver, (made['channel'] as { id: string }).id)
    await screen.press(outside, await search(), 'Share to room')
    await screen.told(/Nothing was shared\. .*\/invite/)
    expect(core.shared).toEqual([])
  })

  test('opens its customers below, and stays', async () => {
    await screen.press(ana, await search(), 'Customer')
    await screen.told(/4th time/)
    expect(core.customersOpened).toMatchObject([{ customer: { customerId: found.passages[0]?.customer.id } }])
    expect(replaced()).toBe(false)
  })

  test('stands in the room once it was shared, is changed there, and opens its customers for one person', async () => {
    const message = { kind: 'found' as const, title: 'Ana found: refund', passages: found.passages }
    const ref = await slack.post(message, { room, thread: null, key: 'found:1' })
    const shown = async () => (await peer.messages(peer.channels.support)).find(({ ts }) => ts === ref['ts'])
    const posted = await shown()
    expect(posted?.text).toBe('Ana found: refund')
    await slack.update(ref, { ...message, passages: found.passages.slice(1) })
    expect(textOf(await shown())).not.toContain('Mia Jansen')
    if (posted) await screen.press(ana, posted, 'Customer')
    await screen.told(/4th time/)
    expect(peer.responses.at(-1)?.said).toMatchObject({ response_type: 'ephemeral', replace_original: false })
  })

  test.each(['Older', 'Share to room', 'Customer', 'Get as CSV'])(
    '“%s” is answered in words while the database is away',
    async (label) => {
      const shown = await search()
      core.failure = new Error('the database is away')
      await screen.press(ana, shown, label)
      await screen.told(/database can't be reached\. Nothing was changed/)
    },
  )

  test('buttons of another version are answered', async () => {
    const ids = ['turn:0', 'list:0', 'share', 'customer:0', 'change:join:0', 'file:csv']
    const elements = ids.map((action_id) => ({ type: 'button', action_id, value: '? ?' }))
    const strange: SlackMessage = { ts: '1.0', text: '', blocks: [{ type: 'actions', elements }] }
    for (const id of ids) {
      await ana.click(strange, id)
      await screen.told(/another version/)
    }
  })
})

describe("a customer's page", () => {
  test('is opened from the card', async () => {
    const card = core.put(testCard({ actions: [...testCard().actions, testAction('customer', 'Customer')] }))
    const ref = await slack.post({ kind: 'card', card }, { room, thread: null, key: `card:${card.conversationId}` })
    const posted = (await peer.messages(peer.channels.support)).find(({ ts }) => ts === ref['ts'])
    if (!posted) throw new Error('the card is not there')
    await screen.press(ana, posted, 'Customer')
    await screen.told(/4th time/)
    expect(core.customersOpened).toMatchObject([{ customer: { conversationId: card.conversationId } }])
    expect(core.decisions).toEqual([])
    expect(peer.responses.at(-1)?.said).toMatchObject({ response_type: 'ephemeral', replace_original: false })
  })

  test('is chosen where several could be meant', async () => {
    core.onCommand = () => ({ title: 'Which one?', lines: [{ text: 'Mia Jansen · Email', customerId: 'c1' }] })
    await ana.command('customer mia')
    await screen.told(/Which one/)
    await screen.press(ana, last(), 'Open')
    await screen.told(/4th time/)
    expect(core.customersOpened).toMatchObject([{ customer: { customerId: 'c1' } }])
  })

  test.each([
    ['Same person', 'join'],
    ['Not the same', 'distinguish'],
    ['Undo', 'part'],
    ['Remove', 'remove-note'],
  ])('“%s” shows the page as it is then, in the same message', async (label, kind) => {
    const shown = await opened()
    core.onChangeCustomer = () => {
      const page = sampleCustomer({ summary: 'As it is then' })
      return { title: page.name, lines: [], customer: page }
    }
    await screen.press(ana, shown, label)
    await screen.told(/As it is then/)
    expect(replaced()).toBe(true)
    expect(core.changes).toMatchObject([{ change: { kind, customerId: customer.customerId } }])
  })

  test('a change that came too late is told, and the page stays', async () => {
    const shown = await opened()
    core.onChangeCustomer = () => ({ title: 'Ben has joined them already', lines: [] })
    await screen.press(ana, shown, 'Same person')
    await screen.told(/Ben has joined/)
    expect(replaced()).toBe(false)
  })

  test('its history comes below it, its forms open, its file comes', async () => {
    const shown = await opened()
    await screen.press(ana, shown, 'All history')
    await screen.told(/refund/)
    expect(replaced()).toBe(false)
    expect(core.pagesOpened).toMatchObject([{ page: customer.history }])
    await screen.press(ana, shown, 'Add note…')
    await screen.modal(/Your reply|Test/i)
    expect(core.opened).toMatchObject([{ form: 'note', about: { customerId: customer.customerId } }])
    await screen.press(ana, shown, 'Export…')
    await screen.told(/The file is in your messages/)
    expect(core.filesRead).toMatchObject([
      { source: { kind: 'customer', customerId: customer.customerId }, format: 'json' },
    ])
  })

  test('a form that Slack does not open is apologised for where it was asked for', async () => {
    const shown = await opened()
    peer.fault('views.open', { kind: 'refused', error: 'expired_trigger_id' })
    await screen.press(ana, shown, 'Erase…')
    await screen.told(/it came too late/)
  })

  test('is shown without its picture where Slack refuses it', async () => {
    core.onCommand = () => ({ title: customer.name, lines: [], customer })
    peer.fault(`/response/${ana.id}`, { kind: 'answered', body: { ok: false, error: 'invalid_blocks' } })
    await ana.command('customer mia')
    await screen.told(/One touchpoint in September/)
    expect(JSON.stringify(peer.responses.at(-1)?.said)).not.toContain('data_visualization')
  })
})

describe('a list of lines', () => {
  test('goes on with what is older, below it', async () => {
    core.onCommand = () => ({ title: 'Audit', lines: [{ text: 'Ana approved' }], more: { listId, page: 1 } })
    await ana.command('audit')
    await screen.told(/Ana approved/)
    core.onOpenPage = () => ({ title: 'Audit', lines: [{ text: 'Ben approved' }] })
    await screen.press(ana, last(), 'Older')
    await screen.told(/Ben approved/)
    expect(replaced()).toBe(false)
    expect(core.pagesOpened).toMatchObject([{ page: { listId, page: 1 } }])
  })
})

describe('a file', () => {
  const uploads = () => peer.callsOf('files.getUploadURLExternal').map(({ args }) => args['filename'])

  test.each([
    ['Get as CSV', 'csv'],
    ['Get as JSON', 'json'],
  ])('comes as it was asked for: %s', async (label, format) => {
    await screen.press(ana, await search(), label)
    await screen.told(/The file is in your messages/)
    expect(core.filesRead).toMatchObject([{ source: { kind: 'list', listId }, format }])
    expect(uploads()).toEqual(['deskbell-answered-2026-11-20.csv'])
  })

  test('whose rows can not be read any more is apologised for', async () => {
    core.onReadFile = () => download([], new Error('the database is away'))
    await screen.press(ana, await search(), 'Get as CSV')
    await screen.told(/database can't be reached/)
    expect(uploads()).toEqual([])
  })

  test('that is large comes in several, one after another, and it is said how many', async () => {
    const { said, sent } = await sendLarge(download(['aaaaaaaa', 'bbbbbbbb', 'cccccccc']))
    expect(sent).toEqual(['history-1.csv', 'history-2.csv', 'history-3.csv'])
    expect(said).toMatch(/It is large: 3 files are in your messages/)
  })

  test('that ends in the middle says what came', async () => {
    const away = new Error('the database is away')
    const { said, sent } = await sendLarge(download(['aaaaaaaa', 'bbbbbbbb'], away))
    expect(sent).toEqual(['history-1.csv'])
    expect(said).toMatch(/Only the first 1 file came[\s\S]*database can't be reached/)
  })

  function download(rows: string[], failure?: Error): Download {
    async function* read(): AsyncGenerator<string> {
      yield* rows
      if (failure) throw failure
    }
    return { name: 'history.csv', mediaType: 'text/csv', frame: { head: '', between: '', tail: '' }, rows: read() }
  }

  /** As if Slack took ten bytes. */
  async function sendLarge(file: Download): Promise<{ said: string; sent: string[] }> {
    const sent: string[] = []
    const said: unknown[] = []
    await sendInParts(
      { io: core.io, sendFile: async (_, { name }) => void sent.push(name) },
      {
        client: new Proxy({}, {}) as never,
        actor: { user: ana.id, team: peer.team, name: 'ana' },
        respond: async (words) => {
          said.push(words)
          return new Response('ok')
        },
      },
      file,
      10,
    )
    return { said: await eventually(() => said.map(textOf).join('\n')), sent }
  }
})
