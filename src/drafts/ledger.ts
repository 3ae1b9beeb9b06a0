import { gte, sql } from 'drizzle-orm'
import type { Ledger } from '../assistant/assistant.ts'
import type { Context } from '../context.ts'
import { modelCalls } from '../db/schema.ts'

/** The books of model calls: each is stored and counted. */
export function createLedger(ctx: Pick<Context, 'db' | 'clock' | 'metrics' | 'newId'>): Ledger {
  return {
    async record(call) {
      const { purpose, model, outcome } = call
      ctx.metrics.modelCalls.observe({ purpose, model, outcome }, call.latencyMs / 1000)
      ctx.metrics.modelTokens.inc({ model, kind: 'input' }, call.inputTokens)
      ctx.metrics.modelTokens.inc({ model, kind: 'cached' }, call.cachedTokens)
      ctx.metrics.modelTokens.inc({ model, kind: 'output' }, call.outputTokens)
      if (call.cost !== null) ctx.metrics.modelCost.inc({ model }, call.cost)
      await ctx.db
        .insert(modelCalls)
        .values({ id: ctx.newId(), at: ctx.clock.now(), ...call, latencyMs: Math.round(call.latencyMs) })
    },
    async tokensToday() {
      const midnight = new Date(ctx.clock.now())
      midnight.setUTCHours(0, 0, 0, 0)
      const [row] = await ctx.db
        .select({ tokens: sql<string | null>`sum(${modelCalls.inputTokens} + ${modelCalls.outputTokens})` })
        .from(modelCalls)
        .where(gte(modelCalls.at, midnight))
      return Number(row?.tokens ?? 0)
    },
  }
}
