import { APIConnectionError, APIError, APIUserAbortError } from 'openai'
import type { ModelCall } from '../assistant.ts'

/** Why a call of the model failed. */
interface Failure {
  outcome: ModelCall['outcome']
  /** For the card: "the model refused". */
  reason: string
  /** For the operator. */
  action: string
  /** Null: trying again won't help. Otherwise what the provider asks to wait, or undefined. */
  retry: { afterMs: number | undefined } | null
}

/** `error` is what the client threw. */
export function failureOf(error: unknown): Failure {
  if (error instanceof APIConnectionError) {
    return {
      outcome: 'error',
      reason: 'the model could not be reached',
      action: 'Check OPENAI_BASE_URL and that this machine may connect to it.',
      retry: { afterMs: undefined },
    }
  }
  if (!(error instanceof APIError) || error instanceof APIUserAbortError || error.status === undefined) {
    return {
      outcome: 'error',
      reason: "the model's server sent something that can't be read",
      action: 'Check that OPENAI_BASE_URL is the address of an OpenAI-compatible API; most end in /v1.',
      retry: null,
    }
  }
  const { status } = error
  if (status === 429 && error.code === 'insufficient_quota') {
    return {
      outcome: 'rate-limited',
      reason: "the model's account has no credit left",
      action: 'Add credit to the account that OPENAI_API_KEY belongs to.',
      retry: null,
    }
  }
  if (status === 429) {
    return {
      outcome: 'rate-limited',
      reason: "the model's rate limit is reached",
      action: 'Wait, or ask the provider for a higher limit.',
      retry: { afterMs: retryAfterMs(error.headers) },
    }
  }
  return {
    outcome: 'error',
    reason: `the model's server answered ${status}`,
    action: actions[status] ?? "Check OPENAI_API and OPENAI_MODEL, and the provider's status page.",
    retry: status >= 500 || status === 408 || status === 409 ? { afterMs: retryAfterMs(error.headers) } : null,
  }
}

const actions: Record<number, string> = {
  401: 'OPENAI_API_KEY is not accepted. Make a new key and set it.',
  403: "The key may not use this model. Check the key's permissions and OPENAI_MODEL.",
  404: 'The model or the API does not exist there. Check OPENAI_MODEL, OPENAI_BASE_URL and OPENAI_API.',
}

function retryAfterMs(headers: Headers | undefined): number | undefined {
  const ms = Number(headers?.get('retry-after-ms') ?? NaN)
  if (ms >= 0) return ms
  const seconds = Number(headers?.get('retry-after') ?? NaN)
  return seconds >= 0 ? seconds * 1000 : undefined
}
