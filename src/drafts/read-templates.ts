import type { MessageTemplate } from '../channels/channel.ts'
import type { Context } from '../context.ts'
import { BadInputError, PermanentError, messageOf } from '../errors.ts'
import { within } from '../waiting.ts'

/** Platforms wait 3 s for what a click opens. */
const patienceMs = 2000

/**
 * The texts that the provider approved for an account: at least one. Throws BadInputError, in words for a teammate, when there
 * are none, or the provider doesn't tell them within 2 s.
 */
export async function readTemplates(
  { channels }: Pick<Context, 'channels'>,
  { channel: id, account }: { channel: string; account: string },
): Promise<MessageTemplate[]> {
  const channel = channels.get(id)
  const read = channel?.open.templates
  if (!read) throw new BadInputError(`There are no templates on ${channel?.name ?? id}`)
  const templates = await within(read(account), patienceMs).catch((error: unknown) => {
    const action = error instanceof PermanentError ? error.action : undefined
    throw new BadInputError(
      `The templates of ${channel.name} could not be read: ${messageOf(error)}. ${action ?? 'Try again in a moment'}`,
      { cause: error },
    )
  })
  if (templates === null)
    throw new BadInputError(`${channel.name} takes too long to say which templates there are. Try again in a moment`)
  if (templates.length === 0)
    throw new BadInputError(`${channel.name} has no approved templates. Have one approved there first`)
  return templates
}
