import { z } from 'zod'
import { BadInputError, CredentialsError } from '../../errors.ts'
import type { Log } from '../../log.ts'
import type { Delivery, InboundInteraction, Receipt, Removal } from '../channel.ts'
import { errorOf, problemOf } from './errors.ts'
import { contactShape, digits, readMessage, wamidOf } from './message.ts'
import { id, line, listOf, maybe } from './shapes.ts'
import { errorShape, readStatus } from './status.ts'

const anything = z.unknown()
/** Meta repeats for days what it could not tell: what is older says nothing of an account that was mended since. */
const newsMs = 10 * 60_000
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
  /** Our numbers for which whoever signed may speak: the name of each, by its id. */
  accounts: Map<string, string>
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
  const broken: NonNullable<Delivery['broken']> = []
  const changes = listOf(entryShape, most)
    .parse(body.data.entry)
    .flatMap((entry) => entry.changes)
  for (const { field, value } of changes) {
    // Among others, what the team writes in the WhatsApp Business app comes back as `smb_message_echoes`: it tells the customer's
    // number alone, and conversations are known by ids that stay when the number is hidden.
    if (field !== 'messages') continue
    const { metadata, contacts, messages, statuses, errors } = valueShape.parse(value)
    const account = metadata?.phone_number_id ?? ''
    const name = reader.accounts.get(account)
    if (name === undefined) {
      if (reader.isNews(account)) {
        const phoneNumberId = /^\d{1,25}$/.test(account) ? account : 'no id of a number'
        reader.log.warn('a webhook for a number that is not ours', { phoneNumberId })
      }
      continue
    }
    const refuse = (code: number) => {
      const known = problemOf(code)
      const problem = known && errorOf(code, known, name)
      if (problem instanceof CredentialsError) broken.push({ account, problem })
    }
    for (const { code } of errors) {
      reader.log.warn('WhatsApp reports a problem', { account, code })
      refuse(code)
    }
    const envelope = { account, ownNumber: digits(metadata?.display_phone_number), contacts, now: reader.now }
    for (const raw of messages) {
      const event = readMessage(raw, envelope)
      if (!event)
        reader.log.info('a message was left out: it says nothing, has no sender, or is our own', {
          account,
          wamid: wamidOf(raw),
        })
      else if ('removal' in event) removals.push(event.removal)
      else interactions.push(event.interaction)
    }
    for (const { receipt, code } of statuses.flatMap((raw) => readStatus(raw, reader.now) ?? [])) {
      receipts.push(receipt)
      if (code !== null && reader.now.getTime() - receipt.at.getTime() <= newsMs) refuse(code)
    }
  }
  return { interactions, removals, receipts, ...(broken.length > 0 && { broken }) }
}
