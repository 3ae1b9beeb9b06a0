import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { FormLink, Home, SettingsPage } from '../../../../src/workspaces/workspace.ts'
import { answerBlocks } from '../../../../src/workspaces/slack/blocks/answer.ts'
import { readFormLink } from '../../../../src/workspaces/slack/blocks/form-link.ts'
import { homeView, refusedHome, settingsAction } from '../../../../src/workspaces/slack/blocks/home.ts'
import { settingsModal } from '../../../../src/workspaces/slack/blocks/settings.ts'
import { slackProblems } from '../../../support/slack-limits.ts'
import { forgeries, hostileLines, hostileText, objectsIn } from '../../contract/hostile.ts'
import { sampleHome, sampleSettings } from '../../contract/sample-cards.ts'

const formLink: fc.Arbitrary<FormLink> = fc.record({
  label: hostileText,
  form: fc.constantFrom('settings.rooms', 'settings.room-rule.remove'),
  about: fc.record({ index: fc.nat(99) }),
})
const page: fc.Arbitrary<SettingsPage> = fc.record({
  sections: fc.array(
    fc.record({
      title: hostileText,
      lines: fc.array(fc.record({ text: hostileText, remove: formLink }, { requiredKeys: ['text'] }), {
        maxLength: 60,
      }),
      forms: fc.array(formLink, { maxLength: 6 }),
    }),
    { maxLength: 12 },
  ),
})
const home: fc.Arbitrary<Home> = fc.record({
  mine: hostileLines,
  waiting: hostileLines,
  waitingCount: fc.nat(5000),
  answered: hostileLines,
  answeredCount: fc.nat(5000),
  isManager: fc.boolean(),
})

const linksOf = (view: unknown) =>
  [...objectsIn(view)].flatMap((part) => {
    const actionId = part['action_id']
    if (typeof actionId !== 'string') return []
    const choices = part['type'] === 'button' ? [part] : (part['options'] as Record<string, unknown>[])
    return choices.map(({ value }) => readFormLink(actionId, String(value)))
  })

describe('an answer to a command', () => {
  it('is within the limits whatever it says, and forges nothing', () => {
    fc.assert(
      fc.property(hostileText, hostileLines, (title, said) => {
        const { text, blocks } = answerBlocks({ title, lines: said })
        expect(slackProblems({ kind: 'message', text, blocks })).toEqual([])
        expect(forgeries(blocks)).toEqual([])
      }),
    )
  })

  it('links to cards, and says how much it leaves out', () => {
    const url = 'https://acme.slack.example/archives/C1/p1'
    const said = Array.from({ length: 150 }, (_, index) => ({ text: `line ${index}`, ...(index === 0 ? { url } : {}) }))
    const { blocks } = answerBlocks({ title: '150 wait', lines: said })
    const items = [...objectsIn(blocks)].filter(({ type }) => type === 'text' || type === 'link')
    expect(items[1]).toEqual({ type: 'link', url, text: 'line 0' })
    expect(items.at(-1)).toMatchObject({ text: 'and 50 more lines' })
  })
})

describe('App Home', () => {
  it('is within the limits whatever waits', () => {
    fc.assert(
      fc.property(home, fc.option(page), (shown, settings) => {
        const view = homeView(shown, settings)
        expect(slackProblems({ kind: 'home', view })).toEqual([])
        expect(forgeries(view)).toEqual([])
      }),
    )
  })

  it('offers to log a call, and the settings to managers', () => {
    const actionIds = (view: unknown) =>
      [...objectsIn(view)].map((part) => part['action_id']).filter((id) => id !== undefined)
    expect(actionIds(homeView(sampleHome, null))).toEqual(['open:9999', settingsAction])
    expect(actionIds(homeView({ ...sampleHome, isManager: false }, null))).toEqual(['open:9999'])
    expect(linksOf(homeView({ ...sampleHome, isManager: false }, null))).toEqual([
      { kind: 'open', form: 'log', about: {} },
    ])
    expect(actionIds(homeView(sampleHome, sampleSettings)).length).toBeGreaterThan(5)
  })

  it('says why there is nothing to see', () => {
    fc.assert(
      fc.property(hostileText, (reason) => {
        expect(slackProblems({ kind: 'home', view: refusedHome(reason) })).toEqual([])
      }),
    )
  })

  it('says how many more there are', () => {
    const waiting = Array.from({ length: 20 }, (_, index) => ({ text: `Customer ${index}` }))
    const text = JSON.stringify(homeView({ ...sampleHome, waiting, waitingCount: 1234 }, null))
    expect(text).toContain('Waiting · 1,234')
    expect(text).toContain('and 1,219 more: /desk open')
    expect(text).not.toContain('Customer 15')
  })
})

describe('the settings', () => {
  it('are within the limits whatever is set', () => {
    fc.assert(
      fc.property(page, (settings) => {
        const view = settingsModal(settings)
        expect(slackProblems({ kind: 'modal', view })).toEqual([])
        expect(forgeries(view)).toEqual([])
      }),
    )
  })

  it('have a button for every form, and one to take each line out', () => {
    const links = linksOf(settingsModal(sampleSettings))
    const expected = sampleSettings.sections.flatMap(({ forms, lines: set }) => [
      ...set.flatMap(({ remove }) => (remove ? [{ kind: 'remove', form: remove.form, about: remove.about }] : [])),
      ...forms.map(({ form, about }) => ({ kind: 'open', form, about })),
    ])
    expect(links).toEqual(expected)
  })

  it('have one menu to take out one of many', () => {
    const rules = Array.from({ length: 50 }, (_, index) => ({
      text: `Rule ${index}`,
      remove: { label: 'Remove', form: 'settings.room-rule.remove' as const, about: { index } },
    }))
    const view = settingsModal({ sections: [{ title: 'Rooms', lines: rules, forms: [] }] })
    expect(linksOf(view)).toEqual(
      rules.map(({ remove }) => ({ kind: 'remove', form: remove.form, about: remove.about })),
    )
    expect(view.blocks.length).toBeLessThan(5)
  })
})

describe('the button of a form', () => {
  it.each([
    ['do:approve', '["log",{}]'],
    ['open:x', '["log",{}]'],
    ['open:1', '["launch",{}]'],
    ['open:1', '["log",{"a":[]}]'],
    ['open:1', '{'],
    ['open:1', null],
  ])('is not read from what is none: %s %s', (actionId, value) => {
    expect(readFormLink(actionId, value)).toBeNull()
  })
})
