import type { Context } from '../context.ts'
import { commands, parseCommand } from '../workspaces/command.ts'
import { duration } from '../workspaces/card.ts'
import type { Answer } from '../workspaces/workspace.ts'
import { readConversations } from './read.ts'
import { listConversations } from './list.ts'

const lineLimit = 20
const excerptLimit = 80

/** Answers a slash command. Never throws for what was typed: the answer says what was not understood. */
export async function answerCommand(ctx: Pick<Context, 'db' | 'channels' | 'clock'>, text: string): Promise<Answer> {
  const command = parseCommand(text)
  switch (command.kind) {
    case 'help':
      return help('What /desk can do')
    case 'unknown':
      return help(
        `/desk does not know "${command.word}"${command.nearest ? `. Did you mean "${command.nearest}"?` : ''}`,
      )
    case 'open':
      return open(ctx)
  }
}

function help(title: string): Answer {
  return { title, lines: commands.map(({ name, about }) => ({ text: `/desk ${name}: ${about}` })) }
}

async function open(ctx: Pick<Context, 'db' | 'channels' | 'clock'>): Promise<Answer> {
  const { ids, next } = await listConversations(ctx.db, 'open', null, lineLimit)
  if (ids.length === 0) return { title: 'Nobody is waiting', lines: [] }
  const waiting = await readConversations(ctx.db, ctx.channels, ids)
  const lines = waiting.map((conversation) => {
    const said = conversation.triage?.summary || conversation.subject || conversation.turns.at(-1)?.text || ''
    const since = conversation.waitingSince
      ? `${duration(ctx.clock.now().getTime() - conversation.waitingSince.getTime())} · `
      : ''
    const excerpt = said.length > excerptLimit ? `${said.slice(0, excerptLimit)}…` : said
    return {
      text: `${since}${conversation.customer.name} · ${conversation.channel.name} · ${excerpt}`,
      conversationId: conversation.id,
    }
  })
  return { title: next ? `The ${lineLimit} who wait longest` : `${lines.length} waiting`, lines }
}
