import { PermanentError } from '../../errors.ts'

/** Throws PermanentError for a reply of more than `maxLength` characters. Core refuses such a one first; nothing may rest on that. */
export function refuseTooLong({ length }: string, maxLength: number): void {
  if (length <= maxLength) return
  throw new PermanentError(`The reply has ${length} characters; ${maxLength} are possible`, {
    action: `Shorten it by ${length - maxLength}`,
  })
}
