import { ChannelType, MessageFlags, type APIAttachment, type APIMessage } from 'discord.js'
import { problemsOf } from '../discord-limits.ts'
import { componentsIn, type Component } from './payloads.ts'
import { invalid, refusal, type Answer, type Call, type Proxy, type SentFile } from './proxy.ts'
import { generateSnowflake, type Twin } from './twin.ts'

/** What Discord holds against the rules that its peer leaves out: files, nonces, limits, threads. */
export interface Posts {
  /** What stands in a channel or a thread, the oldest first. */
  read(channel: string): Promise<APIMessage[]>
  write(channel: string, call: Pick<Call, 'body' | 'files'>): Promise<Answer>
  /** Files that came with a message, as it shows them from then on. */
  keep(channel: string, call: Pick<Call, 'body' | 'files'>): APIAttachment[]
  edit(channel: string, id: string, call: Pick<Call, 'body' | 'files'>): Promise<Answer>
}

interface Body {
  flags?: number
  components?: unknown
  nonce?: string | number
  enforce_nonce?: boolean
  attachments?: { id: string | number; filename?: string }[]
  message_reference?: { message_id?: string; fail_if_not_exists?: boolean }
}

export const maxFile = 10 * 2 ** 20
const fewMinutes = 3 * 60_000

export function servePosts(
  proxy: Proxy,
  twin: Twin,
  { guild, refuse }: { guild: string; refuse: (call: { path: string }, problems: string[]) => Answer },
): Posts {
  const nonces = new Map<string, { posted: Promise<Answer>; at: number }>()
  const contents = new Map<string, SentFile>()

  async function forwarded(method: string, path: string, body?: unknown): Promise<APIMessage | null> {
    const { status, body: message } = await proxy.forward(method, path, body)
    return status === 200 ? (message as APIMessage) : null
  }

  /** As Discord shows it to whoever reads it: files have addresses, and a message knows its thread. */
  async function presented(messages: APIMessage[]): Promise<APIMessage[]> {
    const threads = await twin.prisma.channel.findMany({ where: { id: { in: messages.map(({ id }) => id) } } })
    const started = new Set(threads.map(({ id }) => id))
    return Promise.all(
      messages.map(async (message): Promise<APIMessage> => {
        const components = message.components && resolved(message.components, message.attachments)
        const inComponents = new Set(
          componentsIn(components)
            .flatMap(mediaOf)
            .map(({ attachment_id: id }) => id),
        )
        const shown = {
          ...message,
          ...(components ? { components } : {}),
          // Those that a component shows are not among them.
          attachments: message.attachments.filter(({ id }) => !inComponents.has(id)),
        }
        if (!started.has(message.id)) return shown
        const { body: thread } = await proxy.forward('GET', `/channels/${message.id}`)
        return {
          ...shown,
          flags: (message.flags ?? 0) | MessageFlags.HasThread,
          thread: thread as NonNullable<APIMessage['thread']>,
        }
      }),
    )
  }
  const presentedOne = async (message: APIMessage): Promise<APIMessage> => (await presented([message]))[0] ?? message

  const keep: Posts['keep'] = (channel, { body, files }) => {
    const { attachments = [] } = (body ?? {}) as Body
    return files.map((file, index) => {
      const id = generateSnowflake()
      contents.set(id, file)
      const filename = attachments.find((one) => Number(one.id) === index)?.filename ?? file.name
      const url = `${proxy.url}/attachments/${channel}/${id}/${encodeURIComponent(filename)}`
      return { id, filename, content_type: file.mediaType, size: file.content.length, url, proxy_url: url }
    })
  }

  const read: Posts['read'] = async (channel) => {
    const all: APIMessage[] = []
    for (;;) {
      const before = all[0] ? `&before=${all[0].id}` : ''
      const { status, body } = await proxy.forward('GET', `/channels/${channel}/messages?limit=100${before}`)
      if (status !== 200) return []
      const page = body as APIMessage[]
      all.unshift(...page.toReversed())
      if (page.length < 100) return presented(all)
    }
  }

  /** The same author's same nonce is the same message, also when both come at once. */
  const write: Posts['write'] = async (channel, call) => {
    const { nonce, enforce_nonce: isEnforced } = (call.body ?? {}) as Body
    if (nonce === undefined) return create(channel, call)
    const earlier = isEnforced ? nonces.get(String(nonce)) : undefined
    if (earlier && Date.now() - earlier.at < fewMinutes) {
      const { status, body } = await earlier.posted
      const { channel_id: room, id } = (body ?? {}) as APIMessage
      const first = status === 200 ? await forwarded('GET', `/channels/${room}/messages/${id}`) : null
      if (first) return { status: 200, body: await presentedOne(first) }
    }
    const posted = create(channel, call)
    nonces.set(String(nonce), { posted, at: Date.now() })
    return posted
  }

  async function create(channel: string, { body: sent, files }: Pick<Call, 'body' | 'files'>): Promise<Answer> {
    const path = `/channels/${channel}/messages`
    const body = (sent ?? {}) as Body
    const { nonce } = body
    if (files.some(({ content }) => content.length > maxFile)) return refusal(413, 40005, 'Request entity too large')
    const attachments = keep(channel, { body, files })
    const problems = [
      ...problemsOf(body),
      ...(nonce !== undefined && String(nonce).length > 25 ? ['nonce: Must be 25 or fewer in length.'] : []),
      ...componentProblems(body.components, attachments),
    ]
    if (problems.length > 0) return refuse({ path }, problems)
    const reply = body.message_reference
    if (reply?.message_id && reply.fail_if_not_exists !== false) {
      if (!(await forwarded('GET', `/channels/${channel}/messages/${reply.message_id}`)))
        return invalid(['message_reference: Unknown message'])
    }
    const thread = await twin.prisma.channel.findUnique({ where: { id: channel } })
    if (thread?.archived && thread.locked) return refusal(400, 50083, 'Thread is archived')
    if (thread?.archived) await twin.prisma.channel.update({ where: { id: channel }, data: { archived: false } })
    const answer = await proxy.forward('POST', path, {
      ...body,
      flags: (body.flags ?? 0) & ~MessageFlags.Ephemeral,
      ...(body.components ? { components: numbered(body.components) } : {}),
    })
    if (answer.status !== 200) return answer
    const message = answer.body as APIMessage
    const type = reply?.message_id ? { type: 19 } : {}
    await twin.prisma.message.update({
      where: { id: message.id },
      data: { attachments: JSON.stringify(attachments), ...type },
    })
    return { status: 200, body: await presentedOne({ ...message, attachments, ...type }) }
  }

  const edit: Posts['edit'] = async (channel, id, { body: sent, files }) => {
    const path = `/channels/${channel}/messages/${id}`
    const body = (sent ?? {}) as Body
    const before = await proxy.forward('GET', path)
    if (before.status !== 200) return before
    const existing = before.body as APIMessage
    if (existing.author.id !== twin.botUserId)
      return refusal(403, 50005, 'Cannot edit a message authored by another user')
    const flags = existing.flags ?? 0
    const isV2 = (flags & MessageFlags.IsComponentsV2) > 0
    const { attachments: named } = body
    const kept = named
      ? existing.attachments.filter((one) => named.some((other) => String(other.id) === one.id))
      : existing.attachments
    const attachments = [...kept, ...keep(channel, { body, files })]
    const problems = [
      ...problemsOf({ ...body, flags: body.flags ?? flags }),
      ...(isV2 && body.flags !== undefined && (body.flags & MessageFlags.IsComponentsV2) === 0
        ? ['flags: Components V2 can not be taken off a message.']
        : []),
      ...componentProblems(body.components, attachments),
    ]
    if (problems.length > 0) return refuse({ path }, problems)
    const answer = await proxy.forward('PATCH', path, {
      ...body,
      ...(body.components ? { components: numbered(body.components) } : {}),
    })
    if (answer.status !== 200) return answer
    await twin.prisma.message.update({ where: { id }, data: { attachments: JSON.stringify(attachments) } })
    return { status: 200, body: await presentedOne({ ...(answer.body as APIMessage), attachments }) }
  }

  /** A thread has the id of the message that it is below: the peer gives it another. */
  async function startThread(channel: string, message: string, sent: unknown): Promise<Answer> {
    const { name = '', auto_archive_duration: archiveMinutes = 1440 } = (sent ?? {}) as {
      name?: string
      auto_archive_duration?: number
    }
    const found = await proxy.forward('GET', `/channels/${channel}/messages/${message}`)
    if (found.status !== 200) return found
    if (await twin.prisma.channel.findUnique({ where: { id: message } }))
      return refusal(400, 160004, 'A thread has already been created for this message')
    const problems = [
      ...(name.trim().length < 1 || name.length > 100 ? ['name: Must be between 1 and 100 in length.'] : []),
      ...([60, 1440, 4320, 10_080].includes(archiveMinutes) ? [] : ['auto_archive_duration: Not a choice.']),
    ]
    if (problems.length > 0) return refuse({ path: `/channels/${channel}/messages/${message}/threads` }, problems)
    await twin.prisma.channel.create({
      data: {
        id: message,
        guildId: guild,
        type: ChannelType.PublicThread,
        name: name.trim(),
        parentId: channel,
        ownerId: twin.botUserId,
        autoArchiveDuration: archiveMinutes,
        archiveTimestamp: new Date(),
        starterMessageId: message,
        memberCount: 1,
      },
    })
    const { body } = await proxy.forward('GET', `/channels/${message}`)
    return { status: 201, body }
  }

  const one = /^\/channels\/(\d+)\/messages\/(\d+)$/
  const all = /^\/channels\/(\d+)\/messages$/
  proxy.answer('POST', all, (call, [channel = '']) => write(channel, call))
  proxy.answer('PATCH', one, (call, [channel = '', id = '']) => edit(channel, id, call))
  proxy.answer('GET', one, async (call) => {
    const message = await forwarded('GET', call.path)
    return message && { status: 200, body: await presentedOne(message) }
  })
  proxy.answer('GET', all, async (call) => {
    const { status, body } = await proxy.forward('GET', `${call.path}?${call.query}`)
    return { status, body: status === 200 ? await presented(body as APIMessage[]) : body }
  })
  proxy.answer('POST', /^\/channels\/(\d+)\/messages\/(\d+)\/threads$/, (call, [channel = '', message = '']) =>
    startThread(channel, message, call.body),
  )
  proxy.answer('GET', /^\/attachments\/\d+\/(\d+)\//, (_, [id = '']) => {
    const file = contents.get(id)
    return file
      ? { status: 200, body: file.content, headers: { 'content-type': file.mediaType } }
      : { status: 404, body: Buffer.from('This content is no longer available.') }
  })
  return { read, write, edit, keep }
}

/** Discord numbers what came without an id: https://docs.discord.com/developers/components/reference#anatomy-of-a-component */
export function numbered(components: unknown): unknown {
  const copy: unknown = structuredClone(components)
  const all = componentsIn(copy)
  const taken = new Set(all.map((component) => component['id']))
  let next = 0
  for (const component of all) {
    if (component['id']) continue
    do next += 1
    while (taken.has(next))
    component['id'] = next
  }
  return copy
}

/** What Discord would refuse of components beside these files. */
export function componentProblems(components: unknown, attachments: APIAttachment[]): string[] {
  const all = componentsIn(components)
  const ids = all.flatMap((component) => (component['id'] ? [component['id']] : []))
  const missing = all.flatMap(mediaOf).filter(({ url }) => {
    const name = /^attachment:\/\/(.*)$/.exec(url)?.[1]
    return name !== undefined && !attachments.some(({ filename }) => filename === name)
  })
  return [
    ...(new Set(ids).size < ids.length ? ['components: Component ids must be unique.'] : []),
    ...ids.flatMap((id) =>
      typeof id === 'number' && Number.isInteger(id) && id > 0 && id < 2 ** 31 ? [] : ['components: id is no int32.'],
    ),
    ...missing.map(({ url }) => `components: The referenced attachment was not found: ${url}`),
  ]
}

interface Media {
  url: string
  attachment_id?: string
}

/** What a component shows: pictures of a gallery, a thumbnail, a file. */
function mediaOf(component: Component): Media[] {
  const items = (component['items'] ?? []) as { media: Media }[]
  return [...items.map(({ media }) => media), component['media'], component['file']].filter(
    (media): media is Media => typeof media === 'object' && media !== null && 'url' in media,
  )
}

/** The same components, with the addresses of the files that they show. */
export function resolved<T>(components: T, attachments: APIAttachment[]): T {
  const copy = structuredClone(components)
  for (const media of componentsIn(copy).flatMap(mediaOf)) {
    const found = attachments.find(({ filename }) => media.url === `attachment://${filename}`)
    if (found) Object.assign(media, { url: found.url, proxy_url: found.proxy_url, attachment_id: found.id })
  }
  return copy
}
