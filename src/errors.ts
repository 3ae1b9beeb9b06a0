/** The settings can't be used. The process refuses to start and prints the message, which says what to change. */
export class ConfigError extends Error {
  override name = 'ConfigError'
}

/** A caller could not prove who it is (HTTP 401). */
export class SignatureError extends Error {
  override name = 'SignatureError'
}

/** What the caller sent can't be understood (HTTP 400, or `status`). The message says what was wrong, where, and what to do. */
export class BadInputError extends Error {
  override name = 'BadInputError'
  readonly status: number
  constructor(message: string, options?: ErrorOptions & { status?: number }) {
    super(message, options)
    this.status = options?.status ?? 400
  }
}

/** What was asked for does not exist (HTTP 404). */
export class NotFoundError extends Error {
  override name = 'NotFoundError'
}

/** Somebody else got there first, the customer wrote again, or they have no right to. The message is shown to that teammate only. */
export class ConflictError extends Error {
  override name = 'ConflictError'
}

/** It certainly did not happen, and may be tried again after `retryAfterMs`. */
export class RetryableError extends Error {
  override name = 'RetryableError'
  readonly retryAfterMs: number | undefined
  constructor(message: string, options?: ErrorOptions & { retryAfterMs?: number }) {
    super(message, options)
    this.retryAfterMs = options?.retryAfterMs
  }
}

/** It certainly did not happen, because the place for it is no more: post it anew, elsewhere when the room is gone. */
export class GoneError extends Error {
  override name = 'GoneError'
  readonly what: 'post' | 'room'
  constructor(message: string, what: 'post' | 'room', options?: ErrorOptions) {
    super(message, options)
    this.what = what
  }
}

/** It did not happen and will not happen by trying again. `action` tells the team what to do about it. */
export class PermanentError extends Error {
  override name = 'PermanentError'
  readonly action: string | undefined
  constructor(message: string, options?: ErrorOptions & { action?: string }) {
    super(message, options)
    this.action = options?.action
  }
}

/** It certainly did not happen: the provider takes nothing but approved texts, if those, until the customer writes again. */
export class WindowClosedError extends PermanentError {
  override name = 'WindowClosedError'
}

/**
 * It certainly did not happen, and nothing will for this account until somebody authorises it anew: a password, a token or a
 * permission is no longer good. `action` says where.
 */
export class CredentialsError extends PermanentError {
  override name = 'CredentialsError'
  override readonly action: string
  constructor(message: string, options: ErrorOptions & { action: string }) {
    super(message, options)
    this.action = options.action
  }
}

/**
 * What may be logged of an error. Drizzle's own message quotes the statement with its values:
 * customers' words have no place in a log.
 */
export function messageOf(error: unknown): string {
  for (let cause = error; cause instanceof Error; cause = cause.cause)
    if (!cause.message.startsWith('Failed query')) return cause.message
  return error instanceof Error ? 'The database refused a statement' : String(error)
}

/** Where an error came from, without its message. */
export function framesOf(error: Error): string | undefined {
  return error.stack
    ?.split('\n')
    .filter((line) => /^\s+at /.test(line))
    .join('\n')
}
