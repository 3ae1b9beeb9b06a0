import type { APIButtonComponent } from 'discord.js'
import type { Action, Card } from '../../card.ts'
import { clickValue, type Clickable } from '../../kit/click.ts'
import { button, maxRowButtons, rowsOf, type Row } from './elements.ts'
import { pressId } from './ids.ts'

type Step = Omit<Action, 'id'> & { id: Clickable }

/** What stands below the others, as long as those are many. */
const rare = new Set<Step['id']>(['schedule', 'assign-to', 'dismiss', 'snooze', 'spam'])

/** Each counts among the components of its message; more there are only where many jobs failed. */
const maxButtons = 20

interface Hidden {
  /** Something of the conversation is not on the card. */
  isTextCut: boolean
  isDraftCut: boolean
}

/** Buttons for everything that can be done, the likeliest first. At most five rows. */
export function actionRows(card: Card, { isTextCut, isDraftCut }: Hidden): Row[] {
  const steps = stepsOf(card)
  const isRare = ({ id, style }: Step) => rare.has(id) && style !== 'primary'
  const main = steps.find(({ id }) => id === 'approve') ?? steps.find(({ style }) => style === 'primary')
  const buttonsOf = (some: Step[]) => some.map((step) => buttonOf(card, step, step === main, isDraftCut))
  const likely = buttonsOf([...steps.filter((step) => !isRare(step)), ...(isTextCut ? [readAll] : [])])
  const others = buttonsOf(steps.filter(isRare))
  const all = [...likely, ...others]
  if (all.length <= maxRowButtons) return rowsOf(all)
  const rows = [...rowsOf(likely), ...rowsOf(others)]
  return rows.length <= 5 ? rows : rowsOf(all)
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
  const customId = asks(step, isDraftCut) ? pressId.ask(value) : pressId.do(value)
  if (style === 'danger') return button(label, customId, 'danger')
  if (!isMain || style !== 'primary') return button(label, customId)
  return button(label, customId, id === 'approve' ? 'good' : 'primary')
}

/** What can't be taken back, or was not read to its end, is asked about first: see `confirmOf`. */
function asks({ id, style }: Step, isDraftCut: boolean): boolean {
  return id === 'spam' || (id === 'resend' && style === 'danger') || (id === 'approve' && isDraftCut)
}
