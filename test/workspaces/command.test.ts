import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseCommand } from '../../src/workspaces/command.ts'

describe('parseCommand', () => {
  it.each([
    ['', { kind: 'help' }],
    ['  help me ', { kind: 'help' }],
    ['/desk open', { kind: 'open' }],
    ['OPEN', { kind: 'open' }],
    ['opne', { kind: 'unknown', word: 'opne', nearest: 'open' }],
    ['/desk hlp', { kind: 'unknown', word: 'hlp', nearest: 'help' }],
    ['dance', { kind: 'unknown', word: 'dance', nearest: null }],
  ])('reads %j', (text, command) => {
    expect(parseCommand(text)).toEqual(command)
  })

  it('understands or names whatever is typed, and never throws', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 300 }), (text) => {
        expect(['help', 'open', 'unknown']).toContain(parseCommand(text).kind)
      }),
    )
  })
})
