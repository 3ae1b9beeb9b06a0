import {
  ButtonStyle,
  ComponentType,
  TextInputStyle,
  type APIMessageTopLevelComponent,
  type APIModalInteractionResponseCallbackData,
} from 'discord.js'
import { drawMarkdown, escaped, type Names } from './draw-markdown.ts'

type Part = APIMessageTopLevelComponent | APIModalInteractionResponseCallbackData['components'][number]

/**
 * Discord's components as HTML. `@skyra/discord-components-core` has elements for a message, its buttons and what is
 * in a line; containers, texts, files and modals of labels have none there: theirs are frames of ours, see `look`.
 */
export interface Post {
  components: APIMessageTopLevelComponent[]
  isEphemeral?: boolean
  /** Addresses of uploaded pictures, by their names; others stand as their names. */
  pictures?: Record<string, string>
}

export function drawMessages(posts: Post[], names: Names, header = ''): string {
  const drawn = posts.map(
    ({ components, isEphemeral, pictures = {} }) =>
      `<discord-message profile="deskbell" timestamp="Today at 10:02"${isEphemeral ? ' ephemeral' : ''}>
        <div class="parts">${components.map((part) => draw(part, names, pictures)).join('')}</div></discord-message>`,
  )
  return `<discord-messages ${header}>${drawn.join('')}</discord-messages>`
}

export function drawModal({ title, components }: APIModalInteractionResponseCallbackData, names: Names): string {
  return `<div class="modal"><h1>${escaped(title)}<span>✕</span></h1>
    <div class="body">${components.map((part) => draw(part, names)).join('')}</div>
    <div class="foot"><b>Cancel</b><b class="submit">Submit</b></div></div>`
}

function draw(part: Part, names: Names, pictures: Record<string, string> = {}): string {
  switch (part.type) {
    case ComponentType.Container: {
      const bar = part.accent_color == null ? '' : ` style="border-left-color:${colorOf(part.accent_color)}"`
      return `<section class="container"${bar}>${part.components.map((inner) => draw(inner, names, pictures)).join('')}</section>`
    }
    case ComponentType.TextDisplay:
      return `<div class="text">${drawMarkdown(part.content, names)}</div>`
    case ComponentType.Separator:
      return '<hr>'
    case ComponentType.ActionRow:
      return `<discord-action-row>${part.components
        .map((inner) => (inner.type === ComponentType.Button ? drawButton(inner) : drawField(inner, names)))
        .join('')}</discord-action-row>`
    case ComponentType.MediaGallery:
      return `<div class="gallery">${part.items
        .map(({ media, description }) => {
          const address = pictures[media.url.replace('attachment://', '')]
          return address
            ? `<img src="${escaped(address)}" alt="${escaped(description ?? '')}">`
            : `<div>${fileName(media.url)}</div>`
        })
        .join('')}</div>`
    case ComponentType.Section: {
      const beside =
        part.accessory.type === ComponentType.Button ? drawButton(part.accessory) : drawUnknown(part.accessory)
      const texts = part.components.map((inner) => draw(inner, names)).join('')
      return `<div class="section"><div>${texts}</div><discord-action-row>${beside}</discord-action-row></div>`
    }
    case ComponentType.File:
      return `<div class="file"><span>📄</span><a>${fileName(part.file.url)}</a></div>`
    case ComponentType.Label: {
      const isRequired = !('required' in part.component) || part.component.required !== false
      const about = part.description ? `<p>${escaped(part.description)}</p>` : ''
      return `<label>${escaped(part.label)}${isRequired ? '<i>*</i>' : ''}</label>${about}${drawField(part.component, names)}`
    }
    default:
      return drawUnknown(part)
  }
}

type Button = Extract<
  Extract<APIMessageTopLevelComponent, { type: ComponentType.ActionRow }>['components'][number],
  { type: ComponentType.Button }
>

function drawButton(button: Button): string {
  const types = {
    [ButtonStyle.Primary]: 'primary',
    [ButtonStyle.Secondary]: 'secondary',
    [ButtonStyle.Success]: 'success',
    [ButtonStyle.Danger]: 'destructive',
    [ButtonStyle.Link]: 'secondary',
    [ButtonStyle.Premium]: 'primary',
  }
  const label = 'label' in button ? (button.label ?? '') : ''
  const url = button.style === ButtonStyle.Link ? ` url="${escaped(button.url)}"` : ''
  return `<discord-button type="${types[button.style]}"${url}>${escaped(label)}</discord-button>`
}

type LabelPart = Extract<Part, { type: ComponentType.Label }>['component']
type RowPart = Extract<Part, { type: ComponentType.ActionRow }>['components'][number]

function drawField(field: LabelPart | RowPart, names: Names): string {
  const menu = (chosen: string[], isEmpty = chosen.length === 0) =>
    `<div class="field menu${isEmpty ? ' empty' : ''}">${escaped(
      isEmpty ? ('placeholder' in field && field.placeholder) || 'Make a selection' : chosen.join(', '),
    )}<span>⌄</span></div>`
  const named = (ids: { id: string }[] | undefined, of: Record<string, string>, sign: string) =>
    menu((ids ?? []).map(({ id }) => sign + (of[id] ?? id)))
  switch (field.type) {
    case ComponentType.TextInput: {
      const kind = field.style === TextInputStyle.Paragraph ? 'paragraph' : 'short'
      const text = field.value || field.placeholder || ''
      return `<div class="field ${kind}${field.value ? '' : ' empty'}">${escaped(text) || ' '}</div>`
    }
    case ComponentType.StringSelect:
      return menu(field.options.filter((option) => option.default).map(({ label }) => label))
    case ComponentType.UserSelect:
      return named(field.default_values, names.people, '@')
    case ComponentType.RoleSelect:
      return named(field.default_values, names.roles, '@')
    case ComponentType.ChannelSelect:
      return named(field.default_values, names.channels, '#')
    default:
      return drawUnknown(field)
  }
}

const drawUnknown = (part: object) => `<pre class="leak">${escaped(JSON.stringify(part))}</pre>`
const fileName = (url: string) => escaped(url.replace('attachment://', ''))
const colorOf = (color: number) => `#${color.toString(16).padStart(6, '0')}`

/** Like Discord's own: dark, and light. */
export const look = `
  :root { --ground: #1a1a1e; --paper: #242429; --line: #97979f1f; --ink: #dfe0e2; --soft: #94959c; --link: #7cacf9;
    --input: #1d1d21; --quiet: #97979f1f; --bar: #4e4e56; }
  .light { --ground: #fbfbfb; --paper: #fff; --line: #97979f3d; --ink: #2f3035; --soft: #66676e; --link: #006bd8;
    --input: #fff; --quiet: #97979f2b; --bar: #c4c6cb; }
  body { margin: 0; background: var(--ground); }
  main { width: 700px; padding: 8px; box-sizing: border-box; background: var(--ground); }
  main, discord-messages, discord-message { font-family: "gg sans", "Noto Sans", "Liberation Sans", sans-serif; color: var(--ink); }
  discord-messages { background: none; border: 0; }
  discord-message { padding-right: 16px; background: none; color: var(--ink); }
  .parts { display: flex; flex-direction: column; gap: 8px; margin: 4px 0; font-size: 15px; line-height: 1.375; }
  .container { display: flex; flex-direction: column; gap: 8px; max-width: 600px; padding: 16px; border-radius: 8px;
    background: var(--paper); border: 1px solid var(--line); }
  .container[style] { border-left-width: 4px; }
  .line { white-space: pre-wrap; overflow-wrap: anywhere; }
  .small { font-size: 13px; color: var(--soft); white-space: pre-wrap; overflow-wrap: anywhere; }
  .text h1, .text h2, .text h3 { margin: 0; line-height: 1.375; } .text h1 { font-size: 24px; }
  .text h2 { font-size: 20px; } .text h3 { font-size: 16px; }
  .bullet { padding-left: 16px; position: relative; overflow-wrap: anywhere; }
  .bullet::before { content: '•'; position: absolute; left: 4px; }
  b { font-weight: 600; } a { color: var(--link); text-decoration: none; }
  .leak { outline: 2px solid #ff00c8; background: #ff00c840; }
  hr { border: 0; border-top: 1px solid var(--line); width: 100%; margin: 4px 0; }
  discord-action-row { gap: 8px; } discord-time { background: var(--quiet); padding: 0 3px; }
  discord-mention { white-space: nowrap; }
  .gallery { display: flex; flex-wrap: wrap; gap: 4px; }
  .gallery div { width: 180px; height: 120px; display: grid; place-items: center; border-radius: 8px; font-size: 13px;
    color: var(--soft); background: linear-gradient(135deg, var(--quiet), var(--bar)); overflow-wrap: anywhere; }
  .gallery img { width: 100%; border-radius: 8px; display: block; }
  .section { display: flex; gap: 12px; align-items: center; } .section > div { flex: 1; min-width: 0; }
  .file { display: flex; gap: 12px; align-items: center; width: 400px; box-sizing: border-box; padding: 12px 16px;
    border: 1px solid var(--line); border-radius: 8px; background: var(--paper); font-size: 15px; }
  .file span { font-size: 24px; }
  .field { box-sizing: border-box; min-height: 40px; padding: 8px 12px; border: 1px solid var(--line); font-size: 15px;
    border-radius: 8px; background: var(--input); white-space: pre-wrap; overflow-wrap: anywhere; line-height: 22px; }
  .field.empty { color: var(--soft); } .field.paragraph { min-height: 96px; max-height: 320px; overflow: hidden; }
  .field.menu { display: flex; justify-content: space-between; gap: 12px; min-width: 280px; }
  .modal { width: 520px; margin: 12px auto; border: 1px solid var(--line); border-radius: 12px; color: var(--ink);
    background: var(--paper); box-shadow: 0 8px 32px #0005; font-size: 15px; line-height: 1.375; }
  .modal h1 { display: flex; justify-content: space-between; margin: 0; padding: 20px 24px 12px; font-size: 20px;
    font-weight: 600; } .modal h1 span { color: var(--soft); font-size: 16px; }
  .modal .body { padding: 0 24px; } .modal label { display: block; margin: 16px 0 4px; font-weight: 600; }
  .modal label i { color: #e5484d; font-style: normal; padding-left: 3px; }
  .modal p { margin: 0 0 8px; color: var(--soft); font-size: 14px; }
  .modal .foot { display: flex; gap: 8px; padding: 20px 24px; }
  .modal .foot b { flex: 1; padding: 9px 16px; border-radius: 8px; background: var(--quiet); text-align: center;
    font-size: 14px; } .modal .foot b.submit { background: #5865f2; color: #fff; }
`

/** For the elements' own insides, by tag: they look as Discord did some years ago. */
export const insides = {
  'discord-button': `:host > :first-child { margin: 0; padding: 0 14px; height: 32px; min-width: 32px; border-radius: 8px;
      box-sizing: border-box; font-family: "gg sans", "Noto Sans", "Liberation Sans", sans-serif; white-space: nowrap; }
    .secondary { background-color: var(--quiet); color: var(--ink); } .success { background-color: #00863a; }
    .destructive { background-color: #d22d39; }`,
  'discord-code': `:host { background: none; } code, :host([multiline]) code { background: var(--input); border: 1px solid var(--line);
      margin: 0; } :host([multiline]) code { padding: 8px; width: auto; }`,
  'discord-pre': ':host pre { width: auto; margin: 4px 0; font-size: 14px; }',
  'discord-quote': `:host { white-space: normal; } .discord-quote-divider { background: var(--bar); flex: none; }
    blockquote { margin: 0; flex: 1; }`,
  'discord-author-info': ':host .discord-author-username { color: var(--ink); font-weight: 600; }',
  'discord-messages': ':host .discord-channel-name { color: var(--ink); font-weight: 600; }',
}
