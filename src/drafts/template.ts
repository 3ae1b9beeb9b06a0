import type { MessageTemplate } from '../channels/channel.ts'

/** A blank is `{{its name}}`. */
const blank = /\{\{([^{}]{1,100})\}\}/g

/** The names of a template's blanks, each once, in their order. */
export function blanksOf({ text }: Pick<MessageTemplate, 'text'>): string[] {
  return [...new Set([...text.matchAll(blank)].map(([, name = '']) => name.trim()))]
}

/** The text with its blanks filled, by their names; one that has no value stays. What is filled in is never looked through for blanks. */
export function filledText({ text }: Pick<MessageTemplate, 'text'>, values: Record<string, string>): string {
  return text.replace(blank, (whole, name: string) => {
    const key = name.trim()
    return Object.hasOwn(values, key) ? (values[key] ?? '') : whole
  })
}
