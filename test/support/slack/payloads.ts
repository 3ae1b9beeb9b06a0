import { createHmac } from 'node:crypto'
import type { Clock } from '../../../src/clock.ts'
import type { EnvelopeType, SocketMode } from './socket-mode.ts'

/** Something that Slack tells the app, the same over HTTP and over a socket. */
export interface Payload {
  type: EnvelopeType
  body: Record<string, unknown>
}

/** How the app took it. `status`: 200, or what was wrong; 0 when it never answered. */
export interface Taken {
  status: number
  /** What it answered with, if anything. */
  body: unknown
}

export type Deliver = (payload: Payload) => Promise<Taken>

export interface Place {
  team: string
  channel: string
  user: string
  userName?: string
  /** Of the person; by default that of the workspace. */
  userTeam?: string
}

const appId = 'A0DESKBELL'

/** A click on a button, a menu or a picker: https://docs.slack.dev/reference/interaction-payloads/block_actions-payload */
export function clickPayload(
  place: Place,
  action: Record<string, unknown>,
  where: { message?: Record<string, unknown>; view?: Record<string, unknown>; trigger: string; responseUrl?: string },
): Payload {
  const { message, view } = where
  const ts = typeof message?.['ts'] === 'string' ? message['ts'] : ''
  return {
    type: 'interactive',
    body: {
      type: 'block_actions',
      ...common(place),
      trigger_id: where.trigger,
      ...(message
        ? {
            container: {
              type: 'message',
              message_ts: ts,
              channel_id: place.channel,
              is_ephemeral: message['response_type'] === 'ephemeral',
            },
            channel: { id: place.channel, name: 'support' },
            message,
            response_url: where.responseUrl ?? '',
          }
        : { container: { type: 'view', view_id: view?.['id'] }, view }),
      state: { values: {} },
      actions: [{ action_ts: '1772442000.000100', ...action }],
    },
  }
}

/** Values as the fields of a modal hold them: by block id, then action id. */
export type ViewValues = Record<string, Record<string, Record<string, unknown>>>

/** https://docs.slack.dev/reference/interaction-payloads/view-interactions-payload */
export function submissionPayload(
  place: Place,
  view: Record<string, unknown>,
  values: ViewValues,
  trigger: string,
): Payload {
  return {
    type: 'interactive',
    body: {
      type: 'view_submission',
      ...common(place),
      trigger_id: trigger,
      view: { ...view, state: { values } },
      response_urls: [],
    },
  }
}

/** A message's own menu: https://docs.slack.dev/reference/interaction-payloads/shortcuts-interaction-payload */
export function shortcutPayload(
  place: Place,
  callbackId: string,
  message: Record<string, unknown>,
  where: { trigger: string; responseUrl?: string },
): Payload {
  return {
    type: 'interactive',
    body: {
      type: 'message_action',
      ...common(place),
      callback_id: callbackId,
      trigger_id: where.trigger,
      action_ts: '1772442000.000100',
      message_ts: message['ts'],
      channel: { id: place.channel, name: 'support' },
      message,
      response_url: where.responseUrl ?? '',
    },
  }
}

/** https://docs.slack.dev/interactivity/implementing-slash-commands */
export function commandPayload(place: Place, text: string, where: { trigger: string; responseUrl?: string }): Payload {
  return {
    type: 'slash_commands',
    body: {
      token: 'unused',
      team_id: place.team,
      team_domain: 'acme',
      channel_id: place.channel,
      channel_name: 'support',
      user_id: place.user,
      user_name: place.userName ?? 'ana',
      command: '/desk',
      text,
      api_app_id: appId,
      is_enterprise_install: 'false',
      response_url: where.responseUrl ?? '',
      trigger_id: where.trigger,
    },
  }
}

let events = 0

/** https://docs.slack.dev/apis/events-api */
export function eventPayload(
  team: string,
  event: { type: string } & Record<string, unknown>,
  enterprise: string | null = null,
): Payload {
  events += 1
  return {
    type: 'events_api',
    body: {
      type: 'event_callback',
      token: 'unused',
      team_id: team,
      api_app_id: appId,
      event: { event_ts: '1772442000.000200', ...event },
      event_id: `Ev${events}`,
      event_time: 1_772_442_000,
      authorizations: [
        {
          enterprise_id: enterprise,
          team_id: enterprise ? null : team,
          user_id: 'U0BOT',
          is_bot: true,
          is_enterprise_install: enterprise !== null,
        },
      ],
      is_ext_shared_channel: false,
    },
  }
}

function common({ team, user, userName = 'ana', userTeam = team }: Place): Record<string, unknown> {
  return {
    user: { id: user, username: userName, name: userName, team_id: userTeam },
    api_app_id: appId,
    token: 'unused',
    team: { id: team, domain: 'acme' },
    enterprise: null,
    is_enterprise_install: false,
  }
}

/** The headers by which Slack proves itself. */
export function signatureOf(body: string, secret: string, at: Date): Record<string, string> {
  const timestamp = String(Math.floor(at.getTime() / 1000))
  const signature = createHmac('sha256', secret).update(`v0:${timestamp}:${body}`).digest('hex')
  return { 'x-slack-request-timestamp': timestamp, 'x-slack-signature': `v0=${signature}` }
}

/** A request as Slack sends it. */
export function signedRequest(
  payload: Payload,
  { url, secret, at }: { url: string; secret: string; at: Date },
): Request {
  const body =
    payload.type === 'events_api'
      ? JSON.stringify(payload.body)
      : payload.type === 'interactive'
        ? new URLSearchParams({ payload: JSON.stringify(payload.body) }).toString()
        : new URLSearchParams(payload.body as Record<string, string>).toString()
  return new Request(`${url}/slack/events`, {
    method: 'POST',
    headers: {
      'content-type': payload.type === 'events_api' ? 'application/json' : 'application/x-www-form-urlencoded',
      ...signatureOf(body, secret, at),
    },
    body,
  })
}

/** Delivers by signed requests. `send`: `fetch`, or a workspace's own. */
export function overHttp(
  send: (request: Request) => Promise<Response | null>,
  { url, secret, clock }: { url: string; secret: string; clock: Clock },
): Deliver {
  return async (payload) => {
    const response = await send(signedRequest(payload, { url, secret, at: clock.now() }))
    if (!response) return { status: 404, body: null }
    const text = await response.text()
    const isJson = response.headers.get('content-type')?.includes('json') ?? false
    return { status: response.status, body: isJson ? JSON.parse(text) : text === '' ? null : text }
  }
}

/** Delivers by sockets. */
export function overSocket(sockets: SocketMode): Deliver {
  return async ({ type, body }) => {
    const ack = await sockets.send(type, body)
    return ack ? { status: 200, body: ack.payload } : { status: 0, body: null }
  }
}
