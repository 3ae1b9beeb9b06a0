import {
  InteractionResponseType,
  InteractionType,
  MessageFlags,
  Routes,
  type APIInteraction,
  type APIInteractionResponse,
  type APIModalInteractionResponseCallbackData,
  type RawFile,
} from 'discord.js'
import { setTimeout as sleep } from 'node:timers/promises'
import { messageOf, RetryableError } from '../../../errors.ts'
import type { Log } from '../../../log.ts'
import type { Suggestion } from '../../workspace.ts'
import type { DiscordMessage } from '../components/message.ts'
import { codeOf } from '../failures.ts'
import type { Incoming } from '../incoming.ts'
import type { Rest } from '../rest.ts'

/**
 * One interaction, and what the person gets to see of it: to them alone. Discord waits 3 s for the first answer; what
 * follows it may take 15 minutes. Never rejects: what could not be shown is logged, and what comes next is still tried.
 */
export interface Talk {
  /**
   * The first answer where something slow follows. `quietly`: nothing is seen; `visibly`: "Deskbell is thinking…";
   * `afresh`: the menu that was chosen from shows no choice again, so that the same can be chosen twice.
   */
  acknowledge(how: 'quietly' | 'visibly' | 'afresh'): Promise<void>
  /** Only as the first answer. */
  openModal(modal: APIModalInteractionResponseCallbackData): Promise<void>
  /** A message to this person; in place of "thinking…", where that is shown. */
  say(message: DiscordMessage, parcel?: Parcel): Promise<void>
  /** The same for one of several files. False: Discord did not take it, and nothing was said. */
  hand(message: DiscordMessage, files: RawFile[]): Promise<boolean>
  /** Shows it in place of the message to this person that was pressed, or that the modal was opened from. */
  replace(message: DiscordMessage, parcel?: Parcel): Promise<void>
  /** Takes that message away: there is nothing left to do in it. */
  close(): Promise<void>
  /** There is nothing more to say: takes "thinking…" away. Also what must not stay unanswered is answered by it. */
  finish(): Promise<void>
  /** Only for autocomplete. */
  offer(suggestions: Suggestion[]): Promise<void>
}

/** What is sent along with a message. `without` is told in its place where that can't be. */
interface Parcel {
  files: RawFile[]
  without: DiscordMessage
}

/** What comes next: `thinking` is shown in place of an answer; `told`: more goes into messages of its own. */
type Stage = 'fresh' | 'thinking' | 'told'

/** Discord knows of no message, or of no interaction: over HTTP, our first answer may still be on its way there. */
const tooEarly: ReadonlySet<number | null> = new Set([10008, 10015])
const usualEarlyMs = 1000

export function createTalk({
  incoming: { interaction, respond },
  rest,
  log,
  earlyMs = usualEarlyMs,
}: {
  incoming: Incoming
  rest: Pick<Rest, 'ask'>
  log: Log
  earlyMs?: number
}): Talk {
  const { application_id: application, token } = interaction
  /** There, nothing but suggestions can be shown. */
  const isTyping = interaction.type === InteractionType.ApplicationCommandAutocomplete
  const canOpen = !isTyping && interaction.type !== InteractionType.ModalSubmit
  const canBeQuiet = pressedIn(interaction) !== null
  const isOwn = isToOne(pressedIn(interaction))
  const original = Routes.webhookMessage(application, token, '@original')

  let stage: Stage = 'fresh'
  /** What `@original` names: a message of theirs that was pressed can be edited. */
  let isOriginalPressed = false
  let last = Promise.resolve()
  /** One after the other: how something is told depends on what came before it. */
  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = last.then(work)
    last = done.then(() => undefined)
    return done
  }

  /** Discord takes one first answer, whatever became of it. */
  async function first(next: Stage, response: APIInteractionResponse): Promise<void> {
    stage = next
    isOriginalPressed =
      isOwn &&
      (response.type === InteractionResponseType.DeferredMessageUpdate ||
        response.type === InteractionResponseType.UpdateMessage)
    await isTold(() => respond(response), 1)
  }
  async function acknowledge(how: 'quietly' | 'visibly' | 'afresh'): Promise<void> {
    if (isTyping) return offer([])
    if (how !== 'visibly' && canBeQuiet)
      return first('told', {
        // An update of nothing: https://github.com/discord/discord-api-docs/issues/3441
        type: how === 'afresh' ? InteractionResponseType.UpdateMessage : InteractionResponseType.DeferredMessageUpdate,
      })
    return first('thinking', {
      type: InteractionResponseType.DeferredChannelMessageWithSource,
      data: { flags: MessageFlags.Ephemeral },
    })
  }
  const offer = (suggestions: Suggestion[]): Promise<void> =>
    first('told', {
      type: InteractionResponseType.ApplicationCommandAutocompleteResult,
      data: { choices: suggestions.map(({ label, value }) => ({ name: label, value })) },
    })

  const post =
    (message: DiscordMessage, files: RawFile[] = []) =>
    () =>
      rest.ask<void>('call', 'answer here', {
        method: 'POST',
        route: Routes.webhook(application, token),
        body: toOne(message),
        auth: false,
        ...(files.length > 0 ? { files } : {}),
      })
  /** Whom a message is shown to can't be edited, so the flag for it has no place here. */
  const edit =
    (message: DiscordMessage, files: RawFile[] = []) =>
    () =>
      rest.ask<void>('call', 'answer here', {
        method: 'PATCH',
        route: original,
        body: message,
        auth: false,
        ...(files.length > 0 ? { files } : {}),
      })
  const takeAway = () => rest.ask<void>('call', 'take this away', { method: 'DELETE', route: original, auth: false })

  /** What is told may be somebody's own words, to keep: so a call that certainly failed is tried once more. */
  async function isTold(way: () => Promise<void>, tries = 2): Promise<boolean> {
    try {
      await way()
      return true
    } catch (error) {
      log.warn('discord answer not delivered', { reason: messageOf(error) })
      if (tries < 2) return false
      const isEarly = tooEarly.has(codeOf(error))
      if (isEarly) await sleep(earlyMs)
      return isEarly || error instanceof RetryableError ? isTold(way, tries - 1) : false
    }
  }

  async function say(message: DiscordMessage): Promise<void> {
    if (stage === 'fresh')
      return isTyping
        ? offer([])
        : first('told', { type: InteractionResponseType.ChannelMessageWithSource, data: toOne(message) })
    const isThinking = stage === 'thinking'
    stage = 'told'
    if (!isThinking || !(await isTold(edit(message)))) await isTold(post(message))
  }

  /** Files follow the first answer: that must be quick, and over HTTP it is the response itself. */
  async function hand(message: DiscordMessage, files: RawFile[]): Promise<boolean> {
    if (stage === 'fresh') await acknowledge('visibly')
    const way = stage === 'thinking' ? edit : post
    if (!(await isTold(way(message, files)))) return false
    stage = 'told'
    return true
  }

  async function replace(message: DiscordMessage, files: RawFile[] = []): Promise<boolean> {
    if (stage === 'fresh' && isOwn && files.length > 0) await acknowledge('quietly')
    // Pictures that stood there go.
    const changed = { ...message, attachments: files.map(({ name }, id) => ({ id, filename: name })) }
    if (stage === 'fresh' && isOwn) {
      await first('told', { type: InteractionResponseType.UpdateMessage, data: changed })
      return true
    }
    if (isOriginalPressed) return (await isTold(edit(changed, files))) || (files.length === 0 && isTold(post(message)))
    if (files.length > 0) return hand(message, files)
    await say(message)
    return true
  }

  return {
    acknowledge: (how) => inTurn(async () => (stage === 'fresh' ? acknowledge(how) : undefined)),
    openModal: (modal) =>
      inTurn(async () => {
        if (stage === 'fresh' && canOpen) return first('told', { type: InteractionResponseType.Modal, data: modal })
        log.warn('discord answer not delivered', { reason: 'a modal can only be the first answer, and not to another' })
      }),
    say: (message, parcel) =>
      inTurn(async () => {
        if (!parcel) return say(message)
        if (!(await hand(message, parcel.files))) await say(parcel.without)
      }),
    hand: (message, files) => inTurn(() => hand(message, files)),
    replace: (message, parcel) =>
      inTurn(async () => {
        if (!(await replace(message, parcel?.files)) && parcel) await replace(parcel.without)
      }),
    close: () =>
      inTurn(async () => {
        if (stage === 'fresh') await acknowledge('quietly')
        if (!isOriginalPressed && stage !== 'thinking') return
        stage = 'told'
        isOriginalPressed = false
        await isTold(takeAway)
      }),
    finish: () =>
      inTurn(async () => {
        if (stage === 'fresh') await acknowledge('quietly')
        if (stage !== 'thinking') return
        stage = 'told'
        await isTold(takeAway)
      }),
    offer: (suggestions) => inTurn(async () => (stage === 'fresh' && isTyping ? offer(suggestions) : undefined)),
  }
}

const toOne = (message: DiscordMessage): DiscordMessage => ({
  ...message,
  flags: message.flags | MessageFlags.Ephemeral,
})

/** The message that was pressed, or that the modal was opened from. */
function pressedIn(interaction: APIInteraction): { flags?: number } | null {
  return interaction.type === InteractionType.MessageComponent || interaction.type === InteractionType.ModalSubmit
    ? (interaction.message ?? null)
    : null
}

/** True for what one person sees, and nobody else. */
export const isToOne = (message: { flags?: number } | null): boolean =>
  ((message?.flags ?? 0) & MessageFlags.Ephemeral) !== 0
