import { makeLogForm } from '../../../src/forms/log.ts'
import { findForm } from '../../../src/forms/registry.ts'
import type { Form, FormAbout, FormId } from '../../../src/workspaces/form.ts'
import type { Refusal } from '../../../src/workspaces/workspace.ts'
import type { FakeRoom } from './fake-room.ts'

/** Lets the room ask what Deskbell's own forms ask. */
export function askForReal(room: FakeRoom): void {
  room.onOpenForm = (id, about) => realForm(room, id, about)
}

function realForm(room: FakeRoom, id: FormId, about: FormAbout): Form | Refusal {
  const now = room.io.clock.now()
  const found = findForm(id)
  if (found?.kind === 'log') return makeLogForm(about, now)
  if (found?.kind === 'settings') {
    const shown = { tuning: room.tuning, workspaceId: 'web', room: 'room', channels: room.io.tunables().channels }
    return { id, ...found.form.make(shown, about), about }
  }
  const card = room.cards.get(String(about['conversationId']))
  if (found?.kind !== 'card' || !card) return { refused: 'There is no such card' }
  const { conversationId, seenSeq, draft } = card
  const { hours } = room.tuning
  const templates = [
    { id: 'T1', name: 'order_update', language: 'en', text: 'Hello {{name}}, your order {{number}} is here.' },
  ]
  const shown = { card, canSend: true, needsTwo: false, isFirstApproved: false, templates, closed: null, hours, now }
  return { id, ...found.form.make(shown), about: { conversationId, seenSeq, draftId: draft?.id ?? null } }
}
