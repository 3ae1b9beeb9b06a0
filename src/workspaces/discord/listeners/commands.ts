import {
  ApplicationCommandOptionType,
  ApplicationCommandType,
  type APIApplicationCommandInteraction,
  type APIChatInputApplicationCommandInteraction,
  type APIMessage,
  type APIMessageApplicationCommandInteraction,
} from 'discord.js'
import { roomsOf } from '../../../settings/tuning.ts'
import { commandText, parseCommand } from '../../command.ts'
import { homeOf } from '../components/home.ts'
import type { DiscordMessage } from '../components/message.ts'
import { idOf } from '../ids.ts'
import { showAnswer } from './answers.ts'
import { show, type Asker, type Desk } from './desk.ts'
import { openForm } from './forms.ts'
import { roomAt } from './rooms.ts'
import { openSettings } from './settings.ts'

/** `/desk`, and the command on messages. */
export async function answerCommand(
  desk: Desk,
  asker: Asker,
  interaction: APIApplicationCommandInteraction,
): Promise<void> {
  if (isOnMessage(interaction)) return logMessage(desk, asker, interaction)
  const text = isTyped(interaction) ? textOf(asker.guild, interaction) : ''
  const asked = parseCommand(text)
  if (asked.kind === 'form') return openForm(desk, asker, asked)
  if (asked.kind === 'settings') return openSettings(desk, asker, 'say')
  if (asked.kind === 'home') return show(asker.talk, 'say', home(desk, asker))
  await showAnswer(desk, asker, answer(desk, asker, text, roomAt(asker.guild, interaction.channel)))
}

const isOnMessage = (asked: APIApplicationCommandInteraction): asked is APIMessageApplicationCommandInteraction =>
  asked.data.type === ApplicationCommandType.Message
const isTyped = (asked: APIApplicationCommandInteraction): asked is APIChatInputApplicationCommandInteraction =>
  asked.data.type === ApplicationCommandType.ChatInput

/** What would have been typed after `/desk`. */
function textOf(guild: string, { data }: APIChatInputApplicationCommandInteraction): string {
  const [sub] = data.options ?? []
  if (sub?.type !== ApplicationCommandOptionType.Subcommand) return ''
  return commandText(
    sub.name,
    (sub.options ?? []).map(({ name, type, value }) => ({
      name,
      value: type === ApplicationCommandOptionType.Channel ? idOf(guild, value) : String(value),
    })),
  )
}

async function home(desk: Desk, { teammate }: Asker): Promise<DiscordMessage> {
  return homeOf(await desk.handlers.readHome(teammate))
}

async function answer(desk: Desk, { teammate, isAdmin }: Asker, text: string, room: string) {
  const [answered, offersRoom] = await Promise.all([
    desk.handlers.onCommand(text, teammate, room),
    // Discord doesn't tell when the bot is let into a channel; so whoever may is asked.
    isAdmin && lacksRoom(desk),
  ])
  return { answer: answered, offersRoom }
}

async function lacksRoom({ io }: Desk): Promise<boolean> {
  return roomsOf(await io.readTuning(), 'discord').default === null
}

/** The same message logged twice is one interaction. */
async function logMessage(desk: Desk, asker: Asker, { data }: APIMessageApplicationCommandInteraction): Promise<void> {
  const message = data.resolved.messages[data.target_id]
  if (!message) return openForm(desk, asker, { form: 'log', about: {} })
  const path = `${asker.guild}/${message.channel_id}/${message.id}`
  await openForm(desk, asker, {
    form: 'log',
    about: {
      text: plainOf(message),
      externalId: `discord:${path}`,
      source: `https://discord.com/channels/${path}`,
    },
  })
}

/** What people read where Discord writes ids: https://docs.discord.com/developers/reference#message-formatting */
export function plainOf({
  content,
  mentions,
  message_snapshots: forwarded,
}: Pick<APIMessage, 'content' | 'mentions' | 'message_snapshots'>): string {
  const names = new Map(mentions.map((user) => [user.id, user.global_name ?? user.username]))
  const text = content === '' ? (forwarded?.[0]?.message.content ?? '') : content
  return text
    .replace(/<@!?(\d+)>/g, (mark, id: string) => (names.has(id) ? `@${names.get(id)}` : mark))
    .replace(/<a?(:\w+:)\d+>/g, '$1')
}
