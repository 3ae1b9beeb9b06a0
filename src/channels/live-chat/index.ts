import { z } from 'zod'
import { onOff, setting } from '../../env.ts'
import { defineChannel, nothing, type ChannelIo, type Page } from '../channel.ts'
import { refuseTooLong } from '../kit/reply-length.ts'
import { clientPages } from './client-pages.ts'
import { followTranscript } from './follow-transcript.ts'
import { readMessage } from './message.ts'
import { checkOrigin, originList } from './origins.ts'
import { createSeats, type Seats } from './seats.ts'
import { createVisitors, type Visitors } from './visitors.ts'

const account = 'default'
const maxLength = 4000
/** An office shares an address, so an address may do more than a visitor. */
const limits = {
  visitor: { max: 20, seconds: 60, said: 'More than 20 messages in a minute' },
  address: { max: 200, seconds: 60, said: 'More than 200 messages in a minute from your network' },
  newVisitors: { max: 30, seconds: 600, said: 'More than 30 new visitors in ten minutes from your network' },
}

const words = (fallback: string, max: number) =>
  z
    .string()
    .trim()
    .max(max, { error: `must not be longer than ${max} characters` })
    .default(fallback)

/**
 * A chat with visitors of a web site: the page `/chat`, or the same page in a frame that the script `/chat.js` draws.
 * Lines go up by POST with an id that the browser chose, so that sending again does no harm; answers come down by SSE.
 * A visitor has one conversation, and a token that opens it and no other.
 */
export const liveChat = defineChannel({
  id: 'live-chat',
  name: 'Live chat',
  env: {
    LIVE_CHAT: setting('Whether visitors can chat at /chat: on (the default) or off.', onOff('on')),
    LIVE_CHAT_ORIGINS: setting('The sites that may show the chat, besides this server: origins, or *.', originList, {
      example: 'https://www.example.com,https://shop.example.com',
    }),
    LIVE_CHAT_QUIET_SECONDS: setting(
      'Lines that follow one another within this many seconds are answered together; 6 by default.',
      z
        .string()
        .regex(/^\d{1,3}$/, { error: 'must be a whole number of seconds from 0 to 999' })
        .default('6')
        .transform(Number),
    ),
    LIVE_CHAT_TITLE: setting('The heading of the chat.', words('Chat with us', 60)),
    LIVE_CHAT_GREETING: setting(
      'What the chat says before the visitor has written.',
      words('Hello! Write to us here, and a person from our team will answer.', 500),
    ),
  },
  limits: {
    maxLength,
    isPublic: false,
    isLetter: false,
    replyWindowHours: null,
    graceSeconds: 3,
    quietSeconds: 6,
    isModerated: false,
  },

  open([settings], io) {
    if (!settings?.LIVE_CHAT) return null
    const origins = settings.LIVE_CHAT_ORIGINS
    const visitors = createVisitors(io.key('live-chat'))
    return {
      accounts: [{ id: account, name: 'Live chat' }],
      limits: { quietSeconds: settings.LIVE_CHAT_QUIET_SECONDS },
      isHosted: true,
      inbound: {
        async receive(request, peer) {
          checkOrigin(request, io.publicUrl, origins)
          const { visitor, token, id, text, name, email, page } = await readMessage(request)
          visitors.verify(visitor, token)
          const exceeded = (await exceeds(io, 'visitor', visitor)) ?? (await exceeds(io, 'address', peer.address))
          if (exceeded) return { delivery: nothing, respond: () => exceeded }
          return {
            delivery: {
              interactions: [
                {
                  account,
                  externalId: id,
                  kind: 'message',
                  conversation: { externalId: visitor },
                  customer: { externalId: visitor, ...(name && { name }), ...(email && { email, handle: email }) },
                  text,
                  occurredAt: io.clock.now(),
                  ...(page && { notes: [`Written on ${page}`] }),
                },
              ],
            },
            respond: () => Response.json({ id }),
          }
        },
      },
      pages: [
        ...clientPages({ title: settings.LIVE_CHAT_TITLE, greeting: settings.LIVE_CHAT_GREETING, origins }),
        visitorsPage(visitors, io, origins),
        eventsPage(visitors, io, createSeats()),
      ],
      // The customer reads the database: what core commits after this is sent.
      async send(reply) {
        refuseTooLong(reply.text, maxLength)
        return { externalId: reply.id, at: io.clock.now() }
      },
      find: null,
      isResendSafe: true,
      check: async () => [
        `Visitors chat at ${io.publicUrl}/chat`,
        `Sites that may show the chat: ${origins.join(', ') || 'this server only'}`,
      ],
    }
  },
})

/** Streams open at once on this replica: every one of them reads what a line adds to its conversation. */
const mostStreams = { visitor: 30, address: 500 }

/** Counts one use by `who`; the answer that puts it off when there were too many. */
async function exceeds(io: ChannelIo, name: keyof typeof limits, who: string): Promise<Response | null> {
  const { max, seconds, said } = limits[name]
  if (await io.allow(`live-chat ${name} ${who}`, max, seconds)) return null
  return tooMany(`${said}. Wait a minute, then send it again.`)
}

function tooMany(error: string): Response {
  return Response.json({ error }, { status: 429, headers: { 'retry-after': '60', 'cache-control': 'no-store' } })
}

/** Hands out a visitor id with its token; one that is still good is given back. */
function visitorsPage(visitors: Visitors, io: ChannelIo, origins: string[]): Page {
  return {
    method: 'POST',
    path: '/channels/live-chat/visitors',
    async handle(request, peer) {
      checkOrigin(request, io.publicUrl, origins)
      const known: unknown = await request.json().catch(() => null)
      const isKnown = visitors.isGenuine(known)
      const exceeded = isKnown ? null : await exceeds(io, 'newVisitors', peer.address)
      if (exceeded) return exceeded
      return Response.json(isKnown ? known : visitors.create(io.newId()), { headers: { 'cache-control': 'no-store' } })
    },
  }
}

function eventsPage(visitors: Visitors, io: ChannelIo, seats: Seats): Page {
  return {
    method: 'GET',
    path: '/channels/live-chat/events',
    async handle(request, peer) {
      const query = new URL(request.url).searchParams
      const visitor = query.get('visitor') ?? ''
      visitors.verify(visitor, query.get('token') ?? '')
      const after = request.headers.get('last-event-id') ?? query.get('after')
      const leave = seats.take([
        [`visitor ${visitor}`, mostStreams.visitor],
        [`address ${peer.address}`, mostStreams.address],
      ])
      if (!leave) return tooMany('Too many chats are open at once. Close some of them.')
      try {
        const { signal } = request
        return await followTranscript(io, { account, conversation: visitor, after, signal, onEnd: leave })
      } catch (error) {
        leave()
        throw error
      }
    },
  }
}
