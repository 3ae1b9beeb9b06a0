import { parseClick, type Click } from '../../kit/click.ts'

/** Every action of a card has an id that starts with this. */
export const clickPrefix = 'do:'

/** Beside a link to a card, where nobody sees the card change: it is told that it is done. An index follows. */
export const assignAction = `${clickPrefix}assign:link`

/** Null for what is no click on a card. */
export function readClick(actionId: string, value: string | null | undefined): Click | null {
  return actionId.startsWith(clickPrefix) && value ? parseClick(value) : null
}
