import type { Submission } from './submission.ts'

const linkPattern = /\bhttps?:\/\/|\bwww\./gi

/** Signs of spam in what was written, as reasons for a teammate. Modest: a teammate looks at what it finds. */
export function suspicionOf({ name, subject, message }: Submission): string[] {
  const links = `${subject}\n${message}`.match(linkPattern)?.length ?? 0
  return [
    ...(links > 3 ? [`Contains ${links} links`] : []),
    ...(/<a\s|\[(?:url|link)\b/i.test(message) ? ['Contains the mark-up of links'] : []),
    ...(name.search(linkPattern) >= 0 ? ['Gives a link as name'] : []),
  ]
}
