import { describe, expect, it } from 'vitest'
import { errorOf, errorOfStatus, knownCodes, problemOf } from '../../../src/channels/whatsapp/errors.ts'
import { CredentialsError, PermanentError, RetryableError, WindowClosedError } from '../../../src/errors.ts'

/** What a code must come to. */
const expected: Record<'retry' | 'authorise' | 'window' | 'never', number[]> = {
  retry: [1, 2, 4, 613, 80007, 80008, 130429, 131000, 131016, 131056, 131057, 132069, 133004],
  authorise: [
    0, 3, 10, 33, 190, 200, 230, 299, 368, 131005, 131031, 131045, 133000, 133005, 133006, 133008, 133009, 133010,
    133015, 133016,
  ],
  window: [131047],
  never: [
    100, 130403, 130472, 130497, 131008, 131009, 131021, 131026, 131030, 131037, 131042, 131048, 131049, 131050, 131051,
    131052, 131053, 131055, 131062, 132000, 132001, 132005, 132007, 132012, 132015, 132016, 132018, 132068, 134011,
    135000,
  ],
}
const cases = Object.entries(expected).flatMap(([is, codes]) => codes.map((code) => ({ is, code })))
const classes = { retry: RetryableError, authorise: CredentialsError, window: WindowClosedError, never: PermanentError }

describe('what an error of WhatsApp means', () => {
  it.each(cases)('$code: $is', ({ is, code }) => {
    const problem = problemOf(code)
    expect(problem?.is).toBe(is)
    if (!problem) return
    const error = errorOf(code, problem, 'Support')
    expect(error.constructor).toBe(classes[problem.is])
    expect(error.message).toContain(`(WhatsApp error ${code})`)
    expect(problem.action).not.toBe('')
  })

  it('is tested for every code in the table', () => {
    const tested = new Set(Object.values(expected).flat())
    expect(knownCodes.filter((code) => !tested.has(code))).toEqual([])
  })

  it('says how long to wait where that is known, the answer before the table', () => {
    const wait = (code: number, waitMs?: number) => {
      const problem = problemOf(code)
      const error = problem && errorOf(code, problem, 'Support', waitMs)
      return error instanceof RetryableError ? error.retryAfterMs : null
    }
    expect([wait(131056), wait(131056, 7000), wait(1)]).toEqual([60_000, 7000, undefined])
  })

  it('says after the window has closed what the way out is', () => {
    expect(problemOf(131047)?.action).toContain('template')
  })

  it('names the account that must be authorised anew', () => {
    const problem = problemOf(190)
    expect(problem && errorOf(190, problem, '+49 30 1', undefined)).toMatchObject({
      message: expect.stringMatching(/^\+49 30 1: /),
      action: expect.stringContaining('WHATSAPP_ACCESS_TOKEN'),
    })
  })

  it.each([
    [400, PermanentError, PermanentError],
    [401, CredentialsError, CredentialsError],
    [403, CredentialsError, CredentialsError],
    [404, PermanentError, PermanentError],
    [429, RetryableError, RetryableError],
    [500, Error, RetryableError],
    [502, Error, RetryableError],
    [503, Error, RetryableError],
    [200, Error, RetryableError],
    [302, Error, RetryableError],
  ])('goes by the status %i where the code is not known', (status, whenSending, whenReading) => {
    const answer = { status, said: '', account: 'Support', waitMs: undefined }
    expect(errorOfStatus(answer, false).constructor).toBe(whenSending)
    expect(errorOfStatus(answer, true).constructor).toBe(whenReading)
  })
})
