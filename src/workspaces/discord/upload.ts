import { extname } from 'node:path'
import type { RawFile } from 'discord.js'
import type { AttachmentRef } from '../../conversations/conversation.ts'
import { messageOf } from '../../errors.ts'
import { fitting } from '../kit/files.ts'
import type { WorkspaceIo } from '../workspace.ts'
import type { SharedFile } from './components/message.ts'

/** Files for one message: what it says of each, and what is sent along; in the same order. */
export interface Upload {
  shared: SharedFile[]
  files: RawFile[]
}

const maxFiles = 10
/** What a server takes that nobody boosts: https://docs.discord.com/developers/reference#uploading-files */
const maxFileBytes = 10 * 1024 * 1024
/** A request may have 25 MiB, the words included. */
const maxBytes = 24 * 1024 * 1024
const maxName = 80

/** Reads customers' attachments for a message. What can't be read, or is too much, is left out; never throws. */
export function createUpload({
  readAttachment,
  log,
}: Pick<WorkspaceIo, 'readAttachment' | 'log'>): (attachments: AttachmentRef[]) => Promise<Upload> {
  return async (attachments) => {
    const upload: Upload = { shared: [], files: [] }
    const names = new Set<string>()
    let left = maxBytes
    const small = attachments.filter(({ bytes }) => bytes <= maxFileBytes)
    for (const { id } of fitting(small, { files: maxFiles, bytes: maxBytes })) {
      const kept = await readAttachment(id).catch((error: unknown) => {
        log.warn('an attachment was not shared in Discord', { attachmentId: id, reason: messageOf(error) })
        return null
      })
      const bytes = kept?.content.byteLength ?? 0
      if (!kept || bytes === 0 || bytes > Math.min(left, maxFileBytes)) continue
      left -= bytes
      const name = uniqueName(safeName(kept.name, kept.mediaType), names)
      upload.shared.push({ attachmentId: id, name, isImage: isShown(kept.mediaType) })
      upload.files.push({ name, data: kept.content, contentType: kept.mediaType })
    }
    return upload
  }
}

/** Discord shows these among its pictures; others can only be downloaded. */
const pictures = new Map([
  ['image/png', '.png'],
  ['image/jpeg', '.jpg'],
  ['image/gif', '.gif'],
  ['image/webp', '.webp'],
])

const isShown = (mediaType: string): boolean => pictures.has(mediaType.toLowerCase())

/**
 * A name that Discord leaves as it is, so that `attachment://` finds the file. A name that begins with SPOILER_ would
 * hide it.
 */
export function safeName(name: string, mediaType: string): string {
  const plain = name
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/[^A-Za-z0-9._-]+/g, '_')
  const own = /^\.[A-Za-z0-9]{1,10}$/.exec(extname(plain))?.[0] ?? ''
  const stem = plain
    .slice(0, plain.length - own.length)
    .replace(/^(?:SPOILER_|[._-])+|[._-]+$/gi, '')
    .slice(0, maxName)
  return `${stem || 'file'}${own || (pictures.get(mediaType.toLowerCase()) ?? '')}`
}

/** Adds the name to `names`, with a number where it is there already. */
function uniqueName(name: string, names: Set<string>): string {
  const extension = extname(name)
  const stem = name.slice(0, name.length - extension.length)
  let unique = name
  for (let count = 2; names.has(unique.toLowerCase()); count += 1) unique = `${stem}-${count}${extension}`
  names.add(unique.toLowerCase())
  return unique
}
