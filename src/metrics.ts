import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client'

export type Metrics = ReturnType<typeof createMetrics>

/** Everything that is counted in this process, in Prometheus' form. */
export function createMetrics() {
  const registry = new Registry()
  const registers = [registry]
  collectDefaultMetrics({ register: registry, prefix: 'deskbell_' })
  return {
    registry,
    interactions: new Counter({
      name: 'deskbell_interactions_total',
      help: 'Interactions recorded.',
      labelNames: ['channel', 'outcome'],
      registers,
    }),
    decisions: new Counter({
      name: 'deskbell_decisions_total',
      help: 'Decisions by teammates.',
      labelNames: ['kind', 'outcome'],
      registers,
    }),
    replies: new Counter({
      name: 'deskbell_replies_total',
      help: 'Attempts to send a reply, by what came of them.',
      labelNames: ['channel', 'outcome'],
      registers,
    }),
    posts: new Counter({
      name: 'deskbell_posts_total',
      help: 'Attempts to post in a room, by what came of them; no-room: nowhere is left to post.',
      labelNames: ['workspace', 'outcome'],
      registers,
    }),
    jobs: new Histogram({
      name: 'deskbell_job_seconds',
      help: 'How long jobs took.',
      labelNames: ['job', 'outcome'],
      buckets: [0.005, 0.02, 0.1, 0.5, 2, 10, 60],
      registers,
    }),
    modelCalls: new Histogram({
      name: 'deskbell_model_call_seconds',
      help: 'How long calls of the model took.',
      labelNames: ['purpose', 'model', 'outcome'],
      buckets: [0.25, 0.5, 1, 2, 5, 10, 30],
      registers,
    }),
    modelTokens: new Counter({
      name: 'deskbell_model_tokens_total',
      help: 'Tokens used.',
      labelNames: ['model', 'kind'],
      registers,
    }),
    modelCost: new Counter({
      name: 'deskbell_model_cost_dollars_total',
      help: 'Cost of model calls, where the price is known.',
      labelNames: ['model'],
      registers,
    }),
    /** Read from the database when somebody asks. */
    state: new Gauge({
      name: 'deskbell_conversations',
      help: 'Conversations by state.',
      labelNames: ['state'],
      registers,
    }),
    unsettled: new Gauge({
      name: 'deskbell_replies_unsettled',
      help: 'Replies on their way or of unknown outcome.',
      labelNames: ['state'],
      registers,
    }),
    broken: new Gauge({
      name: 'deskbell_broken_accounts',
      help: 'Accounts that must be authorised anew.',
      labelNames: ['channel'],
      registers,
    }),
    problems: new Gauge({
      name: 'deskbell_problems',
      help: 'Jobs that failed for good and wait for somebody.',
      registers,
    }),
    queued: new Gauge({
      name: 'deskbell_jobs_queued',
      help: 'Jobs that are ready to run.',
      labelNames: ['job'],
      registers,
    }),
  }
}
