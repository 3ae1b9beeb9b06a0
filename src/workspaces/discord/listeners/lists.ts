import type { APIMessageComponentInteraction } from 'discord.js'
import type { ListPage } from '../../found.ts'
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
  { channel }: Pick<APIMessageComponentInteraction, 'channel'>,
): Promise<void> {
  await showAsked(desk, asker, desk.handlers.sharePage(page, roomAt(asker.guild, channel), asker.teammate))
}
