import { z } from 'zod'
import {
  nothing,
  type Channel,
  type ChannelIo,
  type Delivery,
  type ElsewhereAnswer,
  type Inlet,
  type OpenChannel,
  type Send,
} from '../../../src/channels/channel.ts'
import type { Setting } from '../../../src/env.ts'
import { ConfigError, CredentialsError, PermanentError, RetryableError } from '../../../src/errors.ts'
import { pause } from '../../../src/waiting.ts'
import type { Fault } from './harness.ts'
import { sampleSecret, type SampleProvider } from './sample-channel.ts'
import { signedRequest } from './signed.ts'

/** Puts one thing wrong. */
type Flaw = (channel: Channel, at: SampleProvider) => Channel

// Those that show on a desk too.
export const newIds: Flaw = (...at) =>
  delivering((delivery) => changed(delivery, () => ({ externalId: crypto.randomUUID() })))(...at)
export const sentAgain: Flaw = (...at) => failing('reset-after', new RetryableError('Broken'), 'sent')(...at)
export const foundNothing: Flaw = (...at) => opened(() => ({ find: async () => ({ outcome: 'absent' }) }))(...at)

/** One that needs not wait to be told. */
export const answersToAll: Flaw = (...at) =>
  streaming((inlet) => ({
    ...inlet,
    deliver: (delivery) =>
      inlet.deliver({
        ...delivery,
        answers: delivery.interactions.map(({ account, externalId, occurredAt }) => ({
          account,
          externalId,
          text: 'Yes',
          at: occurredAt,
        })),
      }),
  }))(...at)

/** By the check that must find it, and no other: what is wrong. */
export const flaws: Record<string, Record<string, Flaw>> = {
  'says of every setting what it is for, with an example where it must be set': {
    'a setting without an example': withSetting('SAMPLE_KEY', ({ example: _, ...rest }) => rest),
  },
  'marks its secrets, and repeats none in a message': {
    'a secret that is not marked': withSetting('SAMPLE_SECRETS', ({ secret: _, ...rest }) => rest),
    'a secret in a message': withSetting('SAMPLE_KEY', (key) => ({
      ...key,
      schema: z
        .string()
        .refine((text) => text.startsWith('key-'), { error: ({ input }) => `is not "${String(input)}"` })
        .optional(),
    })),
  },
  "has every setting in README's table and in .env.example": {
    'a setting that nobody wrote down': (channel) => ({
      ...channel,
      env: { ...channel.env, SAMPLE_MORE: { about: 'More', schema: z.string().optional() } },
    }),
    'a setting that reads otherwise': withSetting('SAMPLE_KEY', (key) => ({ ...key, about: 'A key' })),
  },
  'is absent while it is not set, or switched off': {
    'a channel that is always there': (channel) => ({
      ...channel,
      open: async (settings, io) => (await channel.open(settings, io)) ?? channel.open([right], io),
    }),
  },
  'refuses to start when it is half set, and names what is missing': {
    'half set is off': (channel) => ({
      ...channel,
      open: async (settings, io) => {
        try {
          return await channel.open(settings, io)
        } catch {
          return null
        }
      },
    }),
    'what is missing is not named': (channel) => ({
      ...channel,
      open: (settings, io) => {
        try {
          return channel.open(settings, io)
        } catch {
          throw new ConfigError('Something is missing')
        }
      },
    }),
  },
  'has what it says it has, and nothing of what it says it lacks': {},
  'has accounts with ids of their own, and limits that can be kept': {
    'two accounts of one id': opened(({ accounts }) => ({ accounts: [...accounts, ...accounts] })),
    'an account without a name': opened(({ accounts }) => {
      for (const account of accounts) account.name = ' '
      return {}
    }),
    'half a second of grace': opened(() => ({ limits: { graceSeconds: 0.5 } })),
  },
  'has something to say of every account when it is checked, and no secret': {
    'nothing to say': opened(({ check }) => ({ check: async () => (await check()).slice(1) })),
    'a secret told': opened(({ check }) => ({ check: async () => [...(await check()), 'Uses key-5678'] })),
  },
  'fails its check when its credentials are refused, and says what to do': {
    'all is well without credentials': opened(() => ({ check: async () => ['All is well'] })),
    'no word of credentials': opened((_, __, at) => ({
      async check() {
        if (at.fault) throw new PermanentError('Something is wrong', { action: 'Mend it' })
        return ['All is well']
      },
    })),
  },
  'takes what customers say from a genuine request': {
    'words cut short': delivering((delivery) =>
      changed(delivery, (one) => ({ text: one.text.replace('Sundays', '') })),
    ),
    'dates that are none': delivering((delivery, raw) =>
      raw.includes('Sundays') ? changed(delivery, () => ({ occurredAt: new Date(Number.NaN) })) : delivery,
    ),
  },
  'refuses a request that is not signed, or signed by somebody else': {
    'unsigned requests taken': resigning(({ signature }) => signature === null),
    'any signature taken': resigning(({ signature }, at) => signature !== null && !at.signed.has(signature)),
    'an error that core does not know': receiving(async (receive, request) => {
      const { headers } = request
      if (headers.has('webhook-id') || !headers.has('webhook-signature')) return receive()
      throw new TypeError('There is no id')
    }),
  },
  'refuses a request whose body was changed on its way': {
    'changed bodies taken': resigning(({ signature, body }, at) => {
      const sent = at.signed.get(signature ?? '')
      return sent !== undefined && !Buffer.from(sent).equals(body)
    }),
  },
  'refuses a request that is played again a day later, or takes it for the same': {
    'played again': resigning(({ signature, body, age }, at) => {
      const sent = at.signed.get(signature ?? '')
      return age > 20 * 3600_000 && age < 48 * 3600_000 && sent !== undefined && Buffer.from(sent).equals(body)
    }),
  },
  'gives the same delivery the same ids, and other words other ids': {
    'new ids each time': newIds,
    'one id for all': delivering((delivery) => changed(delivery, () => ({ externalId: 'one' }))),
  },
  'does not take its own replies for what customers say': {
    'replies taken for customers': delivering((delivery, raw) => (raw.includes('Our own') ? theirs(raw) : delivery)),
  },
  'keeps what customers say out of the log': {
    'words in the log': delivering((delivery, raw, io) => {
      if (raw.includes('Zebrafinch')) io.log.info('got', { raw })
      return delivery
    }),
  },
  'never stumbles over what a stranger sends, and writes none of it into the log': {
    'a stumbling parser': receiving(async (receive, request) => {
      const text = await request.clone().text()
      if (text.startsWith('[[[')) throw new RangeError('Too deep')
      return receive()
    }),
    'ids that are not looked at': delivering(
      (delivery, raw) =>
        raw === 'null'
          ? { interactions: [], receipts: [{ externalId: '', state: 'read', at: new Date(0) }] }
          : delivery,
      'also what is refused',
    ),
  },
  'takes what customers say from its stream, and says where to go on': {
    'no word of Sundays': streaming((inlet) => ({
      ...inlet,
      deliver: (delivery) =>
        inlet.deliver(
          delivery.interactions[0]?.text.includes('Sundays')
            ? { ...nothing, ...(delivery.cursor && { cursor: delivery.cursor }) }
            : delivery,
        ),
    })),
  },
  'stops its stream within a second of being told to': {
    'a stream that goes on': (channel, at) =>
      opened(({ inbound: { run, ...inbound } }) => ({
        inbound: {
          ...inbound,
          async run(inlet, signal) {
            await run?.(inlet, signal)
            // It never began to listen where it was told to stop before.
            if (at.said.length === 0) await pause(1200, new AbortController().signal)
          },
        },
      }))(channel, at),
  },
  'goes on where its stream was stopped, and loses and doubles nothing': {
    'it starts with what comes then': streaming((inlet, at) => ({
      ...inlet,
      cursor: async (key) => ((await inlet.cursor(key)) === 1 ? at.said.length : inlet.cursor(key)),
    })),
    'it starts over, with other ids': (channel, at) => {
      let prefix = ''
      return streaming((inlet) => ({
        ...inlet,
        async cursor(key) {
          const cursor = await inlet.cursor(key)
          prefix = cursor === 1 ? crypto.randomUUID() : ''
          return cursor === 1 ? 0 : cursor
        },
        deliver: (delivery) =>
          inlet.deliver(changed(delivery, ({ externalId }) => ({ externalId: `${prefix}${externalId}` }))),
      }))(channel, at)
    },
  },
  'delivers again what could not be committed': {
    'a cursor that runs ahead': streaming((inlet) => ({
      ...inlet,
      async deliver(delivery) {
        const isTheOne = delivery.interactions.some(({ text }) => text.includes('Nobody may lose'))
        if (isTheOne && delivery.cursor) await inlet.deliver({ ...nothing, cursor: delivery.cursor })
        return inlet.deliver(delivery)
      },
    })),
    'what failed is forgotten': streaming((inlet) => ({
      ...inlet,
      deliver: (delivery) => inlet.deliver(delivery).catch(() => ({ interactions: [] })),
    })),
  },
  'says which account must be authorised anew, and that it works again': {
    'nothing said of an account': streaming((inlet) => ({ ...inlet, report: async () => {} })),
    'an account that stays broken': streaming((inlet) => ({
      ...inlet,
      report: async (account, problem) => (problem ? inlet.report(account, problem) : undefined),
    })),
    'another account': streaming((inlet) => ({ ...inlet, report: (_, problem) => inlet.report('other', problem) })),
  },
  'does not take its own replies in its stream for what customers say': {
    'replies in the stream': streaming((inlet, at) => ({
      ...inlet,
      deliver: (delivery) => {
        const last = at.said[Number(delivery.cursor?.value ?? 0) - 1]
        return inlet.deliver(last?.isOurs ? { ...delivery, ...theirs(JSON.stringify(last)) } : delivery)
      },
    })),
  },
  'tells what was answered past Deskbell while it waits, and nothing that was changed since': {
    'not a word of it': answering(() => []),
    'a word of what waits for nobody': streaming((inlet, at) => ({
      ...inlet,
      waiting: async () => at.said.map(({ from }) => from),
    })),
    'a word of something else': answering((answers) => answers.map((one) => ({ ...one, externalId: 'other' }))),
    'answers from before it was said': answering((answers) => answers.map((one) => ({ ...one, at: new Date(0) }))),
    'answers without a word': answering((answers) => answers.map((one) => ({ ...one, text: ' ' }))),
    'answers to what was changed since': (channel, at) => {
      const told: ElsewhereAnswer[] = []
      return answering((answers, { interactions }) => {
        told.push(...answers)
        return interactions.some(({ versionOf }) => versionOf) ? told : answers
      })(channel, at)
    },
  },
  'learns what the settings leave out of its accounts, and asks no more often than it needs to': {
    'a question each time': opened(({ learnAccounts }, _, at) => ({
      async learnAccounts(signal) {
        await learnAccounts?.(signal)
        at.asked += 1
      },
    })),
  },
  'stops learning when told to, and learns the next time': {
    'it does not let go': opened(({ learnAccounts }) => ({
      learnAccounts: async () => learnAccounts?.(new AbortController().signal),
    })),
    'what was cut short counts as learnt': opened(({ learnAccounts }) => {
      let isLearnt = false
      return {
        async learnAccounts(signal) {
          if (!isLearnt) await learnAccounts?.(signal).catch(() => {})
          isLearnt = true
        },
      }
    }),
  },
  'sends a reply once, word for word, and says by which id and when': {
    'words changed': sending((send, reply) => send({ ...reply, text: reply.text.replace('<b>', '') })),
    'sent twice': sending(async (send, reply) => {
      const sent = await send(reply)
      return reply.text.includes('<b>') ? send(reply) : sent
    }),
  },
  'refuses a reply that is too long before anything leaves': {
    'any length taken': sending((send, reply) => send({ ...reply, text: reply.text.slice(0, 500) })),
    'length refused by the provider': sending(async (send, reply, at) => {
      if (reply.text.length > 500) at.attempts += 1
      return send(reply)
    }),
    'the longest refused': sending((send, reply) => send({ ...reply, text: reply.text.replace(/^x{500}/, '$&x') })),
  },
  'knows what to do when its credentials are refused': {
    'a refused login is tried again': failing('unauthorised', new RetryableError('The key is no good')),
    'a refused login fails one reply': failing('unauthorised', new PermanentError('No', { action: 'Mend it' })),
    'nothing to do about it': failing('unauthorised', new CredentialsError('No', { action: '' })),
  },
  'does not try again what it may not do': {
    'a refusal is tried again': failing('forbidden', new RetryableError('Not allowed')),
  },
  'waits as long as the provider asks when it is too fast': {
    'too fast for good': failing('rate-limited', new PermanentError('Too fast')),
    'no word of how long': failing('rate-limited', new RetryableError('Too fast')),
  },
  'says what it means that the provider is in trouble': {
    'trouble for good': failing('server-error', new PermanentError('Trouble')),
    'certainly not sent': failing('server-error', new RetryableError('Trouble')),
  },
  'does not take silence for a refusal, and lets go when told to': {
    'silence for good': failing('silence', new PermanentError('No answer')),
    'it does not let go': sending(async (send, reply, at) => {
      if (at.fault === 'silence') await pause(1200, new AbortController().signal)
      return send(reply)
    }),
  },
  'tries again, or asks, when the connection broke before anything was taken': {
    'a broken connection for good': failing('reset-before', new PermanentError('Broken')),
  },
  'does not say that a reply was not sent when its answer was lost': {
    'a lost answer is tried again': sentAgain,
    'a lost answer is a failure': failing('reset-after', new PermanentError('Broken'), 'sent'),
  },
  'finds out what became of a reply whose answer was lost': {
    'it finds nothing': foundNothing,
    'it can not tell': opened(() => ({ find: async () => ({ outcome: 'unclear' }) })),
  },
  'does not claim that a reply arrived which was never sent': {
    'it finds anything': opened((_, { clock }) => ({
      find: async () => ({ outcome: 'arrived', sent: { externalId: 'x', at: clock.now() } }),
    })),
  },
  'names its templates, with blanks that can be filled': {
    'templates of one id': opened(({ templates }) => ({
      templates: async (account) => ((await templates?.(account)) ?? []).map((one) => ({ ...one, id: 'a' })),
    })),
    'a blank without a name': opened(({ templates }) => ({
      templates: async (account) => ((await templates?.(account)) ?? []).map((one) => ({ ...one, text: 'On {{}}' })),
    })),
    'templates without credentials': opened(({ templates }) => ({
      templates: async (account) => (await templates?.(account).catch(() => [])) ?? [],
    })),
  },
  'fetches files, and says when one is gone': {
    'other files': opened(({ download }) => ({
      download: async (...asked) => ({ ...(await download?.(...asked)), content: Buffer.from('other') }),
    })),
    'a file that is gone is tried again': opened(({ download }) => ({
      download: async (...asked) => {
        try {
          return (await download?.(...asked)) ?? { content: Buffer.alloc(0) }
        } catch (error) {
          if (asked[1]['url']?.includes('127.0.0.1')) throw error
          throw new RetryableError('Later')
        }
      },
    })),
  },
  'calls nobody but its provider for a file': {
    'a call to anywhere': opened(({ download }) => ({
      download: async (account, source, signal) => {
        if (source['url']?.includes('127.0.0.1')) throw new RetryableError("127.0.0.1 can't be reached")
        return (await download?.(account, source, signal)) as never
      },
    })),
    'files from anywhere': opened(({ download }) => ({
      download: async (account, source, signal) => {
        const isElsewhere = source['url']?.includes('127.0.0.1')
        return isElsewhere ? { content: Buffer.from('x') } : ((await download?.(account, source, signal)) as never)
      },
    })),
  },
}

const right = { SAMPLE_KEY: 'key-5678', SAMPLE_SECRETS: [Buffer.alloc(32, 7)] }

function withSetting(name: string, change: (setting: Setting) => Setting): Flaw {
  return (channel) => {
    const known = channel.env[name]
    return known ? { ...channel, env: { ...channel.env, [name]: change(known) } } : channel
  }
}

function opened(change: (open: OpenChannel, io: ChannelIo, at: SampleProvider) => Partial<OpenChannel>): Flaw {
  return (channel, at) => ({
    ...channel,
    open(settings, io) {
      const open = channel.open(settings, io)
      return open && !(open instanceof Promise) ? { ...open, ...change(open, io, at) } : open
    },
  })
}

type Receive = NonNullable<OpenChannel['inbound']['receive']>

function receiving(
  work: (
    receive: (other?: Request) => ReturnType<Receive>,
    request: Request,
    io: ChannelIo,
    at: SampleProvider,
  ) => ReturnType<Receive>,
): Flaw {
  return opened(({ inbound }, io, at) => ({
    inbound: {
      ...inbound,
      async receive(request, peer) {
        const receive = inbound.receive
        if (!receive) throw new Error('The sample channel receives')
        return work((other = request) => receive(other, peer), request, io, at)
      },
    },
  }))
}

/** Changes what a request led to. */
function delivering(
  change: (delivery: Delivery, raw: string, io: ChannelIo) => Delivery,
  which: 'what is taken' | 'also what is refused' = 'what is taken',
): Flaw {
  return receiving(async (receive, request, io) => {
    const raw = await request.clone().text()
    const { delivery } = await receive().catch((error: unknown) => {
      if (which === 'what is taken') throw error
      const isChanged = change(nothing, raw, io) !== nothing
      if (!isChanged) throw error
      return { delivery: nothing }
    })
    return { delivery: change(delivery, raw, io) }
  })
}

interface Proof {
  signature: string | null
  body: Uint8Array
  /** In milliseconds. */
  age: number
}

/** Takes some requests for genuine that are not. */
function resigning(isTaken: (proof: Proof, at: SampleProvider) => boolean): Flaw {
  return receiving(async (receive, request, io, at) => {
    const body = new Uint8Array(await request.clone().arrayBuffer())
    const now = io.clock.now()
    const age = now.getTime() - Number(request.headers.get('webhook-timestamp')) * 1000
    if (!isTaken({ signature: request.headers.get('webhook-signature'), body, age }, at)) return receive()
    const { url, ...init } = signedRequest(request.url, sampleSecret, body, now)
    return receive(new Request(url, { ...init, body }))
  })
}

function streaming(change: (inlet: Inlet, at: SampleProvider) => Inlet): Flaw {
  return opened(({ inbound }, _, at) => ({
    inbound: { ...inbound, run: async (inlet, signal) => inbound.run?.(change(inlet, at), signal) },
  }))
}

function answering(change: (answers: ElsewhereAnswer[], delivery: Delivery) => ElsewhereAnswer[]): Flaw {
  return streaming((inlet) => ({
    ...inlet,
    deliver: (delivery) => inlet.deliver({ ...delivery, answers: change(delivery.answers ?? [], delivery) }),
  }))
}

function sending(
  work: (
    send: (reply: Parameters<Send>[0]) => ReturnType<Send>,
    reply: Parameters<Send>[0],
    at: SampleProvider,
  ) => ReturnType<Send>,
): Flaw {
  return opened(({ send }, _, at) => ({
    send: async (reply, signal) => {
      if (typeof send !== 'function') throw new Error('The sample channel sends')
      return work((other) => send(other, signal), reply, at)
    },
  }))
}

/** Makes something else of what the provider did. */
function failing(fault: Fault, error: Error, when?: 'sent'): Flaw {
  return sending(async (send, reply, at) => {
    if (at.fault !== fault) return send(reply)
    if (when === 'sent') at.sent.push(reply)
    throw error
  })
}

function changed(
  delivery: Delivery,
  change: (one: Delivery['interactions'][number]) => Partial<Delivery['interactions'][number]>,
): Delivery {
  return { ...delivery, interactions: delivery.interactions.map((one) => ({ ...one, ...change(one) })) }
}

/** One of ours, as if a customer had said it. */
function theirs(raw: string): Delivery {
  const { id, from, text } = JSON.parse(raw) as { id: string; from: string; text: string }
  const customer = { externalId: from }
  return {
    interactions: [
      {
        account: 'main',
        externalId: id,
        kind: 'message',
        conversation: customer,
        customer,
        text,
        occurredAt: new Date(0),
      },
    ],
  }
}
