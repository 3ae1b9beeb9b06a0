import { themes, type Theme } from '../interactions/interaction.ts'
import type { Brand } from '../settings/tuning.ts'
import type { Brief, ConversationView } from './assistant.ts'
import { contactIn } from './contact.ts'
import { isLanguage, languages } from './languages.ts'
import { topicName } from './offline/topics.ts'
import { letterParts, publicComplaint, texts } from './texts.ts'

/** What a template may hold. `[ about {topic}]` is left out as a whole when there is no topic. */
const placeholders = ['name', 'brand', 'signature', 'topic', 'contact'] as const
type Placeholder = (typeof placeholders)[number]

/**
 * The built-in templates, by key: `question` (English) and `question.de`.
 * A team may override each, and add `question.pl` for another language or `question.de.email` for one channel;
 * a channel's own template is the whole text, others get a greeting and a signature in letters, in languages that we know them of.
 */
export const builtInTemplates: Record<string, string> = Object.fromEntries(
  themes.flatMap((theme) => languages.map((language) => [keyOf(theme, language), texts[theme][language]])),
)

/** What is wrong with a team's templates, a line each; for the settings page. */
export function checkTemplates(templates: Brand['templates']): string[] {
  return Object.entries(templates).flatMap(([key, text]) => {
    const problems: string[] = []
    const [theme = ''] = key.split('.', 1)
    if (!(themes as readonly string[]).includes(theme) || !/^\w+(\.[a-z]{2,3}(\.[a-z0-9-]+)?)?$/.test(key)) {
      problems.push(
        `"${key}" is no template key. Use theme, theme.language or theme.language.channel: question, question.de, question.de.email. Themes: ${themes.join(', ')}.`,
      )
    }
    for (const [, name = ''] of text.matchAll(/\{(\w+)\}/g)) {
      if (!isPlaceholder(name)) {
        problems.push(
          `"${key}" has the unknown placeholder {${name}}. Use ${placeholders.map((p) => `{${p}}`).join(', ')}.`,
        )
      }
    }
    return problems
  })
}

/** Fills the most specific template for a theme; English when there is none in the customer's language. */
export function fillTemplate(conversation: ConversationView, brief: Brief): { text: string; language: string } {
  const { theme, language, topics } = brief.triage
  const { template, language: found, isWhole } = pick(theme, language, conversation.channel, brief.brand)
  const known = isLanguage(found) ? found : 'en'
  const signature = brief.brand.signature || brief.brand.name
  const values: Record<Placeholder, string> = {
    name: presentable(conversation.customerName),
    brand: brief.brand.name,
    signature,
    contact: contactIn(brief.brand.facts),
    topic: topics.map((topic) => topicName(topic, known)).find((name) => name !== null) ?? '',
  }
  const parts =
    conversation.channel.isLetter && !isWhole && isLanguage(found)
      ? [letterParts[known].greeting, template, [letterParts[known].closing, signature].filter(Boolean).join('\n')]
      : [template]
  return { text: parts.map((part) => fill(part, values)).join('\n\n'), language: found }
}

function pick(
  theme: Theme,
  language: string,
  { id: channelId, isPublic }: ConversationView['channel'],
  { templates }: Brand,
): { template: string; language: string; isWhole: boolean } {
  for (const tag of [language, 'en']) {
    const whole = templates[`${theme}.${tag}.${channelId}`]
    if (whole !== undefined) return { template: whole, language: tag, isWhole: true }
    const key = keyOf(theme, tag)
    const builtIn = theme === 'complaint' && isPublic && isLanguage(tag) ? publicComplaint[tag] : builtInTemplates[key]
    const template = templates[`${theme}.${tag}`] ?? templates[key] ?? builtIn
    if (template !== undefined) return { template, language: tag, isWhole: false }
  }
  return { template: texts[theme].en, language: 'en', isWhole: false }
}

function keyOf(theme: Theme, language: string): string {
  return language === 'en' ? theme : `${theme}.${language}`
}

/** An unknown placeholder stays as it is: better seen by the teammate than silently gone. */
function fill(template: string, values: Record<Placeholder, string>): string {
  const isMissing = (name: string) => isPlaceholder(name) && values[name] === ''
  return template
    .replace(/\[([^[\]]*)\]/g, (whole, inner: string) => {
      const names = [...inner.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name)
      if (names.length === 0) return whole
      return names.some(isMissing) ? '' : inner
    })
    .replace(/^\{(\w+)\}[,;:]?[ \t]*(\p{L}?)/gmu, (whole, name: string, next: string) =>
      isMissing(name) ? next.toUpperCase() : whole,
    )
    .replace(/[ \t]?\{(\w+)\}/g, (whole, name: string) => (isMissing(name) ? '' : whole))
    .replace(/\{(\w+)\}/g, (whole, name: string) => (isPlaceholder(name) ? values[name] : whole))
    .replace(/\n{3,}/g, '\n\n')
    .trim()
}

function isPlaceholder(name: string): name is Placeholder {
  return (placeholders as readonly string[]).includes(name)
}

/** A name that can stand in a letter, or nothing: people enter links and worse as their names. */
function presentable(name: string | null): string {
  const line = name?.replace(/\s+/g, ' ').trim() ?? ''
  return /^[\p{L}\p{M}][\p{L}\p{M} .'’-]{0,59}$/u.test(line) && !/\.\p{L}/u.test(line) ? line : ''
}
