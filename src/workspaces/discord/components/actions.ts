import type { APIButtonComponent } from 'discord.js'
import type { Action, Card } from '../../card.ts'
import { clickValue, type Clickable } from '../../kit/click.ts'
import { questionFor } from '../../kit/questions.ts'
import { button, evenRowsOf, maxRowButtons, rowsOf, type Row } from './elements.ts'
import { pressId } from './ids.ts'

type Step = Omit<Action, 'id'> & { id: Clickable }

/** What stands below the others, as long as those are many. */
const rare = new Set<Step['id']>(['schedule', 'template', 'assign-to', 'dismiss', 'snooze', 'customer', 'spam'])

/** Each counts among the components of its message; more there are only where many jobs failed. */
const maxButtons = 20

interface Hidden {
  /** Something of the conversation is not on the card. */
  isTextCut: boolean
  isDraftCut: boolean
}

/** Buttons for everything that can be done, the likeliest first. At most five rows, with none alone in its row beside others. */
export function actionRows(card: Card, { isTextCut, isDraftCut }: Hidden): Row[] {
  const steps = stepsOf(card)
  const main = mainOf(card, steps)
  const buttonsOf = (some: Step[]) => some.map((step) => buttonOf(card, step, step === main, isDraftCut))
  const likely = steps.filter((step) => !isRare(step))
  const reading = isTextCut ? [readAll] : []
  const groups = [
    buttonsOf([...likely.filter((step) => !isTaking(step)), ...reading, ...likely.filter(isTaking)]),
    buttonsOf(steps.filter(isRare)),
  ]
  const all = groups.flat()
  const rows = groups.flatMap(rowsOf)
  const isUneven = rows.some(({ components }) => components.length === 1)
  return isUneven || rows.length > 5 || all.length <= maxRowButtons ? evenRowsOf(all) : rows
}

const isRare = ({ id, style }: Step): boolean => rare.has(id) && style !== 'primary'
const isTaking = ({ id }: Step): boolean => id === 'assign' || id === 'unassign'

/** What stands out: where somebody has to act, there is always something. */
function mainOf({ state }: Card, steps: Step[]): Step | undefined {
  const main = steps.find(({ id }) => id === 'approve') ?? steps.find(({ style }) => style === 'primary')
  if (main || (state !== 'waiting' && state !== 'sending')) return main
  return steps.find((step) => !isRare(step) && !isTaking(step))
}

const readAll: Step = { id: 'read', label: 'Read all', style: 'plain', target: null, form: null }

/** The whole conversation, below what is too long for its message. */
export function readAllRow(card: Card): Row[] {
  return rowsOf([buttonOf(card, readAll, false, false)])
}

/** What is to be copied stands on the card: there is nothing to press. Nothing can be there twice. */
function stepsOf(card: Card): Step[] {
  const byValue = new Map(
    card.actions.filter(({ id }) => id !== 'copy').map((step) => [clickValue(card, step), step] as const),
  )
  const steps = [...byValue.values()]
  let tooMany = steps.length - (maxButtons - 1)
  return steps
    .toReversed()
    .filter(({ id }) => id !== 'retry' || (tooMany -= 1) < 0)
    .toReversed()
}

function buttonOf(card: Card, step: Step, isMain: boolean, isDraftCut: boolean): APIButtonComponent {
  const { id, label, style } = step
  const value = clickValue(card, step)
  const customId = questionFor(step, isDraftCut) ? pressId.ask(value) : pressId.do(value)
  // Red is as loud as green, and beside what is likely nobody should hit it; it asks first in any case.
  const isLoud = style === 'danger' && !(id === 'spam' && card.state === 'waiting')
  if (isLoud) return button(label, customId, 'danger')
  if (!isMain) return button(label, customId)
  return button(label, customId, id === 'approve' ? 'good' : 'primary')
}
