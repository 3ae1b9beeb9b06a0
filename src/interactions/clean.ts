import type { InboundInteraction } from '../channels/channel.ts'

const textLimit = 200_000

/** What Postgres can't store (NUL, lone surrogates) is left out; what no person would write is cut. */
export function cleanInbound(inbound: InboundInteraction): InboundInteraction {
  const { conversation, customer } = inbound
  return {
    ...inbound,
    externalId: clean(inbound.externalId, 1000),
    text: clean(inbound.text, textLimit),
    ...(inbound.fullText === undefined ? {} : { fullText: clean(inbound.fullText, textLimit) }),
    conversation: {
      externalId: clean(conversation.externalId, 1000),
      ...(conversation.references ? { references: conversation.references.map((id) => clean(id, 1000)) } : {}),
      ...(conversation.subject === undefined ? {} : { subject: clean(conversation.subject, 1000) }),
    },
    customer: {
      externalId: clean(customer.externalId, 1000),
      ...(customer.name ? { name: clean(customer.name, 200) } : {}),
      ...(customer.handle ? { handle: clean(customer.handle, 200) } : {}),
      ...(customer.email ? { email: clean(customer.email, 320) } : {}),
    },
    ...(inbound.notes ? { notes: inbound.notes.map((note) => clean(note, 500)) } : {}),
    ...(inbound.suspicion ? { suspicion: inbound.suspicion.map((reason) => clean(reason, 500)) } : {}),
    ...(inbound.attachments
      ? {
          attachments: inbound.attachments.map((attachment) => ({
            ...attachment,
            name: clean(attachment.name, 255),
            mediaType: clean(attachment.mediaType, 255),
          })),
        }
      : {}),
  }
}

function clean(text: string, limit: number): string {
  return text.slice(0, limit).replaceAll('\0', '').toWellFormed()
}
