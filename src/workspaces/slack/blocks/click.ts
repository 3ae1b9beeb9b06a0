import { parseClick, type Click } from '../../kit/click.ts'

/** Every action of a card has an id that starts with this. */
export const clickPrefix = 'do:'

/** Null for what is no click on a card. */
export function readClick(actionId: string, value: string | null | undefined): Click | null {
  return actionId.startsWith(clickPrefix) && value ? parseClick(value) : null
}
