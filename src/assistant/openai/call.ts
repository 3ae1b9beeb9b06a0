import { OpenAI } from 'openai'
import { zodResponseFormat, zodTextFormat } from 'openai/helpers/zod'
import type { z } from 'zod'
import type { Usage } from './price.ts'
import type { Prompt } from './prompt.ts'

/** What the model said, and to what. */
export interface Exchange {
  answer: string
  complaint: string
}

interface Request {
  name: string
  format: z.ZodObject
  prompt: Prompt
  /** An answer that was no good, and what was wrong with it. */
  rejected: Exchange | null
}

export interface Answer {
  text: string
  /** `cut`: the provider stopped it early. */
  ending: 'complete' | 'cut' | 'refused'
  usage: Usage
}

export type Call = (request: Request, signal: AbortSignal) => Promise<Answer>

/** Bounds what one call can cost; a triage or a draft needs far less, reasoning included. */
const maxOutputTokens = 8000

/**
 * The Responses API. `create`, not `parse`: an answer that doesn't fit must still be counted and repaired.
 * Built from developers.openai.com/api/reference/resources/responses.
 */
export function responsesCall(client: OpenAI, model: string): Call {
  return async ({ name, format, prompt, rejected }, signal) => {
    const response = await client.responses.create(
      {
        model,
        instructions: prompt.instructions,
        input: turns(prompt, rejected),
        text: { format: zodTextFormat(format, name) },
        max_output_tokens: maxOutputTokens,
        store: false,
      },
      { signal },
    )
    const parts = response.output.flatMap((item) => (item.type === 'message' ? item.content : []))
    const isRefused =
      parts.some((part) => part.type === 'refusal') || response.incomplete_details?.reason === 'content_filter'
    return {
      text: parts.map((part) => (part.type === 'output_text' ? part.text : '')).join(''),
      ending: isRefused ? 'refused' : (response.status ?? 'completed') === 'completed' ? 'complete' : 'cut',
      usage: {
        inputTokens: response.usage?.input_tokens ?? 0,
        // Compatible servers leave the details out, whatever the types say.
        cachedTokens: response.usage?.input_tokens_details?.cached_tokens ?? 0,
        outputTokens: response.usage?.output_tokens ?? 0,
      },
    }
  }
}

/**
 * Chat completions, for compatible servers: some refuse fields that they don't know, so only OpenAI's own gets the newer ones.
 * Built from developers.openai.com/api/reference/resources/chat.
 */
export function chatCall(client: OpenAI, model: string, isOpenAi: boolean): Call {
  return async ({ name, format, prompt, rejected }, signal) => {
    const completion = await client.chat.completions.create(
      {
        model,
        messages: [{ role: 'system', content: prompt.instructions }, ...turns(prompt, rejected)],
        response_format: zodResponseFormat(format, name),
        ...(isOpenAi ? { max_completion_tokens: maxOutputTokens, store: false } : {}),
      },
      { signal },
    )
    const choice = completion.choices[0]
    const isRefused = Boolean(choice?.message.refusal) || choice?.finish_reason === 'content_filter'
    return {
      text: choice?.message.content ?? '',
      ending: isRefused ? 'refused' : choice?.finish_reason === 'length' ? 'cut' : 'complete',
      usage: {
        inputTokens: completion.usage?.prompt_tokens ?? 0,
        cachedTokens: completion.usage?.prompt_tokens_details?.cached_tokens ?? 0,
        outputTokens: completion.usage?.completion_tokens ?? 0,
      },
    }
  }
}

function turns(prompt: Prompt, rejected: Exchange | null): { role: 'user' | 'assistant'; content: string }[] {
  const first = { role: 'user' as const, content: prompt.input }
  if (!rejected) return [first]
  return [first, { role: 'assistant', content: rejected.answer }, { role: 'user', content: rejected.complaint }]
}
