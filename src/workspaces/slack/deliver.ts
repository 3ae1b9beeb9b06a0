import { z } from 'zod'
import { GoneError, messageOf, PermanentError, RetryableError } from '../../errors.ts'
import { attachmentsOf, withoutShared } from '../kit/files.ts'
import { findPost, searchWindow } from '../kit/search.ts'
import type { Message } from '../message.ts'
import type { Place, PostRef, Workspace, WorkspaceIo } from '../workspace.ts'
import type { Look, SlackMessage } from './blocks/message.ts'
import type { Clients, TeamClient } from './clients.ts'
import { asking, patiently } from './failures.ts'
import { parseId, type Id } from './ids.ts'
import { isOurs, messagesIn } from './read-messages.ts'
import type { Upload, Uploaded } from './upload.ts'

interface Parts extends Upload {
  clients: Clients
  /** `messageOf` of ./blocks/message.ts. */
  render(message: Message, look: Look): SlackMessage
  /** There is one token for all rooms, which the operator sets. */
  isOnlyToken: boolean
  io: Pick<WorkspaceIo, 'clock' | 'log'>
}

const refSchema = z.object({
  team: z.string(),
  channel: z.string(),
  ts: z.string(),
  url: z.string().nullable().default(null),
  /** Those that it shares; their links must stay in it. */
  files: z
    .array(z.object({ attachmentId: z.string(), name: z.string(), permalink: z.string(), isImage: z.boolean() }))
    .default([]),
})
type Ref = z.infer<typeof refSchema>

const eventType = 'deskbell_post'
const maxUnclear = 1000

/** Posts, finds and updates messages: https://docs.slack.dev/reference/methods/chat.postMessage */
export function createDelivery({
  clients,
  render,
  upload,
  discard,
  isOnlyToken,
  io,
}: Parts): Pick<Workspace, 'post' | 'find' | 'update' | 'urlOf'> {
  /** By key: the files of posts of which it is not known whether they are there. */
  const unclear = new Map<string, { client: TeamClient; files: Uploaded[] }>()

  function keepUnclear(key: string, client: TeamClient, files: Uploaded[]): void {
    if (unclear.size >= maxUnclear) unclear.clear()
    if (files.length > 0) unclear.set(key, { client, files })
  }

  async function settleUnclear(key: string, isThere: boolean): Promise<void> {
    const post = unclear.get(key)
    unclear.delete(key)
    if (post && !isThere) await discard(post.client, post.files)
  }

  async function send(client: TeamClient, channel: string, message: Message, place: Place): Promise<Ref> {
    const thread = place.thread ? readRef(place.thread).ts : null
    const files = await upload(client, attachmentsOf(message))
    const postWith = async (shared: Uploaded[], isWhole: boolean): Promise<Ref> => {
      const words = {
        channel,
        ...shown(client, message, shared, isWhole),
        metadata: { event_type: eventType, event_payload: { key: place.key } },
        ...threadOf(message, thread),
      }
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- Slack's, no window's
      const posted = await asking('post', 'post in this channel', () => client.web.chat.postMessage(words))
      if (!posted.ts) throw new Error("Slack's answer to a post has no ts")
      return refOf(client, posted.channel ?? channel, posted.ts, thread, shared)
    }
    try {
      return await postWith(files, true)
    } catch (error) {
      if (!isCertain(error)) {
        keepUnclear(place.key, client, files)
        throw error
      }
      await discard(client, files)
      // It was refused, perhaps for the files' or the charts' sake: the words matter more.
      if ((files.length === 0 && !hasCharts(message)) || !(error instanceof PermanentError)) throw error
      io.log.warn('a message was posted in Slack without its files and charts', {
        key: place.key,
        reason: messageOf(error),
      })
      return postWith([], false)
    }
  }

  async function change(client: TeamClient, { channel, ts, files }: Ref, message: Message): Promise<void> {
    const changeTo = (isWhole: boolean) =>
      asking('call', 'change this message', () =>
        client.web.chat.update({ channel, ts, ...shown(client, message, files, isWhole) }),
      )
    try {
      await changeTo(true)
    } catch (error) {
      if (!hasCharts(message) || !(error instanceof PermanentError)) throw error
      await changeTo(false)
    }
  }

  /** `isWhole`: with the charts. */
  function shown({ team }: Pick<TeamClient, 'team'>, message: Message, files: Uploaded[], isWhole: boolean) {
    const hasFiles = files.length > 0
    const look: Look = { team, ...(hasFiles ? { files } : {}), ...(isWhole ? {} : { isWithoutCharts: true }) }
    // A link of a customer's must not bring its page along; a file's link must.
    return {
      ...render(
        withoutShared(
          message,
          files.map(({ attachmentId }) => attachmentId),
        ),
        look,
      ),
      unfurl_links: hasFiles,
      unfurl_media: hasFiles,
    }
  }

  async function refOf(
    client: TeamClient,
    channel: string,
    ts: string,
    thread: string | null,
    files: Uploaded[],
  ): Promise<Ref> {
    // The message is there by now; not knowing its address is no failure.
    const identity = await client.identify().catch(() => null)
    return { team: client.team, channel, ts, url: urlIn(identity?.site ?? null, channel, ts, thread), files }
  }

  async function findAll(client: TeamClient, channel: string, place: Place, since: Date): Promise<Ref[]> {
    const timestamp = (ms: number) => (ms / 1000).toFixed(6)
    const { fromMs, toMs } = searchWindow(since)
    const [from, to] = [timestamp(fromMs), timestamp(toMs)]
    const thread = place.thread ? readRef(place.thread).ts : null
    const own = await client.identify()
    // By ts: the same message on two pages is no double.
    const found = new Map<string, Ref>()
    for await (const messages of messagesIn(client.web, { channel, thread, span: { from, to } })) {
      for (const message of messages) {
        if (!message.ts || message.ts < from || !isOurs(message, own)) continue
        if (keyOf(message.metadata) !== place.key) continue
        found.set(message.ts, await refOf(client, channel, message.ts, thread, filesOf(message.files)))
      }
    }
    return [...found.values()].toSorted((a, b) => (a.ts < b.ts ? -1 : 1))
  }

  return {
    async post(message, place) {
      const { team, local } = roomOf(place.room)
      return patiently(isOnlyToken, async () => send(await clients.of(team), local, message, place))
    },

    async find(place, since) {
      const { team, local } = roomOf(place.room)
      const found = await findPost({
        platform: 'Slack',
        key: place.key,
        since,
        io,
        findAll: () => patiently(isOnlyToken, async () => findAll(await clients.of(team), local, place, since)),
        async remove({ ts }) {
          const { web } = await clients.of(team)
          await asking('call', 'delete a double', () => web.chat.delete({ channel: local, ts }))
        },
      })
      await settleUnclear(place.key, found !== null)
      return found
    },

    async update(ref, message) {
      const read = readRef(ref)
      await patiently(isOnlyToken, async () => change(await clients.of(read.team), read, message))
    },

    urlOf(ref) {
      return refSchema.safeParse(ref).data?.url ?? null
    },
  }
}

/** Certainly not posted. */
const isCertain = (error: unknown): boolean =>
  [RetryableError, GoneError, PermanentError].some((kind) => error instanceof kind)

const hasCharts = (message: Message) => message.kind === 'report' && message.report.charts.length > 0

/** Throws GoneError for a room that can't be one of Slack's. */
function roomOf(room: string): Id {
  const id = parseId(room)
  if (id) return id
  throw new GoneError(room === '' ? 'No Slack channel was chosen yet' : `"${room}" is no Slack channel`, 'room')
}

/** Throws GoneError for what is no reference of Slack's. */
export function readRef(ref: PostRef): Ref {
  const read = refSchema.safeParse(ref)
  if (read.success) return read.data
  throw new GoneError('It is not known where this message is in Slack', 'post', { cause: read.error })
}

function threadOf(message: Message, thread: string | null) {
  if (thread === null) return {}
  const isBroadcast = message.kind === 'entry' && message.isBroadcast
  return isBroadcast ? { thread_ts: thread, reply_broadcast: true as const } : { thread_ts: thread }
}

const metadataSchema = z.object({ event_type: z.literal(eventType), event_payload: z.object({ key: z.string() }) })

function keyOf(metadata: unknown): string | null {
  return metadataSchema.safeParse(metadata).data?.event_payload.key ?? null
}

function filesOf(files: { name?: string; permalink?: string; mimetype?: string }[] | undefined): Uploaded[] {
  return (files ?? []).flatMap(({ name = 'file', permalink, mimetype }) =>
    permalink ? [{ attachmentId: '', name, permalink, isImage: mimetype?.startsWith('image/') ?? false }] : [],
  )
}

export function urlIn(site: string | null, channel: string, ts: string, thread: string | null): string | null {
  if (site === null) return null
  const url = new URL(`archives/${channel}/p${ts.replace('.', '')}`, site)
  if (thread) url.search = new URLSearchParams({ thread_ts: thread, cid: channel }).toString()
  return url.href
}
