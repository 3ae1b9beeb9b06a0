import { z } from 'zod'
import { onOff, setting } from '../../env.ts'
import type { Card } from '../card.ts'
import { defineWorkspace, type Handlers } from '../workspace.ts'
import { createApp } from './app.ts'
import { loadAssets } from './assets.ts'
import { requirePrivacy } from './guard.ts'
import { bulletinHint, createHub, hintFor, type CardMessage } from './hub.ts'
import { createSessions } from './session.ts'
import { bucketOf, cardView } from './views/card.ts'

const ownPath =
  /^\/(|sign-in|sign-out|command|settings|reports|history|customers|audit|(room|cards|reports|history|customers|forms|attachments|assets)\/.*)$/

/** The team's room in a browser. */
export const web = defineWorkspace({
  id: 'web',
  name: 'Web',
  env: {
    WEB: setting('Whether the team can decide in a browser: on or off.', onOff('on'), { example: 'on' }),
    WEB_PASSWORD: setting(
      'Opens the web room. Needed as soon as other machines can reach it.',
      z.string().min(8, 'must have at least 8 characters').optional(),
      { secret: true },
    ),
  },
  open({ WEB, WEB_PASSWORD }, io) {
    if (!WEB) return null
    requirePrivacy(io, WEB_PASSWORD)
    const assets = loadAssets()
    const sessions = createSessions(io, WEB_PASSWORD)
    const toMessage = async (card: Card): Promise<CardMessage> => {
      const bucket = bucketOf(card)
      const html = String(await cardView(card, { now: io.clock.now(), csrf: '', bucket }))
      return { conversationId: card.conversationId, version: card.version, bucket, html }
    }
    let running: { fetch: ReturnType<typeof createApp>['fetch']; stop(): void } | null = null

    return {
      id: 'web',
      room: 'room',
      showsAside: true,
      hasThreads: false,
      paceMs: 0,
      async start(handlers: Handlers) {
        const hub = createHub(io, toMessage)
        const app = createApp({
          io,
          handlers,
          assets,
          sessions,
          hub,
          toMessage,
          hasPassword: WEB_PASSWORD !== undefined,
        })
        running = { fetch: app.fetch, stop: hub.stop }
      },
      // The room is read from the database; a post is a hint to the pages that are open.
      async post(message) {
        await io.publish('card' in message ? hintFor(message.card.conversationId) : bulletinHint)
        return 'card' in message ? { conversationId: message.card.conversationId } : {}
      },
      find: async () => null,
      async update(_ref, message) {
        await io.publish('card' in message ? hintFor(message.card.conversationId) : bulletinHint)
      },
      // Nothing stands anywhere else: what is gone from the database leaves the pages that are open.
      async remove({ conversationId }) {
        await io.publish(typeof conversationId === 'string' ? hintFor(conversationId) : bulletinHint)
      },
      urlOf: () => null,
      membershipOf: async () => ({ groups: [], isAdmin: true }),
      async fetch(request, peer) {
        if (!ownPath.test(new URL(request.url).pathname)) return null
        return running?.fetch(request, { peer }) ?? new Response('The room is not open yet.', { status: 503 })
      },
      isReady: () => running !== null,
      check: async () => [
        `The room is at ${io.publicUrl}/`,
        WEB_PASSWORD ? 'A password protects it' : 'It has no password: only this machine can open it',
      ],
      async stop() {
        running?.stop()
        running = null
      },
    }
  },
})
