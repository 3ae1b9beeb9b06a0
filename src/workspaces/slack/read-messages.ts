import type { webApi } from '@slack/bolt'
import { RetryableError } from '../../errors.ts'
import { asking } from './failures.ts'
import type { Identity } from './web-client.ts'

const pageSize = 200
const maxPages = 25

type Messages = NonNullable<webApi.ConversationsHistoryResponse['messages']>
export type ReadMessage = Messages[number]

/** What stands in a channel, or in a thread with the message above it, page by page. `span`: as Slack counts; null: all. */
export async function* messagesIn(
  web: webApi.WebClient,
  { channel, thread, span }: { channel: string; thread: string | null; span: { from: string; to: string } | null },
): AsyncGenerator<Messages> {
  let cursor: string | undefined
  for (let page = 0; page < maxPages; page += 1) {
    const options = {
      channel,
      ...(span ? { oldest: span.from, latest: span.to, inclusive: true } : {}),
      include_all_metadata: true,
      limit: pageSize,
      ...(cursor ? { cursor } : {}),
    }
    const said = await asking('call', 'look for a message', () =>
      thread ? web.conversations.replies({ ...options, ts: thread }) : web.conversations.history(options),
    )
    yield said.messages ?? []
    cursor = said.response_metadata?.next_cursor || undefined
    if (!cursor) return
  }
  throw new RetryableError('Slack has too many messages in this channel to look through')
}

/** True for what the bot said itself. */
export function isOurs(
  { user, bot_id: bot }: Pick<ReadMessage, 'user' | 'bot_id'>,
  { botUserId, botId }: Pick<Identity, 'botUserId' | 'botId'>,
): boolean {
  return user === botUserId || (botId !== null && bot === botId)
}
