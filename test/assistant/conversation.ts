import type { Brief, ConversationView, Ledger, ModelCall } from '../../src/assistant/assistant.ts'
import { assistantEnv, type AssistantSettings } from '../../src/assistant/env.ts'
import { readSettings, type Env } from '../../src/env.ts'
import { defaultTuning } from '../../src/settings/tuning.ts'

/** A conversation in which the customer said these lines, one after the other. */
export function conversation(lines: string | string[], more: Partial<ConversationView> = {}): ConversationView {
  return {
    channel: { id: 'live-chat', name: 'Live chat', isPublic: false, isLetter: false },
    customerName: null,
    subject: null,
    teamLanguage: 'en',
    turns: [lines].flat().map((text) => ({
      from: 'customer',
      name: 'Visitor',
      at: new Date('2026-03-02T08:55:00Z'),
      text,
      rating: null,
    })),
    ...more,
  }
}

export function brief(more: Partial<Brief> = {}): Brief {
  return {
    brand: defaultTuning.brand,
    triage: {
      theme: 'question',
      sentiment: 'neutral',
      urgency: 'normal',
      language: 'en',
      topics: [],
      summary: '',
      translation: null,
      needsReply: true,
    },
    maxLength: 1000,
    redraft: null,
    ...more,
  }
}

export function settings(env: Env = {}): AssistantSettings {
  return readSettings(assistantEnv, env)
}

interface MemoryLedger extends Ledger {
  calls: ModelCall[]
  spent: number
}

export function memoryLedger(): MemoryLedger {
  const ledger: MemoryLedger = {
    calls: [],
    spent: 0,
    record: async (call) => void ledger.calls.push(call),
    tokensToday: async () => ledger.spent,
  }
  return ledger
}

/** Never aborts. */
export const calm = new AbortController().signal
