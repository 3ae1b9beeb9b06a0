import { duration } from '../workspaces/card-words.ts'
import { oneLine } from '../workspaces/kit/text.ts'
import type { ExchangeState } from './exchange.ts'

/** What became of an exchange: "answered in 12 min by Ana", "waiting for 3 h", "dismissed". */
export function stateText(
  {
    state,
    at,
    answeredAt,
    answeredBy,
  }: { state: ExchangeState; at: Date; answeredAt: Date | null; answeredBy: string | null },
  now: Date,
): string {
  switch (state) {
    case 'answered': {
      const time = answeredAt && ` in ${duration(answeredAt.getTime() - at.getTime())}`
      return `answered${time ?? ''}${answeredBy === null ? '' : ` by ${oneLine(answeredBy, 60)}`}`
    }
    case 'waiting':
      return `waiting for ${duration(now.getTime() - at.getTime())}`
    case 'sending':
      return 'an answer is on its way'
    case 'received':
      return 'needs no answer'
    default:
      return state
  }
}
