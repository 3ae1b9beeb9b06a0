import { z } from 'zod'
import { phoneKey } from '../../customers/keys.ts'
import { PermanentError, RetryableError } from '../../errors.ts'
import type { ChannelIo, OutboundReply, Sent } from '../channel.ts'
import { refuseTooLong } from '../kit/reply-length.ts'
import type { WhatsAppAccount } from './settings.ts'
import { callGraph } from './graph.ts'
import { templateBody, type ListTemplates } from './templates.ts'

/**
 * Meta says "characters". In UTF-16 code units there are never fewer than by any other count, so that what fits here
 * fits there.
 */
export const longestText = 4096

/**
 * To one customer Meta takes a message every 6 seconds in the long run, and 45 in a burst that is paid back later; from one
 * number 80 a second. Windows stand side by side: twice as many may come within one window's time.
 */
const pairLimit = { max: 10, seconds: 60 }
const accountLimit = { max: 40, seconds: 1 }

const answerShape = z.object({ messages: z.array(z.object({ id: z.string().min(1) })).min(1) })

/** Sends one reply, in the customer's own chat. Throws as `Send` says. */
export async function sendMessage(
  account: WhatsAppAccount,
  { clock, allow }: Pick<ChannelIo, 'clock' | 'allow'>,
  listTemplates: ListTemplates,
  reply: OutboundReply,
  signal: AbortSignal,
): Promise<Sent> {
  const recipient = recipientOf(reply)
  const content = reply.template
    ? { type: 'template', template: templateBody(reply, await listTemplates(account)) }
    : textContent(reply)
  const who = Object.values(recipient).join()
  if (!(await allow(`whatsapp pair ${account.id} ${who}`, pairLimit.max, pairLimit.seconds))) {
    throw new RetryableError('Too many messages to this customer in a short time', {
      retryAfterMs: restOf(pairLimit.seconds, clock.now()),
    })
  }
  if (!(await allow(`whatsapp account ${account.id}`, accountLimit.max, accountLimit.seconds))) {
    throw new RetryableError('Too many messages at once from this number', { retryAfterMs: 1000 })
  }
  const body = {
    messaging_product: 'whatsapp',
    recipient_type: 'individual',
    ...recipient,
    ...content,
    ...quoted(reply),
    // Comes back with every status: it tells which reply that is about, even when the answer to this call is lost.
    biz_opaque_callback_data: reply.id,
  }
  const answer = await callGraph(account, { method: 'POST', path: `${account.id}/messages`, body }, signal, clock.now())
  const read = answerShape.safeParse(answer)
  const [message] = read.data?.messages ?? []
  if (!message) throw new Error('WhatsApp answered without the id of the message')
  return { externalId: message.id, at: clock.now() }
}

function textContent({ text }: OutboundReply): Record<string, unknown> {
  refuseTooLong(text, longestText)
  return { type: 'text', text: { body: text, preview_url: false } }
}

/** By number where it is known: some kinds of messages reach nobody otherwise. A business-scoped id has a field of its own. */
function recipientOf({ to: { externalId, phone } }: OutboundReply): { to: string } | { recipient: string } {
  const number = phoneKey(phone ?? '') ?? phoneKey(`+${externalId}`)
  if (number) return { to: number.slice(1) }
  if (/^[A-Z]{2}\.(ENT\.)?[A-Za-z0-9]{1,128}$/.test(externalId)) return { recipient: externalId }
  throw new PermanentError('WhatsApp knows no such customer', { action: 'Reach the customer another way' })
}

/** Quotes what is answered. Only a message of the chat can be quoted, no edit of one, and not by a template. */
function quoted({ answers, template }: OutboundReply): Record<string, unknown> {
  const id = answers?.externalId
  return id?.startsWith('wamid.') && !template ? { context: { message_id: id } } : {}
}

/** Milliseconds until the current window is over. */
function restOf(seconds: number, now: Date): number {
  return seconds * 1000 - (now.getTime() % (seconds * 1000))
}
