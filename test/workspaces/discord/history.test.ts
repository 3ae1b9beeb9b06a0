import { ChannelType, ComponentType, InteractionResponseType, type APIMessage } from 'discord.js'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Download } from '../../../src/workspaces/found.ts'
import { sharePage } from '../../../src/workspaces/discord/listeners/lists.ts'
import type { Workspace } from '../../../src/workspaces/workspace.ts'
import type { Told } from '../../support/discord/exchanges.ts'
import { startDiscord } from '../../support/discord/open.ts'
import { componentsIn } from '../../support/discord/payloads.ts'
import { startDiscordPeer, type DiscordPeer, type Person } from '../../support/discord/peer.ts'
import { screenOf, textOf, type Screen } from '../../support/discord/screen.ts'
import { fakeCore, type FakeCore } from '../contract/core.ts'
import { sampleCustomer, sampleFound } from '../contract/sample-found.ts'
import { testAction, testCard } from '../contract/samples.ts'

let peer: DiscordPeer
beforeAll(async () => {
  peer = await startDiscordPeer()
})
afterAll(async () => {
  expect(peer.refused).toEqual([])
  await peer.close()
})

const customer = sampleCustomer()
const { customerId } = customer
const { listId } = sampleFound().page
const filesIn = ({ message }: Told): string[] =>
  componentsIn(message.components)
    .filter(({ type }) => type === (ComponentType.File as number))
    .map(({ file }) => (file as { url: string }).url)
const picturesIn = ({ message }: Told): string[] =>
  componentsIn(message.components)
    .filter(({ type }) => type === (ComponentType.MediaGallery as number))
    .flatMap(({ items }) => (items as { media: { url: string } }[]).map(({ media }) => media.url))

/** A file of so many rows of 3 MiB each. */
function largeFile(count: number, failsAt = Number.POSITIVE_INFINITY, before?: (row: number) => void): Download {
  async function* rows() {
    for (let row = 1; row <= count; row += 1) {
      before?.(row)
      if (row === failsAt) throw new Error('connect ECONNREFUSED')
      yield `${row}`.repeat(3 * 2 ** 20)
    }
  }
  return { name: 'history.csv', mediaType: 'text/csv', frame: { head: '', between: '\n', tail: '' }, rows: rows() }
}

test('a page is not shared where the bot may not post: it would stand elsewhere', async () => {
  const core = fakeCore()
  const said: string[] = []
  const talk = { say: async (message: { components: unknown }) => void said.push(JSON.stringify(message.components)) }
  const pressed = { channel: { id: '1', type: ChannelType.GuildText }, app_permissions: '1024' }
  await sharePage(
    { handlers: core } as never,
    { talk, guild: '2', teammate: { id: '3', name: 'Ana' } } as never,
    { listId, page: 1 },
    pressed as never,
  )
  expect(said).toEqual([expect.stringMatching(/Nothing was shared[^"]*Send Messages/)])
  expect(core.shared).toEqual([])
})

describe.each(['http', 'gateway'] as const)('the history in Discord, over %s', (how) => {
  let core: FakeCore
  let workspace: Workspace
  let ana: Person
  let screen: Screen
  let late: number

  beforeEach(async () => {
    late = 0
    core = fakeCore({ now: () => new Date(Date.now() + late) })
    core.onCommand = () => core.onOpenPage({ listId, page: 1 })
    const started = await startDiscord(peer, how, core)
    workspace = started.workspace
    ana = started.person('ana')
    screen = screenOf(peer)
    for (let more = ana.screen.shown.length; more > 0; more -= 1) await screen.told(ana, /./)
  })
  afterEach(() => workspace.stop())

  async function found(): Promise<Told> {
    await ana.command('open')
    return screen.told(ana, /refund · since Thursday 1 October/)
  }
  async function page(): Promise<Told> {
    await screen.press(ana, await found(), 'Mia Jansen')
    return screen.told(ana, /Known as/)
  }

  test('is turned page by page, in place', async () => {
    const list = await found()
    await screen.press(ana, list, 'Older')
    expect(await screen.told(ana, /Page 3/)).toBe(list)
    await screen.press(ana, list, 'Newer')
    expect(await screen.told(ana, /Page 2/)).toBe(list)
    expect(core.pagesOpened.map(({ page: { page: at }, teammate }) => [at, teammate.id])).toEqual([
      [2, ana.id],
      [1, ana.id],
    ])
    core.onOpenPage = () => ({ title: 'This list was kept for 30 days. Ask for it anew.', lines: [] })
    await screen.press(ana, list, 'Older')
    await screen.told(ana, /kept for 30 days/)
    expect(textOf(list.message)).toContain('Page 2')
  })

  test('is shown to everybody in the channel where that is pressed', async () => {
    await screen.press(ana, await found(), 'Share to channel')
    await screen.told(ana, /Shown to everybody/)
    expect(core.shared).toMatchObject([
      { page: { listId, page: 1 }, room: `${peer.guild}/${peer.channels.support}`, teammate: { id: ana.id } },
    ])
  })

  test('stands in a room, and tells of its customers whoever asks, however often', async () => {
    const { passages } = sampleFound()
    const place = { room: `${peer.guild}/${peer.channels.support}`, thread: null, key: `found-${how}-${Date.now()}` }
    const ref = await workspace.post({ kind: 'found', title: 'Ana found: refund', passages }, place)
    const message = await screen.card('Ana found: refund')
    for (let time = 0; time < 2; time += 1) {
      const first = await screen.press(ana, message, 'Mia Jansen')
      expect(first).toEqual({ type: InteractionResponseType.UpdateMessage })
      await screen.told(ana, /Known as/)
    }
    expect(core.customersOpened.map(({ customer: one }) => one)).toEqual([{ customerId }, { customerId }])
    await workspace.update(ref, { kind: 'found', title: 'Ana found: refund', passages: passages.slice(1) })
    expect(textOf(await screen.card('Ana found: refund'))).not.toContain('Mia Jansen')
    await workspace.remove(ref)
    await workspace.remove(ref)
    expect(await peer.messages(peer.channels.support)).toEqual([])
  })

  test('has a page for each customer, with a picture', async () => {
    const told = await page()
    const [picture = ''] = picturesIn(told)
    const content = Buffer.from(await (await fetch(picture)).arrayBuffer())
    expect(content.subarray(1, 4).toString()).toBe('PNG')
    await screen.press(ana, told, 'All history')
    await screen.told(ana, /refund · since/)
    expect(core.pagesOpened.at(-1)?.page).toEqual(customer.history)
    expect(textOf(told.message)).toContain('Known as')
  })

  test('opens the customer of a card', async () => {
    const card = testCard({ actions: [testAction('customer', 'Customer')] })
    core.put(card)
    const place = { room: `${peer.guild}/${peer.channels.support}`, thread: null, key: `card-${how}-${Date.now()}` }
    await workspace.post({ kind: 'card', card }, place)
    const [message] = await peer.messages(peer.channels.support)
    await screen.press(ana, message as APIMessage, 'Customer')
    await screen.told(ana, /Known as/)
    expect(core.customersOpened.map((one) => one.customer)).toEqual([{ conversationId: card.conversationId }])
    expect(core.decisions).toEqual([])
  })

  test('joins two, once that was asked again, and shows the page as it is then', async () => {
    const told = await page()
    await screen.press(ana, told, 'Same person')
    expect(await screen.told(ana, /The same person\?\s+M\. Jansen · the same address/)).toBe(told)
    expect(core.changes).toEqual([])
    await screen.press(ana, told, 'Back')
    await screen.told(ana, /Known as/)
    await screen.press(ana, told, 'Same person')
    await screen.told(ana, /The same person\?/)
    core.onOpenCustomer = () => ({ title: 'Mia', lines: [], customer: sampleCustomer({ alike: [], picture: null }) })
    await screen.press(ana, told, 'Same person')
    expect(await screen.told(ana, /Known as/)).toBe(told)
    expect(textOf(told.message)).not.toContain('Perhaps the same person')
    expect(picturesIn(told)).toEqual([])
    const otherId = customer.alike[0]?.customerId
    expect(core.changes.map(({ change }) => change)).toEqual([{ kind: 'join', customerId, otherId }])
  })

  test.each([
    ['Not the same', { kind: 'distinguish', customerId, otherId: customer.alike[0]?.customerId }],
    ['Undo', { kind: 'part', customerId, mergeId: customer.joined[0]?.mergeId }],
    [customer.notes[0]?.text ?? '', { kind: 'remove-note', customerId, noteId: customer.notes[0]?.noteId }],
  ])('“%s” changes the page in place, or says why not', async (label, change) => {
    const told = await page()
    await screen.press(ana, told, label)
    expect(await screen.told(ana, /Known as/)).toBe(told)
    expect(core.changes.map((one) => one.change)).toEqual([change])
    core.onChangeCustomer = () => ({ title: 'Somebody was faster.', lines: [] })
    await screen.press(ana, told, label)
    await screen.told(ana, /Somebody was faster/)
    expect(textOf(told.message)).toContain('Known as')
  })

  test('takes a note, and shows it', async () => {
    const told = await page()
    await screen.press(ana, told, 'Add note…')
    const modal = await screen.modal(ana, /./)
    expect(core.opened).toMatchObject([{ form: 'note', about: { customerId } }])
    core.onOpenCustomer = () => ({ title: 'Mia', lines: [], customer: sampleCustomer({ summary: 'With a new note' }) })
    await screen.submit(ana, modal)
    expect(await screen.told(ana, /With a new note/)).toBe(told)
  })

  test('erases somebody, and their page is gone from the screen', async () => {
    const told = await page()
    await screen.press(ana, told, 'Erase…')
    const modal = await screen.modal(ana, /./)
    expect(core.opened).toMatchObject([{ form: 'forget', about: { customerId } }])
    core.onSubmitForm = () => ({ kind: 'done', said: 'Everything was erased. Receipt 7.' })
    await screen.submit(ana, modal)
    expect(await screen.told(ana, /Receipt 7/)).toBe(told)
    expect(textOf(told.message)).toBe('Everything was erased. Receipt 7.')
  })

  test('comes as a file to whoever asked, in the format that was pressed', async () => {
    const list = await found()
    await screen.press(ana, list, 'Get as JSON')
    const told = await screen.told(ana, /The file is ready/)
    expect(filesIn(told)).toHaveLength(1)
    await screen.press(ana, await page(), 'Export…')
    await screen.told(ana, /The file is ready/)
    expect(core.filesRead.map(({ source, format }) => [source, format])).toEqual([
      [{ kind: 'list', listId }, 'json'],
      [{ kind: 'customer', customerId }, 'json'],
    ])
  })

  // How clicks come in makes no difference to these.
  if (how === 'gateway') {
    test('comes as several files, where it is much', async () => {
      const list = await found()
      core.onReadFile = () => largeFile(5)
      await screen.press(ana, list, 'Get as CSV')
      const parts = [
        await screen.told(ana, /history-1\.csv/),
        await screen.told(ana, /history-2\.csv/),
        await screen.told(ana, /history-3\.csv/),
      ]
      await screen.told(ana, /That is all of it: 3 files/)
      const sizes = await Promise.all(
        parts.flatMap(filesIn).map(async (url) => (await (await fetch(url)).arrayBuffer()).byteLength),
      )
      expect(sizes.map((size) => Math.floor(size / 2 ** 20))).toEqual([6, 6, 3])
    })

    test('says what came, where the rest does not', async () => {
      const list = await found()
      core.onReadFile = () => largeFile(9, 6)
      await screen.press(ana, list, 'Get as CSV')
      await screen.told(ana, /Only 2 files came\. .*database can't be reached/)
      core.onReadFile = () => largeFile(5)
      peer.fault('POST', /^\/webhooks\//, { kind: 'refused', status: 400, code: 40005 })
      await screen.press(ana, list, 'Get as CSV')
      await screen.told(ana, /Only 1 file came\. Discord did not take the file that comes next/)
    })

    test('says that the time is over, as long as it can be said', async () => {
      const list = await found()
      core.onReadFile = () =>
        largeFile(9, Number.POSITIVE_INFINITY, (row) => void (late += row === 6 ? 14 * 60_000 : 0))
      await screen.press(ana, list, 'Get as CSV')
      await screen.told(ana, /Only 2 files came\. Discord takes no more after 15 minutes/)
    })

    test.each(['Older', 'Share to channel', 'Mia Jansen', 'Get as CSV'])(
      'answers “%s” in words while the database is away',
      async (label) => {
        const list = await found()
        core.failure = new Error('the database is away')
        await screen.press(ana, list, label)
        await screen.told(ana, /database can't be reached/)
        expect(textOf(list.message)).toContain('Page 2')
      },
    )
  }
})
