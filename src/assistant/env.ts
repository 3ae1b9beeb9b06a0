import { z } from 'zod'
import { setting, type Settings } from '../env.ts'

const defaultDailyTokens = 2_000_000

const number = z.coerce.number({ error: 'must be a number' })

const price = z.string().transform((text, context) => {
  const parts = text.split(',').map((part) => (part.trim() === '' ? NaN : Number(part)))
  const [input, cached, output] = parts
  if (parts.length === 3 && parts.every((part) => part >= 0) && input !== undefined && cached !== undefined) {
    return { input, cached, output: output ?? 0 }
  }
  context.addIssue({
    code: 'custom',
    message: 'must be three numbers, separated by commas: input, cached input, output',
  })
  return z.NEVER
})

/** Settings of the assistant; with neither key nor address it works offline. */
export const assistantEnv = {
  OPENAI_API_KEY: setting('Key for the model that writes the drafts.', z.string().optional(), {
    example: 'sk-...',
    secret: true,
  }),
  OPENAI_BASE_URL: setting(
    'Address of a compatible server, if not OpenAI; the key may then be left out.',
    z.url({ protocol: /^https?$/, error: 'must be an http or https address' }).optional(),
    { example: 'http://localhost:11434/v1' },
  ),
  OPENAI_MODEL: setting('Model to use. Default: gpt-6-luna.', z.string().optional(), { example: 'gpt-6-luna' }),
  OPENAI_API: setting(
    'API to use: responses, or chat for compatible servers without it. Default: responses.',
    z.enum(['responses', 'chat'], { error: 'must be "responses" or "chat"' }).optional(),
    { example: 'chat' },
  ),
  OPENAI_TIMEOUT_SECONDS: setting(
    'Longest wait for the model, tries and repairs included; the offline assistant then takes over. Default: 30.',
    number.positive({ error: 'must be more than 0' }).max(600, { error: 'must be at most 600' }).default(30),
    { example: '30' },
  ),
  OPENAI_DAILY_TOKENS: setting(
    `Tokens a day (UTC) after which the offline assistant takes over; 0: no limit. Default: ${defaultDailyTokens}.`,
    number.int({ error: 'must be a whole number' }).min(0, { error: 'must be 0 or more' }).default(defaultDailyTokens),
    { example: '500000' },
  ),
  OPENAI_PRICE: setting(
    'US dollars per million tokens: input, cached input, output. Only needed for models that Deskbell has no price of.',
    price.optional(),
    { example: '0.10,0.01,0.50' },
  ),
}

export type AssistantSettings = Settings<typeof assistantEnv>
