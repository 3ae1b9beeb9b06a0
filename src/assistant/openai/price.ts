/** US dollars per million tokens. */
export interface Price {
  input: number
  cached: number
  output: number
}

/** OpenAI's list prices of November 2026. Other models need OPENAI_PRICE. */
const known: Record<string, Price> = {
  'gpt-6-luna': { input: 0.1, cached: 0.01, output: 0.5 },
  'gpt-6-sol': { input: 2, cached: 0.2, output: 10 },
  'gpt-5.6-luna': { input: 0.2, cached: 0.02, output: 1.2 },
  'gpt-5.4-mini': { input: 0.75, cached: 0.075, output: 4.5 },
}

/** A model's list price on OpenAI's own server, or null when it isn't known; a dated name counts as its model. */
export function priceOf(model: string): Price | null {
  return known[model.replace(/-\d{4}-\d{2}-\d{2}$/, '')] ?? null
}

export interface Usage {
  inputTokens: number
  /** Of the input tokens, those that the provider had cached. */
  cachedTokens: number
  outputTokens: number
}

/** US dollars. */
export function costOf(usage: Usage, price: Price): number {
  const fresh = usage.inputTokens - usage.cachedTokens
  return (fresh * price.input + usage.cachedTokens * price.cached + usage.outputTokens * price.output) / 1_000_000
}
