import { setTimeout as pause } from 'node:timers/promises'
import { message, messages, type User } from '../support/whatsapp/payloads.ts'
import type { WhatsAppPeer } from '../support/whatsapp/peer.ts'
import type { Of, Visitor } from './customers.ts'
import { draw } from './drawings.ts'

const betweenMs = 250

/** Customers on WhatsApp; each has a telephone, though not all show its number. */
export function whatsAppUsers(
  url: string,
  meta: WhatsAppPeer,
  signal: AbortSignal,
): (arrival: Of<'whatsapp'>) => Promise<Visitor> {
  let users = 0
  return async ({ name, username, hoursAgo = 0, does }) => {
    // Of the range that nobody has.
    const phone = `49176040690${10 + ++users}`
    const user: User = { ...(username ? { username } : { wa_id: phone }), user_id: `DE.13491208655${phone}`, name }
    let last = ''
    const tell = async (type: string, content: unknown, minutesAgo = 0) => {
      const timestamp = String(Math.floor(Date.now() / 1000 - minutesAgo * 60))
      const said = message(type, content, user, { timestamp })
      const { ok, status } = await meta.deliver(url, messages(user, said))
      if (!ok) throw new Error(`A message was refused: ${status}`)
      return String(said['id'])
    }
    for (const [index, act] of does.entries()) {
      if (index > 0) await pause(betweenMs, undefined, { signal })
      const ago = Math.max(0, hoursAgo * 60 - index)
      if ('says' in act) last = await tell('text', { body: act.says }, ago)
      else if ('shows' in act) {
        const id = meta.addMedia(draw(act.shows), 'image/png')
        last = await tell('image', { id, mime_type: 'image/png', caption: act.caption }, ago)
      } else if ('changesTo' in act) {
        const edited = { type: 'text', text: { body: act.changesTo } }
        await tell('edit', { original_message_id: last, message: edited }, ago)
      } else await tell('revoke', { original_message_id: last }, ago)
    }
    return {
      async react(emoji) {
        const to = user.wa_id ?? user.user_id
        const answer = meta.sent.findLast((one) => one.to === to)
        await tell('reaction', { message_id: answer?.id ?? '', emoji })
      },
    }
  }
}
