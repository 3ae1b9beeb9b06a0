import type { AttachmentRef } from '../../conversations/conversation.ts'
import type { Entry, EntryMessage, Message } from '../message.ts'

type Sharing = EntryMessage & { entry: Extract<Entry, { kind: 'said' | 'files' }> }

const sharesFiles = (message: Message): message is Sharing =>
  message.kind === 'entry' && (message.entry.kind === 'said' || message.entry.kind === 'files')

/** The files that a message is there to show. */
export function attachmentsOf(message: Message): AttachmentRef[] {
  return sharesFiles(message) ? message.entry.turns.flatMap((turn) => turn.attachments) : []
}

/** What is shown as a file isn't named once more. */
export function withoutShared(message: Message, attachmentIds: string[]): Message {
  if (attachmentIds.length === 0 || !sharesFiles(message)) return message
  const shared = new Set(attachmentIds)
  const turns = message.entry.turns.map((turn) => ({
    ...turn,
    attachments: turn.attachments.filter(({ id }) => !shared.has(id)),
  }))
  return { ...message, entry: { ...message.entry, turns } }
}

/** The first that were kept, as far as one message may carry. */
export function fitting(attachments: AttachmentRef[], max: { files: number; bytes: number }): AttachmentRef[] {
  let bytes = 0
  return attachments
    .filter(({ isKept }) => isKept)
    .filter((attachment) => {
      if (bytes + attachment.bytes > max.bytes) return false
      bytes += attachment.bytes
      return true
    })
    .slice(0, max.files)
}

/** A name that shows what it is; customers choose these names. */
export function fileNameOf(name: string): string {
  // oxlint-disable-next-line no-control-regex -- those are what is taken out
  const plain = name.replace(/[\u0000-\u001f\u007f\u200e\u200f\u202a-\u202e\u2066-\u2069/\\]/g, ' ').trim()
  return plain.slice(0, 200) || 'file'
}
