import type { ActiveChannel, Context } from '../context.ts'
import { answerDigest, answerStats } from '../digests/answer.ts'
import { planDigest } from '../digests/plan.ts'
import { answerAudit } from '../audit/answer.ts'
import { answerCustomer } from '../customers/answer.ts'
import { answerExport, answerForget } from '../erasures/answer.ts'
import { answerFind } from '../history/answer.ts'
import { themes } from '../interactions/interaction.ts'
import { refusalFor } from '../teammates/access.ts'
import { commands, nearest, parseCommand, type OpenFilter } from '../workspaces/command.ts'
import { oneLine } from '../workspaces/kit/text.ts'
import type { Answer, AnswerLine, Teammate } from '../workspaces/workspace.ts'
import { called, unknownText } from './called.ts'
import { readHome } from './home.ts'
import { readLines } from './line.ts'
import { listConversations } from './list.ts'

const lineLimit = 20

/** Answers a slash command. Never throws for what was typed: the answer says what was not understood. */
export async function answerCommand(
  ctx: Omit<Context, 'assistant'>,
  workspaceId: string,
  text: string,
  teammate: Teammate,
  room: string | null,
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
      return open(ctx, workspaceId, command.filter, teammate)
    case 'home':
      return home(ctx, workspaceId, teammate)
    case 'digest':
      return answerDigest(ctx, workspaceId, command.period, teammate)
    case 'digest-at':
    case 'digest-off':
      return planDigest(ctx, workspaceId, command, teammate, room)
    case 'find':
      return answerFind(ctx, workspaceId, command.ask, teammate)
    case 'customer':
      return answerCustomer(ctx, workspaceId, command.customer, teammate)
    case 'forget':
      return answerForget(ctx, workspaceId, command.customer, teammate)
    case 'export':
      return answerExport(ctx, workspaceId, command.customer, teammate)
    case 'audit':
      return answerAudit(ctx, workspaceId, command, teammate)
    case 'stats':
      return answerStats(ctx, workspaceId, command, teammate)
    case 'invalid':
      return { title: command.problem, lines: [] }
    // Only where the workspace could not open it by itself.
    case 'form':
      return elsewhere('Log a call or visit')
    case 'settings':
      return elsewhere('Settings')
  }
}

function help(title: string): Answer {
  return { title, lines: commands.map(helpLine) }
}

function helpLine({ name, about, example }: (typeof commands)[number]): AnswerLine {
  const plain = `/desk ${name}`
  return { text: example === plain ? `${plain}: ${about}` : `${plain}: ${about}. For example: ${example}` }
}

function elsewhere(title: string): Answer {
  return {
    title,
    lines: [{ text: `This asks questions, which can't be shown here. Open “${title}” on Deskbell's page` }],
  }
}

async function home(
  ctx: Pick<Context, 'db' | 'channels' | 'clock' | 'workspaces'>,
  workspaceId: string,
  teammate: Teammate,
): Promise<Answer> {
  const found = await readHome(ctx, workspaceId, teammate)
  if ('refused' in found) return { title: found.refused, lines: [] }
  const { mine, waiting, waitingCount, answered, answeredCount, isManager } = found
  return {
    title: 'Your desk',
    lines: [
      ...section('Waiting for you', mine, mine.length, 'nothing is assigned to you'),
      ...section('Waiting', waiting, waitingCount, 'nobody'),
      ...(waitingCount > waiting.length ? [{ text: 'Everybody, or some of them: /desk open' }] : []),
      ...section('You answered today', answered, answeredCount, 'nobody yet'),
      ...(isManager ? [{ text: 'What managers tune: /desk settings' }] : []),
    ],
  }
}

/** `count`: how many there are, which may be more than are shown. */
function section(name: string, lines: AnswerLine[], count: number, none: string): AnswerLine[] {
  if (lines.length === 0) return [{ text: `${name}: ${none}` }]
  return [{ text: `${name} · ${count.toLocaleString('en')}` }, ...lines]
}

async function open(
  ctx: Pick<Context, 'db' | 'channels' | 'clock' | 'workspaces'>,
  workspaceId: string,
  filter: OpenFilter,
  teammate: Teammate,
): Promise<Answer> {
  const refused = await refusalFor(ctx, workspaceId, teammate, 'agent')
  if (refused !== null) return { title: refused, lines: [] }
  const { theme, customer } = filter
  const channels = [...ctx.channels.values()]
  const channel = filter.channel === null ? null : called(channels, filter.channel)
  if (filter.channel !== null && !channel)
    return { title: unknownText('open', 'channel', channels, filter.channel), lines: [] }
  const only = { theme, channel: channel?.id ?? null, customer }
  const { ids, next } = await listConversations(ctx.db, 'open', null, lineLimit, only)
  const titled = (title: string) =>
    [title, theme, channel?.name, customer !== null && `“${oneLine(customer, 60)}”`].filter(Boolean).join(' · ')
  if (ids.length === 0) return { title: titled('Nobody is waiting'), lines: hints(channels, filter) }
  const lines = await readLines(ctx, workspaceId, ids)
  return { title: titled(next ? `The ${lineLimit} who wait longest` : `${lines.length} waiting`), lines }
}

/** A word without a key is taken for a customer's, and may have been meant otherwise. */
function hints(channels: ActiveChannel[], { theme, channel, customer }: OpenFilter): AnswerLine[] {
  if (customer === null) return []
  const likelyTheme = theme === null ? nearest(customer, themes) : null
  const likelyChannel = channel === null ? called(channels, customer) : undefined
  return [likelyTheme && `theme:${likelyTheme}`, likelyChannel && `channel:${likelyChannel.id}`]
    .filter((meant) => typeof meant === 'string')
    .map((meant) => ({ text: `Did you mean /desk open ${meant}?` }))
}
