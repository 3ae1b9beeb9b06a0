import { languageOptions } from '../../settings/conditions.ts'
import { oneOf, readValues, words } from '../values.ts'
import type { SettingsForm } from './settings-form.ts'

const longest = { name: 100, voice: 2000, facts: 10_000, signature: 500 }

/** How drafts sound, and what they may rest on. */
export const voice: SettingsForm = {
  make({ tuning: { brand, language } }) {
    const text = { kind: 'text', isOptional: true } as const
    return {
      title: 'Voice',
      submit: 'Save',
      context: [],
      fields: [
        {
          ...text,
          id: 'name',
          label: 'Name',
          hint: 'Your company or team',
          value: brand.name,
          maxLength: longest.name,
          isLong: false,
        },
        {
          ...text,
          id: 'voice',
          label: 'Voice',
          hint: 'How it speaks: Warm, short, no exclamation marks',
          value: brand.voice,
          maxLength: longest.voice,
          isLong: true,
        },
        {
          ...text,
          id: 'facts',
          label: 'Facts',
          hint: 'What drafts may rest on: opening hours, delivery times, policies',
          value: brand.facts,
          maxLength: longest.facts,
          isLong: true,
        },
        {
          ...text,
          id: 'signature',
          label: 'Signature',
          hint: 'Closes a letter: The Bluebird team',
          value: brand.signature,
          maxLength: longest.signature,
          isLong: true,
        },
        {
          id: 'language',
          label: 'Your language',
          hint: 'A model translates customers’ words into it',
          isOptional: false,
          kind: 'choice',
          value: language,
          options: languageOptions([language]),
        },
      ],
    }
  },
  read(values, { tuning }) {
    const read = readValues(values, {
      name: words(longest.name, null),
      voice: words(longest.voice, null),
      facts: words(longest.facts, null),
      signature: words(longest.signature, null),
      language: oneOf(
        languageOptions([tuning.language]).map(({ value }) => value),
        'Choose a language',
      ),
    })
    if ('errors' in read) return read
    const { language, ...brand } = read.value
    return { value: (now) => ({ ...now, language, brand: { ...now.brand, ...brand } }) }
  },
}
