import type { Context } from '../context.ts'
import { planText, plansOf } from '../digests/schedule.ts'
import { refusalFor } from '../teammates/access.ts'
import type { FormId } from '../workspaces/form.ts'
import type { FormLink, Refusal, SettingsPage, SettingsSection, Teammate } from '../workspaces/workspace.ts'
import { languageName } from '../workspaces/card-words.ts'
import { channelOptions, conditionsText, flagOptions, nameOf, type TunableChannel } from './conditions.ts'
import { entryAbout } from './entries.ts'
import { dateOf } from './hours.ts'
import { weekText } from './hours-text.ts'
import { minutesText } from './minutes-text.ts'
import { readTuning } from './queries.ts'
import { daysText, retentionEntries } from './retention.ts'
import {
  roomsOf,
  type Brand,
  type Hours,
  type Roles,
  type Rooms,
  type SecondApproval,
  type Target,
  type Tuning,
} from './tuning.ts'

const excerptLimit = 150

/** Everything that managers tune, as it stands. Rooms and groups are named by their ids in this workspace. */
export async function readSettingsPage(
  ctx: Pick<Context, 'db' | 'clock' | 'channels' | 'workspaces'>,
  workspaceId: string,
  teammate: Teammate,
): Promise<SettingsPage | Refusal> {
  const refused = await refusalFor(ctx, workspaceId, teammate, 'manager')
  if (refused !== null) return { refused }
  const tuning = await readTuning(ctx.db)
  const channels = tunableChannels(ctx)
  // Where there are rooms to choose from there are groups, too.
  const room = ctx.workspaces.get(workspaceId)?.room ?? null
  const hasRooms = room === null
  return {
    sections: [
      voiceSection(tuning.brand, tuning.language),
      ...(hasRooms ? [roomsSection(roomsOf(tuning, workspaceId), channels)] : []),
      hoursSection(tuning.hours, dateOf(ctx.clock.now(), tuning.hours.timeZone)),
      targetsSection(tuning.targets, channels),
      ...(hasRooms ? [rolesSection(tuning.roles[workspaceId])] : []),
      secondApprovalSection(tuning.secondApproval, channels),
      digestSection(tuning, workspaceId, room),
      retentionSection(tuning, channels),
    ],
  }
}

/** The channels that are switched on. */
export function tunableChannels({ channels }: Pick<Context, 'channels'>): TunableChannel[] {
  return [...channels.values()].map(({ id, name, open }) => ({ id, name, accounts: open.accounts }))
}

function voiceSection(brand: Brand, language: string): SettingsSection {
  return {
    title: 'Voice',
    lines: [
      line(`Name: ${brand.name || 'none'}`),
      line(`Voice: ${excerpt(brand.voice) || 'none'}`),
      line(`Facts: ${brand.facts ? `${brand.facts.length.toLocaleString('en')} characters` : 'none'}`),
      line(`Signature: ${excerpt(brand.signature) || 'none'}`),
      line(`Your language: ${languageName(language)}`),
    ],
    forms: [link('Voice…', 'settings.voice')],
  }
}

function roomsSection(rooms: Rooms, channels: TunableChannel[]): SettingsSection {
  return {
    title: 'Rooms',
    lines: [
      line(rooms.default ? `Cards → ${rooms.default}` : 'No room for cards yet: choose one, or invite Deskbell to one'),
      ...rooms.rules.map((rule, index) => ({
        text: `${capital(conditionsText(rule, channels) ?? 'everything')} → ${rule.room}`,
        remove: { label: 'Remove', form: 'settings.room-rule.remove' as const, about: entryAbout(rooms.rules, index) },
      })),
      ...(rooms.escalation ? [line(`What is late, and what goes wrong → ${rooms.escalation}`)] : []),
    ],
    forms: [link('Rooms…', 'settings.rooms'), link('Add a rule…', 'settings.room-rule')],
  }
}

function hoursSection({ timeZone, week, holidays }: Hours, today: string): SettingsSection {
  const ahead = holidays.filter((date) => date >= today)
  const shown = ahead.slice(0, 5).join(', ')
  const more = ahead.length > 5 ? ` and ${ahead.length - 5} more` : ''
  return {
    title: 'Hours',
    lines: [
      ...weekText(week).split('\n').map(line),
      line(`Time zone: ${timeZone}`),
      line(`Holidays: ${shown ? shown + more : 'none ahead'}`),
    ],
    forms: [link('Hours…', 'settings.hours')],
  }
}

function targetsSection(targets: Target[], channels: TunableChannel[]): SettingsSection {
  return {
    title: 'Reply targets',
    lines:
      targets.length === 0
        ? [line('None yet')]
        : targets.map((target, index) => ({
            text: `${capital(conditionsText(target, channels) ?? 'everything')}: within ${minutesText(target.minutes)}${target.isBusinessTime ? ' of the team’s hours' : ''}`,
            remove: { label: 'Remove', form: 'settings.target.remove' as const, about: entryAbout(targets, index) },
          })),
    forms: [link('Add a target…', 'settings.target')],
  }
}

function rolesSection(roles: Roles | undefined): SettingsSection {
  return {
    title: 'Roles',
    lines: [
      line(roles?.agents ? `May decide: ${roles.agents}` : 'May decide: everybody in the room'),
      line(`May change the settings: ${roles?.managers ? `${roles.managers}, and ` : ''}who runs the workspace`),
    ],
    forms: [link('Roles…', 'settings.roles')],
  }
}

function secondApprovalSection(rules: SecondApproval, channels: TunableChannel[]): SettingsSection {
  const reasons = [
    ...rules.themes,
    ...rules.channels.map((id) => nameOf(id, channelOptions(channels))),
    ...rules.flags.map((flag) => nameOf(flag, flagOptions).toLowerCase()),
    ...(rules.maxRating === null ? [] : [`${rules.maxRating} ${rules.maxRating === 1 ? 'star' : 'stars or fewer'}`]),
  ]
  return {
    title: 'Second approval',
    lines: [
      line(
        reasons.length === 0
          ? 'One approval is enough'
          : `Needed for: ${reasons.join(' · ')}. The second must be ${rules.by === 'managers' ? 'a manager' : 'somebody else'}`,
      ),
    ],
    forms: [link('Second approval…', 'settings.second-approval')],
  }
}

function digestSection(tuning: Tuning, workspaceId: string, room: string | null): SettingsSection {
  const plans = plansOf(tuning, workspaceId, room)
  return {
    title: 'Digest',
    lines: [
      ...(plans.length === 0 ? [line('No digest comes')] : []),
      ...plans.map((plan, index) => ({
        text: room === null ? `${planText(plan)} → ${plan.room}` : planText(plan),
        remove: { label: 'Remove', form: 'settings.digest.remove' as const, about: entryAbout(plans, index) },
      })),
      line(`Who answered how much: ${tuning.digests.namesTeammates ? 'shown' : 'not shown'}`),
    ],
    forms: [link('Add a digest…', 'settings.digest'), link('What it says…', 'settings.digest-content')],
  }
}

function retentionSection(tuning: Tuning, channels: TunableChannel[]): SettingsSection {
  const entries = retentionEntries(tuning)
  return {
    title: 'Retention',
    lines:
      entries.length === 0
        ? [line('Everything is kept')]
        : entries.map(([channel, days], index) => ({
            text: `${nameOf(channel, channelOptions(channels))}: ${daysText(days)}`,
            remove: {
              label: 'Remove',
              form: 'settings.retention.remove' as const,
              about: entryAbout(entries, index),
            },
          })),
    forms: [link('Erase what is old…', 'settings.retention')],
  }
}

function line(text: string): SettingsSection['lines'][number] {
  return { text }
}

function link(label: string, form: FormId): FormLink {
  return { label, form, about: {} }
}

function excerpt(text: string): string {
  const oneLine = text.replace(/\s+/g, ' ')
  return oneLine.length > excerptLimit ? `${oneLine.slice(0, excerptLimit).toWellFormed()}…` : oneLine
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
