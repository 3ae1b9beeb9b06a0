import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { typedOf } from '../../../src/workspaces/slack/listeners/commands.ts'
import type { PostRef } from '../../../src/workspaces/workspace.ts'
import { eventually } from '../../support/eventually.ts'
import { startSlack, type StartedSlack } from '../../support/slack/open.ts'
import type { Deliver } from '../../support/slack/payloads.ts'
import { startSlackPeer, type Person, type SlackMessage, type SlackPeer } from '../../support/slack/peer.ts'
import { screenOf, type Screen } from '../../support/slack/screen.ts'
import { textOf } from '../../support/slack/text-of.ts'
import { fakeCore, type FakeCore } from '../contract/core.ts'
import { sampleReport } from '../contract/sample-report.ts'
import { testCard } from '../contract/samples.ts'

let peer: SlackPeer
let core: FakeCore
let slack: StartedSlack
let deliver: Deliver
let ana: Person
let screen: Screen
let digests = 0

beforeAll(async () => {
  peer = await startSlackPeer()
})
afterAll(() => peer.close())
beforeEach(async () => {
  core = fakeCore()
  const started = await startSlack(peer, core)
  slack = started.slack
  deliver = started.deliver
  ana = peer.person('ana', deliver)
  screen = screenOf(peer)
  digests += 1
})
afterEach(() => slack.stop())

const report = sampleReport()
const message = { kind: 'report' as const, report }
const place = () => ({ room: `${peer.team}/${peer.channels.support}`, thread: null, key: `report:${digests}` })

async function seen(ref: PostRef): Promise<SlackMessage> {
  const found = (await peer.messages(peer.channels.support)).find(({ ts }) => ts === ref['ts'])
  if (!found) throw new Error('the digest is not there')
  return found
}

const away = new Error('the database is away')
const digest = async () => seen(await slack.post(message, place()))
const drawn = (shown: unknown) => JSON.stringify(shown).split('"data_visualization"').length - 1
const invalid = { kind: 'refused', error: 'invalid_blocks' } as const

describe('a digest', () => {
  test('stands in its room with its charts, and is found there', async () => {
    const since = core.io.clock.now()
    const ref = await slack.post(message, place())
    expect(await slack.find(place(), since)).toMatchObject({ ts: ref['ts'] })
    const shown = await seen(ref)
    expect(shown.text).toMatch(/^Friday 20 November 2026: Half the answers took over 42 min/)
    expect(drawn(shown)).toBe(2)
  })

  test('whose charts Slack refuses is posted and changed without them', async () => {
    peer.fault('chat.postMessage', invalid)
    const ref = await slack.post(message, place())
    const shown = await seen(ref)
    expect(drawn(shown)).toBe(0)
    expect(textOf(shown)).toContain('then 42 minutes on the 20th')
    await expect(slack.update(ref, message)).resolves.toBeUndefined()
    expect(drawn(await seen(ref))).toBe(2)
    peer.fault('chat.update', invalid)
    await slack.update(ref, message)
    expect(drawn(await seen(ref))).toBe(0)
  })

  test('that is refused for another reason is tried no more often than it takes', async () => {
    peer.fault('chat.postMessage', invalid, invalid)
    await expect(slack.post(message, place())).rejects.toMatchObject({ name: 'PermanentError' })
    expect(peer.callsOf('chat.postMessage')).toHaveLength(2)
    peer.fault('chat.postMessage', { kind: 'rate-limited', seconds: 3 })
    await expect(slack.post(message, place())).rejects.toMatchObject({ name: 'RetryableError' })
    expect(peer.callsOf('chat.postMessage')).toHaveLength(3)
  })

  test('lets whoever reads it take one of those who wait', async () => {
    const [first] = report.waiting
    core.put(testCard({ conversationId: first?.conversationId ?? '' }))
    await screen.press(ana, await digest(), 'Assign to me')
    await screen.told(/Ana Lopez\S* is assigned to you/)
    expect(core.decisions).toMatchObject([
      { kind: 'assign', conversationId: first?.conversationId, to: { id: `${peer.team}/${ana.id}` } },
    ])
  })

  test('says why one of them can not be taken', async () => {
    core.onDecision = () => ({ isDone: false, reason: 'Ben has answered it', card: null })
    await screen.press(ana, await digest(), 'Assign to me')
    await screen.told(/Ben has answered it/)
  })
})

describe('a number', () => {
  test.each([
    ['Answered 52', 0],
    ['Open', 3],
    ['Edited: 15 (29 %)', 8],
  ])('is opened for the one who asks: %s', async (label, index) => {
    const taken = await screen.press(ana, await digest(), label)
    expect(taken).toEqual({ status: 200, body: null })
    await screen.told(/52 answered[\s\S]*Ana <b>Lopez<\/b>/)
    expect(core.itemsOpened).toMatchObject([
      { items: { reportId: report.id, index }, teammate: { id: `${peer.team}/${ana.id}` } },
    ])
    expect(peer.responses[0]?.said).toMatchObject({ response_type: 'ephemeral', replace_original: false })
  })

  test('is acknowledged before it is looked up', async () => {
    const { promise, resolve } = Promise.withResolvers<void>()
    const { openItems } = core.handlers
    core.handlers.openItems = async (...asked) => {
      await promise
      return openItems(...asked)
    }
    const shown = await digest()
    expect(await screen.press(ana, shown, 'Still waiting 7')).toEqual({ status: 200, body: null })
    expect(peer.responses).toEqual([])
    resolve()
    await screen.told(/52 answered/)
  })

  test('is answered when the database is away, and when its button is of another version', async () => {
    const shown = await digest()
    core.failure = new Error('the database is away')
    await screen.press(ana, shown, 'Answered 52')
    await screen.told(/database can't be reached/)
    const strange = { ...shown, blocks: [{ type: 'actions', elements: [{ action_id: 'number:1', value: '?' }] }] }
    await ana.click(strange, 'number:1')
    await screen.told(/another version/)
  })
})

describe('whatever goes wrong with a click on a digest', () => {
  test.each(['Answered 52', 'Edited: 15 (29 %)', 'Assign to me', 'Get as CSV'])(
    '“%s” is answered in words while the database is away',
    async (label) => {
      const shown = await digest()
      await screen.press(ana, shown, 'Answered 52')
      await screen.told(/52 answered/)
      const list = { ts: '1.0', text: '', ...(peer.responses.at(-1)?.said as object) }
      core.failure = away
      core.onDecision = () => Promise.reject(away)
      await screen.press(ana, label === 'Get as CSV' ? list : shown, label)
      await screen.told(/database can't be reached\. Nothing was changed/)
    },
  )

  test.each([
    { kind: 'rate-limited', seconds: 20 },
    { kind: 'reset', when: 'before' },
    { kind: 'answered', body: { ok: false, error: 'expired_url' } },
  ] as const)('its answer comes into their own messages where it is not taken ($kind)', async (fault) => {
    const shown = await digest()
    peer.fault(`/response/${ana.id}`, fault)
    await screen.press(ana, shown, 'Answered 52')
    await eventually(() =>
      expect(peer.callsOf('chat.postMessage').at(-1)?.args).toMatchObject({
        channel: ana.id,
        text: expect.stringMatching(/52 answered/) as unknown,
      }),
    )
  })

  test('twice the same is twice told, and taken once', async () => {
    core.put(testCard({ conversationId: report.waiting[0]?.conversationId ?? '' }))
    const shown = await digest()
    await Promise.all(['Answered 52', 'Answered 52'].map((label) => screen.press(ana, shown, label)))
    await screen.told(/52 answered/)
    await screen.told(/52 answered/)
    await Promise.all(['Assign to me', 'Assign to me'].map((label) => screen.press(ana, shown, label)))
    await screen.told(/is assigned to you/)
    await screen.told(/is assigned to you/)
  })

  test('a digest that is not kept any more says so', async () => {
    core.onOpenItems = () => ({ title: 'This digest is not kept any more', lines: [{ text: 'Ask for it anew.' }] })
    await screen.press(ana, await digest(), 'Answered 52')
    await screen.told(/not kept any more[\s\S]*Ask for it anew/)
  })
})

describe('the file behind a number', () => {
  /** What was answered to a number, with its button. */
  async function opened(): Promise<SlackMessage> {
    await screen.press(ana, await digest(), 'Answered 52')
    await screen.told(/52 answered/)
    return { ts: '1.0', text: '', ...(peer.responses.at(-1)?.said as object) }
  }

  test('comes into the own messages of the one who asked', async () => {
    await screen.press(ana, await opened(), 'Get as CSV')
    await screen.told(/The file is in your messages/)
    const [conversation] = peer.callsOf('conversations.open')
    expect(conversation?.args).toMatchObject({ users: ana.id })
    const channel = (conversation?.answer?.['channel'] as { id: string } | undefined)?.id
    expect(channel).toMatch(/^D/)
    expect(peer.callsOf('files.getUploadURLExternal')[0]?.args).toMatchObject({
      filename: 'deskbell-answered-2026-11-20.csv',
      length: '44',
    })
    const [completed] = peer.callsOf('files.completeUploadExternal')
    expect(completed?.args).toMatchObject({ channel_id: channel })
    expect(completed?.answer).toMatchObject({ ok: true })
    expect(await peer.messages(peer.channels.support)).not.toContainEqual(
      expect.objectContaining({ files: expect.anything() as unknown }),
    )
  })

  test('is refused with the reason', async () => {
    core.onReadFile = () => ({ refused: 'Only managers can do this.' })
    await screen.press(ana, await opened(), 'Get as CSV')
    await screen.told(/Only managers can do this/)
    expect(peer.callsOf('conversations.open')).toEqual([])
  })

  test('needs a permission that older installations lack: what to do is told', async () => {
    peer.fault('conversations.open', { kind: 'refused', error: 'missing_scope', needed: 'im:write' })
    await screen.press(ana, await opened(), 'Get as CSV')
    await screen.told(/lacks the permission im:write\. Reinstall the app to get files: Add im:write/)
  })

  test.each(['conversations.open', 'files.getUploadURLExternal', 'files.completeUploadExternal'])(
    'that does not get through at %s is apologised for',
    async (method) => {
      const shown = await opened()
      peer.fault(method, { kind: 'reset', when: 'before' })
      await screen.press(ana, shown, 'Get as CSV')
      await screen.told(/try again/)
    },
  )
})

describe('a command', () => {
  test('is answered with a report, to the one who asked', async () => {
    core.onCommand = () => ({ title: report.title, lines: [], report })
    await ana.command('digest')
    await screen.told(/Friday 20 November 2026[\s\S]*Waiting longest/)
    expect(core.typedIn).toEqual([`${peer.team}/${peer.channels.support}`])
    const shown = { ts: '1.0', text: '', ...(peer.responses.at(-1)?.said as object) } as SlackMessage
    await screen.press(ana, shown, 'Answered 52')
    await screen.told(/52 answered/)
  })

  test.each([
    { kind: 'status', when: 'before', status: 400 },
    { kind: 'answered', body: { ok: false, error: 'invalid_blocks' } },
  ] as const)('is answered without charts where Slack refuses them ($kind)', async (fault) => {
    core.onCommand = () => ({ title: report.title, lines: [], report })
    peer.fault(`/response/${ana.id}`, fault)
    await ana.command('digest')
    await screen.told(/Waiting longest/)
    expect(drawn(peer.responses.at(-1)?.said)).toBe(0)
  })

  test('typed outside of a room has none', async () => {
    await peer.person('ana', deliver, 'D0ANA').command('digest')
    await eventually(() => expect(core.typedIn).toEqual([null]))
  })

  test('names a channel by its id where a digest goes', async () => {
    await ana.command('digest at 08:30 in <#C0MANAGERS|managers>')
    await eventually(() =>
      expect(core.commands).toMatchObject([{ text: `digest at 08:30 in ${peer.team}/C0MANAGERS` }]),
    )
  })

  test.each([
    ['digest at 08:30 in <#C1|managers>', 'digest at 08:30 in T1/C1'],
    [' /desk Digest off in <#C1>', ' /desk Digest off in T1/C1'],
    ['log Mia &lt;mia@shop.example&gt; &amp; Ben', 'log Mia <mia@shop.example> & Ben'],
    ['log <@U1|ana> told <@U2> in <#C1|general>', 'log @ana told @U2 in #general'],
    ['log <!subteam^S1|@support> and <!here>, <!channel|channel>', 'log @support and @here, @channel'],
    ['log see <https://shop.example/a?b=1&amp;c=2|shop.example>', 'log see shop.example'],
    ['log write to <mailto:mia@shop.example|mia@shop.example>', 'log write to mia@shop.example'],
    ['open customer:"Mia &amp; Ben"', 'open customer:"Mia & Ben"'],
    ['find lamp teammate:<@U1|ana> -by:<@U2>', 'find lamp teammate:@T1/U1 -by:@T1/U2'],
    ['/desk History by:<@U1|ana>', '/desk History by:@T1/U1'],
    ['find thanks <@U1|ana>', 'find thanks @ana'],
    ['audit week <@U1|ana>', 'audit week @T1/U1'],
    ['open customer:<@U1|ana>', 'open customer:@ana'],
    ['customer <mailto:mia@shop.example|mia@shop.example>', 'customer mia@shop.example'],
    ['find customer:<mailto:mia@shop.example|mia@shop.example>', 'find customer:mia@shop.example'],
    ['forget <tel:+49301234|+49 30 1234>', 'forget +49 30 1234'],
    ['find "say &lt;b&gt;" <https://shop.example/a|shop.example/a>', 'find "say <b>" shop.example/a'],
    ['log &amp;lt; stays', 'log &lt; stays'],
    ['', ''],
  ])('is read as it was typed: %s', (text, typed) => {
    expect(typedOf(text, 'T1')).toBe(typed)
  })
})
