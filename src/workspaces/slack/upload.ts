import type { AttachmentRef } from '../../conversations/conversation.ts'
import { messageOf } from '../../errors.ts'
import type { WorkspaceIo } from '../workspace.ts'
import { fileNameOf, fitting } from '../kit/files.ts'
import type { FilePart } from '../kit/parts.ts'
import type { SharedFile } from './blocks/message.ts'
import type { TeamClient } from './clients.ts'
import { asking } from './failures.ts'

/** An attachment with the link to it: whoever sees a message with this link sees the file. */
export interface Uploaded extends SharedFile {
  attachmentId: string
}

const maxFiles = 10
const maxBytes = 20 * 1024 * 1024
/** The message must follow soon after. */
const deadlineMs = 12_000
/** What somebody asked for may be large. */
const sendMs = 300_000

type Uploader = Pick<TeamClient, 'web'>

export interface Upload {
  /**
   * Uploads customers' attachments where nobody sees them: a message with their links shares them. What can't be uploaded
   * is left out; never throws.
   */
  upload(client: Uploader, attachments: AttachmentRef[]): Promise<Uploaded[]>
  /** Deletes those that no message shares: nobody would find them again. Never throws. */
  discard(client: Uploader, files: Uploaded[]): Promise<void>
}

/** `waitMs`: for the files of one message. https://docs.slack.dev/messaging/working-with-files */
export function createUpload(
  { readAttachment, log }: Pick<WorkspaceIo, 'readAttachment' | 'log'>,
  waitMs = deadlineMs,
): Upload {
  async function drop({ web }: Uploader, file: string): Promise<void> {
    await asking('call', 'delete a file', () => web.files.delete({ file })).catch((error: unknown) =>
      log.warn('a file that no message shares was not deleted in Slack', { file, reason: messageOf(error) }),
    )
  }

  async function put(client: Uploader, { id }: AttachmentRef, signal: AbortSignal): Promise<Uploaded | null> {
    const kept = await readAttachment(id)
    if (!kept || kept.content.byteLength === 0) return null
    const name = fileNameOf(kept.name)
    const fileId = await send(client, name, kept.content, signal)
    try {
      const permalink = await complete(client, fileId, name)
      // Nobody waits for it any more.
      signal.throwIfAborted()
      return { attachmentId: id, name, permalink, isImage: kept.mediaType.startsWith('image/') }
    } catch (error) {
      // It may be there all the same.
      await drop(client, fileId)
      throw error
    }
  }

  return {
    async upload(client, attachments) {
      const signal = AbortSignal.timeout(waitMs)
      const uploads = fitting(attachments, { files: maxFiles, bytes: maxBytes }).map(async (attachment) => {
        const late = new Promise<never>((_, reject) =>
          signal.addEventListener('abort', () => reject(new Error('it took too long')), { once: true }),
        )
        try {
          return await Promise.race([put(client, attachment, signal), late])
        } catch (error) {
          log.warn('an attachment was not shared in Slack', { attachmentId: attachment.id, reason: messageOf(error) })
          return null
        }
      })
      return (await Promise.all(uploads)).filter((file) => file !== null)
    },

    async discard(client, files) {
      const ids = files.flatMap(({ permalink }) => fileIn(permalink) ?? [])
      await Promise.all(ids.map((id) => drop(client, id)))
    },
  }
}

/** The id of a file by the link to it: `https://acme.slack.com/files/U1/F1/cup.png`. Null for other links. */
export function fileIn(permalink: string): string | null {
  return /\/files\/(?:[UW][A-Z0-9]+\/)?(F[A-Z0-9]+)(?:\/|$)/.exec(permalink)?.[1] ?? null
}

/**
 * Sends a file to one person: into the bot's own conversation with them, where nobody else sees it. Throws as `failureOf`
 * a call.
 */
export async function sendFile(client: Uploader, user: string, file: FilePart): Promise<void> {
  const { web } = client
  await asking('call', 'send you the file', async () => {
    const { channel } = await web.conversations.open({ users: user })
    if (!channel?.id) throw new Error("Slack's answer has no conversation")
    const title = fileNameOf(file.name)
    const id = await send(client, title, file.content, AbortSignal.timeout(sendMs))
    await web.files.completeUploadExternal({ files: [{ id, title }], channel_id: channel.id })
  })
}

/** Where nobody sees it yet. Returns its id. */
async function send({ web }: Uploader, filename: string, content: Uint8Array, signal: AbortSignal): Promise<string> {
  const slot = await web.files.getUploadURLExternal({ filename, length: content.byteLength })
  if (!slot.upload_url || !slot.file_id) throw new Error("Slack's answer has no place for the file")
  const sent = await fetch(slot.upload_url, { method: 'POST', body: new Uint8Array(content), signal })
  if (!sent.ok) throw new Error(`the upload was answered with status ${sent.status}`)
  return slot.file_id
}

/** Returns the link to it. */
async function complete({ web }: Uploader, id: string, title: string): Promise<string> {
  const done = await web.files.completeUploadExternal({ files: [{ id, title }] })
  const permalink = done.files?.[0]?.permalink
  if (!permalink) throw new Error("Slack's answer has no link to the file")
  return permalink
}
