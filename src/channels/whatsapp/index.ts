import { ConfigError, PermanentError } from '../../errors.ts'
import { allOf } from '../../waiting.ts'
import { defineChannel } from '../channel.ts'
import { accountFrom, whatsAppEnv, type WhatsAppAccount } from './settings.ts'
import { checkAccount } from './check.ts'
import { downloadMedia } from './download.ts'
import { longestText, sendMessage } from './send.ts'
import { createTemplates } from './templates.ts'
import { createWebhook } from './webhook.ts'

/**
 * Numbers on the WhatsApp Business Platform: webhooks in, the Graph API out.
 * Built from Meta's pages "messages webhook reference", "Send messages", "Error codes", "Business-scoped user IDs" and
 * "Media", as of August 2026. Not verified live: the rates at which `send` holds back, and what error 131062 covers.
 */
export const whatsapp = defineChannel({
  id: 'whatsapp',
  name: 'WhatsApp',
  accountsBy: 'WHATSAPP',
  env: whatsAppEnv,
  limits: {
    maxLength: longestText,
    isPublic: false,
    isLetter: false,
    replyWindowHours: 24,
    graceSeconds: 10,
    quietSeconds: 8,
    isModerated: false,
  },

  open(settings, io) {
    const accounts = settings.map(accountFrom)
    const byId = new Map(accounts.map((account) => [account.id, account]))
    if (byId.size < accounts.length) {
      throw new ConfigError('WHATSAPP_PHONE_NUMBER_ID stands twice: each account needs a number of its own')
    }
    const listTemplates = createTemplates(io)
    const accountOf = (id: string): WhatsAppAccount => {
      const account = byId.get(id)
      if (account) return account
      throw new PermanentError(`There is no WhatsApp number ${id} any more`, {
        action: `Set WHATSAPP_PHONE_NUMBER_ID and the rest for ${id} again`,
      })
    }

    return {
      accounts: accounts.map(({ id, name }) => ({ id, name })),
      inbound: { receive: createWebhook(accounts, io), maxBytes: 4 * 1024 * 1024 },
      send: async (reply, signal) => sendMessage(accountOf(reply.account), io, listTemplates, reply, signal),
      // Nothing can be asked by our own id. But a status with it comes within minutes where the message arrived, and settles the
      // reply; the team is asked only when none did.
      find: async () => ({ outcome: 'unclear' }),
      isResendSafe: false,
      templates: async (account) =>
        (await listTemplates(accountOf(account))).map(({ id, name, language, text }) => ({ id, name, language, text })),
      download: async (account, source, signal) => downloadMedia(accountOf(account), source, signal, io.clock.now()),

      async check(only) {
        const checked = only === undefined ? accounts : [accountOf(only)]
        return [
          ...(await allOf(checked.map((account) => checkAccount(account, io.clock.now())))),
          `Webhooks are expected at ${io.publicUrl}/channels/whatsapp`,
        ]
      },
    }
  },
})
