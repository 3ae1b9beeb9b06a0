import { CredentialsError, PermanentError, RetryableError, WindowClosedError } from '../../errors.ts'

/** What an error of Meta's means to us. */
export interface Problem {
  /**
   * `retry`: it passes by itself. `authorise`: nothing of this account works until somebody mends it.
   * `window`: only a template reaches this customer until they write again. `never`: not this reply to this customer; `action`
   * says what else can be done.
   */
  is: 'retry' | 'authorise' | 'window' | 'never'
  reason: string
  /** What the team should do. */
  action: string
  /** How long to wait before another attempt, where it is known. */
  waitMs?: number
}

const second = 1000
const minute = 60 * second

const later = 'Nothing: it is sent again by itself'
const newToken = 'Make a new access token for the system user in Meta Business Suite, and set WHATSAPP_ACCESS_TOKEN'
const permissions =
  'Give the system user whatsapp_business_messaging and whatsapp_business_management for this account, and set WHATSAPP_ACCESS_TOKEN anew'
const register = 'Register the number for the Cloud API in WhatsApp Manager'
const appeal = 'Look at Account quality in WhatsApp Manager, and ask for a review there'
const otherwise = 'Reach the customer another way'
const ourFault =
  'Send it again; if that fails too, reach the customer another way and report it to whoever runs Deskbell'
const otherTemplate = 'Choose another template, or mend this one in WhatsApp Manager'
const otherValues = 'Fill the blanks of the template in another way'

/** By code, or by the first and last of a range. Codes and their meanings: Meta's page "Error codes" of the WhatsApp Business Platform. */
const table: [codes: number | [number, number], problem: Problem][] = [
  [0, { is: 'authorise', reason: 'The access token is no longer valid', action: newToken }],
  // Of a call that sends, it does not say whether it was sent: see `callGraph`.
  [1, { is: 'retry', reason: 'WhatsApp had an unknown problem', action: later }],
  [2, { is: 'retry', reason: 'WhatsApp is down or overloaded', action: later }],
  [3, { is: 'authorise', reason: 'The app lacks a permission', action: permissions }],
  [4, { is: 'retry', reason: 'The app made too many calls', action: later, waitMs: 5 * minute }],
  [10, { is: 'authorise', reason: 'A permission was not granted, or was taken back', action: permissions }],
  [
    33,
    {
      is: 'authorise',
      reason: 'The number or its business account was deleted, or the token may not use it',
      action: `Compare the ids in the settings with WhatsApp → API Setup. ${permissions}`,
    },
  ],
  [100, { is: 'never', reason: 'WhatsApp did not understand the request', action: ourFault }],
  [190, { is: 'authorise', reason: 'The access token has expired or was withdrawn', action: newToken }],
  [[200, 299], { is: 'authorise', reason: 'A permission was not granted, or was taken back', action: permissions }],
  [368, { is: 'authorise', reason: 'The business account is blocked for a violation of policy', action: appeal }],
  [613, { is: 'retry', reason: 'The app made too many calls of this kind', action: later, waitMs: 5 * minute }],
  [
    [80007, 80008],
    { is: 'retry', reason: 'The business account made too many calls', action: later, waitMs: 5 * minute },
  ],
  [
    130403,
    { is: 'never', reason: 'The customer is blocked by this number', action: 'Unblock them in WhatsApp Manager' },
  ],
  [130429, { is: 'retry', reason: 'Too many messages at once from this number', action: later, waitMs: 10 * second }],
  [
    130472,
    { is: 'never', reason: 'The customer is in an experiment of Meta without marketing messages', action: otherwise },
  ],
  [130497, { is: 'never', reason: "The business account may not write to the customer's country", action: otherwise }],
  [131000, { is: 'retry', reason: 'WhatsApp could not send it, and does not say why', action: later }],
  [131005, { is: 'authorise', reason: 'The token may not do this', action: permissions }],
  [131008, { is: 'never', reason: 'WhatsApp misses something in the request', action: ourFault }],
  [131009, { is: 'never', reason: 'WhatsApp does not take a value in the request', action: ourFault }],
  [131016, { is: 'retry', reason: 'A service of WhatsApp is not available', action: later, waitMs: minute }],
  [131021, { is: 'never', reason: 'Sender and recipient are the same number', action: otherwise }],
  [
    131026,
    {
      is: 'never',
      reason: 'It can not be delivered: no WhatsApp, an old version, or they blocked you',
      action: otherwise,
    },
  ],
  [
    131030,
    {
      is: 'never',
      reason: 'A test number writes only to numbers on its list',
      action: 'Add the number at WhatsApp → API Setup',
    },
  ],
  [131031, { is: 'authorise', reason: 'The business account is locked', action: appeal }],
  [
    131037,
    {
      is: 'never',
      reason: "The number's display name is not approved",
      action: 'Have the display name approved in WhatsApp Manager',
    },
  ],
  [
    131042,
    {
      is: 'never',
      reason: 'Meta could not charge for it',
      action: 'Mend the payment method in Meta Business Suite, then send it again',
    },
  ],
  [131045, { is: 'authorise', reason: 'The number is not registered rightly', action: register }],
  [
    131047,
    {
      is: 'window',
      reason: 'More than 24 hours have passed since the customer wrote',
      action: 'Send an approved template',
    },
  ],
  [
    131048,
    {
      is: 'never',
      reason: 'Too many customers reported this number as spam',
      action: `Write to nobody for a while. ${appeal}`,
    },
  ],
  [
    131049,
    {
      is: 'never',
      reason: 'Meta holds back marketing from this customer',
      action: 'Wait a day, or choose a template that is no marketing',
    },
  ],
  [
    131050,
    {
      is: 'never',
      reason: 'The customer wants no marketing from you',
      action: 'Choose a template that is no marketing',
    },
  ],
  [131051, { is: 'never', reason: 'WhatsApp does not support this kind of message', action: otherwise }],
  [
    131052,
    { is: 'never', reason: "The customer's file could not be fetched", action: 'Ask the customer to send it again' },
  ],
  [131053, { is: 'never', reason: 'The file could not be uploaded', action: ourFault }],
  [131055, { is: 'never', reason: 'WhatsApp does not allow this call', action: ourFault }],
  [
    131056,
    { is: 'retry', reason: 'Too many messages to this customer in a short time', action: later, waitMs: minute },
  ],
  [131057, { is: 'retry', reason: 'The business account is in maintenance', action: later, waitMs: 5 * minute }],
  [
    131062,
    {
      is: 'never',
      reason: 'This message needs a phone number, and WhatsApp did not tell the customer’s',
      action: 'Ask for their number, or reach them another way',
    },
  ],
  [132000, { is: 'never', reason: 'The template has another number of blanks', action: otherValues }],
  [
    132001,
    { is: 'never', reason: 'There is no such template in this language, or it is not approved', action: otherTemplate },
  ],
  [132005, { is: 'never', reason: 'The filled template is too long', action: otherValues }],
  [132007, { is: 'never', reason: 'The template violates a policy', action: otherTemplate }],
  [132012, { is: 'never', reason: 'A blank of the template is filled in a wrong format', action: otherValues }],
  [132015, { is: 'never', reason: 'The template is paused for low quality', action: otherTemplate }],
  [132016, { is: 'never', reason: 'The template is switched off for low quality', action: otherTemplate }],
  [132018, { is: 'never', reason: 'The blanks of the template are filled wrongly', action: otherValues }],
  [132068, { is: 'never', reason: 'The form in the template is blocked', action: otherTemplate }],
  [132069, { is: 'retry', reason: 'The form in the template is throttled', action: later, waitMs: 10 * minute }],
  [
    133000,
    {
      is: 'authorise',
      reason: 'The number was not deregistered completely',
      action: `Deregister it, then: ${register}`,
    },
  ],
  [133004, { is: 'retry', reason: 'A server of WhatsApp is not available', action: later, waitMs: minute }],
  [133005, { is: 'authorise', reason: 'The PIN of the number is wrong', action: register }],
  [133006, { is: 'authorise', reason: 'The number must be verified', action: 'Verify the number in WhatsApp Manager' }],
  [133008, { is: 'authorise', reason: 'The PIN was entered wrongly too often', action: `Wait, then: ${register}` }],
  [133009, { is: 'authorise', reason: 'The PIN was entered too fast', action: `Wait, then: ${register}` }],
  [133010, { is: 'authorise', reason: 'The number is not registered', action: register }],
  [
    133015,
    { is: 'authorise', reason: 'The number was deleted a moment ago', action: `Wait 5 minutes, then: ${register}` },
  ],
  [
    133016,
    { is: 'authorise', reason: 'The number was registered too often', action: `Wait 72 hours, then: ${register}` },
  ],
  [
    134011,
    {
      is: 'never',
      reason: 'The terms of payments on WhatsApp are not accepted',
      action: 'Accept them in WhatsApp Manager',
    },
  ],
  [135000, { is: 'never', reason: 'WhatsApp did not take the request, and does not say why', action: ourFault }],
]

const problems = new Map<number, Problem>(
  table.flatMap(([codes, problem]) => {
    const [first, last] = typeof codes === 'number' ? [codes, codes] : codes
    return Array.from({ length: last - first + 1 }, (_, index): [number, Problem] => [first + index, problem])
  }),
)

/** Every code that the table has, a range by its ends. */
export const knownCodes: number[] = table.flatMap(([codes]) => codes)

/** What a code means; undefined for one that Meta made since. */
export function problemOf(code: number): Problem | undefined {
  return problems.get(code)
}

/** With the code, by which anybody can look it up. */
export function reasonOf(code: number, { reason }: Problem): string {
  return `${reason} (WhatsApp error ${code})`
}

/**
 * The error to throw for a problem: RetryableError, CredentialsError, WindowClosedError or PermanentError. `waitMs`: what the
 * answer itself asks for.
 */
export function errorOf(code: number, problem: Problem, account: string, waitMs?: number): Error {
  const reason = reasonOf(code, problem)
  switch (problem.is) {
    case 'retry': {
      const retryAfterMs = waitMs ?? problem.waitMs
      return new RetryableError(reason, retryAfterMs === undefined ? {} : { retryAfterMs })
    }
    case 'authorise':
      return new CredentialsError(`${account}: ${reason}`, { action: problem.action })
    case 'window':
      return new WindowClosedError(reason, { action: problem.action })
    case 'never':
      return new PermanentError(reason, { action: problem.action })
  }
}

/** The error for an answer that names no code we know: by its HTTP status. `isHarmless`: the call changes nothing. */
export function errorOfStatus(
  { status, said, account, waitMs }: { status: number; said: string; account: string; waitMs: number | undefined },
  isHarmless: boolean,
): Error {
  const words = `WhatsApp answered with status ${status}${said ? `: ${said}` : ''}`
  if (status === 429) return new RetryableError(words, { retryAfterMs: waitMs ?? minute })
  if (status === 401 || status === 403) {
    return new CredentialsError(`${account}: ${words}`, { action: status === 401 ? newToken : permissions })
  }
  if (status >= 400 && status < 500) return new PermanentError(words, { action: ourFault })
  // Whoever answered may have passed the message on before.
  return isHarmless ? new RetryableError(words, waitMs === undefined ? {} : { retryAfterMs: waitMs }) : new Error(words)
}
