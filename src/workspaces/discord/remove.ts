import { RESTJSONErrorCodes as Code, Routes, type APIMessage } from 'discord.js'
import { GoneError, messageOf, PermanentError } from '../../errors.ts'
import type { Workspace } from '../workspace.ts'
import { codeOf } from './failures.ts'
import { readRef, urlIn, type Ref } from './ref.ts'
import type { Rest } from './rest.ts'
import { plainName } from './threads.ts'

const pageSize = 100
const closed = new Set<number | null>([Code.InvalidActionOnArchivedThread, Code.ThreadLocked])
const denied = new Set<number | null>([Code.MissingPermissions, Code.MissingAccess])

/** Deletes messages, each with its thread: https://docs.discord.com/developers/resources/channel#deleteclose-channel */
export function createRemoval(rest: Pick<Rest, 'ask' | 'identify'>): Pick<Workspace, 'remove'> {
  const call = <T>(what: string, method: 'GET' | 'PATCH' | 'DELETE', route: `/${string}`, body?: object): Promise<T> =>
    rest.ask<T>('call', what, { method, route, ...(body ? { body } : {}) })

  const drop = (channel: string, message: string) =>
    unlessGone(call('delete this message', 'DELETE', Routes.channelMessage(channel, message)))

  /** A thread that was closed lets nothing be deleted in it. */
  async function dropMessage(channel: string, message: string): Promise<void> {
    try {
      await drop(channel, message)
    } catch (error) {
      if (!closed.has(codeOf(error))) throw error
      await unlessGone(call('open this thread', 'PATCH', Routes.channel(channel), { archived: false }))
      await drop(channel, message)
    }
  }

  /** With everything that anybody wrote in it. False: we have no right to. */
  async function dropThread(id: string): Promise<boolean> {
    try {
      await unlessGone(call('delete this thread', 'DELETE', Routes.channel(id)))
      return true
    } catch (error) {
      if (denied.has(codeOf(error))) return false
      throw error
    }
  }

  /** Our own messages in a thread, and its name: that is who wrote. */
  async function emptyThread(id: string): Promise<void> {
    const { botUserId } = await rest.identify()
    for (let before: string | undefined; ;) {
      const query = new URLSearchParams({ limit: pageSize.toString(), ...(before ? { before } : {}) })
      const page = await rest.ask<APIMessage[]>('call', 'look into this thread', {
        method: 'GET',
        route: Routes.channelMessages(id),
        query,
      })
      for (const { id: message, author } of page) if (author.id === botUserId) await dropMessage(id, message)
      before = page.at(-1)?.id
      if (before === undefined || page.length < pageSize) break
    }
    try {
      await call('rename this thread', 'PATCH', Routes.channel(id), { name: plainName })
    } catch (error) {
      // Whoever may not is told of the whole thread anyway.
      if (!(error instanceof PermanentError || error instanceof GoneError)) throw error
    }
  }

  async function removeAll({ guild, channel, message, line }: Ref): Promise<void> {
    if (line) await dropMessage(line.channel, line.message)
    // A thread has the id of the message that it was started from, and outlives it.
    const isThreadGone = await dropThread(message)
    if (!isThreadGone) await emptyThread(message)
    await dropMessage(channel, message)
    if (!isThreadGone)
      throw new PermanentError("Discord can't delete a thread: the permission Manage Threads is missing", {
        action: `Give Deskbell’s role Manage Threads in the channel, or delete the thread by hand: ${urlIn(guild, message)}`,
      })
  }

  return {
    async remove(ref) {
      try {
        await removeAll(readRef(ref))
      } catch (error) {
        if (!(error instanceof GoneError)) throw error
        // It stands there still: only where Discord knows of no message or channel, nothing is left to do.
        throw new PermanentError(messageOf(error), {
          cause: error,
          action: 'Give Deskbell the access back, or delete the message by hand',
        })
      }
    },
  }
}

async function unlessGone(deleting: Promise<unknown>): Promise<void> {
  try {
    await deleting
  } catch (error) {
    const code = codeOf(error)
    if (code !== Code.UnknownMessage && code !== Code.UnknownChannel) throw error
  }
}
