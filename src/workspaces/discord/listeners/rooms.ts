import { ChannelType, type APIInteraction, type APIMessageComponentInteraction } from 'discord.js'
import { noteOf } from '../components/notes.ts'
import { idOf } from '../ids.ts'
import { show, type Asker, type Desk } from './desk.ts'

const textChannels = new Set<ChannelType>([ChannelType.GuildText, ChannelType.GuildAnnouncement])

/** Nobody chose a room yet: cards go to the channel that this was pressed in. */
export async function takeRoom(desk: Desk, asker: Asker, { channel }: APIMessageComponentInteraction): Promise<void> {
  await show(asker.talk, 'say', offer(desk, asker, channel).then(noteOf))
}

/** What became of it, in words. */
async function offer(
  desk: Desk,
  { guild, teammate, isAdmin }: Asker,
  { id, type }: APIMessageComponentInteraction['channel'],
): Promise<string> {
  if (!isAdmin) return 'Only somebody who manages this server can choose the channel.'
  if (!textChannels.has(type))
    return 'Cards can only go to a text channel. Write /desk help in the one that they are to go to.'
  const room = idOf(guild, id)
  const { problem } = await desk.members.roomOf(room)
  if (problem !== null) return `${problem}.`
  return (await desk.handlers.offerRoom(room, teammate))
    ? 'Customers’ messages will appear in this channel. /desk settings sends some of them elsewhere.'
    : 'Deskbell is here. Cards go where /desk settings says: this channel can be chosen there.'
}

/** Where something was done. A thread belongs to the channel that it hangs in. */
export function roomAt(guild: string, channel: NonNullable<APIInteraction['channel']>): string {
  return idOf(guild, ('parent_id' in channel && isThread(channel.type) && channel.parent_id) || channel.id)
}

const isThread = (type?: ChannelType): boolean =>
  type === ChannelType.PublicThread || type === ChannelType.PrivateThread || type === ChannelType.AnnouncementThread
