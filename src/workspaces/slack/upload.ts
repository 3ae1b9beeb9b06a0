import type { webApi } from '@slack/bolt'
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
const rememberMs = 10 * 60_000
const maxRemembered = 200

type Uploader = Pick<TeamClient, 'team' | 'web'>

/**
 * Uploads customers' attachments where nobody sees them: a message with their links shares them. What can't be uploaded
 * is left out; never throws. https://docs.slack.dev/messaging/working-with-files
 */
export function createUpload({
  readAttachment,
  log,
  clock,
}: Pick<WorkspaceIo, 'readAttachment' | 'log' | 'clock'>): (
  client: Uploader,
  attachments: AttachmentRef[],
) => Promise<Uploaded[]> {
  /** So that a post that is tried again uploads nothing again. */
  const remembered = new Map<string, { file: Uploaded; at: number }>()

  function recall(key: string): Uploaded | null {
    const known = remembered.get(key)
    return known && clock.now().getTime() - known.at < rememberMs ? known.file : null
  }

  function remember(key: string, file: Uploaded): void {
    remembered.set(key, { file, at: clock.now().getTime() })
    const oldest = remembered.keys().next()
    if (remembered.size > maxRemembered && !oldest.done) remembered.delete(oldest.value)
  }

  async function upload({ team, web }: Uploader, { id }: AttachmentRef, signal: AbortSignal): Promise<Uploaded | null> {
    const key = `${team}/${id}`
    const known = recall(key)
    if (known) return known
    const kept = await readAttachment(id)
    if (!kept || kept.content.byteLength === 0) return null
    const filename = fileNameOf(kept.name)
    const fileId = await put(web, filename, kept.content, signal)
    const permalink = await complete(web, fileId, filename)
    if (!permalink) return null
    const file = { attachmentId: id, name: filename, permalink, isImage: kept.mediaType.startsWith('image/') }
    remember(key, file)
    return file
  }

  return async (client, attachments) => {
    const signal = AbortSignal.timeout(deadlineMs)
    const uploads = fitting(attachments, { files: maxFiles, bytes: maxBytes }).map(async (attachment) => {
      const late = new Promise<never>((_, reject) =>
        signal.addEventListener('abort', () => reject(new Error('it took too long')), { once: true }),
      )
      try {
        return await Promise.race([upload(client, attachment, signal), late])
      } catch (error) {
        log.warn('an attachment was not shared in Slack', { attachmentId: attachment.id, reason: messageOf(error) })
        return null
      }
    })
    return (await Promise.all(uploads)).filter((file) => file !== null)
  }
}

/**
 * Sends a file to one person: into the bot's own conversation with them, where nobody else sees it. Throws as `failureOf`
 * a call.
 */
export async function sendFile({ web }: Pick<TeamClient, 'web'>, user: string, file: FilePart): Promise<void> {
  await asking('call', 'send you the file', async () => {
    const { channel } = await web.conversations.open({ users: user })
    if (!channel?.id) throw new Error("Slack's answer has no conversation")
    const title = fileNameOf(file.name)
    const id = await put(web, title, file.content, AbortSignal.timeout(sendMs))
    await web.files.completeUploadExternal({ files: [{ id, title }], channel_id: channel.id })
  })
}

/** Where nobody sees it yet. Returns its id. */
async function put(web: webApi.WebClient, filename: string, content: Uint8Array, signal: AbortSignal): Promise<string> {
  const slot = await web.files.getUploadURLExternal({ filename, length: content.byteLength })
  if (!slot.upload_url || !slot.file_id) throw new Error("Slack's answer has no place for the file")
  const sent = await fetch(slot.upload_url, { method: 'POST', body: new Uint8Array(content), signal })
  if (!sent.ok) throw new Error(`the upload was answered with status ${sent.status}`)
  return slot.file_id
}

async function complete(web: webApi.WebClient, id: string, title: string): Promise<string | null> {
  const done = await web.files.completeUploadExternal({ files: [{ id, title }] })
  return done.files?.[0]?.permalink ?? null
}
