import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formPrefix, maxId, pressId, readPress } from '../../../../src/workspaces/discord/components/ids.ts'
import { clickValue, parseClick } from '../../../../src/workspaces/kit/click.ts'
import { sampleCards } from '../../contract/sample-cards.ts'

const shelfId = fc.uuid()
const number = fc.nat(999_999)

const otherId = '019a2b3c-4d5e-7f60-8a9b-0c1d2e3f4a5d'

describe('the id of a button', () => {
  it('says what was pressed on a card, and fits', () => {
    for (const card of Object.values(sampleCards)) {
      for (const action of card.actions) {
        const value = clickValue(card, action)
        for (const kind of ['do', 'ask', 'yes'] as const) {
          const id = pressId[kind](value)
          expect(id.length).toBeLessThanOrEqual(maxId)
          expect(readPress(id)).toEqual({ kind, click: parseClick(value) })
        }
      }
    }
  })

  it('fits with the longest action, the longest ids and the largest number', () => {
    const id = '019a2b3c-4d5e-7f60-8a9b-0c1d2e3f4a5b'
    const value = clickValue(
      { conversationId: id, seenSeq: Number.MAX_SAFE_INTEGER },
      { id: 'mark-unsent', target: id, form: null },
    )
    expect(pressId.ask(value).length).toBeLessThanOrEqual(maxId)
    expect(readPress(pressId.ask(value))).toMatchObject({ kind: 'ask', click: { action: 'mark-unsent', target: id } })
  })

  it('says what else was pressed', () => {
    fc.assert(
      fc.property(shelfId, number, fc.nat(99), (id, index, part) => {
        const made = [
          [pressId.again(id), { kind: 'again', shelfId: id }],
          [pressId.link(id, index), { kind: 'link', shelfId: id, index }],
          [pressId.remove(id, part), { kind: 'remove', shelfId: id }],
          [pressId.removed(id, index), { kind: 'removed', shelfId: id, index }],
          [pressId.page(id, index), { kind: 'page', conversationId: id, page: index }],
          [pressId.items({ reportId: id, index }), { kind: 'items', items: { reportId: id, index } }],
          [
            pressId.file({ kind: 'items', reportId: id, index }, 'csv'),
            { kind: 'file', format: 'csv', source: { kind: 'items', reportId: id, index } },
          ],
          [
            pressId.file({ kind: 'list', listId: id }, 'json'),
            { kind: 'file', format: 'json', source: { kind: 'list', listId: id } },
          ],
          [
            pressId.file({ kind: 'customer', customerId: id }, 'json'),
            { kind: 'file', format: 'json', source: { kind: 'customer', customerId: id } },
          ],
          [pressId.turn({ listId: id, page: index }), { kind: 'turn', page: { listId: id, page: index } }],
          [pressId.list({ listId: id, page: index }), { kind: 'list', page: { listId: id, page: index } }],
          [pressId.share({ listId: id, page: index }), { kind: 'share', page: { listId: id, page: index } }],
          [pressId.who('found'), { kind: 'who' }],
          [pressId.customer(id), { kind: 'customer', customerId: id }],
          [pressId.same(id, otherId), { kind: 'same', customerId: id, otherId }],
          [pressId.join(id, otherId), { kind: 'change', change: { kind: 'join', customerId: id, otherId } }],
          [
            pressId.distinguish(id, otherId),
            { kind: 'change', change: { kind: 'distinguish', customerId: id, otherId } },
          ],
          [pressId.part(id, otherId), { kind: 'change', change: { kind: 'part', customerId: id, mergeId: otherId } }],
          [pressId.unnote(id), { kind: 'unnote', customerId: id }],
          [
            pressId.open('settings.retention.remove', { customerId: id }),
            { kind: 'open', form: 'settings.retention.remove', about: { customerId: id } },
          ],
          [pressId.numbers(id), { kind: 'numbers', reportId: id }],
        ] as const
        for (const [customId, pressed] of made) {
          expect(customId.length).toBeLessThanOrEqual(maxId)
          expect(readPress(customId)).toEqual(pressed)
        }
      }),
    )
    for (const kind of ['here', 'settings', 'log'] as const) expect(readPress(pressId[kind])).toEqual({ kind })
  })

  it.each([
    '',
    'do:',
    'do:launch! =c1 - 1',
    'ask:approve =c1',
    'again:',
    'link:x',
    'link:x:y',
    'removed::1',
    'page:x:1234567',
    'items:x',
    'items::1',
    'csv:x:-1',
    'file:csv:items:x',
    'file:csv:list:x:1',
    'file:pdf:list:x',
    'file:json:everything:x',
    'turn:x',
    'share:x:y',
    'who:',
    'same:x',
    'join:x:y:z',
    'part::y',
    'open:note',
    'open:note:{',
    'open:note:{"customerId":{}}',
    'open:nothing:{}',
    'numbers:',
    'here:there',
    'settings:1',
    'unknown',
    `${formPrefix}x`,
  ])('is none of ours: %j', (id) => {
    expect(readPress(id)).toBeNull()
  })

  it('is read from anything without a fault', () => {
    fc.assert(fc.property(fc.string(), (id) => void readPress(id)))
  })
})
