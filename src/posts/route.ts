import type { Conversation } from '../conversations/conversation.ts'
import type { Triage } from '../interactions/interaction.ts'
import type { Rooms, Tuning } from '../settings/tuning.ts'
import type { Workspace } from '../workspaces/workspace.ts'

interface Routed {
  channel: Pick<Conversation['channel'], 'id' | 'account'>
  triage: Pick<Triage, 'theme' | 'urgency' | 'language'> | null
  isDrafting: boolean
}

/**
 * The room that a conversation's card belongs in: by the first rule of which every condition holds, else the default.
 * Null: none was chosen yet, or a rule waits for the theme, which is being worked out.
 */
export function roomFor(
  workspace: Pick<Workspace, 'id' | 'room'>,
  conversation: Routed,
  tuning: Pick<Tuning, 'rooms'>,
): string | null {
  if (workspace.room !== null) return workspace.room
  const rooms = tuning.rooms[workspace.id]
  for (const rule of rooms?.rules ?? []) {
    const answer = matches(rule, conversation)
    if (answer === 'unknown') return null
    if (answer) return rule.room
  }
  return rooms?.default ?? null
}

function matches(rule: Rooms['rules'][number], { channel, triage, isDrafting }: Routed): boolean | 'unknown' {
  const meets = (wanted: readonly string[], value: string) => wanted.length === 0 || wanted.includes(value)
  if (!meets(rule.channels, channel.id) || !meets(rule.accounts, `${channel.id}/${channel.account}`)) return false
  if (rule.themes.length + rule.urgencies.length + rule.languages.length === 0) return true
  // Where it could not be worked out for good, nobody waits for it.
  if (!triage) return isDrafting ? 'unknown' : false
  return (
    meets(rule.themes, triage.theme) &&
    meets(rule.urgencies, triage.urgency) &&
    meets(rule.languages, triage.language.split('-')[0] ?? '')
  )
}
