import { z } from 'zod'
import { BadInputError } from '../../errors.ts'
import type { Log } from '../../log.ts'
import type { Delivery, InboundInteraction, Receipt, Removal } from '../channel.ts'
import { contactShape, digits, readMessage, wamidOf } from './message.ts'
import { id, line, listOf, maybe } from './shapes.ts'
import { errorShape, readStatus } from './status.ts'

const anything = z.unknown()
/** Meta puts at most a thousand updates into one request; more are kept than a body of 3 MB has room for. */
const most = 10_000

const bodyShape = z.object({
  object: z.literal('whatsapp_business_account'),
  entry: z.array(z.unknown()),
})
const entryShape = z.object({
  changes: listOf(z.object({ field: z.string(), value: z.record(z.string(), z.unknown()) }), most),
})
const valueShape = z.object({
  metadata: maybe({ phone_number_id: id, display_phone_number: line(40) }),
  contacts: listOf(contactShape, most),
  messages: listOf(anything, most),
  statuses: listOf(anything, most),
  errors: listOf(errorShape, 10),
})

interface Reader {
  /** Ids of our numbers for which whoever signed may speak. */
  accounts: Set<string>
  log: Log
  now: Date
  /** True the first time that it is asked about this number. */
  isNews(phoneNumberId: string): boolean
}

/**
 * Reads what Meta sent: many entries, changes, messages and statuses at once. What is not understood costs nothing else.
 * Throws BadInputError when it is no webhook of WhatsApp's at all.
 */
export function readWebhook(json: unknown, reader: Reader): Delivery {
  const body = bodyShape.safeParse(json)
  if (!body.success) {
    throw new BadInputError(
      'This is no webhook of the WhatsApp Business Platform: "object" must be "whatsapp_business_account", and "entry" a list',
    )
  }
  const interactions: InboundInteraction[] = []
  const removals: Removal[] = []
  const receipts: Receipt[] = []
  const changes = listOf(entryShape, most)
    .parse(body.data.entry)
    .flatMap((entry) => entry.changes)
  for (const { field, value } of changes) {
    // Among others, what the team writes in the WhatsApp Business app comes back as `smb_message_echoes`: it tells the customer's
    // number alone, and conversations are known by ids that stay when the number is hidden.
    if (field !== 'messages') continue
    const { metadata, contacts, messages, statuses, errors } = valueShape.parse(value)
    const account = metadata?.phone_number_id ?? ''
    if (!reader.accounts.has(account)) {
      if (reader.isNews(account)) {
        const phoneNumberId = /^\d{1,25}$/.test(account) ? account : 'no id of a number'
        reader.log.warn('a webhook for a number that is not ours', { phoneNumberId })
      }
      continue
    }
    for (const { code } of errors) reader.log.warn('WhatsApp reports a problem', { account, code })
    const envelope = { account, ownNumber: digits(metadata?.display_phone_number), contacts, now: reader.now }
    for (const raw of messages) {
      const event = readMessage(raw, envelope)
      if (!event)
        reader.log.warn('a message was left out: it has no sender, or is our own', { account, wamid: wamidOf(raw) })
      else if ('removal' in event) removals.push(event.removal)
      else interactions.push(event.interaction)
    }
    receipts.push(...statuses.flatMap((raw) => readStatus(raw, reader.now) ?? []))
  }
  return { interactions, removals, receipts }
}
