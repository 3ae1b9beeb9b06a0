/** What is shown of texts that others wrote: nothing hidden, nothing cut in two, nothing that reorders what follows. */

const hidden = /(?![\n\t])[\p{Cc}\u202A-\u202E\u2066-\u2069]/gu
const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' })

/** Well-formed, without control characters and without marks that reorder what follows. Line breaks and tabs stay. */
export function visible(text: string): string {
  return text
    .replace(/\r\n?|[\u2028\u2029]/g, '\n')
    .replace(hidden, '')
    .toWellFormed()
}

/** True where nobody could read anything; platforms refuse such texts. */
export function isBlank(text: string): boolean {
  return !/[^\p{Z}\p{Cc}\p{Cf}\u2800\u3164]/u.test(text)
}

/** At most `max` UTF-16 units, the last of them `…` where something is missing. No character is cut in two. */
export function cut(text: string, max: number): string {
  return text.length <= max ? text : `${text.slice(0, boundary(text, Math.max(0, max - 1)))}…`
}

/** The last place up to `end` that is between two characters as people see them. */
export function boundary(text: string, end: number): number {
  if (end >= text.length) return text.length
  const near = Math.max(0, end - 100)
  const start = near + (isLow(text, near) ? 1 : 0)
  const inside = graphemes.segment(text.slice(start, end + 100)).containing(end - start)?.index ?? 0
  if (inside > 0) return start + inside
  // One "character" of a hundred marks is no reason to show nothing.
  return isLow(text, end) ? end - 1 : end
}

const isLow = (text: string, at: number) => /[\uDC00-\uDFFF]/.test(text[at] ?? '')

/** Where `text` is cut so that it has at most so many characters and lines, at a space where there is one near. */
export function foldAt(text: string, characters: number, lines: number): number {
  let end = boundary(text, characters)
  let newline = -1
  for (let line = 0; line < lines; line += 1) {
    newline = text.indexOf('\n', newline + 1)
    if (newline < 0) break
  }
  if (newline >= 0) end = Math.min(end, newline)
  if (end === text.length || newline === end) return end
  const space = text.slice(0, end).search(/\s\S*$/)
  return space > end / 2 ? space : end
}

/** On one line: names, subjects, labels. */
export function oneLine(text: string, max: number): string {
  return cut(
    visible(text.slice(0, max * 8))
      .replace(/\s+/g, ' ')
      .trim(),
    max,
  )
}

/** A name inside one of our own sentences: right-to-left letters in it move nothing around it. */
export function isolated(text: string, max = 80): string {
  const line = oneLine(text, max)
  return `\u2068${isBlank(line) ? 'Somebody' : line}\u2069`
}

/** Null for what is no web address, or has more than `max` characters. */
export function webAddress(url: string, max = 2000): string | null {
  if (!/^https?:\/\//i.test(url) || !URL.canParse(url)) return null
  const { href } = new URL(url)
  return href.length <= max ? href.replace(/[<>|]/g, encodeURIComponent) : null
}

export function fileSize(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`
  if (bytes < 1_000_000) return `${Math.round(bytes / 1000)} kB`
  return `${(bytes / 1_000_000).toFixed(1)} MB`
}

/** "12 earlier messages". */
export function counted(count: number, one: string): string {
  return `${count.toLocaleString('en')} ${one}${count === 1 ? '' : 's'}`
}

/** Long text in parts of at most `max` characters that end between lines or words. */
export function chunks(raw: string, max: number): string[] {
  const parts: string[] = []
  let rest = visible(raw)
  while (rest.length > max) {
    const newline = rest.lastIndexOf('\n', max)
    const space = newline > max / 2 ? newline : rest.lastIndexOf(' ', max)
    const end = space > max / 2 ? space + 1 : boundary(rest, max)
    parts.push(rest.slice(0, end))
    rest = rest.slice(end)
  }
  return rest === '' && parts.length > 0 ? parts : [...parts, rest]
}
