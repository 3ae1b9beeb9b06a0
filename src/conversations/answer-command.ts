import type { Context } from '../context.ts'
import { refusalFor } from '../teammates/access.ts'
import { commands, parseCommand } from '../workspaces/command.ts'
import type { Answer, Teammate } from '../workspaces/workspace.ts'
import { readLines } from './line.ts'
import { listConversations } from './list.ts'

const lineLimit = 20

/** Answers a slash command. Never throws for what was typed: the answer says what was not understood. */
export async function answerCommand(
  ctx: Pick<Context, 'db' | 'channels' | 'clock' | 'workspaces'>,
  workspaceId: string,
  text: string,
  teammate: Teammate,
): Promise<Answer> {
  const command = parseCommand(text)
  switch (command.kind) {
    case 'help':
      return help('What /desk can do')
    case 'unknown':
      return help(
        `/desk does not know "${command.word}"${command.nearest ? `. Did you mean "${command.nearest}"?` : ''}`,
      )
    case 'open':
      return open(ctx, workspaceId, teammate)
    // Only where the workspace could not open it by itself.
    case 'form':
      return elsewhere('Log a call or visit')
    case 'settings':
      return elsewhere('Settings')
  }
}

function help(title: string): Answer {
  return { title, lines: commands.map(({ name, about, example }) => ({ text: `/desk ${name}: ${about}. ${example}` })) }
}

function elsewhere(title: string): Answer {
  return {
    title,
    lines: [{ text: `This asks questions, which can't be shown here. Open “${title}” on Deskbell's page` }],
  }
}

async function open(
  ctx: Pick<Context, 'db' | 'channels' | 'clock' | 'workspaces'>,
  workspaceId: string,
  teammate: Teammate,
): Promise<Answer> {
  const refused = await refusalFor(ctx, workspaceId, teammate, 'agent')
  if (refused !== null) return { title: refused, lines: [] }
  const { ids, next } = await listConversations(ctx.db, 'open', null, lineLimit)
  if (ids.length === 0) return { title: 'Nobody is waiting', lines: [] }
  const lines = await readLines(ctx, workspaceId, ids)
  return { title: next ? `The ${lineLimit} who wait longest` : `${lines.length} waiting`, lines }
}
