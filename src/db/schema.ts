import { sql } from 'drizzle-orm'
import {
  bigint,
  boolean,
  customType,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  real,
  text,
  timestamp,
  unique,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core'
import type { ConversationState, DismissReason, SurfaceReason } from '../conversations/conversation.ts'
import type { DraftState, Flag } from '../drafts/draft.ts'
import type { ExchangeState } from '../history/exchange.ts'
import type {
  AttachmentSource,
  AutomaticReason,
  InteractionKind,
  Sentiment,
  Theme,
  Urgency,
} from '../interactions/interaction.ts'
import type { Settlement } from '../measures/measures.ts'
import type { PostBody } from '../posts/post.ts'
import type { FilledTemplate, ReplyProblem, ReplyState } from '../replies/reply.ts'

const at = (name: string) => timestamp(name, { withTimezone: true })
const bytea = customType<{ data: Uint8Array }>({ dataType: () => 'bytea' })
const tsvector = customType<{ data: string }>({ dataType: () => 'tsvector' })

/** People who write. */
export const customers = pgTable('customers', {
  id: uuid('id').primaryKey(),
  name: text('name').notNull(),
  createdAt: at('created_at').notNull(),
})

/** Under which names and addresses they write; one customer has many. */
export const identities = pgTable(
  'identities',
  {
    id: uuid('id').primaryKey(),
    customerId: uuid('customer_id')
      .notNull()
      .references(() => customers.id),
    channel: text('channel').notNull(),
    externalId: text('external_id').notNull(),
    name: text('name'),
    handle: text('handle'),
    email: text('email'),
    phone: text('phone'),
    /** The channel vouches that it is theirs: then it alone tells who they are. */
    isEmailVerified: boolean('is_email_verified').notNull().default(false),
    isPhoneVerified: boolean('is_phone_verified').notNull().default(false),
    /** Name, address and number as they are compared: see `customers/keys.ts`. */
    nameKey: text('name_key'),
    emailKey: text('email_key'),
    phoneKey: text('phone_key'),
    createdAt: at('created_at').notNull(),
  },
  (table) => [
    unique('identities_channel_external_id').on(table.channel, table.externalId),
    index('identities_customer').on(table.customerId),
    index('identities_name').on(table.nameKey),
    index('identities_email').on(table.emailKey),
    index('identities_phone').on(table.phoneKey),
  ],
)

/** Customers that were one person after all; the identities that came over, so that it can be undone. */
export const merges = pgTable(
  'merges',
  {
    id: uuid('id').primaryKey(),
    customerId: uuid('customer_id')
      .notNull()
      .references(() => customers.id),
    /** Has no identities any more, until it is undone. */
    joinedId: uuid('joined_id')
      .notNull()
      .references(() => customers.id),
    identityIds: jsonb('identity_ids').$type<string[]>().notNull(),
    /** "The same verified email address" */
    reason: text('reason').notNull(),
    /** A teammate's id, or `deskbell`. */
    by: text('by').notNull(),
    at: at('at').notNull(),
    undoneAt: at('undone_at'),
    undoneBy: text('undone_by'),
  },
  (table) => [index('merges_customer').on(table.customerId), index('merges_joined').on(table.joinedId)],
)

/** Customers of which a teammate said that they are two people, however alike they look. `a` < `b`. */
export const distinctions = pgTable(
  'distinctions',
  {
    a: uuid('a')
      .notNull()
      .references(() => customers.id),
    b: uuid('b')
      .notNull()
      .references(() => customers.id),
    by: text('by').notNull(),
    at: at('at').notNull(),
  },
  (table) => [
    primaryKey({ name: 'distinctions_pkey', columns: [table.a, table.b] }),
    index('distinctions_b').on(table.b),
  ],
)

/** What teammates wrote down about a customer. */
export const notes = pgTable(
  'notes',
  {
    id: uuid('id').primaryKey(),
    customerId: uuid('customer_id')
      .notNull()
      .references(() => customers.id),
    teammateId: text('teammate_id')
      .notNull()
      .references(() => teammates.id),
    text: text('text').notNull(),
    at: at('at').notNull(),
  },
  (table) => [index('notes_customer').on(table.customerId, table.at)],
)

/** Who decides. Ids carry the workspace: `slack:U123`. */
export const teammates = pgTable('teammates', {
  id: text('id').primaryKey(),
  workspace: text('workspace').notNull(),
  name: text('name').notNull(),
  seenAt: at('seen_at').notNull(),
})

export const conversations = pgTable(
  'conversations',
  {
    id: uuid('id').primaryKey(),
    channel: text('channel').notNull(),
    account: text('account').notNull(),
    externalId: text('external_id').notNull(),
    customerId: uuid('customer_id')
      .notNull()
      .references(() => customers.id),
    subject: text('subject'),
    state: text('state').$type<ConversationState>().notNull(),
    inboundSeq: integer('inbound_seq').notNull(),
    version: integer('version').notNull(),
    waitingSince: at('waiting_since'),
    lastInboundAt: at('last_inbound_at').notNull(),
    snoozedUntil: at('snoozed_until'),
    dismissedReason: text('dismissed_reason').$type<DismissReason>(),
    /** A teammate, or null when the program did it. */
    dismissedBy: text('dismissed_by').references(() => teammates.id),
    suspicion: jsonb('suspicion').$type<string[]>().notNull().default([]),
    assignee: text('assignee').references(() => teammates.id),
    isDrafting: boolean('is_drafting').notNull(),
    draftId: uuid('draft_id'),
    replyId: uuid('reply_id'),
    /** How often it waited again after the team was done with it, or had put it off. */
    surfacings: integer('surfacings').notNull().default(0),
    /** Why it did the last time. */
    surfacedBecause: text('surfaced_because').$type<SurfaceReason>(),
    /** The `waitingSince` of which it was told that the answer is nearly late, and that it is late. */
    warnedSince: at('warned_since'),
    lateSince: at('late_since'),
    /** Of how many minutes that are left to reply the card was told last; 0: the reply window has closed. */
    windowMinutes: integer('window_minutes'),
    /** The version that history was last told of: see `exchanges`. */
    indexedVersion: integer('indexed_version').notNull().default(0),
    createdAt: at('created_at').notNull(),
    updatedAt: at('updated_at').notNull(),
  },
  (table) => [
    unique('conversations_channel_account_external_id').on(table.channel, table.account, table.externalId),
    index('conversations_customer').on(table.customerId, table.createdAt),
    index('conversations_state').on(table.state, table.waitingSince, table.id),
    index('conversations_updated').on(table.state, table.updatedAt, table.id),
    index('conversations_assignee')
      .on(table.assignee, table.state, table.waitingSince)
      .where(sql`assignee is not null`),
    index('conversations_unindexed')
      .on(table.updatedAt)
      .where(sql`indexed_version < version`),
  ],
)

export const interactions = pgTable(
  'interactions',
  {
    id: uuid('id').primaryKey(),
    conversationId: uuid('conversation_id')
      .notNull()
      .references(() => conversations.id),
    identityId: uuid('identity_id')
      .notNull()
      .references(() => identities.id),
    channel: text('channel').notNull(),
    account: text('account').notNull(),
    externalId: text('external_id').notNull(),
    /** What it is a later version of: see `InboundInteraction`. */
    versionOf: text('version_of'),
    /** When a later version took its place. */
    replacedAt: at('replaced_at'),
    /** When its author took it back, or the provider took it down: its words are gone. */
    removedAt: at('removed_at'),
    kind: text('kind').$type<InteractionKind>().notNull(),
    /** The conversation's inbound sequence number at its last line. */
    seq: integer('seq').notNull(),
    text: text('text').notNull(),
    /** The whole text as it came, when `text` was cut from it. */
    fullText: text('full_text'),
    automatic: text('automatic').$type<AutomaticReason>(),
    notes: jsonb('notes').$type<string[]>().notNull(),
    /** Stars, 1 to 5. */
    rating: integer('rating'),
    /** How likely they recommend us, 0 to 10. */
    recommends: integer('recommends'),
    /** By the provider's clock. */
    occurredAt: at('occurred_at').notNull(),
    receivedAt: at('received_at').notNull(),
    /** On hosted channels, when its last line came in; elsewhere, when just this was last said, by the provider's clock. */
    lastLineAt: at('last_line_at').notNull(),
    theme: text('theme').$type<Theme>(),
    sentiment: text('sentiment').$type<Sentiment>(),
    urgency: text('urgency').$type<Urgency>(),
    language: text('language'),
    topics: jsonb('topics').$type<string[]>(),
    summary: text('summary'),
    /** Of `text`, into the team's language. */
    translation: text('translation'),
    needsReply: boolean('needs_reply'),
    triagedBy: text('triaged_by'),
    triagedAt: at('triaged_at'),
  },
  (table) => [
    unique('interactions_channel_account_external_id').on(table.channel, table.account, table.externalId),
    index('interactions_conversation').on(table.conversationId, table.seq),
    index('interactions_external_id').on(table.externalId),
    index('interactions_version_of')
      .on(table.versionOf)
      .where(sql`version_of is not null`),
    index('interactions_identity').on(table.identityId),
  ],
)

/** Hosted channels: what the customer reads, line by line. `seq` is the conversation's version, so it rises within it. */
export const lines = pgTable(
  'lines',
  {
    conversationId: uuid('conversation_id')
      .notNull()
      .references(() => conversations.id),
    seq: integer('seq').notNull(),
    sender: text('sender').$type<'customer' | 'team'>().notNull(),
    externalId: text('external_id').notNull(),
    name: text('name'),
    text: text('text').notNull(),
    at: at('at').notNull(),
  },
  (table) => [
    primaryKey({ name: 'lines_pkey', columns: [table.conversationId, table.seq] }),
    unique('lines_conversation_external_id').on(table.conversationId, table.externalId),
  ],
)

export const attachments = pgTable(
  'attachments',
  {
    id: uuid('id').primaryKey(),
    interactionId: uuid('interaction_id')
      .notNull()
      .references(() => interactions.id),
    name: text('name').notNull(),
    mediaType: text('media_type').notNull(),
    bytes: integer('bytes').notNull(),
    /** Null when it was too large to keep, or is not fetched yet. */
    content: bytea('content'),
    /** What the channel fetches it by, until it is fetched or given up. */
    source: jsonb('source').$type<AttachmentSource>(),
    /** Why it could not be fetched. */
    problem: text('problem'),
  },
  (table) => [index('attachments_interaction').on(table.interactionId)],
)

export const drafts = pgTable(
  'drafts',
  {
    id: uuid('id').primaryKey(),
    conversationId: uuid('conversation_id')
      .notNull()
      .references(() => conversations.id),
    revision: integer('revision').notNull(),
    state: text('state').$type<DraftState>().notNull(),
    text: text('text').notNull(),
    answersSeq: integer('answers_seq').notNull(),
    /** `openai/<model>`, `offline`, or null when a teammate wrote it. */
    writtenBy: text('written_by'),
    teammateId: text('teammate_id').references(() => teammates.id),
    instruction: text('instruction'),
    evidence: jsonb('evidence').$type<string[]>().notNull(),
    flags: jsonb('flags').$type<Flag[]>().notNull(),
    /** The text is this template with its blanks filled. */
    template: jsonb('template').$type<FilledTemplate>(),
    /** The first of two who must approve it. */
    firstApprovedBy: text('first_approved_by').references(() => teammates.id),
    createdAt: at('created_at').notNull(),
  },
  (table) => [unique('drafts_conversation_revision').on(table.conversationId, table.revision)],
)

export const replies = pgTable(
  'replies',
  {
    id: uuid('id').primaryKey(),
    conversationId: uuid('conversation_id')
      .notNull()
      .references(() => conversations.id),
    draftId: uuid('draft_id')
      .notNull()
      .references(() => drafts.id),
    channel: text('channel').notNull(),
    account: text('account').notNull(),
    /** The recipient's address on that channel. */
    recipient: text('recipient').notNull(),
    state: text('state').$type<ReplyState>().notNull(),
    text: text('text').notNull(),
    answersSeq: integer('answers_seq').notNull(),
    waitingSince: at('waiting_since'),
    approvedBy: text('approved_by')
      .notNull()
      .references(() => teammates.id),
    approvedAt: at('approved_at').notNull(),
    sendAfter: at('send_after').notNull(),
    /** A teammate chose the time: then the customer's next words take it back. */
    isScheduled: boolean('is_scheduled').notNull().default(false),
    attempts: integer('attempts').notNull(),
    attemptedAt: at('attempted_at'),
    acceptedAt: at('accepted_at'),
    /** By the provider's word. */
    deliveredAt: at('delivered_at'),
    readAt: at('read_at'),
    externalId: text('external_id'),
    url: text('url'),
    /** The text is this template with its blanks filled. */
    template: jsonb('template').$type<FilledTemplate>(),
    problem: jsonb('problem').$type<ReplyProblem>(),
    editedShare: real('edited_share'),
  },
  (table) => [
    uniqueIndex('replies_draft')
      .on(table.draftId)
      .where(sql`state <> 'withdrawn'`),
    // The one above leaves some out, and a draft that is erased must find them all.
    index('replies_of_draft').on(table.draftId),
    index('replies_conversation').on(table.conversationId, table.approvedAt),
    index('replies_external_id').on(table.externalId),
    index('replies_approver').on(table.approvedBy, table.acceptedAt),
    index('replies_accepted')
      .on(table.channel, table.account, table.acceptedAt)
      .where(sql`state = 'accepted'`),
    index('replies_unsettled')
      .on(table.state)
      .where(sql`state in ('queued', 'sending', 'unknown')`),
  ],
)

/** The audit trail, and the only source of the digest's numbers. Rows are only ever added. */
export const events = pgTable(
  'events',
  {
    id: uuid('id').primaryKey(),
    at: at('at').notNull(),
    type: text('type').notNull(),
    conversationId: uuid('conversation_id'),
    interactionId: uuid('interaction_id'),
    draftId: uuid('draft_id'),
    replyId: uuid('reply_id'),
    /** A teammate's id, `customer`, `assistant` or `deskbell`. */
    actor: text('actor').notNull(),
    data: jsonb('data').$type<Record<string, unknown>>().notNull(),
  },
  (table) => [
    index('events_conversation').on(table.conversationId, table.at),
    index('events_at').on(table.at),
    index('events_conversationless')
      .on(table.at)
      .where(sql`conversation_id is null`),
    index('events_approved')
      .on(table.at)
      .where(sql`type in ('draft.approved', 'draft.first-approved', 'reply.marked-sent')`),
    index('events_undelivered')
      .on(table.at)
      .where(sql`type in ('reply.failed', 'reply.rejected', 'reply.unknown')`),
  ],
)

/**
 * What became of each interaction: a projection of `events`, and what reports are counted from. Neither words nor a person's
 * name are in it. A row holds from `since` until `undoneAt`: when what settled it was undone, another row takes its place.
 * `since`, `settledAt` and `undoneAt` are the events' times, so that a period's numbers never change once it is over.
 */
export const outcomes = pgTable(
  'outcomes',
  {
    interactionId: uuid('interaction_id').notNull(),
    since: at('since').notNull(),
    conversationId: uuid('conversation_id').notNull(),
    seq: integer('seq').notNull(),
    /** The first that a person did in its conversation. */
    isFirst: boolean('is_first').notNull(),
    channel: text('channel').notNull(),
    account: text('account').notNull(),
    kind: text('kind').$type<InteractionKind>().notNull(),
    /** By the provider's clock; response times run from here. */
    occurredAt: at('occurred_at').notNull(),
    receivedAt: at('received_at').notNull(),
    theme: text('theme').$type<Theme>(),
    sentiment: text('sentiment').$type<Sentiment>(),
    urgency: text('urgency').$type<Urgency>(),
    language: text('language'),
    topics: jsonb('topics').$type<string[]>().notNull(),
    rating: integer('rating'),
    recommends: integer('recommends'),
    settledAt: at('settled_at'),
    settledAs: text('settled_as').$type<Settlement>(),
    dismissedReason: text('dismissed_reason').$type<DismissReason>(),
    undoneAt: at('undone_at'),
    /** Of the reply that answered it. */
    replyId: uuid('reply_id'),
    approvedBy: text('approved_by'),
    draftedAt: at('drafted_at'),
    approvedAt: at('approved_at'),
    acceptedAt: at('accepted_at'),
    /** Null: no draft was there to edit. */
    editedShare: real('edited_share'),
    isByHand: boolean('is_by_hand').notNull(),
  },
  (table) => [
    primaryKey({ name: 'outcomes_pkey', columns: [table.interactionId, table.since] }),
    index('outcomes_received').on(table.receivedAt),
    // Also finds what waited at some moment: heard of before, and settled after it or not at all.
    index('outcomes_settled').on(table.settledAt, table.since),
    index('outcomes_conversation').on(table.conversationId, table.seq),
  ],
)

/**
 * What history is searched in: one thing that the customer did, and what the team answered. A projection of the conversation
 * that follows it within seconds, and can be made anew from it.
 */
export const exchanges = pgTable(
  'exchanges',
  {
    interactionId: uuid('interaction_id').primaryKey(),
    conversationId: uuid('conversation_id').notNull(),
    customerId: uuid('customer_id').notNull(),
    channel: text('channel').notNull(),
    /** By the provider's clock. */
    at: at('at').notNull(),
    theme: text('theme').$type<Theme>(),
    topics: jsonb('topics').$type<string[]>().notNull(),
    rating: integer('rating'),
    recommends: integer('recommends'),
    state: text('state').$type<ExchangeState>().notNull(),
    /** The newest reply that answered it, and was accepted. */
    replyId: uuid('reply_id'),
    answeredBy: text('answered_by'),
    answeredAt: at('answered_at'),
    /** Its words, folded, and what it is told by (`theme=complaint`): see `history/terms.ts`. */
    terms: tsvector('terms').notNull(),
  },
  (table) => [
    // Written by one process at a time and read by many: nothing is left pending for readers to go through.
    index('exchanges_terms').using('gin', table.terms).with({ fastupdate: false }),
    index('exchanges_at').on(table.at, table.interactionId),
    index('exchanges_customer').on(table.customerId, table.at, table.interactionId),
    index('exchanges_conversation').on(table.conversationId),
  ],
)

/** Every term of `exchanges`, and in how many of them it is: for spelling, and for looking no further back than needed. */
export const terms = pgTable(
  'terms',
  {
    term: text('term').primaryKey(),
    count: integer('count').notNull(),
    /** The word without one of its letters, each in turn: two words of which one is mistyped share some. Empty unless it is a word. */
    near: text('near').array().notNull(),
  },
  (table) => [
    index('terms_near').using('gin', table.near).with({ fastupdate: false }),
    index('terms_prefix').on(table.term.op('text_pattern_ops')),
  ],
)

/** What somebody looked for, so that the buttons below it work as long as it is kept. */
export const lists = pgTable(
  'lists',
  {
    id: uuid('id').primaryKey(),
    workspace: text('workspace').notNull(),
    teammateId: text('teammate_id').notNull(),
    /** See `history/lists.ts`. */
    ask: jsonb('ask').$type<unknown>().notNull(),
    /** Where each page that was shown begins. */
    starts: jsonb('starts').$type<unknown[]>().notNull(),
    createdAt: at('created_at').notNull(),
  },
  (table) => [index('lists_created').on(table.createdAt)],
)

/** Receipts of what was erased: numbers, and never what it was. */
export const erasures = pgTable(
  'erasures',
  {
    id: uuid('id').primaryKey(),
    kind: text('kind').$type<'forget' | 'retention' | 'removal'>().notNull(),
    /** A teammate's id, or `deskbell`. */
    by: text('by').notNull(),
    /** How many conversations, messages, replies, files, posts … were erased. */
    counts: jsonb('counts').$type<Record<string, number>>().notNull(),
    at: at('at').notNull(),
    /** When the last post was gone; null until then. */
    doneAt: at('done_at'),
  },
  (table) => [index('erasures_at').on(table.at)],
)

/** Posts that are to be taken out of rooms, until they are gone. */
export const removals = pgTable(
  'removals',
  {
    id: uuid('id').primaryKey(),
    erasureId: uuid('erasure_id')
      .notNull()
      .references(() => erasures.id),
    workspace: text('workspace').notNull(),
    room: text('room').notNull(),
    /** The post's key: what one is found by that was on its way. */
    key: text('key').notNull(),
    /** Null: it was on its way, and must be looked for. */
    ref: jsonb('ref').$type<Record<string, unknown>>(),
    /** Of the card that it stood under. */
    threadRef: jsonb('thread_ref').$type<Record<string, unknown>>(),
    since: at('since').notNull(),
    attempts: integer('attempts').notNull(),
    notBefore: at('not_before').notNull(),
    heldUntil: at('held_until'),
    /** Why it could not be taken out. */
    problem: text('problem'),
  },
  (table) => [
    index('removals_due').on(table.workspace, table.notBefore),
    index('removals_erasure').on(table.erasureId),
  ],
)

/** Of what was erased because a customer asked for it, or taken back by its author: a provider that delivers it (again) brings nothing back. */
export const tombstones = pgTable('tombstones', {
  /** HMAC of channel, account and external id: who has none of them learns nothing from it. */
  hash: text('hash').primaryKey(),
  at: at('at').notNull(),
})

/** Numbers of periods that are over, so that nobody counts them again. */
export const countedPeriods = pgTable(
  'counted_periods',
  {
    fromAt: at('from_at').notNull(),
    toAt: at('to_at').notNull(),
    /** Of the settings that they depend on. */
    fingerprint: text('fingerprint').notNull(),
    content: jsonb('content').$type<unknown>().notNull(),
    countedAt: at('counted_at').notNull(),
  },
  (table) => [primaryKey({ name: 'counted_periods_pkey', columns: [table.fromAt, table.toAt, table.fingerprint] })],
)

/** Reports that were written or are due. No customer's words: they are read when it is shown. */
export const reports = pgTable(
  'reports',
  {
    id: uuid('id').primaryKey(),
    /** `digest:<workspace>:<room>:<every>:<date>`: one each. Null: a teammate asked for it. */
    key: text('key').unique('reports_key'),
    workspace: text('workspace').notNull(),
    /** What was due: see `send-digest`. */
    plan: jsonb('plan').$type<Record<string, unknown>>(),
    /** Null until it is written. */
    content: jsonb('content').$type<unknown>(),
    createdAt: at('created_at').notNull(),
  },
  (table) => [index('reports_created').on(table.createdAt)],
)

/** Themes and topics of which suddenly more comes in than usual, as long as it lasts. */
export const surges = pgTable(
  'surges',
  {
    theme: text('theme').$type<Theme>().notNull(),
    topic: text('topic').notNull(),
    beganAt: at('began_at').notNull(),
    lastAt: at('last_at').notNull(),
  },
  (table) => [primaryKey({ name: 'surges_pkey', columns: [table.theme, table.topic] })],
)

/** How many people follow a public account, day by day. */
export const audiences = pgTable(
  'audiences',
  {
    channel: text('channel').notNull(),
    account: text('account').notNull(),
    /** UTC. */
    date: text('date').notNull(),
    followers: integer('followers').notNull(),
  },
  (table) => [primaryKey({ name: 'audiences_pkey', columns: [table.channel, table.account, table.date] })],
)

/**
 * Everything that stands in a room, or is to: cards, what happened since in their threads, notices.
 * A row is there before its post is, and is never taken out while its post stands.
 */
export const posts = pgTable(
  'posts',
  {
    workspace: text('workspace').notNull(),
    /** Ours: `card:<conversation>`, `said:<interaction>`, `sent:<reply>`, `notice:<id>`. */
    key: text('key').notNull(),
    conversationId: uuid('conversation_id').references(() => conversations.id),
    room: text('room').notNull(),
    /** What can't be read anew from the conversation when it is posted. */
    body: jsonb('body').$type<PostBody>().notNull(),
    /** The lower, the sooner. */
    rank: integer('rank').notNull(),
    /** Null until the workspace said where it is. */
    ref: jsonb('ref').$type<Record<string, unknown>>(),
    /** Cards: the conversation's version that it shows. */
    shownVersion: integer('shown_version').notNull(),
    attempts: integer('attempts').notNull(),
    /** When an attempt to post it began that has not come back. */
    attemptedAt: at('attempted_at'),
    notBefore: at('not_before').notNull(),
    /** Whoever works on it holds it until then. */
    heldUntil: at('held_until'),
    createdAt: at('created_at').notNull(),
  },
  (table) => [
    primaryKey({ name: 'posts_pkey', columns: [table.workspace, table.key] }),
    index('posts_conversation').on(table.conversationId),
    index('posts_waiting')
      .on(table.workspace, table.room, table.rank, table.createdAt)
      .where(sql`ref is null`),
  ],
)

/** When a room may be posted in next, and when somebody will look. */
export const rooms = pgTable(
  'rooms',
  {
    workspace: text('workspace').notNull(),
    room: text('room').notNull(),
    nextAt: at('next_at').notNull(),
    /** For when the next `deliver-posts` is queued. */
    wakeAt: at('wake_at'),
    /** Why it can't be posted in, and since when. */
    lostReason: text('lost_reason'),
    lostAt: at('lost_at'),
  },
  (table) => [primaryKey({ name: 'rooms_pkey', columns: [table.workspace, table.room] })],
)

/** Accounts that must be authorised anew, as long as that lasts. */
export const brokenAccounts = pgTable(
  'broken_accounts',
  {
    channel: text('channel').notNull(),
    account: text('account').notNull(),
    reason: text('reason').notNull(),
    /** What to do. */
    action: text('action').notNull(),
    since: at('since').notNull(),
  },
  (table) => [primaryKey({ name: 'broken_accounts_pkey', columns: [table.channel, table.account] })],
)

/** Secrets of workspaces, encrypted. */
export const vault = pgTable('vault', {
  name: text('name').primaryKey(),
  content: bytea('content').notNull(),
  updatedAt: at('updated_at').notNull(),
})

/** Jobs that failed for good, until somebody has them tried again. */
export const problems = pgTable(
  'problems',
  {
    id: uuid('id').primaryKey(),
    job: text('job').notNull(),
    payload: jsonb('payload').$type<Record<string, unknown>>().notNull(),
    conversationId: uuid('conversation_id').references(() => conversations.id),
    error: text('error').notNull(),
    at: at('at').notNull(),
    resolvedAt: at('resolved_at'),
  },
  (table) => [
    index('problems_open')
      .on(table.conversationId)
      .where(sql`resolved_at is null`),
  ],
)

/** What was spent on models. */
export const modelCalls = pgTable(
  'model_calls',
  {
    id: uuid('id').primaryKey(),
    at: at('at').notNull(),
    purpose: text('purpose').notNull(),
    model: text('model').notNull(),
    outcome: text('outcome').notNull(),
    inputTokens: integer('input_tokens').notNull(),
    cachedTokens: integer('cached_tokens').notNull(),
    outputTokens: integer('output_tokens').notNull(),
    /** US dollars. */
    cost: real('cost'),
    latencyMs: integer('latency_ms').notNull(),
  },
  (table) => [index('model_calls_at').on(table.at)],
)

/** How far each inbound stream was read. */
export const cursors = pgTable(
  'cursors',
  {
    channel: text('channel').notNull(),
    key: text('key').notNull(),
    value: jsonb('value').notNull(),
  },
  (table) => [primaryKey({ name: 'cursors_pkey', columns: [table.channel, table.key] })],
)

/** Counters of rate limits. */
export const uses = pgTable(
  'uses',
  {
    key: text('key').notNull(),
    windowStart: bigint('window_start', { mode: 'number' }).notNull(),
    count: integer('count').notNull(),
  },
  (table) => [primaryKey({ name: 'uses_pkey', columns: [table.key, table.windowStart] })],
)

/** What a workspace keeps for a day, because its platform has no room for it. */
export const shelf = pgTable(
  'shelf',
  {
    id: uuid('id').primaryKey(),
    workspace: text('workspace').notNull(),
    content: jsonb('content').$type<{ json: string }>().notNull(),
    until: at('until').notNull(),
  },
  (table) => [index('shelf_until').on(table.until)],
)

/** What exactly one replica may do at a time. */
export const leases = pgTable('leases', {
  name: text('name').primaryKey(),
  holder: text('holder').notNull(),
  until: at('until').notNull(),
})

/** What the team tunes (`tuning`), and the installation's own secret (`secret`). */
export const settings = pgTable('settings', {
  key: text('key').primaryKey(),
  value: jsonb('value').notNull(),
  updatedAt: at('updated_at').notNull(),
})
