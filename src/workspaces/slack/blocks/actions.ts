import type { types } from '@slack/bolt'
import type { Action, Card } from '../../card.ts'
import { clickPrefix } from './click.ts'
import { clickValue, type Clickable } from '../../kit/click.ts'
import { questionFor } from '../../kit/questions.ts'
import { button, confirm, option, plain, type Block } from './elements.ts'

type Step = Omit<Action, 'id'> & { id: Clickable }

/** What can wait behind "…" as long as there is something more likely. */
const rare = new Set<Step['id']>([
  'schedule',
  'template',
  'assign-to',
  'unassign',
  'dismiss',
  'snooze',
  'spam',
  'customer',
])
type Menu = types.Overflow | types.StaticSelect | types.Button

const maxButtons = 5
const maxOptions = 5

interface Hidden {
  /** Something of the conversation is not on the card. */
  isTextCut: boolean
  isDraftCut: boolean
}

/** The likeliest as buttons, the others in a menu. Nothing where nothing can be done. */
export function actionRow(card: Card, hidden: Hidden): Block[] {
  const steps = stepsOf(card)
  if (steps.length === 0 && !hidden.isTextCut) return []
  const isLikely = ({ id, style }: Step) =>
    style === 'primary' || !rare.has(id) || (style === 'danger' && steps.length <= maxButtons)
  const likely = steps.filter(isLikely)
  // In a menu, nothing can ask back before it is done.
  const asks = (step: Step) => (confirmationOf(step, hidden.isDraftCut) ? 0 : 1)
  if (likely.length > maxButtons - 1) likely.sort((a, b) => asks(a) - asks(b))
  if (hidden.isTextCut) likely.splice(Math.min(likely.length, maxButtons - 1), 0, readAll)
  const shown = likely.slice(0, maxButtons)
  const rest = [...likely.slice(maxButtons), ...steps.filter((step) => !isLikely(step))]
  if (!hidden.isTextCut && (rest.length > 0 || card.turns.length > 1)) rest.push(readAll)
  while (rest[0] && shown.length < maxButtons && (rest.length === 1 || rest.length > maxOptions))
    shown.push(...rest.splice(0, 1))
  const [first, ...others] = rest
  const main = shown.find(({ id }) => id === 'approve') ?? shown.find(({ style }) => style === 'primary')
  const buttons = shown.map((step, index) => {
    const isMain = step === main || step.style !== 'primary'
    return buttonOf(card, isMain ? step : { ...step, style: 'plain' }, index, hidden)
  })
  return [{ type: 'actions', elements: first ? [...buttons, menuOf(card, [first, ...others])] : buttons }]
}

/** Everything behind "…", for a card that nobody needs to act on. */
export function quietMenu(card: Card): Menu {
  const [first = readAll, ...others] = stepsOf(card)
  return menuOf(card, first === readAll ? [readAll] : [first, ...others, readAll])
}

const readAll: Step = { id: 'read', label: 'Read all', style: 'plain', target: null, form: null }

/** The whole conversation, below what is too long for its message. */
export function readAllRow(card: Card): Block {
  return { type: 'actions', elements: [buttonOf(card, readAll, 0, { isTextCut: true, isDraftCut: false })] }
}

/** What is to be copied stands on the card: there is nothing to press. */
const stepsOf = (card: Card): Step[] => card.actions.filter(({ id }) => id !== 'copy')

function buttonOf(card: Card, step: Step, index: number, { isDraftCut }: Hidden): types.Button {
  const { id, label, style } = step
  // Several failed jobs can be tried again.
  const actionId = id === 'retry' ? `${clickPrefix}retry:${index}` : `${clickPrefix}${id}`
  const asks = confirmationOf(step, isDraftCut)
  return {
    ...button(label, actionId, clickValue(card, step)),
    ...(style === 'plain' ? {} : { style }),
    ...(asks ? { confirm: asks } : {}),
  }
}

function confirmationOf(step: Step, isDraftCut: boolean): types.ConfirmationDialog | null {
  const asked = questionFor(step, isDraftCut)
  return asked && confirm(asked.title, asked.text, step.label, asked.isDanger)
}

/** A menu can't ask back for one of its options alone: what can't be undone is among the buttons. */
function menuOf(card: Card, [first, ...others]: [Step, ...Step[]]): Menu {
  if (others.length === 0) return buttonOf(card, first, 0, { isTextCut: false, isDraftCut: false })
  const steps = [first, ...others]
  const options = steps.slice(0, 100).map((step) => option(step.label, clickValue(card, step)))
  return options.length <= maxOptions
    ? { type: 'overflow', action_id: `${clickPrefix}more`, options }
    : { type: 'static_select', action_id: `${clickPrefix}more`, placeholder: plain('More…'), options }
}
