import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { themes, urgencies } from '../../src/interactions/interaction.ts'
import { roomFor } from '../../src/posts/route.ts'
import type { Rooms } from '../../src/settings/tuning.ts'

const some = <T>(values: readonly T[]) => fc.subarray([...values])
const rule = fc.record({
  channels: some(['email', 'form']),
  accounts: some(['email/a', 'form/a']),
  themes: some(themes),
  urgencies: some(urgencies),
  languages: some(['en', 'de']),
  room: fc.constantFrom('r1', 'r2', 'r3'),
})
const conversation = fc.record({
  channel: fc.record({
    id: fc.constantFrom('email', 'form'),
    account: fc.constantFrom('a', 'b'),
  }),
  isDrafting: fc.boolean(),
  triage: fc.option(
    fc.record({
      theme: fc.constantFrom(...themes),
      urgency: fc.constantFrom(...urgencies),
      language: fc.constantFrom('en', 'de', 'en-GB', 'und'),
    }),
  ),
})
const rooms = fc.record({
  default: fc.option(fc.constant('d')),
  escalation: fc.constant(null),
  rules: fc.array(rule, { maxLength: 4 }),
})
type Routed = Parameters<typeof roomFor>[1]

const route = (one: Routed, chosen: Rooms) => roomFor({ id: 'chat', room: null }, one, { rooms: { chat: chosen } })
const asksTriage = (one: Rooms['rules'][number]) => one.themes.length + one.urgencies.length + one.languages.length > 0
const holds = (list: string[], value: string) => list.length === 0 || list.includes(value)
const holdsKnown = (one: Rooms['rules'][number], { channel }: Routed) =>
  holds(one.channels, channel.id) && holds(one.accounts, `${channel.id}/${channel.account}`)
const holdsAll = (one: Rooms['rules'][number], routed: Routed) =>
  holdsKnown(one, routed) &&
  (!asksTriage(one) ||
    (routed.triage !== null &&
      holds(one.themes, routed.triage.theme) &&
      holds(one.urgencies, routed.triage.urgency) &&
      holds(one.languages, routed.triage.language.slice(0, 2))))

describe('the room for a card', () => {
  it('is the one there is, where a workspace has only one', () => {
    fc.assert(
      fc.property(conversation, rooms, (one, chosen) => {
        expect(roomFor({ id: 'chat', room: 'only' }, one, { rooms: { chat: chosen } })).toBe('only')
      }),
    )
  })

  it('is that of the first rule of which everything holds, else the default, once the theme is known', () => {
    fc.assert(
      fc.property(conversation, rooms, (one, chosen) => {
        fc.pre(one.triage !== null || !one.isDrafting)
        const first = chosen.rules.find((each) => holdsAll(each, one))
        expect(route(one, chosen)).toBe(first?.room ?? chosen.default)
      }),
    )
  })

  it('is not chosen before a theme that decides is known, and never otherwise than when it is', () => {
    fc.assert(
      fc.property(conversation, rooms, (one, chosen) => {
        const unknown = { ...one, triage: null, isDrafting: true }
        const early = route(unknown, chosen)
        if (early !== null) expect(route(one, chosen)).toBe(early)
        else {
          const decides = chosen.rules.some((each) => asksTriage(each) && holdsKnown(each, one))
          expect(decides || chosen.default === null).toBe(true)
        }
      }),
    )
  })

  it('is none while the team chose none', () => {
    fc.assert(
      fc.property(conversation, (one) => {
        expect(roomFor({ id: 'chat', room: null }, one, { rooms: {} })).toBeNull()
      }),
    )
  })
})
