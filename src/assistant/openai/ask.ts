import { z } from 'zod'
import type { Clock } from '../../clock.ts'
import { PermanentError } from '../../errors.ts'
import type { Ledger, ModelCall } from '../assistant.ts'
import type { AnswerType } from './answers.ts'
import type { Answer, Call, Exchange } from './call.ts'
import { failureOf } from './failure.ts'
import { costOf, type Price, type Usage } from './price.ts'
import type { Prompt } from './prompt.ts'

/** Throws when the signal aborts. */
export type Sleep = (ms: number, signal: AbortSignal) => Promise<void>

export interface Asking {
  call: Call
  model: string
  /** Null: not known. */
  price: Price | null
  timeoutMs: number
  clock: Clock
  ledger: Ledger
  sleep: Sleep
}

/** `fault` is null for a good answer; with a fault there may still be a value to make do with. */
interface Reading<T> {
  text: string
  value: T | undefined
  fault: string | null
}

const maxTries = 3
const firstBackoffMs = 500
const noUsage: Usage = { inputTokens: 0, cachedTokens: 0, outputTokens: 0 }

/**
 * Asks the model, with at most one repair, all within one time limit. Every call goes into the ledger.
 * Throws PermanentError with the reason for the card; what the caller aborted with, when the caller aborted.
 */
export async function ask<T>(asking: Asking, type: AnswerType<T>, prompt: Prompt, signal: AbortSignal): Promise<T> {
  const timer = AbortSignal.timeout(asking.timeoutMs)
  const deadline = asking.clock.now().getTime() + asking.timeoutMs
  const send = (rejected: Exchange | null) =>
    sendPatiently(asking, type, prompt, rejected, deadline, AbortSignal.any([signal, timer]))
  try {
    const first = await send(null)
    if (first.fault === null && first.value !== undefined) return first.value
    const complaint = `That answer can't be used: ${first.fault}. Answer again, complete and corrected.`
    const second = await send({ answer: first.text, complaint }).catch((error: unknown) => {
      if (first.value === undefined) throw error
      return first
    })
    signal.throwIfAborted()
    const value = second.value ?? first.value
    if (value !== undefined) return value
  } catch (error) {
    signal.throwIfAborted()
    if (!timer.aborted) throw error
    throw new PermanentError(`the model took longer than ${asking.timeoutMs / 1000} s`, {
      cause: error,
      action: 'Raise OPENAI_TIMEOUT_SECONDS, or use a faster model.',
    })
  }
  throw new PermanentError("the model's answer could not be used", {
    action: 'Use another OPENAI_MODEL: this one does not keep to the format.',
  })
}

async function sendPatiently<T>(
  { call, model, price, clock, ledger, sleep }: Asking,
  type: AnswerType<T>,
  prompt: Prompt,
  rejected: Exchange | null,
  deadline: number,
  signal: AbortSignal,
): Promise<Reading<T>> {
  for (let tries = 1; ; tries += 1) {
    const startedAt = clock.now().getTime()
    const record = (outcome: ModelCall['outcome'], usage: Usage) =>
      ledger.record({
        purpose: type.name,
        model,
        outcome,
        ...usage,
        cost: price && costOf(usage, price),
        latencyMs: clock.now().getTime() - startedAt,
      })

    let answer: Answer
    try {
      answer = await call({ name: type.name, format: type.format, prompt, rejected }, signal)
    } catch (cause) {
      const { outcome, reason, action, retry } = failureOf(cause)
      await record(signal.aborted ? 'timeout' : outcome, noUsage)
      signal.throwIfAborted()
      const waitMs = retry?.afterMs ?? firstBackoffMs * 2 ** (tries - 1)
      if (!retry || tries === maxTries || clock.now().getTime() + waitMs >= deadline) {
        throw new PermanentError(reason, { cause, action })
      }
      await sleep(waitMs, signal)
      continue
    }

    if (answer.ending === 'refused') {
      await record('refused', answer.usage)
      throw new PermanentError('the model refused', { action: 'Nothing to do if it happens rarely.' })
    }
    if (answer.ending === 'cut') {
      await record('invalid', answer.usage)
      throw new PermanentError("the model's answer was cut off", { action: 'Use a model that thinks less.' })
    }
    const reading = read(type, answer.text)
    await record(reading.fault ? 'invalid' : rejected ? 'repaired' : 'ok', answer.usage)
    return reading
  }
}

function read<T>(type: AnswerType<T>, text: string): Reading<T> {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    return { text, value: undefined, fault: 'it is not valid JSON' }
  }
  const result = type.schema.safeParse(json)
  if (!result.success) return { text, value: undefined, fault: z.prettifyError(result.error) }
  return { text, value: result.data, fault: type.findFault(result.data) }
}
