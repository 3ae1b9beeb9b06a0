import { z } from 'zod'
import { setting, type Settings } from '../../env.ts'
import { apiUrl } from '../kit/api-url.ts'

/** One number of ours, as the settings describe it. */
export interface WhatsAppAccount {
  /** Meta's id of the number; the account's id. */
  id: string
  /** As customers know it. */
  name: string
  businessAccountId: string
  accessToken: string
  appSecret: string
  verifyToken: string
  /** Without a trailing slash. */
  apiUrl: string
}

const metaId = z.string().regex(/^\d{5,25}$/, { error: 'must be an id of digits, not a phone number' })
const secret = (least: number) =>
  z.string().regex(new RegExp(`^[\\x21-\\x7e]{${least},}$`), {
    error: `must have at least ${least} characters, and no spaces`,
  })

export const whatsAppEnv = {
  WHATSAPP_PHONE_NUMBER_ID: setting('Id of the number: WhatsApp → API Setup → Phone number ID.', metaId, {
    example: '106540352242922',
  }),
  WHATSAPP_BUSINESS_ACCOUNT_ID: setting(
    'Id of the business account that the number belongs to: WhatsApp → API Setup.',
    metaId,
    { example: '102290129340398' },
  ),
  WHATSAPP_ACCESS_TOKEN: setting(
    'Token of a system user with whatsapp_business_messaging and whatsapp_business_management, without an expiry date.',
    secret(20),
    { example: 'EAAB...', secret: true },
  ),
  WHATSAPP_APP_SECRET: setting(
    'Proves that a request to /channels/whatsapp comes from Meta: App settings → Basic → App secret.',
    secret(16),
    { example: '32 hexadecimal digits', secret: true },
  ),
  WHATSAPP_VERIFY_TOKEN: setting(
    'Any text of your own: enter the same at WhatsApp → Configuration → Webhook, with the address PUBLIC_URL/channels/whatsapp, and subscribe to messages.',
    secret(8),
    { example: 'the output of: openssl rand -hex 16', secret: true },
  ),
  WHATSAPP_NUMBER: setting(
    'The number as customers know it, shown on cards. Default: its id.',
    z.string().trim().min(1).max(40).optional(),
    { example: '+49 30 1234567' },
  ),
  WHATSAPP_API_URL: setting(
    "Address of Meta's Graph API, for a proxy. Default: https://graph.facebook.com.",
    apiUrl.default('https://graph.facebook.com'),
  ),
}

export function accountFrom(settings: Settings<typeof whatsAppEnv>): WhatsAppAccount {
  return {
    id: settings.WHATSAPP_PHONE_NUMBER_ID,
    name: settings.WHATSAPP_NUMBER ?? settings.WHATSAPP_PHONE_NUMBER_ID,
    businessAccountId: settings.WHATSAPP_BUSINESS_ACCOUNT_ID,
    accessToken: settings.WHATSAPP_ACCESS_TOKEN,
    appSecret: settings.WHATSAPP_APP_SECRET,
    verifyToken: settings.WHATSAPP_VERIFY_TOKEN,
    apiUrl: settings.WHATSAPP_API_URL,
  }
}
