import { createHash } from 'node:crypto'
import type { ElsewhereAnswer, InboundInteraction, Removal } from '../channels/channel.ts'
import type { AttachmentSource } from './interaction.ts'

const textLimit = 200_000
/** In bytes. An entry of an index, of which an id is a part, takes 2,704. */
const idLimit = 1000

/** What Postgres can't store (NUL, lone surrogates) is left out; what no person would write is cut. */
export function cleanInbound(inbound: InboundInteraction): InboundInteraction {
  const { conversation, customer } = inbound
  return {
    ...inbound,
    externalId: cleanId(inbound.externalId),
    ...(inbound.versionOf === undefined ? {} : { versionOf: cleanId(inbound.versionOf) }),
    text: clean(inbound.text, textLimit),
    ...(inbound.fullText === undefined ? {} : { fullText: clean(inbound.fullText, textLimit) }),
    conversation: {
      externalId: cleanId(conversation.externalId),
      ...(conversation.references ? { references: conversation.references.map(cleanId) } : {}),
      ...(conversation.subject === undefined ? {} : { subject: clean(conversation.subject, 1000) }),
    },
    customer: {
      externalId: cleanId(customer.externalId),
      ...(customer.name ? { name: clean(customer.name, 200) } : {}),
      ...(customer.handle ? { handle: clean(customer.handle, 200) } : {}),
      ...(customer.email ? { email: clean(customer.email, 320) } : {}),
      ...(customer.phone ? { phone: clean(customer.phone, 50) } : {}),
      ...(customer.verified ? { verified: customer.verified } : {}),
    },
    ...(inbound.notes ? { notes: inbound.notes.map((note) => clean(note, 500)) } : {}),
    ...(inbound.suspicion ? { suspicion: inbound.suspicion.map((reason) => clean(reason, 500)) } : {}),
    ...(inbound.attachments
      ? {
          attachments: inbound.attachments.map((attachment) => ({
            ...attachment,
            name: clean(attachment.name, 255),
            mediaType: clean(attachment.mediaType, 255),
            ...(attachment.source ? { source: cleanSource(attachment.source) } : {}),
          })),
        }
      : {}),
  }
}

/** With its id as `cleanInbound` has it. */
export function cleanRemoval(removal: Removal): Removal {
  return { ...removal, externalId: cleanId(removal.externalId) }
}

export function cleanAnswer(answer: ElsewhereAnswer): ElsewhereAnswer {
  return { ...answer, externalId: cleanId(answer.externalId), text: clean(answer.text, textLimit) }
}

function cleanSource(source: AttachmentSource): AttachmentSource {
  return Object.fromEntries(Object.entries(source).map(([key, value]) => [clean(key, 200), clean(value, 10_000)]))
}

/** As much of a text as is kept, without what Postgres can't store. */
export function clean(text: string, limit: number): string {
  return storable(text.slice(0, limit))
}

/** A long id is told by its digest: cut short, two could be taken for one, and a message for a duplicate. */
function cleanId(id: string): string {
  const whole = storable(id)
  return Buffer.byteLength(whole) <= idLimit ? whole : `sha256:${createHash('sha256').update(whole).digest('hex')}`
}

/** Leaves out what Postgres can't store. */
export function storable(text: string): string {
  return text.replaceAll('\0', '').toWellFormed()
}
