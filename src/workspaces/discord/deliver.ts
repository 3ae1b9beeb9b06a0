import { extname } from 'node:path'
import {
  ComponentType,
  RESTJSONErrorCodes as Code,
  Routes,
  type APIComponentInContainer,
  type APIMessage,
  type APIMessageTopLevelComponent,
  type RESTPostAPIChannelMessageJSONBody,
} from 'discord.js'
import type { AttachmentRef } from '../../conversations/conversation.ts'
import { GoneError, messageOf, PermanentError, RetryableError } from '../../errors.ts'
import { attachmentsOf, fileNameOf, withoutShared } from '../kit/files.ts'
import { findPost, searchWindow } from '../kit/search.ts'
import type { EntryMessage, Message } from '../message.ts'
import type { Place, Workspace, WorkspaceIo } from '../workspace.ts'
import { hasMarks, nonceOf } from './components/marks.ts'
import { broadcastOf, type DiscordMessage, type Look, type SharedFile } from './components/message.ts'
import { codeOf } from './failures.ts'
import { parseId, type Id } from './ids.ts'
import type { DrawPictures } from './pictures.ts'
import { readRef, urlIn, urlOf, type Ref } from './ref.ts'
import type { Rest } from './rest.ts'
import { createThreads, threadNameOf } from './threads.ts'
import type { Upload } from './upload.ts'

interface Parts {
  rest: Rest
  /** `messageOf` of ./components/message.ts. */
  render(message: Message, look: Look): DiscordMessage
  upload(attachments: AttachmentRef[]): Promise<Upload>
  pictures: DrawPictures
  io: Pick<WorkspaceIo, 'clock' | 'log'>
}

/** What Discord says it posted just now, and is older than this, was posted before. */
const oldAfterMs = 10_000
const maxDeleted = 1000
/** A message that is deleted as often within minutes is posted anew when that is noticed. */
const maxPosts = 3
const pageSize = 100
const maxPages = 25

/** Posts, finds and updates messages: https://docs.discord.com/developers/resources/message */
export function createDelivery({
  rest,
  render,
  upload,
  pictures,
  io,
}: Parts): Pick<Workspace, 'post' | 'find' | 'update' | 'urlOf'> {
  const threads = createThreads(rest)

  /** By key: the last message posted with it that was deleted, or has a thread that takes nothing more. */
  const deleted = new Map<string, string>()

  function noteDeleted({ key, message }: Ref): void {
    if (deleted.size >= maxDeleted) deleted.clear()
    deleted.set(key, message)
  }

  /** Discord takes the same post twice for one, for a few minutes: even when that one was deleted since. */
  async function send(
    channel: string,
    key: string,
    body: RESTPostAPIChannelMessageJSONBody,
    files: Upload['files'] = [],
  ): Promise<APIMessage> {
    const oldest = snowflakeAt(io.clock.now().getTime() - oldAfterMs)
    let replaces = deleted.get(key) ?? ''
    for (let attempt = 1; ; attempt += 1) {
      const posted = await rest.ask<APIMessage>('post', 'post in this channel', {
        method: 'POST',
        route: Routes.channelMessages(channel),
        body: { ...body, nonce: nonceOf(`${channel} ${key} ${replaces}`), enforce_nonce: true },
        ...(files.length > 0 ? { files } : {}),
      })
      const isNew = BigInt(posted.id) >= oldest
      if (isNew || attempt === maxPosts || (await shownAnew(channel, posted.id, body))) return posted
      replaces = posted.id
    }
  }

  /** What was posted before shows what was said then. False: somebody deleted it. */
  async function shownAnew(
    channel: string,
    message: string,
    { message_reference: _, attachments: __, ...body }: RESTPostAPIChannelMessageJSONBody,
  ): Promise<boolean> {
    const route = Routes.channelMessage(channel, message)
    try {
      await rest.ask('call', 'change this message', { method: 'PATCH', route, body })
      return true
    } catch (error) {
      if (error instanceof RetryableError)
        throw new Error('Discord has this message already, and it is not known what it shows', { cause: error })
      // Whatever else is wrong: it was posted.
      return !(error instanceof GoneError && error.what === 'post')
    }
  }

  async function sendWithFiles(guild: string, channel: string, message: Message, key: string): Promise<Ref> {
    const sendThese = async ({ shared, files }: Upload): Promise<Ref> => {
      const body = { ...shown(key, message, shared), ...titled(message, shared) }
      const { id } = await send(channel, key, body, files)
      return { guild, channel, message: id, key, files: shared }
    }
    const files = await (message.kind === 'report' ? pictures(message.report) : upload(attachmentsOf(message)))
    try {
      return await sendThese(files)
    } catch (error) {
      // It was refused, perhaps for the files' sake: the words matter more.
      if (files.files.length === 0 || !isRefusal(error)) throw error
      io.log.warn('a message was posted in Discord without its files', { key, reason: messageOf(error) })
      return sendThese({ shared: [], files: [] })
    }
  }

  function shown(key: string, message: Message, files: SharedFile[]): DiscordMessage {
    const look = files.length > 0 ? { key, files } : { key }
    const ids = files.map(({ attachmentId }) => attachmentId)
    return render(withoutShared(message, ids), look)
  }

  async function sendInThread(card: Ref, message: Message, key: string): Promise<Ref> {
    const thread = await threads.open(card, threadNameOf(message)).catch(keepRoomGoing)
    const line = message.kind === 'entry' && message.isBroadcast ? await tellRoom(card, message, thread, key) : null
    try {
      const ref = await sendWithFiles(card.guild, thread, message, key)
      return line === null ? ref : { ...ref, line: { channel: card.channel, message: line } }
    } catch (error) {
      const failure =
        codeOf(error) === Code.UnknownChannel
          ? new GoneError("Discord can't post in this thread: it was deleted", 'post', { cause: error })
          : error
      // The card is posted anew then: Discord must not take it for the one that stands there.
      if (failure instanceof GoneError && failure.what === 'post') noteDeleted(card)
      return keepRoomGoing(failure)
    }
  }

  /**
   * A thread is seen only by those who look into it. Returns what told the room; null: it could not be told. Throws when
   * that is not known.
   */
  async function tellRoom(card: Ref, message: EntryMessage, thread: string, key: string): Promise<string | null> {
    const lineKey = lineKeyOf(key)
    // What came after the line may have failed, for longer than Discord knows a post again.
    const told = await findLately(card.channel, lineKey)
    if (told !== null) return told
    const line = broadcastOf(message, { key: lineKey }, urlIn(card.guild, thread))
    const reference = { message_id: card.message, channel_id: card.channel, fail_if_not_exists: false }
    try {
      return (await send(card.channel, lineKey, { ...line, message_reference: reference })).id
    } catch (error) {
      if (!(error instanceof PermanentError)) throw error
      io.log.warn('the room was not told that somebody waits again', { key, reason: messageOf(error) })
      return null
    }
  }

  /** Null: it is not among the newest messages. */
  async function findLately(channel: string, key: string): Promise<string | null> {
    const { botUserId } = await rest.identify()
    const said = await rest.ask<APIMessage[]>('call', 'look for a message', {
      method: 'GET',
      route: Routes.channelMessages(channel),
      query: new URLSearchParams({ limit: pageSize.toString() }),
    })
    return said.find(({ author, components }) => author.id === botUserId && hasMarks(components, key))?.id ?? null
  }

  async function* pages(channel: string, from: bigint, to: bigint) {
    let after = from
    for (let page = 0; page < maxPages; page += 1) {
      const query = new URLSearchParams({ after: after.toString(), limit: pageSize.toString() })
      const said = await rest.ask<APIMessage[]>('call', 'look for a message', {
        method: 'GET',
        route: Routes.channelMessages(channel),
        query,
      })
      yield said.filter(({ id }) => BigInt(id) <= to)
      after = said.reduce((newest, { id }) => (BigInt(id) > newest ? BigInt(id) : newest), after)
      if (said.length < pageSize || after > to) return
    }
    throw new RetryableError('Discord has too many messages in this channel to look through')
  }

  async function findAll({ guild, local }: Id, place: Place, since: Date): Promise<Ref[]> {
    const card = place.thread ? readRef(place.thread) : null
    const channel = card ? await threads.find(card) : local
    if (channel === null) return []
    const found = await findMessages({ guild, local: channel }, place.key, since)
    const [line] =
      card && found.length > 0 ? await findMessages({ guild, local: card.channel }, lineKeyOf(place.key), since) : []
    return line ? found.map((ref) => ({ ...ref, line: { channel: line.channel, message: line.message } })) : found
  }

  async function findMessages({ guild, local: channel }: Id, key: string, since: Date): Promise<Ref[]> {
    const { botUserId } = await rest.identify()
    const { fromMs, toMs } = searchWindow(since)
    const [from, to] = [snowflakeAt(fromMs), snowflakeAt(toMs)]
    const found: Ref[] = []
    for await (const messages of pages(channel, from, to)) {
      for (const { id, author, components = [] } of messages) {
        if (author.id !== botUserId || !hasMarks(components, key)) continue
        found.push({ guild, channel, message: id, key, files: components.flatMap(filesIn) })
      }
    }
    return found.toSorted((a, b) => (BigInt(a.message) < BigInt(b.message) ? -1 : 1))
  }

  return {
    async post(message, place) {
      const { guild, local } = roomOf(place.room)
      return place.thread
        ? sendInThread(readRef(place.thread), message, place.key)
        : sendWithFiles(guild, local, message, place.key)
    },

    async find(place, since) {
      const room = roomOf(place.room)
      return findPost({
        platform: 'Discord',
        key: place.key,
        since,
        io,
        findAll: () => findAll(room, place, since),
        remove: ({ channel, message }) =>
          rest.ask('call', 'delete a double', { method: 'DELETE', route: Routes.channelMessage(channel, message) }),
      })
    },

    async update(ref, message) {
      const read = readRef(ref)
      const { channel, message: id, key, files } = read
      try {
        await rest.ask('call', 'change this message', {
          method: 'PATCH',
          route: Routes.channelMessage(channel, id),
          body: shown(key, message, files),
        })
      } catch (error) {
        if (error instanceof GoneError && error.what === 'post') noteDeleted(read)
        throw error
      }
    },

    urlOf,
  }
}

/** Of the line in the room about what stands in a thread. */
const lineKeyOf = (key: string): string => `${key}/room`

/** Throws GoneError for a room that can't be one of Discord's. */
function roomOf(room: string): Id {
  const id = parseId(room)
  if (id) return id
  throw new GoneError(room === '' ? 'No Discord channel was chosen yet' : `"${room}" is no Discord channel`, 'room')
}

/** A thread that takes no more for now keeps nobody waiting but itself: how long Discord wants to wait is not told on. */
function keepRoomGoing(error: unknown): never {
  throw error instanceof RetryableError ? new RetryableError(error.message, { cause: error }) : error
}

/** True when the same words without files may be taken. */
function isRefusal(error: unknown): boolean {
  return error instanceof PermanentError || codeOf(error) === Code.MissingPermissions
}

/** Files are sent under names that Discord leaves alone, and shown under their own. */
function titled(message: Message, shared: SharedFile[]): Pick<RESTPostAPIChannelMessageJSONBody, 'attachments'> {
  if (shared.length === 0) return {}
  const attachments = attachmentsOf(message)
  return {
    attachments: shared.map(({ attachmentId, name }, id) => {
      const own = fileNameOf(attachments.find((attachment) => attachment.id === attachmentId)?.name ?? name)
      const title = own.slice(0, own.length - extname(own).length)
      return { id, filename: name, ...(own === name || title.trim() === '' ? {} : { title }) }
    }),
  }
}

/** What a component shows is not among the attachments of its message: only its address tells what it is called. */
function filesIn(component: APIMessageTopLevelComponent | APIComponentInContainer): SharedFile[] {
  const file = (url: string, isImage: boolean): SharedFile => {
    const [, name = ''] = /([^/?#]*)(?:[?#].*)?$/.exec(url) ?? []
    return { attachmentId: '', name, isImage }
  }
  switch (component.type) {
    case ComponentType.Container:
      return component.components.flatMap(filesIn)
    case ComponentType.MediaGallery:
      return component.items.map(({ media }) => file(media.url, true))
    case ComponentType.File:
      return [file(component.file.url, false)]
    default:
      return []
  }
}

/** The smallest id that something made at that moment can have: https://docs.discord.com/developers/reference#snowflakes */
function snowflakeAt(ms: number): bigint {
  return BigInt(Math.max(0, ms - 1_420_070_400_000)) << 22n
}
