import { sign, type KeyObject } from 'node:crypto'
import {
  ComponentType,
  InteractionType,
  type APIInteraction,
  type APIInteractionResponse,
  type APIMessage,
  type APIModalInteractionResponseCallbackData,
} from 'discord.js'
import type { Clock } from '../../../src/clock.ts'

/** How the app took an interaction: its first answer; `later`: that comes as a call; null: it failed. */
export type Taken = APIInteractionResponse | 'later' | null

export type Deliver = (interaction: APIInteraction) => Promise<Taken>

/** Anything that has components. */
export type Component = Record<string, unknown> & { type: number }

/** What somebody may do who may do everything. */
export const everyPermission = String(2n ** 50n - 1n)

/** What everybody's interactions have in common. */
export interface Setting {
  id: string
  token: string
  applicationId: string
  guild: string
  channel: Record<string, unknown> & { id: string }
  /** Of the person: with `user`, `roles` and `permissions`. */
  member: Record<string, unknown>
}

/** What is chosen in a menu of people, roles or channels comes with what is known of it. */
export interface Resolved {
  users?: Record<string, unknown>
  members?: Record<string, unknown>
  roles?: Record<string, unknown>
  channels?: Record<string, unknown>
  messages?: Record<string, unknown>
}

/** https://docs.discord.com/developers/interactions/receiving-and-responding#interaction-object */
function interactionOf(
  type: InteractionType,
  setting: Setting,
  data: Record<string, unknown>,
  message: APIMessage | null = null,
): APIInteraction {
  const { id, token, applicationId, guild, channel, member } = setting
  return {
    id,
    application_id: applicationId,
    type,
    data,
    guild: { id: guild, locale: 'en-US', features: [] },
    guild_id: guild,
    channel,
    channel_id: channel.id,
    member,
    ...(message ? { message } : {}),
    token,
    version: 1,
    app_permissions: everyPermission,
    locale: 'en-US',
    guild_locale: 'en-US',
    entitlements: [],
    entitlement_sku_ids: [],
    authorizing_integration_owners: { 0: guild },
    context: 0,
    attachment_size_limit: 10_485_760,
  } as unknown as APIInteraction
}

/** A press on a button, or a choice in a menu. */
export function pressPayload(
  setting: Setting,
  message: APIMessage,
  component: Component,
  values: string[],
  resolved: Resolved,
): APIInteraction {
  return interactionOf(
    InteractionType.MessageComponent,
    setting,
    {
      id: component['id'] ?? 0,
      component_type: component.type,
      custom_id: component['custom_id'],
      ...(component.type === ComponentType.Button ? {} : { values }),
      ...(hasAny(resolved) ? { resolved } : {}),
    },
    message,
  )
}

/** What was filled into a modal: by custom id, a text or what is chosen. */
export type Filled = Record<string, string | string[]>

/** https://docs.discord.com/developers/interactions/receiving-and-responding#interaction-object-modal-submit-data-structure */
export function submissionPayload(
  setting: Setting,
  modal: APIModalInteractionResponseCallbackData,
  filled: Filled,
  resolved: Resolved,
  from: APIMessage | null,
): APIInteraction {
  const components = (modal.components as unknown as Component[]).map((top, index) => {
    const id = top['id'] ?? index + 1
    if (top.type !== (ComponentType.Label as number)) return { type: top.type, id }
    const field = top['component'] as Component
    const customId = String(field['custom_id'])
    const value = filled[customId]
    return {
      type: top.type,
      id,
      component: {
        type: field.type,
        id: field['id'] ?? index + 101,
        custom_id: customId,
        ...(Array.isArray(value) ? { values: value } : { value: value ?? '' }),
      },
    }
  })
  const data = { custom_id: modal.custom_id, components, ...(hasAny(resolved) ? { resolved } : {}) }
  return interactionOf(InteractionType.ModalSubmit, setting, data, from)
}

/** The options of a subcommand; the focused one is being typed. */
export interface Typed {
  name: string
  value: string
  /** As registered; 3, a text, where it is left out. */
  type?: number
  focused?: true
}

/** `/desk <sub>`, sent or still being typed: https://docs.discord.com/developers/interactions/application-commands */
export function commandPayload(
  setting: Setting,
  command: { id: string; name: string },
  sub: string,
  options: Typed[],
): APIInteraction {
  const isTyped = options.some(({ focused }) => focused)
  return interactionOf(
    isTyped ? InteractionType.ApplicationCommandAutocomplete : InteractionType.ApplicationCommand,
    setting,
    {
      id: command.id,
      name: command.name,
      type: 1,
      guild_id: setting.guild,
      options: [{ type: 1, name: sub, options: options.map((option) => ({ type: 3, ...option })) }],
    },
  )
}

/** A command from a message's own menu. */
export function contextMenuPayload(
  setting: Setting,
  command: { id: string; name: string },
  message: APIMessage,
): APIInteraction {
  return interactionOf(InteractionType.ApplicationCommand, setting, {
    id: command.id,
    name: command.name,
    type: 3,
    guild_id: setting.guild,
    target_id: message.id,
    resolved: { messages: { [message.id]: message } },
  })
}

const hasAny = (resolved: Resolved): boolean => Object.keys(resolved).length > 0

/** The headers by which Discord proves itself. */
export function signatureOf(body: string, privateKey: KeyObject, at: Date): Record<string, string> {
  const timestamp = String(Math.floor(at.getTime() / 1000))
  return {
    'x-signature-timestamp': timestamp,
    'x-signature-ed25519': sign(null, Buffer.from(timestamp + body), privateKey).toString('hex'),
  }
}

/** A request as Discord sends it. */
export function signedRequest(
  payload: unknown,
  { url, privateKey, at }: { url: string; privateKey: KeyObject; at: Date },
): Request {
  const body = JSON.stringify(payload)
  return new Request(`${url}/discord/interactions`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'user-agent': 'Discord-Interactions/1.0 (+https://discord.com)',
      ...signatureOf(body, privateKey, at),
    },
    body,
  })
}

/** Delivers by signed requests. `send`: `fetch`, or a workspace's own. */
export function overHttp(
  send: (request: Request) => Promise<Response | null>,
  { url, privateKey, clock }: { url: string; privateKey: KeyObject; clock: Clock },
): Deliver {
  return async (interaction) => {
    const response = await send(signedRequest(interaction, { url, privateKey, at: clock.now() }))
    if (response?.status === 202) return 'later'
    if (response?.status !== 200) return null
    return (await response.json()) as APIInteractionResponse
  }
}

/** Every component, those within others as well, in order. */
export function componentsIn(components: unknown): Component[] {
  if (!Array.isArray(components)) return isComponent(components) ? componentsIn([components]) : []
  return components
    .filter(isComponent)
    .flatMap((component) => [
      component,
      ...componentsIn(component['components']),
      ...componentsIn(component['accessory']),
      ...componentsIn(component['component']),
    ])
}

const isComponent = (value: unknown): value is Component =>
  typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'number'
