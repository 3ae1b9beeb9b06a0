import {
  InteractionResponseType as Type,
  InteractionType,
  MessageFlags,
  type APIAttachment,
  type APIInteraction,
  type APIInteractionResponse,
  type APIMessage,
  type APIModalInteractionResponseCallbackData,
  type APIUser,
} from 'discord.js'
import { modalProblemsOf, problemsOf } from '../discord-limits.ts'
import type { Deliver } from './payloads.ts'
import { componentProblems, maxFile, numbered, resolved, type Posts } from './posts.ts'
import { refusal, type Answer, type Call, type Proxy } from './proxy.ts'
import { generateSnowflake } from './twin.ts'

/** A message that one person sees, as it reads now. */
export interface Told {
  message: APIMessage
  /** "Deskbell is thinking…" */
  isLoading: boolean
  isGone: boolean
}

export interface OpenModal {
  data: APIModalInteractionResponseCallbackData
  /** What it was opened from, where that is a message. */
  from: Told | APIMessage | null
}

/** What one person sees besides the room. */
export interface Screen {
  told: Told[]
  /** Everything that any message to them ever said, in order. */
  shown: { told: Told; message: APIMessage }[]
  modal: OpenModal | null
}

/** One interaction and what becomes of it: https://docs.discord.com/developers/interactions/receiving-and-responding */
interface Exchange {
  interaction: APIInteraction
  screen: Screen
  at: number
  from: Told | APIMessage | null
  first: APIInteractionResponse | null
  /** It failed, as the person sees it. */
  isOver: boolean
  original: Told | { channel: string; id: string | null } | null
  settle(first: APIInteractionResponse | null): void
}

export interface Exchanges {
  screenOf(person: string): Screen
  /**
   * Has an interaction delivered. Resolves with the first answer once it is known; null when there was none in time, or
   * none that Discord takes: the person reads that it failed.
   */
  begin(
    interaction: APIInteraction,
    from: Told | APIMessage | null,
    deliver: Deliver,
  ): Promise<APIInteractionResponse | null>
  /** As if 15 minutes had gone by. */
  expireTokens(): void
  /** How long Discord waits for a first answer. */
  patienceMs: number
}

const tokenLifeMs = 15 * 60_000

/** Which first answers are none for an interaction. */
const allowed: Partial<Record<InteractionType, Type[]>> = {
  [InteractionType.ApplicationCommand]: [
    Type.ChannelMessageWithSource,
    Type.DeferredChannelMessageWithSource,
    Type.Modal,
  ],
  [InteractionType.MessageComponent]: [
    Type.ChannelMessageWithSource,
    Type.DeferredChannelMessageWithSource,
    Type.DeferredMessageUpdate,
    Type.UpdateMessage,
    Type.Modal,
  ],
  [InteractionType.ApplicationCommandAutocomplete]: [Type.ApplicationCommandAutocompleteResult],
  [InteractionType.ModalSubmit]: [Type.ChannelMessageWithSource, Type.DeferredChannelMessageWithSource],
}

interface Data {
  flags?: number
  components?: unknown
  content?: string
  attachments?: { id: string | number }[]
}

export function serveExchanges(
  proxy: Proxy,
  posts: Posts,
  { bot, refuse }: { bot: APIUser; refuse: (call: { path: string }, problems: string[]) => Answer },
): Exchanges {
  const screens = new Map<string, Screen>()
  const byToken = new Map<string, Exchange>()

  function screenOf(person: string): Screen {
    const screen = screens.get(person) ?? { told: [], shown: [], modal: null }
    screens.set(person, screen)
    return screen
  }

  function tell(exchange: Exchange, data: Data, isLoading: boolean, attachments: APIAttachment[] = []): Told {
    const message = {
      id: generateSnowflake(),
      channel_id: exchange.interaction.channel?.id ?? '',
      author: bot,
      content: data.content ?? '',
      timestamp: new Date().toISOString(),
      edited_timestamp: null,
      tts: false,
      mention_everyone: false,
      mentions: [],
      mention_roles: [],
      attachments,
      embeds: [],
      pinned: false,
      type: 20,
      application_id: bot.id,
      webhook_id: bot.id,
      flags: (data.flags ?? 0) | MessageFlags.Ephemeral | (isLoading ? MessageFlags.Loading : 0),
      components: resolved(numbered(data.components ?? []), attachments),
    } as unknown as APIMessage
    const told = { message, isLoading, isGone: false }
    exchange.screen.told.push(told)
    if (!isLoading) exchange.screen.shown.push({ told, message })
    return told
  }

  function change({ screen }: Exchange, told: Told, data: Data, attachments: APIAttachment[]): void {
    const { message } = told
    const flags = ((message.flags ?? 0) | (data.flags ?? 0)) & ~MessageFlags.Loading
    told.message = {
      ...message,
      flags,
      attachments,
      edited_timestamp: new Date().toISOString(),
      ...(data.content === undefined ? {} : { content: data.content }),
      ...(data.components === undefined
        ? {}
        : { components: resolved(numbered(data.components), attachments) as NonNullable<APIMessage['components']> }),
    }
    told.isLoading = false
    screen.shown.push({ told, message: told.message })
  }

  /** What is wrong with what a message is to say. */
  const problemsWith = (data: Data, attachments: APIAttachment[], flags = 0): string[] => [
    ...problemsOf({ ...data, flags: data.flags ?? flags }),
    ...componentProblems(data.components, attachments),
  ]
  const isTooLarge = ({ files }: Pick<Call, 'files'>) => files.some(({ content }) => content.length > maxFile)

  /** Shows a message, to one person or to everybody. */
  async function say(
    exchange: Exchange,
    call: Pick<Call, 'path' | 'body' | 'files'>,
  ): Promise<Answer & { told?: Told }> {
    const data = (call.body ?? {}) as Data
    const place = exchange.interaction.channel?.id ?? ''
    if (isTooLarge(call)) return refusal(413, 40005, 'Request entity too large')
    const attachments = posts.keep(place, call)
    const problems = problemsWith(data, attachments)
    if (problems.length > 0) return refuse(call, problems)
    if (((data.flags ?? 0) & MessageFlags.Ephemeral) === 0) return posts.write(place, call)
    const told = tell(exchange, data, false, attachments)
    return { status: 200, body: told.message, told }
  }

  async function revise(
    exchange: Exchange,
    at: NonNullable<Exchange['original']>,
    call: Pick<Call, 'path' | 'body' | 'files'>,
  ): Promise<Answer> {
    const data = (call.body ?? {}) as Data
    if (!('message' in at)) {
      const answer = at.id ? await posts.edit(at.channel, at.id, call) : await posts.write(at.channel, call)
      if (answer.status === 200) at.id = (answer.body as APIMessage).id
      return answer
    }
    if (at.isGone) return refusal(404, 10008, 'Unknown Message')
    if (isTooLarge(call)) return refusal(413, 40005, 'Request entity too large')
    const { attachments: named } = data
    // Where they are named, the others go.
    const kept = named
      ? at.message.attachments.filter(({ id }) => named.some((one) => String(one.id) === id))
      : at.message.attachments
    const attachments = [...kept, ...posts.keep(at.message.channel_id, call)]
    const problems = problemsWith(data, attachments, at.message.flags)
    if (problems.length > 0) return refuse(call, problems)
    change(exchange, at, data, attachments)
    return { status: 200, body: at.message }
  }

  /** Takes the first answer. Null: it is taken. */
  async function takeFirst(
    exchange: Exchange,
    first: APIInteractionResponse,
    call: Pick<Call, 'path' | 'files'>,
  ): Promise<Answer | null> {
    const { interaction, from } = exchange
    if (exchange.first) return refusal(400, 40060, 'Interaction has already been acknowledged.')
    if (exchange.isOver || performance.now() - exchange.at > exchanges.patienceMs)
      return refusal(404, 10062, 'Unknown interaction')
    const updates = first.type === Type.UpdateMessage || first.type === Type.DeferredMessageUpdate
    const isAllowed =
      allowed[interaction.type]?.includes(first.type) ||
      (interaction.type === InteractionType.ModalSubmit && updates && from)
    if (!isAllowed)
      return refuse(call, [`type: ${first.type} is no answer to an interaction of type ${interaction.type}.`])
    const body = ('data' in first ? first.data : undefined) ?? null
    // Taken from here on: another one that comes meanwhile is the second.
    exchange.first = first
    const refused = await carryOut()
    if (refused) exchange.first = null
    else exchange.settle(first)
    return refused

    async function carryOut(): Promise<Answer | null> {
      switch (first.type) {
        case Type.ChannelMessageWithSource: {
          const said = await say(exchange, { ...call, body })
          if (said.status !== 200) return said
          exchange.original = said.told ?? placeOf(said.body as APIMessage)
          break
        }
        case Type.DeferredChannelMessageWithSource:
          exchange.original =
            ((first.data?.flags ?? 0) & MessageFlags.Ephemeral) > 0
              ? tell(exchange, {}, true)
              : { channel: interaction.channel?.id ?? '', id: null }
          break
        case Type.DeferredMessageUpdate:
        case Type.UpdateMessage: {
          if (!from) return refusal(404, 10008, 'Unknown Message')
          exchange.original = 'message' in from ? from : placeOf(from)
          // An update of nothing shows the message as it was, its menus without a choice.
          const answer =
            first.type === Type.UpdateMessage && body
              ? await revise(exchange, exchange.original, { ...call, body })
              : null
          if (answer && answer.status !== 200) return answer
          break
        }
        case Type.Modal: {
          const problems = modalProblemsOf(first.data)
          if (problems.length > 0) return refuse(call, problems)
          exchange.screen.modal = { data: first.data, from }
          break
        }
        case Type.ApplicationCommandAutocompleteResult: {
          const problems = choiceProblemsOf(first.data.choices ?? [])
          if (problems.length > 0) return refuse(call, problems)
        }
      }
      if (interaction.type === InteractionType.ModalSubmit) exchange.screen.modal = null
      return null
    }
  }

  const exchanges: Exchanges = {
    screenOf,
    patienceMs: 3000,
    expireTokens() {
      for (const exchange of byToken.values()) exchange.at -= tokenLifeMs
    },
    begin(interaction, from, deliver) {
      const { promise, resolve } = Promise.withResolvers<APIInteractionResponse | null>()
      const exchange: Exchange = {
        interaction,
        screen: screenOf(interaction.member?.user.id ?? ''),
        at: performance.now(),
        from,
        first: null,
        isOver: false,
        original: null,
        settle(first) {
          clearTimeout(timer)
          exchange.isOver = first === null
          resolve(first)
        },
      }
      const timer = setTimeout(() => exchange.settle(null), exchanges.patienceMs)
      byToken.set(interaction.token, exchange)
      const deliverIt = async () => {
        const taken = await deliver(interaction)
        if (taken === 'later') return
        const refused = taken && (await takeFirst(exchange, taken, { path: '/discord/interactions', files: [] }))
        if (!taken || refused) exchange.settle(null)
      }
      deliverIt().catch(() => exchange.settle(null))
      return promise
    },
  }

  /** The exchange that a token is for, or why it is none. */
  function exchangeOf(application: string, token: string): Exchange | Answer {
    const exchange = byToken.get(token)
    if (!exchange || performance.now() - exchange.at > tokenLifeMs) return refusal(401, 50027, 'Invalid Webhook Token')
    if (application !== bot.id || !exchange.first) return refusal(404, 10015, 'Unknown Webhook')
    return exchange
  }

  proxy.answer('POST', /^\/interactions\/(\d+)\/([^/]+)\/callback$/, async (call, [id = '', token = '']) => {
    const exchange = byToken.get(token)
    if (exchange?.interaction.id !== id) return refusal(404, 10062, 'Unknown interaction')
    return (await takeFirst(exchange, call.body as APIInteractionResponse, call)) ?? { status: 204 }
  })
  proxy.answer('POST', /^\/webhooks\/(\d+)\/([^/]+)$/, async (call, [application = '', token = '']) => {
    const exchange = exchangeOf(application, token)
    if ('status' in exchange) return exchange
    const { original } = exchange
    // The first thing said after "thinking…" takes its place.
    const isWaitedFor =
      original && ('message' in original ? original.isLoading && !original.isGone : original.id === null)
    const { status, body } = isWaitedFor ? await revise(exchange, original, call) : await say(exchange, call)
    return { status, body }
  })
  proxy.answer(
    'any',
    /^\/webhooks\/(\d+)\/([^/]+)\/messages\/([^/]+)$/,
    async (call, [application = '', token = '', id = '']) => {
      const exchange = exchangeOf(application, token)
      if ('status' in exchange) return exchange
      const at =
        id === '@original' ? exchange.original : (exchange.screen.told.find(({ message }) => message.id === id) ?? null)
      if (!at || ('message' in at ? at.isGone : at.id === null && call.method !== 'PATCH'))
        return refusal(404, 10008, 'Unknown Message')
      if (call.method === 'PATCH') return revise(exchange, at, call)
      if (call.method === 'GET')
        return 'message' in at
          ? { status: 200, body: at.message }
          : proxy.forward('GET', `/channels/${at.channel}/messages/${at.id}`)
      if ('message' in at) at.isGone = true
      else await proxy.forward('DELETE', `/channels/${at.channel}/messages/${at.id}`)
      return { status: 204 }
    },
  )
  return exchanges
}

const placeOf = ({ channel_id: channel, id }: APIMessage) => ({ channel, id })

/** https://docs.discord.com/developers/interactions/application-commands#application-command-object-application-command-option-choice-structure */
function choiceProblemsOf(choices: { name: string; value: unknown }[]): string[] {
  const isShort = (text: unknown) => typeof text === 'string' && text.length >= 1 && text.length <= 100
  return [
    ...(choices.length > 25 ? ['choices: Must be 25 or fewer in length.'] : []),
    ...choices.flatMap(({ name, value }, index) =>
      isShort(name) && isShort(value) ? [] : [`choices[${index}]: Must be between 1 and 100 in length.`],
    ),
  ]
}
