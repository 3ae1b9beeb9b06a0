import type { RespondFn, webApi } from '@slack/bolt'
import { messageOf } from '../../../errors.ts'
import type { Answer } from '../../workspace.ts'
import { answerBlocks } from '../blocks/answer.ts'
import { namedMarks, prose } from '../blocks/elements.ts'
import { cut } from '../../kit/text.ts'
import type { Actor, Desk } from './desk.ts'

/** Somebody who waits for an answer. Clicks in modals and on App Home have no `respond`. */
export interface Listener {
  client: webApi.WebClient
  actor: Actor
  respond?: RespondFn
}

/** A message takes four long parts. */
const maxParts = 4

/** To one person and nobody else: where they clicked, or else in their own conversation with the bot. Never throws. */
export async function tell(desk: Pick<Desk, 'io'>, { client, actor, respond }: Listener, text: string): Promise<void> {
  const words = { text: namedMarks(cut(text, 3000)), blocks: prose(text, maxParts) }
  const ways = [
    ...(respond ? [() => respond({ response_type: 'ephemeral', replace_original: false, ...words })] : []),
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- Slack's, no window's
    () => client.chat.postMessage({ channel: actor.user, unfurl_links: false, unfurl_media: false, ...words }),
  ]
  for (const way of ways) {
    try {
      await way()
      return
    } catch (error) {
      desk.io.log.warn('slack answer not delivered', { reason: messageOf(error) })
    }
  }
}

/** Shows an answer to the one who asked, without its charts where Slack refuses them. Throws when it can't be delivered. */
export async function show(respond: RespondFn, answer: Answer): Promise<void> {
  const showWith = async (hasCharts: boolean) => {
    const shown = answerBlocks(answer, hasCharts)
    const response = await respond({ response_type: 'ephemeral', replace_original: false, ...shown })
    // Some refusals come with status 200.
    if (response instanceof Response && /"ok":\s*false/.test(await response.text()))
      throw new Error('Slack refused the answer')
  }
  try {
    await showWith(true)
  } catch (error) {
    if (!answer.report?.charts.length) throw error
    await showWith(false)
  }
}
