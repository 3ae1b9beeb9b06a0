import {
  ComponentType,
  DiscordAPIError,
  InteractionResponseType as First,
  InteractionType,
  MessageFlags,
  type APIInteraction,
  type APIInteractionResponse,
} from 'discord.js'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { PermanentError, RetryableError } from '../../../src/errors.ts'
import type { Log } from '../../../src/log.ts'
import { noteOf } from '../../../src/workspaces/discord/components/notes.ts'
import { createTalk, type Talk } from '../../../src/workspaces/discord/listeners/talk.ts'
import type { Call, Rest } from '../../../src/workspaces/discord/rest.ts'

const ephemeral = MessageFlags.Ephemeral
const onlyComponents = MessageFlags.IsComponentsV2
const webhook = '/webhooks/900/secret-token'
const original = `${webhook}/messages/%40original`

const { ApplicationCommand, ApplicationCommandAutocomplete, MessageComponent, ModalSubmit } = InteractionType
const theirs = { id: '2', flags: ephemeral | onlyComponents }
/** What somebody did, and in which message; `own`: in one that nobody else sees. */
const kinds = {
  command: { type: ApplicationCommand },
  typing: { type: ApplicationCommandAutocomplete },
  card: { type: MessageComponent, message: { id: '1' } },
  own: { type: MessageComponent, message: theirs },
  'modal of a command': { type: ModalSubmit },
  'modal of a card': { type: ModalSubmit, message: { id: '1' } },
  'modal of an own': { type: ModalSubmit, message: theirs },
}
type Kind = keyof typeof kinds

/** A talk, and what Discord gets of it. */
function startTalk(kind: Kind, fails: { first?: Error; calls?: (Error | null)[] } = {}) {
  const firsts: APIInteractionResponse[] = []
  const calls: Call[] = []
  const logged: string[] = []
  const failures = [...(fails.calls ?? [])]
  const log: Log = {
    debug: () => {},
    info: () => {},
    error: () => {},
    warn: (message, facts) => void logged.push(`${message} ${JSON.stringify(facts)}`),
    child: () => log,
  }
  const rest: Pick<Rest, 'ask'> = {
    async ask(_attempt, _what, call) {
      calls.push(call)
      const failure = failures.shift()
      if (failure) throw failure
      return undefined as never
    },
  }
  const interaction = { ...kinds[kind], application_id: '900', token: 'secret-token' } as unknown as APIInteraction
  const talk = createTalk({
    incoming: {
      interaction,
      async respond(first) {
        firsts.push(first)
        if (fails.first) throw fails.first
      },
    },
    rest,
    log,
    earlyMs: 0,
  })
  return { talk, firsts, calls, logged }
}

const hello = noteOf('Hello')
const modal = {
  custom_id: 'form:1',
  title: 'Reply',
  components: [{ type: ComponentType.TextDisplay as const, content: 'x' }],
}
const parcel = { files: [{ name: 'a.csv', data: Buffer.from('a') }], without: noteOf('No file') }
const toOne = { ...hello, flags: ephemeral | onlyComponents }

describe('the first answer', () => {
  test('is a message to one person alone', async () => {
    const { talk, firsts, calls } = startTalk('card')
    await talk.say(hello)
    await talk.finish()
    expect(firsts).toEqual([{ type: First.ChannelMessageWithSource, data: toOne }])
    expect(calls).toEqual([])
  })

  test('is a modal, of which nothing is said', async () => {
    const { talk, firsts, calls } = startTalk('command')
    await talk.openModal(modal)
    await talk.finish()
    expect(firsts).toEqual([{ type: First.Modal, data: modal }])
    expect(calls).toEqual([])
  })

  test('takes the place of their own message', async () => {
    const { talk, firsts, calls } = startTalk('own')
    await talk.replace(hello)
    expect(firsts).toEqual([{ type: First.UpdateMessage, data: { ...hello, attachments: [] } }])
    expect(calls).toEqual([])
  })

  test('never takes the place of a card in the room', async () => {
    for (const kind of ['card', 'modal of a card', 'command'] as const) {
      const { talk, firsts } = startTalk(kind)
      await talk.replace(hello)
      expect(firsts).toEqual([{ type: First.ChannelMessageWithSource, data: toOne }])
    }
  })

  test('offers what could be meant', async () => {
    const { talk, firsts } = startTalk('typing')
    await talk.offer([{ value: 'complaint', label: 'Complaint' }])
    expect(firsts).toEqual([
      {
        type: First.ApplicationCommandAutocompleteResult,
        data: { choices: [{ name: 'Complaint', value: 'complaint' }] },
      },
    ])
  })

  test('shows nothing where nothing is said, and Discord waits for something', async () => {
    const pressed = startTalk('card')
    await pressed.talk.finish()
    expect(pressed.firsts).toEqual([{ type: First.DeferredMessageUpdate }])
    expect(pressed.calls).toEqual([])

    const typing = startTalk('typing')
    await typing.talk.finish()
    expect(typing.firsts).toEqual([{ type: First.ApplicationCommandAutocompleteResult, data: { choices: [] } }])

    const asked = startTalk('command')
    await asked.talk.finish()
    expect(asked.firsts).toEqual([{ type: First.DeferredChannelMessageWithSource, data: { flags: ephemeral } }])
    expect(asked.calls).toEqual([{ method: 'DELETE', route: original, auth: false }])
  })
})

describe('what follows an acknowledgement', () => {
  test('after a quiet one, words come in a message of their own', async () => {
    const { talk, firsts, calls } = startTalk('card')
    await talk.acknowledge('quietly')
    await talk.say(hello)
    await talk.finish()
    expect(firsts).toEqual([{ type: First.DeferredMessageUpdate }])
    expect(calls).toEqual([{ method: 'POST', route: webhook, body: toOne, auth: false }])
  })

  test('after a visible one, they come in its place; what is said next, below', async () => {
    const { talk, firsts, calls } = startTalk('command')
    await talk.acknowledge('visibly')
    await talk.say(hello)
    await talk.say(hello)
    await talk.finish()
    expect(firsts).toEqual([{ type: First.DeferredChannelMessageWithSource, data: { flags: ephemeral } }])
    expect(calls).toEqual([
      // Whom it is shown to can't be edited.
      { method: 'PATCH', route: original, body: hello, auth: false },
      { method: 'POST', route: webhook, body: toOne, auth: false },
    ])
  })

  test('"thinking…" goes away where nothing is said', async () => {
    const { talk, calls } = startTalk('command')
    await talk.acknowledge('visibly')
    await talk.finish()
    await talk.finish()
    expect(calls).toEqual([{ method: 'DELETE', route: original, auth: false }])
  })

  test('where nothing was pressed, nothing can be acknowledged unseen', async () => {
    const { talk, firsts } = startTalk('modal of a command')
    await talk.acknowledge('quietly')
    expect(firsts).toEqual([{ type: First.DeferredChannelMessageWithSource, data: { flags: ephemeral } }])
  })

  test('after a menu was shown afresh, words come in a message of their own', async () => {
    for (const kind of ['card', 'own'] as const) {
      const { talk, firsts, calls } = startTalk(kind)
      await talk.acknowledge('afresh')
      await talk.say(hello)
      await talk.finish()
      expect(firsts).toEqual([{ type: First.UpdateMessage }])
      expect(calls).toEqual([{ method: 'POST', route: webhook, body: toOne, auth: false }])
    }
  })

  test('files are never part of the first answer', async () => {
    const { talk, firsts, calls } = startTalk('card')
    await talk.say(hello, parcel)
    await talk.say(hello, parcel)
    await talk.finish()
    expect(firsts).toEqual([{ type: First.DeferredChannelMessageWithSource, data: { flags: ephemeral } }])
    expect(calls).toEqual([
      { method: 'PATCH', route: original, body: hello, auth: false, files: parcel.files },
      { method: 'POST', route: webhook, body: toOne, auth: false, files: parcel.files },
    ])
  })

  test('their own message is replaced, and again, and taken away', async () => {
    const { talk, firsts, calls } = startTalk('modal of an own')
    await talk.acknowledge('quietly')
    await talk.replace(hello)
    await talk.replace(hello)
    await talk.close()
    await talk.close()
    expect(firsts).toEqual([{ type: First.DeferredMessageUpdate }])
    expect(calls.map(({ method, route }) => `${method} ${route}`)).toEqual([
      `PATCH ${original}`,
      `PATCH ${original}`,
      `DELETE ${original}`,
    ])
  })

  test('with new pictures their own message loses those that it had; where they are refused, it does without', async () => {
    const { talk, firsts, calls } = startTalk('own', { calls: [null, new PermanentError('no files')] })
    await talk.replace(hello, parcel)
    await talk.replace(hello, parcel)
    expect(firsts).toEqual([{ type: First.DeferredMessageUpdate }])
    const attachments = [{ id: 0, filename: parcel.files[0]?.name }]
    const changed = {
      method: 'PATCH',
      route: original,
      body: { ...hello, attachments },
      auth: false,
      files: parcel.files,
    }
    expect(calls).toEqual([
      changed,
      changed,
      { method: 'PATCH', route: original, body: { ...parcel.without, attachments: [] }, auth: false },
    ])
  })

  test('files are handed over one after the other, and it is known which came', async () => {
    const { talk, calls } = startTalk('own', { calls: [null, null, new PermanentError('too large')] })
    const came = [await talk.hand(hello, parcel.files), await talk.hand(hello, parcel.files)]
    expect([...came, await talk.hand(hello, parcel.files)]).toEqual([true, true, false])
    await talk.finish()
    expect(calls.map(({ method, route }) => `${method} ${route}`)).toEqual([
      `PATCH ${original}`,
      `POST ${webhook}`,
      `POST ${webhook}`,
    ])
  })

  test('a card in the room is neither replaced nor taken away', async () => {
    const { talk, calls } = startTalk('card')
    await talk.acknowledge('quietly')
    await talk.replace(hello)
    await talk.close()
    await talk.finish()
    expect(calls.map(({ method, route }) => `${method} ${route}`)).toEqual([`POST ${webhook}`])
  })

  test('what was said is not what was pressed', async () => {
    const { talk, calls } = startTalk('own')
    await talk.say(hello)
    await talk.replace(hello)
    await talk.close()
    expect(calls.map(({ method, route }) => `${method} ${route}`)).toEqual([`POST ${webhook}`])
  })
})

describe('what can’t be delivered', () => {
  test('is logged without the token and without words, and what comes next is still tried', async () => {
    const { talk, firsts, calls, logged } = startTalk('card', { first: new Error('Unknown interaction') })
    await talk.acknowledge('quietly')
    await talk.say(hello)
    expect(firsts).toHaveLength(1)
    expect(calls).toHaveLength(1)
    expect(logged).toEqual(['discord answer not delivered {"reason":"Unknown interaction"}'])
  })

  test('is tried once more when it certainly failed, and may go', async () => {
    const { talk, calls, logged } = startTalk('card', {
      calls: [new RetryableError('busy'), new RetryableError('busy')],
    })
    await talk.acknowledge('quietly')
    await talk.say(hello)
    expect(calls).toHaveLength(2)
    expect(logged).toHaveLength(2)
  })

  test.each([10008, 10015])('is tried once more when it may have come before what it follows: %i', async (code) => {
    const early = () =>
      new PermanentError('Discord refuses this', {
        cause: new DiscordAPIError({ code, message: 'Unknown' }, code, 404, 'PATCH', 'https://127.0.0.1', {}),
      })
    const { talk, calls } = startTalk('command', { calls: [early()] })
    await talk.acknowledge('visibly')
    await talk.say(hello)
    expect(calls.map(({ method }) => method)).toEqual(['PATCH', 'PATCH'])
  })

  test('is not repeated when Discord refuses it', async () => {
    const { talk, calls } = startTalk('card', { calls: [new PermanentError('too long')] })
    await talk.acknowledge('quietly')
    await talk.say(hello)
    expect(calls).toHaveLength(1)
  })

  test('with files is told without them, in the same place', async () => {
    const { talk, calls } = startTalk('command', { calls: [new PermanentError('too large')] })
    await talk.say(hello, parcel)
    expect(calls).toEqual([
      { method: 'PATCH', route: original, body: hello, auth: false, files: parcel.files },
      { method: 'PATCH', route: original, body: parcel.without, auth: false },
    ])
  })

  test('is said in a message of its own when theirs is gone', async () => {
    const { talk, calls } = startTalk('own', { calls: [new Error('Unknown message')] })
    await talk.acknowledge('quietly')
    await talk.replace(hello)
    expect(calls.map(({ method }) => method)).toEqual(['PATCH', 'POST'])
  })

  test('a modal that comes too late is none', async () => {
    const { talk, firsts, logged } = startTalk('card')
    await talk.acknowledge('visibly')
    await talk.openModal(modal)
    expect(firsts).toHaveLength(1)
    expect(logged.join()).toContain('only be the first answer')
  })
})

const steps: Record<string, (talk: Talk) => Promise<void>> = {
  quietly: (talk) => talk.acknowledge('quietly'),
  visibly: (talk) => talk.acknowledge('visibly'),
  afresh: (talk) => talk.acknowledge('afresh'),
  openModal: (talk) => talk.openModal(modal),
  say: (talk) => talk.say(hello),
  sayWithFiles: (talk) => talk.say(hello, parcel),
  replace: (talk) => talk.replace(hello),
  close: (talk) => talk.close(),
  finish: (talk) => talk.finish(),
  offer: (talk) => talk.offer([]),
}
const failure = fc.constantFrom(null, new Error('reset'), new RetryableError('busy'), new PermanentError('refused'))

test('whatever is called in whatever order, there is one first answer, to one person, and nothing throws', async () => {
  const someTalk = fc.record({
    kind: fc.constantFrom(...(Object.keys(kinds) as Kind[])),
    order: fc.array(fc.constantFrom(...Object.values(steps)), { maxLength: 8 }),
    first: failure,
    calls: fc.array(failure, { maxLength: 8 }),
    isAtOnce: fc.boolean(),
  })
  await fc.assert(
    fc.asyncProperty(someTalk, async ({ kind, order, first: firstFails, calls: callsFail, isAtOnce }) => {
      const fails = { calls: callsFail, ...(firstFails ? { first: firstFails } : {}) }
      const { talk, firsts, calls } = startTalk(kind, fails)
      if (isAtOnce) await Promise.all(order.map((step) => step(talk)))
      else for (const step of order) await step(talk)
      await talk.finish()

      expect(firsts).toHaveLength(1)
      const [first] = firsts
      const type = first?.type
      if (first?.type === First.ChannelMessageWithSource || first?.type === First.DeferredChannelMessageWithSource)
        expect(Number(first.data?.flags) & ephemeral).toBe(ephemeral)
      if (!('message' in kinds[kind])) expect([First.DeferredMessageUpdate, First.UpdateMessage]).not.toContain(type)
      expect(type === First.ApplicationCommandAutocompleteResult).toBe(kind === 'typing')
      if (kinds[kind].type === ModalSubmit) expect(type).not.toBe(First.Modal)
      for (const { method, body } of calls)
        if (method === 'POST') expect((body as typeof hello).flags & ephemeral).toBe(ephemeral)
      // What stands in the room is everybody's.
      const isTheirs = kind.endsWith('own') || type === First.DeferredChannelMessageWithSource
      if (!isTheirs) expect(calls.filter(({ method }) => method !== 'POST')).toEqual([])
    }),
    { numRuns: 500 },
  )
})
