import { z } from 'zod'
import { PermanentError } from '../../errors.ts'
import type { WhatsAppAccount } from './settings.ts'
import { callGraph } from './graph.ts'
import { line } from './shapes.ts'

const patienceMs = 60_000

const numberShape = z.object({ display_phone_number: line(40), verified_name: line(200), quality_rating: line(40) })
const appsShape = z.object({ data: z.array(z.unknown()) })

/** Asks Meta whether the token works, for which number, and whether webhooks come here. Throws as `callGraph`, or PermanentError. */
export async function checkAccount(account: WhatsAppAccount, now: Date): Promise<string[]> {
  const signal = AbortSignal.timeout(patienceMs)
  const get = (path: string, query: Record<string, string> = {}) =>
    callGraph(account, { method: 'GET', path, query }, signal, now)
  const number = numberShape.safeParse(
    await get(account.id, { fields: 'display_phone_number,verified_name,quality_rating' }),
  )
  const { display_phone_number, verified_name, quality_rating } = number.data ?? {}
  const apps = appsShape.safeParse(await get(`${account.businessAccountId}/subscribed_apps`))
  if (!apps.data?.data.length) {
    throw new PermanentError(`${account.name}: no app gets this business account's webhooks, so no message will come`, {
      action: 'Subscribe your app to the business account: POST /{WHATSAPP_BUSINESS_ACCOUNT_ID}/subscribed_apps',
    })
  }
  const named = [display_phone_number, verified_name && `“${verified_name}”`].filter(Boolean).join(' ')
  return [
    `${account.name}: the token is good for ${named || 'the number'}${quality_rating ? `, quality ${quality_rating.toLowerCase()}` : ''}`,
    `${account.name}: webhooks of the business account go to an app`,
  ]
}
