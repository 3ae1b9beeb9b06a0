import { z } from 'zod'
import { storable } from '../interactions/clean.ts'
import type { LogEntry } from '../interactions/log.ts'
import type { Form, FormAbout, FormValues } from '../workspaces/form.ts'
import { moment, oneOf, readValues, words, type Read } from './values.ts'

const ways = [
  { value: 'phone', label: 'By phone' },
  { value: 'visit', label: 'In person' },
  { value: 'other', label: 'Elsewhere' },
] as const
const longestText = 10_000
const longestWho = 200
const yearMs = 366 * 86_400_000
/** Clocks differ, and pickers know whole minutes only. */
const futureMs = 120_000

/** What may be known before: a chat message, words after the command. `text` and `name` only start the form. */
const aboutSchema = z.object({
  text: z.string().nullish(),
  name: z.string().nullish(),
  source: z
    .url({ protocol: /^https?$/ })
    .max(490)
    .nullish()
    .catch(null),
  externalId: z.string().max(500).nullish().catch(null),
})

export function makeLogForm(about: FormAbout, now: Date): Form {
  const { text, name, source, externalId } = aboutSchema.catch({}).parse(about)
  const minute = new Date(Math.floor(now.getTime() / 60_000) * 60_000)
  return {
    id: 'log',
    title: 'Log a call or visit',
    submit: 'Log',
    context: source ? [{ title: 'From', text: source }] : [],
    fields: [
      {
        id: 'how',
        label: 'How did they reach you?',
        hint: null,
        isOptional: false,
        kind: 'choice',
        value: externalId ? 'other' : 'phone',
        options: [...ways],
      },
      {
        id: 'who',
        label: 'Who',
        hint: 'Name, and an email address or phone number if you have one: Mia Jansen, mia@example.com',
        isOptional: false,
        kind: 'text',
        value: (name ?? '').slice(0, longestWho),
        maxLength: longestWho,
        isLong: false,
      },
      { id: 'at', label: 'When', hint: 'Empty: now', isOptional: true, kind: 'moment', value: minute },
      {
        id: 'text',
        label: 'What they said',
        hint: null,
        isOptional: false,
        kind: 'text',
        value: (text ?? '').slice(0, longestText),
        maxLength: longestText,
        isLong: true,
      },
      {
        id: 'settled',
        label: 'What is left to do?',
        hint: null,
        isOptional: false,
        kind: 'choice',
        value: 'no',
        options: [
          { value: 'no', label: 'Needs an answer' },
          { value: 'yes', label: 'Already dealt with' },
        ],
      },
    ],
    about: { source: source ?? null, externalId: externalId ?? null },
  }
}

export function readLogForm(values: FormValues, about: FormAbout, now: Date): Read<LogEntry> {
  const read = readValues(values, {
    how: oneOf(ways.map(({ value }) => value)),
    who: words(longestWho, 'Say who it was. “Unknown” will do'),
    at: moment,
    text: words(longestText, 'Say what they said'),
    settled: oneOf(['no', 'yes']),
  })
  if ('errors' in read) return read
  const { how, who, text, settled } = read.value
  const at = read.value.at ?? now
  if (at.getTime() - now.getTime() > futureMs) return { errors: { at: 'This is in the future. Choose when it was' } }
  if (now.getTime() - at.getTime() > yearMs) return { errors: { at: 'This is more than a year ago. Look at the date' } }
  const known = aboutSchema.safeParse(about)
  const { source, externalId } = known.success ? known.data : {}
  return {
    value: {
      how,
      ...readWho(who),
      text,
      at: at > now ? now : at,
      ...(externalId ? { externalId: storable(externalId) } : {}),
      ...(source ? { source: storable(source) } : {}),
      isSettled: settled === 'yes',
    },
  }
}

const email = /[^\s,;<>()"]{1,64}@[^\s,;<>()"@]{1,190}\.[^\s,;<>()"@.]{2,24}/
const phone = /(?:\+|\b0|\()[\d ()/.-]{4,24}\d/

/** Takes "Mia Jansen, mia@example.com" or "Mia (+49 30 1234567)" apart. What isn't the contact stays in the name. */
export function readWho(text: string): { name: string; contact: string } {
  const contact = (email.exec(text) ?? phone.exec(text))?.[0].trim() ?? ''
  const rest = contact === '' ? text : text.replace(contact, ' ')
  const name = rest
    .replace(/[<(["']\s*[>)\]"']/g, ' ')
    .replace(/\s+/g, ' ')
    .replace(/ ?([,;])( ?[,;])+/g, '$1')
    .replace(/^[\s,;:·-]+|[\s,;:·-]+$/g, '')
  return { name: name || contact || text, contact }
}
