import { BadInputError, ConflictError, NotFoundError } from '../errors.ts'

/** What a teammate is told where something could not be done; any other error is thrown again. */
export function refusalOf(error: unknown): string {
  if (error instanceof ConflictError || error instanceof BadInputError || error instanceof NotFoundError)
    return error.message
  throw error
}
