import { z } from 'zod'

const conversationId = z.uuid()

/** Every job by name, and what it is told. Jobs may run more than once and must not mind. */
export const jobSchemas = {
  /** Works out theme and the like. `seq`: the newest line when it was asked for; a newer line brings a newer job. */
  triage: z.object({
    conversationId,
    seq: z.int(),
    /** A teammate asked for a draft, whether or not a reply seems needed. */
    redraft: z.object({ instruction: z.string(), by: z.string() }).optional(),
  }),
  /** Writes a draft. */
  propose: z.object({ conversationId, seq: z.int(), instruction: z.string().nullable(), by: z.string().nullable() }),
  /** Makes every copy of the card show the present state. */
  'sync-card': z.object({ conversationId }),
  /** Posts what comes first in a room. `at`: the moment it was asked for, by which the room knows that it came. */
  'deliver-posts': z.object({ workspace: z.string(), room: z.string(), at: z.iso.datetime() }),
  /** Fetches a file that was announced only. */
  'fetch-attachment': z.object({ attachmentId: z.uuid(), conversationId }),
  /** `isTrial`: sent although its account must be authorised anew, to find out whether that is over. */
  'send-reply': z.object({ replyId: z.uuid(), conversationId, isTrial: z.boolean().optional() }),
  /** Finds out whether a reply with an unknown outcome arrived. */
  'reconcile-reply': z.object({ replyId: z.uuid(), conversationId }),
  /** Ends a snooze. */
  wake: z.object({ conversationId, until: z.iso.datetime() }),
  /** Writes a digest that fell due, and has it posted. */
  'send-digest': z.object({ reportId: z.uuid() }),
  /** Takes posts out of a workspace's rooms: see `removals`. */
  'remove-posts': z.object({ workspace: z.string() }),
} as const

export type JobName = keyof typeof jobSchemas
export type JobPayload<Name extends JobName = JobName> = z.infer<(typeof jobSchemas)[Name]>

/** What ends in a draft. */
export const writingJobs: JobName[] = ['triage', 'propose']
/** What ends in a reply that is settled. */
export const deliveryJobs: JobName[] = ['send-reply', 'reconcile-reply']

export const jobNames = Object.keys(jobSchemas) as JobName[]

/** What a card says when a job failed for good. */
export const jobFailures: Record<JobName, string> = {
  triage: 'Working out the theme failed',
  propose: 'Writing a draft failed',
  'sync-card': 'Updating the card failed',
  'deliver-posts': 'Posting in the room failed',
  'fetch-attachment': 'Fetching a file failed',
  'send-reply': 'Sending the reply failed',
  'reconcile-reply': 'Finding out whether the reply arrived failed',
  wake: 'Ending the snooze failed',
  'send-digest': 'Writing the digest failed',
  'remove-posts': 'Taking erased messages out of the room failed',
}
