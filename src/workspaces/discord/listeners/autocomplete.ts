import { ApplicationCommandOptionType, type APIApplicationCommandAutocompleteInteraction } from 'discord.js'
import { messageOf } from '../../../errors.ts'
import { commands, type CommandOption } from '../../command.ts'
import { isBlank, oneLine } from '../../kit/text.ts'
import { within } from '../../../waiting.ts'
import type { Suggestion } from '../../workspace.ts'
import type { Asker, Desk } from './desk.ts'

/** People type on meanwhile; Discord waits for 3 s. */
const patienceMs = 2500

/** https://docs.discord.com/developers/interactions/application-commands#application-command-object-application-command-option-choice-structure */
const maxChoices = 25
const maxText = 100

/** What is offered while an option is typed. Nothing, where nothing can be told in time. */
export async function suggestFor(
  desk: Desk,
  { talk, teammate }: Asker,
  interaction: APIApplicationCommandAutocompleteInteraction,
): Promise<void> {
  const typing = typingIn(interaction)
  let suggestions: Suggestion[] = []
  try {
    if (typing)
      suggestions = (await within(desk.handlers.suggest(typing.option, typing.typed, teammate), patienceMs)) ?? []
  } catch (error) {
    desk.io.log.warn('nothing suggested', { reason: messageOf(error) })
  }
  await talk.offer(suggestions.flatMap(choiceOf).slice(0, maxChoices))
}

function typingIn({
  data,
}: APIApplicationCommandAutocompleteInteraction): { option: CommandOption; typed: string } | null {
  for (const sub of data.options) {
    if (sub.type !== ApplicationCommandOptionType.Subcommand) continue
    const focused = sub.options?.find((option) => 'focused' in option && option.focused)
    const command = commands.find(({ name }) => name === sub.name)
    const option = command?.options.find(({ name }) => name === focused?.name)
    if (focused && option) return { option, typed: String(focused.value) }
  }
  return null
}

/** A value that is too long can't be offered: cut, it would mean something else. */
function choiceOf({ value, label }: Suggestion): Suggestion[] {
  if (isBlank(value) || value.length > maxText) return []
  const line = oneLine(label, maxText)
  return [{ value, label: isBlank(line) ? value : line }]
}
