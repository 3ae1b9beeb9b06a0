import type { APIMessageComponentInteraction } from 'discord.js'
import type { ListPage } from '../../found.ts'
import { noteOf } from '../components/notes.ts'
import { bitsOf, missingIn, neededToPost } from '../permissions.ts'
import { showAsked } from './answers.ts'
import type { Asker, Desk } from './desk.ts'
import { roomAt } from './rooms.ts'

/** Another page of a list. */
export async function openPage(desk: Desk, asker: Asker, page: ListPage, how: 'say' | 'replace'): Promise<void> {
  await showAsked(desk, asker, desk.handlers.openPage(page, asker.teammate), how)
}

/** Shows a page to everybody where the button was pressed. */
export async function sharePage(
  desk: Desk,
  asker: Asker,
  page: ListPage,
  { channel, app_permissions: own }: Pick<APIMessageComponentInteraction, 'channel' | 'app_permissions'>,
): Promise<void> {
  // A command works also where the bot may not post; what it can't post there would go elsewhere.
  const missing = missingIn(bitsOf(own), neededToPost).map(({ name }) => name)
  if (missing.length > 0)
    return asker.talk.say(
      noteOf(`Nothing was shared: Deskbell may not post here. Give its role ${missing.join(' and ')} in this channel.`),
    )
  await showAsked(desk, asker, desk.handlers.sharePage(page, roomAt(asker.guild, channel), asker.teammate))
}
