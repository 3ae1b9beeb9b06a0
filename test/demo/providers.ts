import { setTimeout as pause } from 'node:timers/promises'
import { startGoogle, type GooglePeer } from '../support/google/peer.ts'
import { startWhatsApp, type WhatsAppPeer } from '../support/whatsapp/peer.ts'
import { locations, templates } from './morning.ts'

const lookAgainMs = 300
const readAfterMs = 2000
const checkedAfterMs = 5000

/** WhatsApp and Google, on this machine. */
export interface Providers {
  meta: WhatsAppPeer
  google: GooglePeer
  /** Does with the shop's answers what providers and customers do, until `signal` aborts. Never rejects. */
  carry(url: string, signal: AbortSignal): Promise<void>
  close(): Promise<void>
}

export async function startProviders(): Promise<Providers> {
  const [meta, google] = await Promise.all([startWhatsApp(), startGoogle()])
  google.state.locations = new Map(Object.entries(locations))
  for (const [index, { text, ...template }] of templates.entries()) {
    meta.templates.push({
      ...template,
      id: String(index + 1),
      status: 'APPROVED',
      category: 'UTILITY',
      parameter_format: 'POSITIONAL',
      components: [{ type: 'BODY', text }],
    })
  }

  /** Brings what was sent to the customers, who read it a moment later. */
  async function deliver(url: string, signal: AbortSignal): Promise<void> {
    for (let told = 0; ; await pause(lookAgainMs, undefined, { signal })) {
      const fresh = meta.sent.slice(told)
      told += fresh.length
      await Promise.allSettled(
        fresh.map(async (message) => {
          await meta.tell(url, message, 'sent', 'delivered')
          await pause(readAfterMs, undefined, { signal })
          await meta.tell(url, message, 'read')
        }),
      )
    }
  }

  /** Shows an answer after a moment, unless there is a telephone number in it. */
  async function check(signal: AbortSignal): Promise<void> {
    for (;;) {
      for (const { name, reviewReply } of google.reviews.all.values()) {
        const isOld = Date.now() - Date.parse(reviewReply?.updateTime ?? '') > checkedAfterMs
        if (reviewReply?.reviewReplyState !== 'PENDING' || !isOld) continue
        const hasNumber = /\d(?:[ /-]?\d){6}/.test(reviewReply.comment)
        if (hasNumber) google.reviews.moderate(name, 'REJECTED', 'PERSONAL_INFO')
        else google.reviews.moderate(name, 'APPROVED')
      }
      await pause(lookAgainMs, undefined, { signal })
    }
  }

  return {
    meta,
    google,
    async carry(url, signal) {
      await Promise.allSettled([deliver(url, signal), check(signal)])
    },
    async close() {
      await Promise.all([meta.close(), google.close()])
    },
  }
}
