import { createHmac } from 'node:crypto'

/** Our own number at the peer. */
export const ourNumber = {
  id: '106540352242922',
  display: '15550783881',
  businessAccountId: '102290129340398',
  accessToken: 'EAAB-token-of-the-system-user',
  appSecret: '0123456789abcdef0123456789abcdef',
  verifyToken: 'a-verify-token-of-ours',
}

/** The settings that go with it. */
export const ourSettings = {
  WHATSAPP_PHONE_NUMBER_ID: ourNumber.id,
  WHATSAPP_BUSINESS_ACCOUNT_ID: ourNumber.businessAccountId,
  WHATSAPP_ACCESS_TOKEN: ourNumber.accessToken,
  WHATSAPP_APP_SECRET: ourNumber.appSecret,
  WHATSAPP_VERIFY_TOKEN: ourNumber.verifyToken,
  WHATSAPP_NUMBER: '+1 555 078 3881',
}

export interface User {
  /** Left out where the user hides their number. */
  wa_id?: string
  user_id?: string
  parent_user_id?: string
  name?: string
  username?: string
}

/** A customer as most are: with a number, an id, and a name. */
export const mia: User = { wa_id: '4917612345678', user_id: 'DE.13491208655302741918', name: 'Mia Jansen' }
/** A customer with a user name, whose number Meta does not tell. */
export const noor: User = { user_id: 'NL.99812208655302741000', name: 'Noor', username: 'noor.b' }

let messageCount = 0
/** A message's id. */
export function wamid(): string {
  return `wamid.HBgL${Buffer.from(`message ${++messageCount}`).toString('base64')}`
}

type Json = Record<string, unknown>

/** One message of a user's, as it stands in a webhook: `content` by its type. */
export function message(type: string, content: unknown, from: User = mia, over: Json = {}): Json {
  return {
    ...(from.wa_id && { from: from.wa_id }),
    ...(from.user_id && { from_user_id: from.user_id }),
    ...(from.parent_user_id && { from_parent_user_id: from.parent_user_id }),
    id: wamid(),
    timestamp: '1772442000',
    type,
    ...(content === undefined ? {} : { [type]: content }),
    ...over,
  }
}

export const text = (body: string, from: User = mia, over: Json = {}): Json => message('text', { body }, from, over)

function contact({ name, username, ...ids }: User): Json {
  return { profile: { ...(name && { name }), ...(username && { username }) }, ...ids }
}

/** What Meta says of a message of ours. */
export function status(id: string, state: string, over: Json = {}): Json {
  return { id, status: state, timestamp: '1772442060', recipient_id: mia.wa_id, ...over }
}

/** The `value` of a change. */
export function value(
  parts: { users?: User[]; messages?: Json[]; statuses?: Json[]; errors?: Json[] },
  over: Json = {},
) {
  const { users = parts.messages ? [mia] : [], messages, statuses, errors } = parts
  return {
    messaging_product: 'whatsapp',
    metadata: { display_phone_number: ourNumber.display, phone_number_id: ourNumber.id },
    ...(users.length > 0 && { contacts: users.map(contact) }),
    ...(messages && { messages }),
    ...(statuses && { statuses }),
    ...(errors && { errors }),
    ...over,
  }
}

/** A whole webhook, an entry for each value. */
export function webhook(...values: Json[]): Json {
  return {
    object: 'whatsapp_business_account',
    entry: values.map((one) => ({ id: ourNumber.businessAccountId, changes: [{ field: 'messages', value: one }] })),
  }
}

/** One with messages of one user. */
export const messages = (from: User, ...said: Json[]): Json => webhook(value({ users: [from], messages: said }))

export function signature(body: string | Uint8Array, secret: string = ourNumber.appSecret): string {
  return `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`
}
