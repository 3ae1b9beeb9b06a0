import { setTimeout as wait } from 'node:timers/promises'
import { OpenAI } from 'openai'
import { PermanentError } from '../../errors.ts'
import type { Clock } from '../../clock.ts'
import type { Assistant, ConversationView, Ledger } from '../assistant.ts'
import type { AssistantSettings } from '../env.ts'
import { draftAnswer, triageAnswer } from './answers.ts'
import { ask, type Asking, type Sleep } from './ask.ts'
import { chatCall, responsesCall } from './call.ts'
import { priceOf } from './price.ts'
import { draftPrompt, triagePrompt } from './prompt.ts'

const openAiUrl = 'https://api.openai.com/v1'
const defaultModel = 'gpt-6-luna'

export interface OpenAiIo {
  clock: Clock
  ledger: Ledger
  fetch?: typeof fetch
  /** Waits between two tries. */
  sleep?: Sleep
}

/** Throws PermanentError, with the reason for the card, whenever the model did not do its work. */
export function openAiAssistant(settings: AssistantSettings, io: OpenAiIo): Assistant {
  const baseUrl = (settings.OPENAI_BASE_URL ?? openAiUrl).replace(/\/+$/, '')
  const isOpenAi = baseUrl === openAiUrl
  const model = settings.OPENAI_MODEL ?? defaultModel
  const dailyTokens = settings.OPENAI_DAILY_TOKENS
  const client = new OpenAI({
    baseURL: baseUrl,
    apiKey: settings.OPENAI_API_KEY ?? 'none',
    // What is not given, the client would take from the environment behind our back.
    adminAPIKey: null,
    organization: null,
    project: null,
    webhookSecret: null,
    logLevel: 'off',
    maxRetries: 0,
    ...(io.fetch ? { fetch: io.fetch } : {}),
  })
  const asking: Asking = {
    call: settings.OPENAI_API === 'chat' ? chatCall(client, model, isOpenAi) : responsesCall(client, model),
    model,
    price: settings.OPENAI_PRICE ?? (isOpenAi ? priceOf(model) : null),
    timeoutMs: settings.OPENAI_TIMEOUT_SECONDS * 1000,
    clock: io.clock,
    ledger: io.ledger,
    sleep: io.sleep ?? (async (ms, signal) => wait(ms, undefined, { signal })),
  }
  const by = `openai/${model}`

  async function checkBudget(): Promise<void> {
    if (dailyTokens > 0 && (await io.ledger.tokensToday()) >= dailyTokens) {
      throw new PermanentError(`today's budget of ${dailyTokens.toLocaleString('en')} tokens is used up`, {
        action: 'Raise OPENAI_DAILY_TOKENS, or wait for midnight UTC.',
      })
    }
  }

  return {
    async triage(conversation, signal) {
      await checkBudget()
      return { value: await ask(asking, triageAnswer, triagePrompt(conversation), signal), by, fallback: null }
    },
    async draft(conversation, brief, signal) {
      await checkBudget()
      const prompt = draftPrompt(conversation, brief)
      return { value: await ask(asking, draftAnswer(brief.maxLength), prompt, signal), by, fallback: null }
    },
    // A real call: it proves the key, the model and the format at once, for a few hundredths of a cent.
    async check() {
      const startedAt = io.clock.now()
      await ask(asking, triageAnswer, triagePrompt(sample(startedAt)), new AbortController().signal)
      const ms = io.clock.now().getTime() - startedAt.getTime()
      return [`${model} at ${new URL(baseUrl).host} answers in ${ms} ms`]
    },
  }
}

function sample(at: Date): ConversationView {
  return {
    channel: { id: 'live-chat', name: 'Live chat', isPublic: false, isLetter: false },
    customerName: null,
    subject: null,
    teamLanguage: 'en',
    turns: [{ from: 'customer', name: 'Visitor', at, text: 'Hello, when do you open?', rating: null }],
  }
}
