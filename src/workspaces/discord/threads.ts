import {
  MessageFlags,
  RESTJSONErrorCodes as Code,
  Routes,
  ThreadAutoArchiveDuration,
  type APIMessage,
  type APIThreadChannel,
} from 'discord.js'
import { PermanentError } from '../../errors.ts'
import type { Card } from '../card.ts'
import type { Message } from '../message.ts'
import { cut, isBlank, oneLine } from '../kit/text.ts'
import { codeOf } from './failures.ts'
import type { Rest } from './rest.ts'

/** The message that a thread hangs from. */
interface Starter {
  channel: string
  message: string
}

interface Threads {
  /** Null: there is none yet. Throws GoneError when the message was deleted; its thread may live on, but nobody finds it. */
  find(starter: Starter): Promise<string | null>
  /** The thread of a message; starts it where there is none yet. May be repeated. Throws as `find`. */
  open(starter: Starter, name: string): Promise<string>
}

export const plainName = 'Conversation'
const maxName = 100

/** A thread below each card that has something to tell: https://docs.discord.com/developers/topics/threads */
export function createThreads(rest: Pick<Rest, 'ask'>): Threads {
  const look = ({ channel, message }: Starter): Promise<APIMessage> =>
    rest.ask<APIMessage>('call', 'look at this message', {
      method: 'GET',
      route: Routes.channelMessage(channel, message),
    })

  async function start({ channel, message }: Starter, name: string): Promise<string> {
    try {
      const started = await rest.ask<APIThreadChannel>('call', 'start a thread', {
        method: 'POST',
        route: Routes.threads(channel, message),
        // A server has 1,000 that are not archived, at most; what is posted in one that is opens it again.
        body: { name, auto_archive_duration: ThreadAutoArchiveDuration.OneDay },
      })
      return started.id
    } catch (error) {
      // Somebody was faster.
      if (codeOf(error) === Code.ThreadAlreadyCreatedForMessage) return message
      throw error
    }
  }

  return {
    async find(starter) {
      const { thread, flags = 0 } = await look(starter)
      // A thread has the id of the message that it was started from.
      return thread?.id ?? ((flags & MessageFlags.HasThread) === 0 ? null : starter.message)
    },
    async open(starter, name) {
      const { thread } = await look(starter)
      if (thread) return thread.id
      try {
        return await start(starter, name)
      } catch (error) {
        // Some servers forbid words in names, and customers choose theirs.
        if (!(error instanceof PermanentError) || name === plainName) throw error
        return start(starter, plainName)
      }
    },
  }
}

/** What a thread is called that begins with this message: who wrote, about what. */
export function threadNameOf(message: Message): string {
  const texts = titlesOf(message)
  const parts = texts.filter((text) => !isBlank(text)).map((text) => oneLine(text, maxName - 30))
  return parts.length === 0 ? plainName : cut(parts.join(' · '), maxName)
}

function titlesOf(message: Message): string[] {
  switch (message.kind) {
    case 'notice':
    case 'found':
      return [message.title]
    case 'report':
      return [message.report.title]
    default:
      return [message.card.customer.name, aboutOf(message.card)]
  }
}

const aboutOf = ({ subject, summary }: Card) => [subject, summary].find((text) => text && !isBlank(text)) ?? ''
