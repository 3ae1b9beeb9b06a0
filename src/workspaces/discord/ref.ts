import { z } from 'zod'
import { GoneError } from '../../errors.ts'
import type { PostRef } from '../workspace.ts'

const refSchema = z.object({
  guild: z.string(),
  /** The thread's for what stands in a thread. */
  channel: z.string(),
  message: z.string(),
  /** What it was posted with: its marks must stay in it. */
  key: z.string(),
  /** Those that it shows; they must stay in it. */
  files: z.array(z.object({ attachmentId: z.string(), name: z.string(), isImage: z.boolean() })).default([]),
  /** What told the room of it, where something did. */
  line: z.object({ channel: z.string(), message: z.string() }).optional(),
})

/** Where a message is, as it is kept. */
export type Ref = z.infer<typeof refSchema>

/** Throws GoneError for what is none of ours. */
export function readRef(ref: PostRef): Ref {
  const read = refSchema.safeParse(ref)
  if (read.success) return read.data
  throw new GoneError('It is not known where this message is in Discord', 'post', { cause: read.error })
}

/** Null as above. */
export function urlOf(ref: PostRef): string | null {
  const read = refSchema.safeParse(ref).data
  return read ? urlIn(read.guild, read.channel, read.message) : null
}

export function urlIn(guild: string, ...ids: string[]): string {
  return ['https://discord.com/channels', guild, ...ids].join('/')
}
