import type { RespondFn, webApi } from '@slack/bolt'
import { messageOf } from '../../../errors.ts'
import type { Answer } from '../../workspace.ts'
import { answerBlocks } from '../blocks/answer.ts'
import { namedMarks, prose } from '../blocks/elements.ts'
import type { SlackMessage } from '../blocks/message.ts'
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
export async function tell(desk: Pick<Desk, 'io'>, to: Listener, text: string): Promise<void> {
  await deliver(desk, to, { text: namedMarks(cut(text, 3000)), blocks: prose(text, maxParts) })
}

/** The same for an answer, without its charts where Slack refuses them. `replaces`: the message that they clicked in. */
export async function show(desk: Pick<Desk, 'io'>, to: Listener, answer: Answer, replaces = false): Promise<void> {
  const hasCharts = answer.report?.charts.length || answer.customer?.picture
  await deliver(desk, to, answerBlocks(answer, false), { rather: hasCharts ? [answerBlocks(answer)] : [], replaces })
}

/** `rather`: what is tried before, where they clicked. */
async function deliver(
  { io }: Pick<Desk, 'io'>,
  { client, actor, respond }: Listener,
  message: SlackMessage,
  { rather = [], replaces = false }: { rather?: SlackMessage[]; replaces?: boolean } = {},
): Promise<void> {
  const ways = [
    ...(respond ? [...rather, message].map((one) => () => respondTo(respond, one, replaces)) : []),
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- Slack's, no window's
    () => client.chat.postMessage({ channel: actor.user, unfurl_links: false, unfurl_media: false, ...message }),
  ]
  for (const way of ways) {
    try {
      await way()
      return
    } catch (error) {
      io.log.warn('slack answer not delivered', { reason: messageOf(error) })
    }
  }
}

/** Where they clicked or typed. Throws when Slack does not take it: some refusals come with status 200. */
async function respondTo(respond: RespondFn, message: SlackMessage, replaces: boolean): Promise<void> {
  const response = await respond({ response_type: 'ephemeral', replace_original: replaces, ...message })
  if (/"ok":\s*false/.test(await response.text())) throw new Error('Slack refused the answer')
}
