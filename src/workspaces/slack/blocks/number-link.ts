import type { types } from '@slack/bolt'
import { z } from 'zod'
import type { Items } from '../../workspace.ts'
import { button, option } from './elements.ts'
import { oneLine } from '../../kit/text.ts'

/** Opens what is behind a number of a report; `index` makes its id unique. */
export function numberButton(label: string, about: string, items: Items, index: number): types.Button {
  return {
    ...button(oneLine(label, 75), `number:${index}`, valueOf(items)),
    accessibility_label: oneLine(`Open ${about}`, 75),
  }
}

/** The same for several different numbers in a row, at most 5: a menu that can be used again and again. */
export function numberMenu(numbers: { about: string; items: Items }[], index: number): types.Overflow {
  return {
    type: 'overflow',
    action_id: `number:${index}`,
    options: numbers.map(({ about, items }) => option(about, valueOf(items))),
  }
}

const valueOf = ({ reportId, index }: Items) => `${reportId} ${index}`

const valueSchema = z.tuple([z.string().regex(/^[\w-]{1,100}$/), z.string().regex(/^\d{1,4}$/)])

/** What such a button stands for; null for others. */
export function readItems(value: string | null | undefined): Items | null {
  const parsed = valueSchema.safeParse(value?.split(' '))
  return parsed.success ? { reportId: parsed.data[0], index: Number(parsed.data[1]) } : null
}
