import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { FormOutcome } from '../../../src/workspaces/form.ts'
import { eventually } from '../../support/eventually.ts'
import { startSlack, type StartedSlack } from '../../support/slack/open.ts'
import type { Taken } from '../../support/slack/payloads.ts'
import { startSlackPeer, type Person, type SlackMessage, type SlackPeer } from '../../support/slack/peer.ts'
import { filled, type View } from '../../support/slack/screen.ts'
import { textOf } from '../../support/slack/text-of.ts'
import { fakeCore, type FakeCore } from '../contract/core.ts'
import { testCard, testForm } from '../contract/samples.ts'

/** Slack's own limit; above what our own clocks leave. */
const acknowledgedMs = 3000

let peer: SlackPeer
let core: FakeCore
let slack: StartedSlack
let ana: Person
let letGo: () => void

beforeAll(async () => {
  peer = await startSlackPeer()
})
afterAll(() => peer.close())
beforeEach(async () => {
  core = fakeCore()
  const started = await startSlack(peer, core)
  slack = started.slack
  ana = peer.person('ana', started.deliver)
  // The bot's own conversation with somebody, which the peer knows none of.
  peer.answer('chat.postMessage', ({ args }) =>
    args['channel'] === ana.id ? { body: { ok: true, channel: 'D0ANA', ts: '1.0' } } : null,
  )
})
afterEach(async () => {
  letGo?.()
  await slack.stop()
})

/** A handler that hangs until it is let go. */
function hang<T>(then: () => T): () => Promise<T> {
  const { promise, resolve } = Promise.withResolvers<void>()
  letGo = resolve
  return async () => {
    await promise
    return then()
  }
}

async function card(): Promise<SlackMessage> {
  const shown = core.put(testCard())
  const ref = await slack.post(
    { kind: 'card', card: shown },
    { room: `${peer.team}/${peer.channels.support}`, thread: null, key: `card:${shown.conversationId}` },
  )
  const found = (await peer.messages(peer.channels.support)).find(({ ts }) => ts === ref['ts'])
  if (!found) throw new Error('the card is not there')
  return found
}

async function openedForm(): Promise<View> {
  await ana.click(await card(), 'do:edit')
  return view(/Your reply/)
}

const view = (looks: RegExp) =>
  eventually(() => {
    const shown = peer.lastView()
    expect(textOf(shown)).toMatch(looks)
    return shown as View
  })

const submit = (shown: View, words: string) => ana.submit(shown, filled(shown, { 'Your reply': words }))

async function timed(work: Promise<Taken>): Promise<Taken> {
  const from = performance.now()
  const taken = await work
  expect(performance.now() - from).toBeLessThan(acknowledgedMs)
  return taken
}

/** What the bot wrote to one person alone. */
const inPrivate = () => peer.callsOf('chat.postMessage').filter(({ args }) => args['channel'] === ana.id)
const toldInPrivate = (looks: RegExp) =>
  eventually(() =>
    expect(
      inPrivate()
        .map(({ args }) => textOf(args))
        .join('\n'),
    ).toMatch(looks),
  )
const told = (looks: RegExp) =>
  eventually(() => expect(peer.responses.map(({ said }) => JSON.stringify(said)).join('\n')).toMatch(looks))

describe('while everything behind it hangs', () => {
  test('a click is acknowledged, and answered when it is done', async () => {
    const shown = await card()
    core.onDecision = hang(() => ({ isDone: false, reason: 'Ben was first', card: null }))
    expect(await timed(ana.click(shown, 'do:approve'))).toEqual({ status: 200, body: null })
    expect(peer.responses).toEqual([])
    letGo()
    await told(/Ben was first/)
  })

  test('a form opens at once, and is filled in when it is there', async () => {
    const shown = await card()
    core.onOpenForm = hang(() => testForm())
    expect((await timed(ana.click(shown, 'do:edit'))).status).toBe(200)
    await view(/One moment/)
    letGo()
    await view(/Your reply/)
  })

  test('a command that asks something, and the shortcut, open at once', async () => {
    core.onOpenForm = hang(() => testForm())
    expect((await timed(ana.command('log'))).status).toBe(200)
    await eventually(() => expect(peer.callsOf('views.open')).toHaveLength(1))
    expect((await timed(ana.shortcut({ ts: '1.000', text: 'Hello' }, 'log-message'))).status).toBe(200)
    await eventually(() => expect(peer.callsOf('views.open')).toHaveLength(2))
    letGo()
  })

  test('a submission keeps what was typed on the screen, and says the outcome later', async () => {
    const form = await openedForm()
    core.onSubmitForm = hang((): FormOutcome => ({ kind: 'refused', reason: 'Ben was first' }))
    const taken = await timed(submit(form, 'Dear Mia, it comes on Monday.'))
    expect(taken.body).toMatchObject({ response_action: 'update' })
    expect(textOf((taken.body as { view: View }).view)).toMatch(/One moment[\s\S]*Dear Mia, it comes on Monday\./)
    letGo()
    const again = await view(/Ben was first/)
    expect(JSON.stringify(again['blocks'])).toContain('Dear Mia, it comes on Monday.')
  })

  test('what is wrong with a form that no longer shows brings it back', async () => {
    const form = await openedForm()
    core.onSubmitForm = hang((): FormOutcome => ({ kind: 'invalid', errors: { text: 'Too rude' } }))
    await timed(submit(form, 'Go away.'))
    letGo()
    expect(JSON.stringify((await view(/Too rude/))['blocks'])).toContain('Go away.')
  })

  test('a refusal after which the form can not be made at once does not close it', async () => {
    const form = await openedForm()
    core.onSubmitForm = () => ({ kind: 'refused', reason: 'Ben was first' })
    core.onOpenForm = hang(() => testForm())
    const taken = await timed(submit(form, 'Dear Mia'))
    expect(textOf((taken.body as { view: View }).view)).toContain('Dear Mia')
    letGo()
    await view(/Ben was first/)
  })

  test('whoever closed the modal meanwhile is told in private, with their words', async () => {
    const form = await openedForm()
    core.onSubmitForm = hang((): FormOutcome => ({ kind: 'refused', reason: 'Ben was first' }))
    await timed(submit(form, 'Dear Mia'))
    peer.fault('views.update', { kind: 'refused', error: 'not_found' })
    letGo()
    await toldInPrivate(/Ben was first[\s\S]*Dear Mia/)
  })

  test('nobody is bothered with what is done', async () => {
    const form = await openedForm()
    core.onSubmitForm = hang((): FormOutcome => ({ kind: 'done', said: null }))
    await timed(submit(form, 'Dear Mia'))
    peer.fault('views.update', { kind: 'refused', error: 'not_found' })
    letGo()
    await slack.idle(5000)
    expect(inPrivate()).toEqual([])
  })
})

describe('every click gets an answer', () => {
  test('what is wrong where Slack has no input to show it at', async () => {
    const form = await openedForm()
    core.onSubmitForm = () => ({ kind: 'invalid', errors: { elsewhere: 'The room is gone' } })
    const taken = await submit(form, 'Dear Mia')
    expect(taken.body).toMatchObject({ response_action: 'update' })
    expect(textOf((taken.body as { view: View }).view)).toContain('The room is gone')
  })

  test('a trigger that came too late: the truth, and not the database', async () => {
    const shown = await card()
    peer.fault('views.open', { kind: 'refused', error: 'expired_trigger_id' })
    await ana.click(shown, 'do:edit')
    await told(/it came too late.*try again/)
    expect(JSON.stringify(peer.responses)).not.toContain('database')
  })

  test('the same click twice opens one modal, and complains of nothing', async () => {
    const shown = await card()
    peer.fault('views.open', { kind: 'pass' }, { kind: 'refused', error: 'exchanged_trigger_id' })
    await ana.click(shown, 'do:edit')
    await ana.click(shown, 'do:edit')
    await slack.idle(5000)
    expect(peer.responses).toEqual([])
    expect(inPrivate()).toEqual([])
  })

  test('a modal that can not be filled in', async () => {
    const shown = await card()
    peer.fault('views.update', { kind: 'status', when: 'before', status: 500 })
    await ana.click(shown, 'do:edit')
    await told(/try again/)
  })

  test('where the answer itself can not be delivered, the bot says it in private', async () => {
    const shown = await card()
    core.onDecision = () => ({ isDone: false, reason: 'Ben was first', card: null })
    peer.fault(`/response/${ana.id}`, { kind: 'status', when: 'before', status: 404 })
    await ana.click(shown, 'do:approve')
    await toldInPrivate(/Ben was first/)
  })

  test('buttons on App Home, when no modal can be opened', async () => {
    await ana.openHome()
    const home = await eventually(() => {
      const published = peer.callsOf('views.publish').at(-1)?.args['view']
      expect(published).toBeDefined()
      return published as View
    })
    peer.fault('views.open', { kind: 'refused', error: 'expired_trigger_id' }, { kind: 'reset', when: 'before' })
    await ana.click({ id: 'V0HOME', ...home }, 'settings')
    await toldInPrivate(/it came too late/)
    await ana.click({ id: 'V0HOME', ...home }, 'open')
    await eventually(() => expect(inPrivate()).toHaveLength(2))
  })

  test('App Home, when the database is away', async () => {
    core.failure = new Error('the database is away')
    await ana.openHome()
    await eventually(() => expect(textOf(peer.callsOf('views.publish').at(-1)?.args['view'])).toMatch(/try again/))
  })

  test('a card of another version, and a card of a conversation that is no more', async () => {
    const shown = await card()
    const strange = { ...shown, blocks: [{ type: 'actions', elements: [{ action_id: 'do:fly', value: 'fly 1 2' }] }] }
    await ana.click(strange, 'do:fly')
    await told(/another version/)
    core.cards.clear()
    await ana.click(shown, 'do:approve')
    await told(/no such card/)
    await ana.click(shown, 'do:more', { selected_option: { value: 'read =gone - 0' } })
    await view(/does not exist any more/)
  })
})
