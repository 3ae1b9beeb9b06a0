import { z } from 'zod'
import type { MessageTemplate } from '../channels/channel.ts'
import { cleanValue } from '../drafts/send-template.ts'
import { blanksOf } from '../drafts/template.ts'
import { languageName } from '../workspaces/card-words.ts'
import { customersWords, type CardForm } from './card-form.ts'
import { readValues, words } from './values.ts'

/** Slack's menu has no more; where one has fewer, it says so itself. */
const mostOptions = 100
const mostShown = 10
const longest = 4000

/** An approved text, chosen and filled: the way out once the reply window has closed. */
export const template: CardForm = {
  action: 'template',
  make({ card, needsTwo, templates }) {
    const offered = templates.slice(0, mostOptions)
    const [first] = offered
    return {
      title: 'Send a template',
      submit: needsTwo ? 'Approve (1 of 2)' : 'Send',
      context: [...customersWords(card), { title: 'The templates', text: textsOf(offered) }],
      fields: [
        {
          id: 'template',
          label: 'Which one?',
          hint: null,
          isOptional: false,
          kind: 'choice',
          value: first?.id ?? null,
          options: offered.map((one) => ({
            value: one.id,
            label: `${nameOf(one)} · ${one.text.replace(/\s+/g, ' ')}`,
          })),
        },
        {
          id: 'values',
          label: 'What goes into its blanks, one line each',
          hint: 'Line 1 for the first blank, and so on. Leave this empty where there are none',
          isOptional: true,
          kind: 'text',
          value: '',
          maxLength: longest,
          isLong: true,
        },
      ],
    }
  },
  read(values, shown, { draftId, seenSeq }) {
    const read = readValues(values, { template: z.string('Choose a template').max(1000), values: words(longest, null) })
    if ('errors' in read) return read
    const chosen = shown.templates.find(({ id }) => id === read.value.template)
    if (!chosen) return { errors: { template: 'This template is gone, or not approved any more. Choose another one' } }
    const blanks = blanksOf(chosen)
    const lines = read.value.values
      .split('\n')
      .map(cleanValue)
      .filter((line) => line !== '')
    if (lines.length !== blanks.length) return { errors: { values: blanksText(chosen, lines) } }
    const filled = Object.fromEntries(blanks.map((name, index) => [name, lines[index] ?? '']))
    return { value: { kind: 'template', draftId, seenSeq, template: { id: chosen.id, values: filled } } }
  },
}

/** "order_update · German" */
const nameOf = ({ name, language }: MessageTemplate): string => `${name} · ${languageName(language)}`

/** Menus show only how they begin. */
function textsOf(templates: MessageTemplate[]): string {
  const texts = templates.slice(0, mostShown).map((one) => `${nameOf(one)}\n${one.text}`)
  const more = templates.length - texts.length
  return [...texts, ...(more > 0 ? [`… and ${more} more`] : [])].join('\n\n')
}

function blanksText(chosen: MessageTemplate, lines: string[]): string {
  const blanks = blanksOf(chosen)
  const has = blanks.length === 1 ? '1 blank' : `${blanks.length} blanks`
  const what = blanks.length === 0 ? 'Leave this empty' : `You filled ${lines.length}. Write one line for each`
  return `“${chosen.name}” has ${blanks.length === 0 ? 'no blanks' : has}. ${what}: ${chosen.text}`
}
