import type { types } from '@slack/bolt'

export interface Submitted {
  private_metadata: string
  state: { values: Record<string, Record<string, Record<string, unknown>>> }
}

/** What Slack sends when a modal is submitted as it was opened; `typed` is put into inputs, by block. */
export function submitted(view: types.ModalView, typed: Record<string, string | null> = {}): Submitted {
  const values: Submitted['state']['values'] = {}
  for (const block of view.blocks) {
    if (block.type !== 'input' || !('element' in block)) continue
    const { block_id: id = '', element } = block
    const value = stateOf(element)
    if (id in typed) value['value'] = typed[id] ?? null
    values[id] = { [String(element.action_id)]: value }
  }
  return { private_metadata: view.private_metadata ?? '', state: { values } }
}

function stateOf(element: types.InputBlock['element']): Record<string, unknown> {
  const { type } = element
  switch (element.type) {
    case 'plain_text_input':
      return { type, value: element.initial_value ?? null }
    case 'radio_buttons':
    case 'static_select':
      return { type, selected_option: element.initial_option ?? null }
    case 'checkboxes':
    case 'multi_static_select':
      return { type, selected_options: element.initial_options ?? [] }
    case 'datetimepicker':
      return { type, selected_date_time: element.initial_date_time ?? null }
    case 'users_select':
      return { type, selected_user: element.initial_user ?? null }
    case 'conversations_select':
      return { type, selected_conversation: element.initial_conversation ?? null }
    default:
      throw new Error(`No form of ours has a ${type}`)
  }
}
