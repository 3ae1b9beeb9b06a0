import { GoneError, PermanentError, RetryableError } from '../../errors.ts'

/** What a teammate is told when what they did failed: the platform's trouble in its own words, everything else is our own. */
export function apologyOf(error: unknown): string {
  const why =
    error instanceof RetryableError || error instanceof GoneError || error instanceof PermanentError
      ? error.message
      : "The database can't be reached"
  return `${why}. Nothing was changed: try again in a moment.`
}
