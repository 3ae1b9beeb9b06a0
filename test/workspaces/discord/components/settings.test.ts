import { ComponentType } from 'discord.js'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readPress } from '../../../../src/workspaces/discord/components/ids.ts'
import type { DiscordMessage } from '../../../../src/workspaces/discord/components/message.ts'
import { linksOf, settingsOf, shelvedLinks } from '../../../../src/workspaces/discord/components/settings.ts'
import type { FormLink, SettingsPage, SettingsSection } from '../../../../src/workspaces/workspace.ts'
import { readAsPerson } from '../../../support/discord/read-as-person.ts'
import { problemsOf } from '../../../support/discord-limits.ts'
import { hostileText, objectsIn } from '../../contract/hostile.ts'
import { sampleSettings } from '../../contract/sample-cards.ts'

const shelfId = '0198a2b3-4d5e-7f60-8a9b-0c1d2e3f4a5b'

/** As it stands in Discord. */
const page = JSON.parse(
  JSON.stringify(sampleSettings)
    .replaceAll(/T1\/C(\d)/g, '111222333444555666/40050060070080090$1')
    .replaceAll(/T1\/S(\d)/g, '111222333444555666/@40050060070080090$1'),
) as SettingsPage

const ours = /^(bold|list|small|(mention|channel|role) <[#@&]+4005006007008009\d+>)$/

function drawn(settings: SettingsPage): DiscordMessage {
  const message = settingsOf(settings, shelfId)
  expect(problemsOf(message)).toEqual([])
  expect(message.allowed_mentions).toEqual({ parse: [] })
  const { marks, links } = readAsPerson(message)
  expect(links).toEqual([])
  expect(marks.filter((mark) => !ours.test(mark))).toEqual([])
  return message
}

const ofType = (message: DiscordMessage, type: ComponentType) =>
  [...objectsIn(message.components)].filter((part) => part['type'] === type)
const texts = (message: DiscordMessage) =>
  ofType(message, ComponentType.TextDisplay).map(({ content }) => String(content))

/** What can be pressed or chosen, by the index of its link. */
function reached(message: DiscordMessage): Map<number, string> {
  const found = new Map<number, string>()
  for (const { custom_id: id, label } of ofType(message, ComponentType.Button)) {
    const pressed = readPress(String(id))
    if (pressed?.kind === 'link' && pressed.shelfId === shelfId) found.set(pressed.index, String(label))
  }
  for (const { custom_id: id, options } of ofType(message, ComponentType.StringSelect)) {
    expect(readPress(String(id))).toEqual({ kind: 'remove', shelfId })
    for (const { value, label } of options as { value: string; label: string }[]) found.set(Number(value), label)
  }
  return found
}

const link: fc.Arbitrary<FormLink> = fc.record({
  label: hostileText,
  form: fc.constantFrom('settings.rooms', 'settings.roles', 'settings.target.remove'),
  about: fc.constant({ index: 1 }),
})
const section: fc.Arbitrary<SettingsSection> = fc.record({
  title: hostileText,
  lines: fc.array(
    fc.oneof(
      fc.record({ text: fc.oneof(hostileText, fc.constant('Cards → 111222333444555666/400500600700800901')) }),
      fc.record({ text: hostileText, remove: link }),
    ),
    { maxLength: 60 },
  ),
  forms: fc.array(link, { maxLength: 3 }),
})

describe('the settings in Discord', () => {
  it('are within the limits whatever stands in them, and nothing that can be opened is left out unsaid', () => {
    fc.assert(
      fc.property(fc.array(section, { maxLength: 12 }), (sections) => {
        const message = drawn({ sections })
        const links = linksOf({ sections })
        const found = reached(message)
        for (const index of found.keys()) expect(links[index]).toBeDefined()
        expect(found.size === links.length || texts(message).at(-1)?.includes('There is no room here')).toBe(true)
      }),
      { numRuns: 200 },
    )
  })

  it('have a button for each form, and a menu for what can be taken out', () => {
    const message = drawn(page)
    expect([...reached(message)].toSorted(([a], [b]) => a - b)).toEqual([
      [0, 'Voice…'],
      [1, 'Rooms…'],
      [2, 'Add a rule…'],
      [3, 'Complaint, high urgency'],
      [4, 'Email, German'],
      [5, 'Hours…'],
      [6, 'Add a target…'],
      [7, 'Complaint: within 30 min of the team’s hours'],
      [8, 'Roles…'],
      [9, 'Second approval…'],
    ])
  })

  it('lie on the shelf in the order of their indexes, each with a name that says what it is', () => {
    const shelved = shelvedLinks.parse(JSON.parse(JSON.stringify({ links: linksOf(page) })))
    expect(shelved.links.map(({ label, form }) => `${form} ${label}`)).toEqual([
      'settings.voice Voice…',
      'settings.rooms Rooms…',
      'settings.room-rule Add a rule…',
      'settings.room-rule.remove Complaint, high urgency → 111222333444555666/400500600700800902',
      'settings.room-rule.remove Email, German → 111222333444555666/400500600700800903',
      'settings.hours Hours…',
      'settings.target Add a target…',
      'settings.target.remove Complaint: within 30 min of the team’s hours',
      'settings.roles Roles…',
      'settings.second-approval Second approval…',
    ])
    expect(shelved.links[4]?.about).toEqual({ index: 1 })
    expect(shelvedLinks.safeParse({ links: [{ label: 'x', form: 'launch', about: {} }] }).success).toBe(false)
  })

  it('show channels and roles by their names', () => {
    const shown = texts(drawn(page))
    expect(shown[1]).toBe(
      [
        '**Rooms**',
        '- Cards → <#400500600700800901>',
        '- Complaint, high urgency → <#400500600700800902>',
        '- Email, German → <#400500600700800903>',
        '- What is late, and what goes wrong → <#400500600700800902>',
      ].join('\n'),
    )
    expect(shown[4]).toBe(
      '**Roles**\n- May decide: <@&400500600700800901>\n- May change the settings: who runs the workspace',
    )
  })

  it('say how much has no room', () => {
    const lines = Array.from({ length: 60 }, (_, index) => ({
      text: `Line ${index} ${'x'.repeat(200)}`,
      remove: { label: 'Remove', form: 'settings.target.remove' as const, about: { index } },
    }))
    const many = drawn({ sections: [{ title: 'Reply targets', lines, forms: [] }] })
    expect(texts(many)[0]).toMatch(/\n-# 4\d more lines$/)
    expect(reached(many).size).toBe(60)
    const forms = page.sections.flatMap((one) => one.forms).slice(0, 3)
    const sections = Array.from({ length: 12 }, (_, index) => ({ title: `S${index}`, lines: [], forms }))
    const full = drawn({ sections })
    expect(reached(full).size).toBe(21)
    expect(texts(full).at(-1)).toBe('⚠️ There is no room here for 15 more. Change them in the web room.')
  })

  it('say so when there are none, or why they are not shown', () => {
    expect(texts(drawn({ sections: [] }))).toEqual(['There is nothing to set.'])
    const refused = settingsOf({ refused: 'Only managers may.' }, '')
    expect(problemsOf(refused)).toEqual([])
    expect(texts(refused)).toEqual(['Only managers may.'])
  })
})
