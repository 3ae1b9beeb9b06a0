import { z } from 'zod'
import type { CustomerIdentity, InboundInteraction, Removal } from '../channel.ts'
import { contentOf, type Content } from './content.ts'
import { flag, id, line, longestId, maybe } from './shapes.ts'

/** What a customer did: said something, or took something back. */
export type CustomerEvent = { interaction: InboundInteraction } | { removal: Removal }

export interface Envelope {
  account: string
  /** Of our number, digits only. */
  ownNumber: string
  contacts: Contact[]
  now: Date
}

export type Contact = z.infer<typeof contactShape>
export const contactShape = z.object({
  wa_id: id,
  user_id: id,
  parent_user_id: id,
  profile: maybe({ name: line(200), username: line(200) }),
})

const messageShape = z.looseObject({
  id: z.string().min(1).max(longestId),
  timestamp: id,
  type: z.string().catch('unknown'),
  from: id,
  from_user_id: id,
  from_parent_user_id: id,
  group_id: id,
  context: maybe({
    id,
    from: id,
    forwarded: flag,
    frequently_forwarded: flag,
    referred_product: maybe({ product_retailer_id: line(100) }),
  }),
  referral: maybe({ source_type: line(40), source_url: line(300), headline: line(150) }),
})
type Message = z.infer<typeof messageShape>

/** Reads one message. Null: it is none that we could keep, says nothing, or is our own. */
export function readMessage(raw: unknown, envelope: Envelope): CustomerEvent | null {
  const read = messageShape.safeParse(raw)
  if (!read.success) return null
  const message = read.data
  const customer = customerOf(message, envelope.contacts)
  if (!customer || isOurs(message.from, envelope)) return null
  const base = { account: envelope.account, at: timeOf(message.timestamp, envelope.now) }
  switch (message.type) {
    case 'revoke':
      return revoked(message, base)
    case 'reaction':
      return reacted(message, customer, base)
    case 'edit':
      return edited(message, customer, base, envelope)
    // They opened the chat: nothing was said.
    case 'request_welcome':
      return null
    case 'system':
      return changed(message, customer, base)
    default:
      return { interaction: said(message, customer, base, envelope, contentOf(message)) }
  }
}

interface Base {
  account: string
  at: Date
}

function said(
  message: Message,
  customer: CustomerIdentity,
  { account, at }: Base,
  envelope: Envelope,
  { text, notes = [], attachments }: Content,
): InboundInteraction {
  const answered = message.context?.id
  const all = [...notes, ...notesOn(message, envelope)]
  return {
    account,
    externalId: message.id,
    kind: 'message',
    conversation: { externalId: customer.externalId, ...(answered && { references: [answered] }) },
    customer,
    text,
    occurredAt: at,
    ...(all.length > 0 && { notes: all }),
    ...(attachments && { attachments }),
  }
}

function notesOn({ context, referral, group_id }: Message, envelope: Envelope): string[] {
  const isAnswer = isOurs(context?.from, envelope)
  const notes = [
    context?.id && (isAnswer ? 'In reply to a message of ours' : 'In reply to an earlier message'),
    context?.frequently_forwarded
      ? 'Forwarded many times'
      : context?.forwarded && 'Forwarded: somebody else may have written it',
    context?.referred_product?.product_retailer_id && `Asks about ${context.referred_product.product_retailer_id}`,
    referral && `Came from ${referral.source_type === 'post' ? 'a post' : 'an ad'}: ${advert(referral)}`,
    group_id && 'Written in a group; the answer goes to this customer alone',
  ]
  return notes.filter((note) => typeof note === 'string')
}

/** Who has a user name may come without a number. */
function isOurs(number: string | undefined, { ownNumber }: Envelope): boolean {
  return ownNumber !== '' && digits(number) === ownNumber
}

function advert({ headline, source_url }: NonNullable<Message['referral']>): string {
  return [headline && `“${headline}”`, source_url].filter(Boolean).join(' ') || 'no more is known'
}

function revoked(message: Message, { account, at }: Base): CustomerEvent | null {
  const revoke = maybe({ original_message_id: id }).parse(message['revoke'])
  return revoke?.original_message_id ? { removal: { account, externalId: revoke.original_message_id, at } } : null
}

/** A customer has one reaction to a message: another takes its place, and an empty one takes it back. */
function reacted(message: Message, customer: CustomerIdentity, { account, at }: Base): CustomerEvent | null {
  const reaction = maybe({ message_id: id, emoji: line(40) }).parse(message['reaction'])
  if (!reaction?.message_id) return null
  const one = `reaction:${reaction.message_id}:${customer.externalId}`
  if (!reaction.emoji) return { removal: { account, externalId: one, at } }
  return {
    interaction: {
      account,
      externalId: `reaction:${message.id}`,
      versionOf: one,
      kind: 'message',
      conversation: { externalId: customer.externalId, references: [reaction.message_id] },
      customer,
      text: reaction.emoji,
      occurredAt: at,
      automatic: 'reaction',
    },
  }
}

function edited(message: Message, customer: CustomerIdentity, base: Base, envelope: Envelope): CustomerEvent {
  const edit = maybe({ original_message_id: id, message: z.record(z.string(), z.unknown()) }).parse(message['edit'])
  if (!edit?.original_message_id) return { interaction: said(message, customer, base, envelope, contentOf(message)) }
  const interaction = said(message, customer, base, envelope, contentOf(edit.message))
  return {
    interaction: {
      ...interaction,
      // No message of the chat: it can't be quoted, and what is taken back is the original.
      externalId: `edit:${message.id}`,
      versionOf: edit.original_message_id,
      conversation: { ...interaction.conversation, references: [edit.original_message_id] },
    },
  }
}

const systemShape = {
  body: line(500),
  type: line(100),
  wa_id: id,
  previous_user_id: id,
  previous_parent_user_id: id,
}

/**
 * WhatsApp's own word on a customer. With a new number comes a new id: the number is vouched for, so that what they write
 * next is known to be by the same person.
 */
function changed(message: Message, customer: CustomerIdentity, { account, at }: Base): CustomerEvent {
  const system = maybe(systemShape).parse(message['system'])
  const before = system?.previous_parent_user_id ?? system?.previous_user_id
  const number = phoneOf(system?.wa_id)
  const isNumber = system?.type?.endsWith('changed_number') ?? false
  const externalId = before ?? customer.externalId
  return {
    interaction: {
      account,
      externalId: `system:${message.id}`,
      kind: 'message',
      conversation: { externalId },
      customer: { externalId, ...(isNumber && number ? { phone: number, verified: ['phone'] } : {}) },
      text: system?.body ?? `[A notice by WhatsApp: ${system?.type ?? 'unknown'}]`,
      occurredAt: at,
      automatic: 'auto-reply',
      notes: [
        isNumber
          ? `The customer has a new number${number ? `: ${number}` : ''}. What they write from it comes in a new conversation`
          : 'A notice by WhatsApp, not by the customer',
      ],
    },
  }
}

/** By the id that stays when the number is hidden; Meta leaves the number out where the customer has a user name. */
function customerOf(message: Message, contacts: Contact[]): CustomerIdentity | null {
  const { from, from_user_id, from_parent_user_id } = message
  const contact =
    contacts.find(
      ({ wa_id, user_id, parent_user_id }) =>
        (user_id && user_id === from_user_id) ||
        (parent_user_id && parent_user_id === from_parent_user_id) ||
        (wa_id && wa_id === from),
    ) ?? (contacts.length === 1 && !isSomebodyElse(contacts[0], message) ? contacts[0] : undefined)
  const waId = contact?.wa_id ?? from
  const externalId =
    from_parent_user_id ?? contact?.parent_user_id ?? from_user_id ?? contact?.user_id ?? (digits(waId) || waId)
  if (!externalId) return null
  // Meta: the id of an account and its number are not always the same; `from` is the number.
  const phone = phoneOf(from ?? waId)
  const { name, username } = contact?.profile ?? {}
  return {
    externalId,
    ...(name && { name }),
    ...(username ? { handle: `@${username.replace(/^@+/, '')}` } : phone && { handle: phone }),
    ...(phone && { phone, verified: ['phone'] }),
  }
}

/** True of a contact that has another number or id than the sender: nothing of theirs may be taken for the sender's. */
function isSomebodyElse(contact: Contact | undefined, { type, from, from_user_id }: Message): boolean {
  const differs = (theirs: string | undefined, senders: string | undefined) =>
    theirs !== undefined && senders !== undefined && theirs !== senders
  return type === 'system' || differs(contact?.user_id, from_user_id) || differs(contact?.wa_id, from)
}

function phoneOf(waId: string | undefined): string | undefined {
  return waId && /^\+?[1-9]\d{6,14}$/.test(waId) ? `+${digits(waId)}` : undefined
}

export function digits(number: string | undefined): string {
  return (number ?? '').replace(/\D/g, '').slice(0, 40)
}

/** Never later than now; now where it says nothing. */
export function timeOf(seconds: string | undefined, now: Date): Date {
  const ms = /^\d{9,11}$/.test(seconds ?? '') ? Number(seconds) * 1000 : now.getTime()
  return new Date(Math.min(ms, now.getTime()))
}

/** How a message is called in the log: nothing else that somebody wrote gets there. */
export function wamidOf(raw: unknown): string | undefined {
  const read = z.object({ id: z.string().regex(/^wamid\.[\w+/=]{1,200}$/) }).safeParse(raw)
  return read.success ? read.data.id : undefined
}
