import { z } from 'zod'
import { themes, urgencies } from '../interactions/interaction.ts'

const line = (max: number) => z.string().trim().max(max)
const names = z.array(z.string().min(1).max(200)).max(50)

/** Which conversations are meant; an empty list: all. */
const match = {
  channels: names,
  /** `channel/account` */
  accounts: names,
  themes: z.array(z.enum(themes)),
  urgencies: z.array(z.enum(urgencies)),
  /** BCP 47 primary languages. */
  languages: names,
}

const time = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$|^24:00$/, 'Write a time such as 09:00')

/** Where a workspace's cards go. */
const roomsSchema = z.strictObject({
  default: z.string().max(200).nullable(),
  /** What is late, and what goes wrong. */
  escalation: z.string().max(200).nullable(),
  /** The first that matches decides. */
  rules: z.array(z.strictObject({ ...match, room: z.string().min(1).max(200) })).max(50),
})

export const timeZone = z.string().refine((name) => isTimeZone(name), 'Write a time zone such as Europe/Berlin')

const hoursSchema = z.strictObject({
  timeZone,
  /** Open from–to, Monday first; several a day, in order, none overlapping. */
  week: z
    .array(
      z
        .array(z.tuple([time, time]))
        .max(5)
        .refine(isInOrder, 'Write each time span in order: 09:00-12:00, 13:00-17:00'),
    )
    .length(7),
  holidays: z.array(z.iso.date()).max(200),
})

const targetSchema = z.strictObject({
  channels: match.channels,
  themes: match.themes,
  urgencies: match.urgencies,
  minutes: z.int().min(1).max(43_200),
  /** Counts only the hours in which the team works. */
  isBusinessTime: z.boolean(),
})

const rolesSchema = z.strictObject({
  /** A group of the workspace that may decide; null: everybody in the room. */
  agents: z.string().max(200).nullable(),
  /** A group that may also change the settings; null: only who runs the workspace. */
  managers: z.string().max(200).nullable(),
})

const secondApprovalSchema = z.strictObject({
  themes: match.themes,
  channels: match.channels,
  /** Codes of drafts' flags. */
  flags: names,
  /** Ratings up to this one; null: whatever the rating. */
  maxRating: z.int().min(1).max(5).nullable(),
  /** Who may be the second. */
  by: z.enum(['anybody', 'managers']),
})

/** How often a report comes: on working days, on the first working day of a week or of a month. */
export const reportIntervals = ['day', 'week', 'month'] as const

const digestPlanSchema = z.strictObject({
  room: z.string().min(1).max(200),
  every: z.enum(reportIntervals),
  /** By the team's clock. */
  at: z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'Write a time such as 09:00'),
})

const digestsSchema = z.strictObject({
  /** By workspace id; where it has no entry: every working day at 09:00, in the room for cards. */
  plans: z.record(z.string(), z.array(digestPlanSchema).max(20)),
  /** Whether it says who answered how much. */
  namesTeammates: z.boolean(),
})

export const usualDigests: z.infer<typeof digestsSchema> = { plans: {}, namesTeammates: true }

export const noSecondApproval: z.infer<typeof secondApprovalSchema> = {
  themes: [],
  channels: [],
  flags: [],
  maxRating: null,
  by: 'anybody',
}

const workday: [string, string][] = [['09:00', '17:00']]
export const usualHours: z.infer<typeof hoursSchema> = {
  timeZone: 'UTC',
  week: [workday, workday, workday, workday, workday, [], []],
  holidays: [],
}

/** What a team tunes from its workspace. Secrets and addresses are not here: they come from the environment. */
export const tuningSchema = z.strictObject({
  brand: z.strictObject({
    /** Company or team name; may be empty. */
    name: line(100),
    /** How it speaks: "Warm, short, no exclamation marks." */
    voice: line(2000),
    /** Closes a letter: "The Bluebird team". May be empty. */
    signature: line(500),
    /** Facts that drafts may rest on: opening hours, policies. May be empty. */
    facts: line(10_000),
    /** The offline assistant's texts, by the keys that `assistant/templates.ts` lists. */
    templates: z.record(z.string(), z.string().trim().min(1).max(5000)),
  }),
  /** What the team reads, as a BCP 47 primary language: customers' words in others are translated into it. */
  language: z
    .string()
    .trim()
    .regex(/^[a-z]{2,3}$/, 'Write a language code such as en, de or ja')
    .default('en'),
  /** By channel id: how long an approved reply waits so that it can be undone. The channel's own default otherwise. */
  graceSeconds: z.record(z.string(), z.int().min(0).max(600)),
  /** By workspace id. */
  rooms: z.record(z.string(), roomsSchema).default({}),
  hours: hoursSchema.default(usualHours),
  /** How soon an answer is due; the first that matches decides. */
  targets: z.array(targetSchema).max(50).default([]),
  /** By workspace id. */
  roles: z.record(z.string(), rolesSchema).default({}),
  /** What two teammates must approve. */
  secondApproval: secondApprovalSchema.default(noSecondApproval),
  digests: digestsSchema.default(usualDigests),
  /** By channel id: so many days after its last change a conversation is erased, unless somebody waits. Without an entry: never. */
  retentionDays: z.record(z.string(), z.int().min(1).max(3650)).default({}),
})

export type Tuning = z.infer<typeof tuningSchema>
export type Brand = Tuning['brand']
export type RoomRule = Rooms['rules'][number]
export type Rooms = z.infer<typeof roomsSchema>
export type Hours = z.infer<typeof hoursSchema>
export type Target = z.infer<typeof targetSchema>
export type Roles = z.infer<typeof rolesSchema>
export type DigestPlan = z.infer<typeof digestPlanSchema>
export type ReportInterval = DigestPlan['every']
export type SecondApproval = z.infer<typeof secondApprovalSchema>

export const defaultTuning: Tuning = {
  brand: { name: '', voice: 'Friendly, clear and short.', signature: '', facts: '', templates: {} },
  language: 'en',
  graceSeconds: {},
  rooms: {},
  hours: usualHours,
  targets: [],
  roles: {},
  secondApproval: noSecondApproval,
  digests: usualDigests,
  retentionDays: {},
}

const noRooms: Rooms = { default: null, escalation: null, rules: [] }

/** Where this workspace's cards go. */
export function roomsOf(tuning: Tuning, workspaceId: string): Rooms {
  return tuning.rooms[workspaceId] ?? noRooms
}

export function withRooms(tuning: Tuning, workspaceId: string, rooms: Rooms): Tuning {
  return { ...tuning, rooms: { ...tuning.rooms, [workspaceId]: rooms } }
}

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== ''
  } catch {
    return false
  }
}

function isInOrder(spans: [string, string][]): boolean {
  const times = spans.flat()
  return times.every(
    (moment, index) =>
      index === 0 || (times[index - 1] ?? '') < moment || (index % 2 === 0 && times[index - 1] === moment),
  )
}
