/** The languages that the offline assistant knows words and templates of. */
export const languages = ['en', 'de', 'fr', 'es', 'it', 'pt', 'nl'] as const
export type Language = (typeof languages)[number]

export function isLanguage(tag: string): tag is Language {
  return (languages as readonly string[]).includes(tag)
}
