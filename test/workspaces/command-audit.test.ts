import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { PeriodAsk } from '../../src/measures/period.ts'
import { auditWhats, type AuditWhat } from '../../src/workspaces/command-audit.ts'
import { commandText, parseCommand } from '../../src/workspaces/command.ts'

const audit = (period: PeriodAsk, teammate: string | null = null, what: AuditWhat | null = null) => ({
  kind: 'audit',
  period,
  teammate,
  what,
})
const week: PeriodAsk = { kind: 'week' }

describe('/desk audit', () => {
  it.each([
    ['', audit(week)],
    ['week @ana erased', audit(week, 'ana', 'erased')],
    ['Erased yesterday', audit({ kind: 'yesterday' }, null, 'erased')],
    ['@ana', audit(week, 'ana')],
    ['the last 7 days', audit(week)],
    ['last month exported by:"Ana Lima"', audit({ kind: 'month' }, 'Ana Lima', 'exported')],
    ['<@U123|ana> 2026-11-01 to 2026-11-20', audit({ kind: 'days', from: '2026-11-01', to: '2026-11-20' }, 'U123')],
    ['what:settings period:now teammate:<@!123>', audit({ kind: 'now' }, '123', 'settings')],
  ])('reads %j', (text, command) => {
    expect(parseCommand(`audit ${text}`)).toEqual(command)
  })

  it.each([
    ['erasd', '/desk audit does not know "erasd". Did you mean erased? For example: /desk audit erased'],
    ['weak', '"weak" is no period. Did you mean week? For example: /desk audit week'],
    [
      'monday',
      '"monday" is no period. Dates are written as 2026-11-20. For example: /desk audit 2026-11-01..2026-11-20',
    ],
    [
      'ana',
      '/desk audit does not know "ana". There are approved, read, shared, exported, erased, joined and settings. For example: /desk audit week @ana erased',
    ],
    ['@', 'No name stands after @. For example: /desk audit teammate:@ana'],
    ['@ana @ben', '"teammate" is given twice. For example: /desk audit teammate:@ana'],
    ['whta:read', '/desk audit does not know "whta:". Did you mean what:? For example: /desk audit what:erased'],
  ])('says what is wrong with %j, and what would be right', (text, problem) => {
    expect(parseCommand(`audit ${text}`)).toEqual({ kind: 'invalid', problem })
  })

  it('is read back from a platform’s fields', () => {
    const fields = fc.record(
      {
        what: fc.constantFrom(...auditWhats),
        period: fc.constantFrom('now', 'yesterday', 'week', 'month', '2026-11-01..2026-11-20'),
        teammate: fc.string({ unit: 'grapheme', maxLength: 40 }),
      },
      { requiredKeys: [] },
    )
    fc.assert(
      fc.property(fields, (given) => {
        const { teammate } = given
        fc.pre(teammate === undefined || (!/[@<>]/.test(teammate) && teammate.trim() !== ''))
        const options = Object.entries(given).map(([name, value]) => ({ name, value }))
        expect(parseCommand(commandText('audit', options))).toMatchObject({
          kind: 'audit',
          what: given.what ?? null,
          teammate: teammate?.trim() ?? null,
        })
      }),
    )
  })

  it('understands or names whatever is typed, and gives examples that it understands', () => {
    const words = fc.array(
      fc.oneof(
        fc.constantFrom(
          ...auditWhats,
          '@',
          '@ana',
          'week',
          'last',
          'to',
          '2026-11-01',
          'by:',
          'what:"',
          '"',
          '<@U1>',
          '\ud800',
        ),
        fc.string({ unit: 'binary', maxLength: 5 }),
      ),
    )
    fc.assert(
      fc.property(words, (typed) => {
        const command = parseCommand(`audit ${typed.join(' ')}`)
        const [, example = ''] = command.kind === 'invalid' ? (/For example: (.*)$/.exec(command.problem) ?? []) : []
        expect((command.kind === 'invalid' ? parseCommand(example) : command).kind).toBe('audit')
        if (command.kind === 'invalid') expect(command.problem.length).toBeLessThanOrEqual(300)
      }),
      { numRuns: 1000 },
    )
  })
})
