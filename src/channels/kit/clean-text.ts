/** Makes a stranger's text safe to store: well-formed Unicode, `\n` line ends, no other control characters but tabs. */
export function cleanText(text: string): string {
  return text
    .toWellFormed()
    .replace(/\r\n?/g, '\n')
    .replace(/[^\P{Cc}\n\t]/gu, '')
}

/** The same, on one line of at most `max` characters. */
export function cleanLine(text: string, max: number): string {
  return cleanText(text.slice(0, max * 4))
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, max)
    .toWellFormed()
}
