import { GoneError, PermanentError } from '../../errors.ts'
import type { PostRef, Workspace } from '../workspace.ts'
import type { Clients, TeamClient } from './clients.ts'
import { readRef } from './deliver.ts'
import { asking, codeOf, patiently } from './failures.ts'
import { isOurs, messagesIn, type ReadMessage } from './read-messages.ts'
import { fileIn } from './upload.ts'

interface Parts {
  clients: Clients
  /** As in `createDelivery`. */
  isOnlyToken: boolean
}

/**
 * Takes posts away, with what Deskbell said below them and the files that they share; what teammates wrote in a thread
 * stays, below "This message was deleted". https://docs.slack.dev/reference/methods/chat.delete
 */
export function createRemoval({ clients, isOnlyToken }: Parts): Workspace['remove'] {
  return async (ref: PostRef) => {
    try {
      const { team, channel, ts, files } = readRef(ref)
      const links = files.map(({ permalink }) => permalink)
      await patiently(isOnlyToken, async () => removeAll(await clients.of(team), channel, ts, links))
    } catch (error) {
      // The room is closed to us: who can say whether it is still there?
      if (!(error instanceof GoneError)) throw error
      const action = 'Let Deskbell into the channel again, or delete the message by hand'
      throw new PermanentError(error.message, { cause: error, action })
    }
  }
}

/** The post itself goes last: while it stands, everything below it is found again. */
async function removeAll(client: TeamClient, channel: string, ts: string, links: string[]): Promise<void> {
  const { web } = client
  const own = await client.identify()
  const refused: PermanentError[] = []
  /** One thing that can't be taken away keeps nothing else there. */
  async function trying(what: string, call: () => Promise<unknown>): Promise<void> {
    try {
      await asking('call', what, call)
    } catch (error) {
      if (isGone(error)) return
      if (!(error instanceof PermanentError)) throw error
      refused.push(error)
    }
  }
  const removeFiles = async (ids: string[]) => {
    for (const file of new Set(ids)) await trying('delete a file', () => web.files.delete({ file }))
  }

  const stands = await threadOf(client, channel, ts)
  const root = stands.find((message) => message.ts === ts)
  for (const reply of stands) {
    const { ts: at } = reply
    // Asked about a reply, Slack may tell of the whole thread.
    if (at === undefined || at === ts || reply.thread_ts !== ts || !isOurs(reply, own)) continue
    await removeFiles(filesIn(reply))
    await trying('delete a message', () => web.chat.delete({ channel, ts: at }))
  }
  await removeFiles([
    ...links.flatMap((link) => fileIn(link) ?? []),
    ...(root && isOurs(root, own) ? filesIn(root) : []),
  ])
  // What teammates wrote keeps the place of a deleted message, and that is Slack's own: it refuses to delete it.
  if (root?.subtype !== 'tombstone') await trying('delete a message', () => web.chat.delete({ channel, ts }))
  if (refused[0]) throw refused[0]
}

/** Empty where it is gone already. */
async function threadOf({ web }: TeamClient, channel: string, thread: string): Promise<ReadMessage[]> {
  const all: ReadMessage[] = []
  try {
    for await (const messages of messagesIn(web, { channel, thread, span: null })) all.push(...messages)
  } catch (error) {
    if (!isGone(error)) throw error
  }
  return all
}

const goneCodes = new Set(['message_not_found', 'thread_not_found', 'file_not_found', 'file_deleted'])
const isGone = (error: unknown) => error instanceof Error && goneCodes.has(codeOf(error.cause) ?? '')

/** Those that a message of ours shares: as Slack lists them, and by our own links, which no customer can write. */
function filesIn({ files, blocks }: ReadMessage): string[] {
  const links = (blocks ?? []).flatMap((block) => {
    const text: unknown = 'text' in block ? block.text : undefined
    const words = typeof text === 'object' && text !== null && 'text' in text ? text.text : undefined
    return typeof words === 'string' ? [...words.matchAll(/<(https?:[^|>]+)\|/g)].map(([, link = '']) => link) : []
  })
  return [...(files ?? []).flatMap(({ id }) => id ?? []), ...links.flatMap((link) => fileIn(link) ?? [])]
}
