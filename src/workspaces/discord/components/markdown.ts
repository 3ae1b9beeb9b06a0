import { chunks, cut, isBlank, isolated, oneLine, visible, webAddress } from '../../kit/text.ts'

/**
 * Discord's markup, and text that stays text in it: `@everyone`, `**bold**` and `[Approve](https://…)` are shown as they
 * are written. A backslash takes its meaning from every mark, so whatever others wrote goes through `escaped`.
 * https://support.discord.com/hc/en-us/articles/210298617-Markdown-Text-101-Chat-Formatting-Bold-Italic-Underline
 */
const marks = [
  // Emphasis, code, spoilers, masked links, quotes, mentions, emoji by id, times; and the backslash itself.
  /[\\*_~`|<>[\]@]/,
  // What begins an address, and what stands around the name of an emoji.
  /:(?=\S)/,
  // Headings and subtext.
  /#(?=#{0,2}(?:\s|$))|-(?=#)/,
  // Lists.
  /(?<=^[^\S\n]*)[-+](?=\s|$)|(?<=^[^\S\n]*\d+)[.)](?=\s|$)/,
]
const special = new RegExp(marks.map(({ source }) => source).join('|'), 'gm')

/** Letter by letter as it was written, line breaks included. Grows with every mark in it. */
export function escaped(text: string): string {
  return literal(visible(text))
}

/** The same for what the kit made: `isolated` names stay so. */
export function literal(text: string): string {
  return text.replace(special, String.raw`\$&`)
}

/** What has no meaning beyond itself, and what of it had no room. */
export interface Fitted {
  text: string
  isCut: boolean
}

/** The longest of what `make` makes from so many characters that has at most `room` once it is made. */
export function fitting(room: number, make: (characters: number) => Fitted): Fitted {
  let characters = Math.max(0, Math.floor(room))
  for (;;) {
    const made = make(characters)
    if (made.text.length <= room || characters === 0) return made
    characters = Math.min(characters - 1, Math.floor((characters * room) / made.text.length))
  }
}

/** All of a long text, in parts that have at most `room` characters each once `look` has marked them up. */
export function pieces(words: string, look: (words: string) => string, room: number, max = room): string[] {
  return chunks(words, max).flatMap((piece) =>
    look(piece).length > room && max > 1 ? pieces(piece, look, room, Math.ceil(max / 2)) : [piece],
  )
}

/** On one line, in at most `room` characters. */
export function short(text: string, room: number): string {
  return fitting(room, (characters) => ({ text: literal(oneLine(text, characters)), isCut: false })).text
}

/** The same for names inside our own sentences. */
export function name(text: string, room: number): string {
  return fitting(room, (characters) => ({ text: literal(isolated(text, characters)), isCut: false })).text
}

/** The same for a line that the kit made. */
export function cutLine(line: string, room: number): string {
  return fitting(room, (characters) => ({ text: literal(cut(line, characters)), isCut: false })).text
}

/** Somebody's words, as they wrote them: every line behind a bar. */
export function quoted(text: string): string {
  const words = visible(text).trimEnd()
  return isBlank(words) ? '> *(no text)*' : escaped(words).replace(/^/gm, '> ')
}

/** In fixed width, to be copied. Nothing is escaped in there, and only three backticks could end it. */
export function fenced(text: string): string {
  const words = visible(text).trimEnd()
  return `\`\`\`\n${isBlank(words) ? '(no text)' : words.replace(/`(?=``)|(?<=`)`(?=`)/g, '`\u200b')}\n\`\`\``
}

/** `markup`: escaped, on one line. */
export const bold = (markup: string): string => `**${markup}**`
export const italic = (markup: string): string => `*${markup}*`
/** Large; a line of its own. */
export const heading = (markup: string): string => `## ${markup}`
/** Small and grey; a line of its own. */
export const small = (markup: string): string => `-# ${markup}`
export const bullet = (markup: string): string => `- ${markup}`

/** More than a link to a message has. */
export const maxLink = 120

/** `label`: our own words. Null where the address is none of the web, or has no room. */
export function link(url: string, label: string, max = 500): string | null {
  const address = webAddress(url, max)?.replace(/[()\\]/g, percent)
  return address === undefined || address.length > max ? null : `[${label}](${address})`
}

const percent = (mark: string) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`

/** A moment in the reader's own time zone. `R`: "6 minutes ago"; `t`: its time; `f`: with its date; `T`: with seconds. */
export function moment(at: Date, style: 'R' | 't' | 'f' | 'T'): string {
  return `<t:${Math.floor(at.getTime() / 1000)}:${style}>`
}

/** Escaped words of ours in which channels and roles stand by their ids: shown by their names. */
export function named(text: string): string {
  return escaped(text).replace(
    /(?<![\w/])\d{15,20}\/(\\@)?(\d{15,20})(?![\w/])/g,
    (_, role: string | undefined, local: string) => `<${role ? '@&' : '#'}${local}>`,
  )
}

/** The same on one line, in at most `room` characters. */
export function namedLine(text: string, room: number): string {
  return fitting(room, (characters) => ({ text: named(oneLine(text, characters)), isCut: false })).text
}
