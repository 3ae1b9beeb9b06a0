import type { Context } from '../context.ts'
import { readCardRefs } from '../posts/queries.ts'
import { duration } from '../workspaces/card-words.ts'
import type { AnswerLine } from '../workspaces/workspace.ts'
import type { Conversation } from './conversation.ts'
import { readConversations } from './read.ts'

const excerptLimit = 80

/**
 * One line for each conversation, in the order of the ids, with where its card is in this workspace. It begins with how long they
 * waited, or with what `beginnings` has for the conversation.
 */
export async function readLines(
  ctx: Pick<Context, 'db' | 'clock' | 'channels' | 'workspaces'>,
  workspaceId: string,
  ids: string[],
  beginnings: ReadonlyMap<string, string> = new Map(),
): Promise<AnswerLine[]> {
  const [found, refs] = await Promise.all([
    readConversations(ctx.db, ctx.channels, ids),
    readCardRefs(ctx.db, workspaceId, ids),
  ])
  return found.map((conversation) => {
    const ref = refs.get(conversation.id)
    const url = ref && ctx.workspaces.get(workspaceId)?.urlOf(ref)
    return {
      text: lineOf(conversation, ctx.clock.now(), beginnings.get(conversation.id)),
      conversationId: conversation.id,
      ...(url ? { url } : {}),
    }
  })
}

/** "25 min · Mia · Email · Asks where the parcel is", or "answered in 6 min · …". */
function lineOf(conversation: Conversation, now: Date, beginning?: string): string {
  const { state, waitingSince, reply, customer, channel, triage, subject, turns } = conversation
  const lasted = (since: Date, until: Date) => duration(until.getTime() - since.getTime())
  const time =
    state === 'answered' && reply?.acceptedAt && reply.waitingSince
      ? `answered in ${lasted(reply.waitingSince, reply.acceptedAt)}`
      : waitingSince && lasted(waitingSince, now)
  const said = (
    triage?.summary ||
    subject ||
    turns.findLast(({ from, undone }) => from === 'customer' && !undone)?.text ||
    ''
  ).trim()
  const excerpt = said.length > excerptLimit ? `${said.slice(0, excerptLimit).toWellFormed()}…` : said
  return [beginning ?? time, customer.name, channel.name, excerpt.replace(/\s+/g, ' ')].filter(Boolean).join(' · ')
}
