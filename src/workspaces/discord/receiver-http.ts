import { InteractionResponseType, InteractionType, type APIInteraction, type APIInteractionResponse } from 'discord.js'
import { createPublicKey, verify, type KeyObject } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { BadInputError, ConfigError, PermanentError } from '../../errors.ts'
import type { WorkspaceIo } from '../workspace.ts'
import type { Take } from './incoming.ts'

/** Where Discord sends what people do: to be entered as Interactions Endpoint URL. */
export const interactionsPath = '/discord/interactions'

/** Discord waits for 3 s; a little less, so that it hears from us. */
const usualCeilingMs = 2800
/** How long an answer takes to Discord; what follows it must not come there first. */
const usualSettleMs = 150
const windowMs = 5 * 60_000

/**
 * Requests from Discord: https://docs.discord.com/developers/interactions/overview#setting-up-an-endpoint. Null for what isn't for
 * us. Answers 503 when nobody answered in time, so that the teammate sees that it failed. `publicKey`: hexadecimal.
 * Throws ConfigError when that is no key.
 */
export function createHttpReceiver({
  publicKey,
  clock,
  take,
  ceilingMs = usualCeilingMs,
  settleMs = usualSettleMs,
}: {
  publicKey: string
  clock: WorkspaceIo['clock']
  take: Take
  ceilingMs?: number
  settleMs?: number
}): (request: Request) => Promise<Response | null> {
  const key = keyOf(publicKey)

  async function answer(interaction: APIInteraction): Promise<Response> {
    const answered = Promise.withResolvers<Response>()
    let state: 'open' | 'answered' | 'late' = 'open'
    const giveUp = () => {
      if (state !== 'open') return
      state = 'late'
      answered.resolve(problem(503, 'This was not taken; please try again'))
    }
    const timer = setTimeout(giveUp, ceilingMs)
    const done = take({
      interaction,
      async respond(first: APIInteractionResponse) {
        if (state === 'late') throw new PermanentError("Discord can't take this answer: it came too late")
        if (state === 'answered') throw new PermanentError("Discord can't take this answer: it was answered before")
        state = 'answered'
        answered.resolve(Response.json(first))
        await sleep(settleMs)
      },
    })
    void done.then(giveUp)
    try {
      return await answered.promise
    } finally {
      clearTimeout(timer)
    }
  }

  return async (request) => {
    if (new URL(request.url).pathname !== interactionsPath) return null
    if (request.method !== 'POST') return problem(405, 'Discord sends what people do here with POST', { allow: 'POST' })
    const body = Buffer.from(await request.arrayBuffer())
    // Discord tries wrong signatures now and then, and takes the address out when they are not refused.
    if (!isSigned(request, body, key, clock.now())) return problem(401, 'The signature is not Discord’s')
    const interaction = readInteraction(body)
    if (interaction.type === InteractionType.Ping) return Response.json({ type: InteractionResponseType.Pong })
    return answer(interaction)
  }
}

function keyOf(hex: string): KeyObject {
  try {
    const x = Buffer.from(hex, 'hex').toString('base64url')
    return createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' })
  } catch (cause) {
    throw new ConfigError('DISCORD_PUBLIC_KEY is no public key: see General Information on the application’s page.', {
      cause,
    })
  }
}

function isSigned(request: Request, body: Buffer, key: KeyObject, now: Date): boolean {
  const signature = request.headers.get('x-signature-ed25519') ?? ''
  const timestamp = request.headers.get('x-signature-timestamp') ?? ''
  if (!/^[0-9a-fA-F]{128}$/.test(signature) || !/^\d{1,12}$/.test(timestamp)) return false
  if (Math.abs(now.getTime() - Number(timestamp) * 1000) > windowMs) return false
  return verify(null, Buffer.concat([Buffer.from(timestamp), body]), key, Buffer.from(signature, 'hex'))
}

const interactionSchema = z.looseObject({ id: z.string(), token: z.string(), type: z.number() })

/** What is signed comes from Discord, and is as Discord documents it. Throws BadInputError. */
function readInteraction(body: Buffer): APIInteraction {
  try {
    return interactionSchema.parse(JSON.parse(body.toString())) as unknown as APIInteraction
  } catch (cause) {
    throw new BadInputError('The body is no interaction', { cause })
  }
}

function problem(status: number, error: string, headers: Record<string, string> = {}): Response {
  return Response.json({ error }, { status, headers })
}
