import {
  ButtonStyle,
  ComponentType,
  MessageFlags,
  type APIActionRowComponent,
  type APIButtonComponent,
  type APIButtonComponentWithCustomId,
  type APIComponentInContainer,
  type APIContainerComponent,
  type APIMediaGalleryComponent,
  type APIMessageTopLevelComponent,
  type APISectionComponent,
  type APISelectMenuOption,
  type APISeparatorComponent,
  type APIStringSelectComponent,
  type APITextDisplayComponent,
} from 'discord.js'
import { cut, isBlank, oneLine, webAddress } from '../../kit/text.ts'
import type { DiscordMessage } from './message.ts'

/** The components that Deskbell uses. https://docs.discord.com/developers/components/reference */
export type Row = APIActionRowComponent<APIButtonComponent>
export type MenuRow = APIActionRowComponent<APIStringSelectComponent>
export type Part = APIComponentInContainer

/** Characters of all texts in one message. */
export const maxText = 4000
/** In one message; nested ones count as well. */
export const maxComponents = 40
export const maxRowButtons = 5
/** Of a menu; what one of them says. */
export const maxOptions = 25
export const maxOptionText = 100

/** What a look from afar should tell; each stands out from a dark and from a light background. */
export const colours = {
  urgent: 0xd83c3e,
  waiting: 0xe8a33d,
  sending: 0x6b8cae,
  answered: 0x3ba55d,
  quiet: 0x80848e,
} as const

export function text(content: string): APITextDisplayComponent {
  return { type: ComponentType.TextDisplay, content: isBlank(content) ? '–' : content }
}

/** A text with a button beside it. */
export function section(content: string, accessory: APIButtonComponent): APISectionComponent {
  return { type: ComponentType.Section, components: [text(content)], accessory }
}

/** One picture, uncut: several in one gallery are. `alt`: what it shows, for who can't see it. */
export function picture(file: string, alt: string): APIMediaGalleryComponent {
  const description = oneLine(alt, 1024)
  const item = { media: { url: `attachment://${file}` }, ...(isBlank(description) ? {} : { description }) }
  return { type: ComponentType.MediaGallery, items: [item] }
}

export function menu(customId: string, placeholder: string, options: APISelectMenuOption[]): MenuRow {
  return {
    type: ComponentType.ActionRow,
    components: [{ type: ComponentType.StringSelect, custom_id: customId, placeholder, options }],
  }
}

export function divider(): APISeparatorComponent {
  return { type: ComponentType.Separator }
}

export function container(colour: number, components: Part[]): APIContainerComponent {
  return { type: ComponentType.Container, accent_color: colour, components }
}

const styles = {
  plain: ButtonStyle.Secondary,
  primary: ButtonStyle.Primary,
  good: ButtonStyle.Success,
  danger: ButtonStyle.Danger,
} as const

/** Labels show no markup: they stand as they are. */
export function button(
  label: string,
  customId: string,
  style: keyof typeof styles = 'plain',
): APIButtonComponentWithCustomId {
  return { type: ComponentType.Button, style: styles[style], label: labelOf(label), custom_id: customId }
}

/** Null where the address is none of the web, or longer than Discord takes. */
export function linkButton(label: string, url: string): APIButtonComponent | null {
  const address = webAddress(url, 512)
  return address === null
    ? null
    : { type: ComponentType.Button, style: ButtonStyle.Link, label: labelOf(label), url: address }
}

function labelOf(label: string): string {
  const shown = oneLine(label, 80)
  return isBlank(shown) ? '–' : cut(shown, 80)
}

/** No rows for no buttons. */
export function rowsOf(buttons: APIButtonComponent[]): Row[] {
  return Array.from({ length: Math.ceil(buttons.length / maxRowButtons) }, (_, index) =>
    row(buttons.slice(index * maxRowButtons, (index + 1) * maxRowButtons)),
  )
}

/** As few rows, each about as long as the others. */
export function evenRowsOf(buttons: APIButtonComponent[]): Row[] {
  const count = Math.ceil(buttons.length / maxRowButtons)
  const startOf = (index: number) => Math.ceil((index * buttons.length) / count)
  return Array.from({ length: count }, (_, index) => row(buttons.slice(startOf(index), startOf(index + 1))))
}

const row = (components: APIButtonComponent[]): Row => ({ type: ComponentType.ActionRow, components })

/** How many components these are, with those in them. */
export function sizeOf(parts: unknown): number {
  return componentsIn(parts).length
}

/** The ids of everything that can be pressed or chosen from. */
export function idsIn(parts: unknown): Set<string> {
  return new Set(
    componentsIn(parts).flatMap((part) =>
      'custom_id' in part && typeof part.custom_id === 'string' ? [part.custom_id] : [],
    ),
  )
}

function componentsIn(value: unknown): object[] {
  if (Array.isArray(value)) return value.flatMap(componentsIn)
  if (typeof value !== 'object' || value === null) return []
  return [
    value,
    ...('components' in value ? componentsIn(value.components) : []),
    ...('accessory' in value ? componentsIn(value.accessory) : []),
  ]
}

/** `pings`: who hears of it. Nobody else does, whatever the texts say. */
export function messageFrom(components: APIMessageTopLevelComponent[], pings: string[] = []): DiscordMessage {
  return {
    flags: MessageFlags.IsComponentsV2,
    components,
    allowed_mentions: { parse: [], ...(pings.length > 0 ? { users: pings } : {}) },
  }
}

/** The Discord user behind `discord:111` or `111`; null when it is somebody of another workspace. */
export function userOf(teammateId: string): string | null {
  return /^(?:discord:)?(\d{5,20})$/.exec(teammateId)?.[1] ?? null
}
