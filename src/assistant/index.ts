import { ConfigError } from '../errors.ts'
import type { Log } from '../log.ts'
import type { Assistant } from './assistant.ts'
import type { AssistantSettings } from './env.ts'
import { withFallback } from './fallback.ts'
import { offlineAssistant } from './offline/index.ts'
import type { OpenAiIo } from './openai/index.ts'

type AssistantIo = OpenAiIo & { log: Log }

/**
 * The model's assistant, with the offline one behind it; the offline one alone when no model is set.
 * No network call yet. Throws ConfigError when the settings are half set.
 */
export async function openAssistant(settings: AssistantSettings, io: AssistantIo): Promise<Assistant> {
  const offline = offlineAssistant()
  if (settings.OPENAI_API_KEY || settings.OPENAI_BASE_URL) {
    const { openAiAssistant } = await import('./openai/index.ts')
    return withFallback(openAiAssistant(settings, io), offline, io.log)
  }
  for (const name of ['OPENAI_MODEL', 'OPENAI_API', 'OPENAI_PRICE'] as const) {
    if (settings[name] !== undefined) {
      throw new ConfigError(
        `${name} is set but OPENAI_API_KEY is not. Set the key (or OPENAI_BASE_URL for a server that needs none), or remove ${name} to work offline.`,
      )
    }
  }
  return offline
}
