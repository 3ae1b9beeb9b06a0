import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { commands, parseCommand } from '../../src/workspaces/command.ts'

describe('parseCommand', () => {
  it.each([
    ['', { kind: 'help' }],
    ['  help me ', { kind: 'help' }],
    ['/desk open', { kind: 'open' }],
    ['OPEN', { kind: 'open' }],
    ['settings', { kind: 'settings' }],
    ['/desk LOG', { kind: 'form', form: 'log', about: {} }],
    ['log  Mia called:\nIt broke ', { kind: 'form', form: 'log', about: { text: 'Mia called:\nIt broke' } }],
    ['opne', { kind: 'unknown', word: 'opne', nearest: 'open' }],
    ['/desk hlp', { kind: 'unknown', word: 'hlp', nearest: 'help' }],
    ['setings', { kind: 'unknown', word: 'setings', nearest: 'settings' }],
    ['dance', { kind: 'unknown', word: 'dance', nearest: null }],
    ['/desktop', { kind: 'unknown', word: '/desktop', nearest: null }],
  ])('reads %j', (text, command) => {
    expect(parseCommand(text)).toEqual(command)
  })

  it('understands its own examples', () => {
    for (const { name, example } of commands)
      expect(parseCommand(example)).toMatchObject(name === 'log' ? { form: 'log' } : { kind: name })
  })

  it('understands or names whatever is typed, and never throws', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 300 }), (text) => {
        expect(['help', 'open', 'settings', 'form', 'unknown']).toContain(parseCommand(text).kind)
      }),
    )
  })

  it('starts the log with the words that follow, as far as they can travel with a form', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 50 }), fc.nat(60), (part, times) => {
        const text = part.repeat(times)
        const command = parseCommand(`log ${text}`)
        const about = command.kind === 'form' ? command.about : null
        const start = text.trim().slice(0, 2000).toWellFormed()
        expect(about).toEqual(start === '' ? {} : { text: start })
      }),
    )
  })
})
