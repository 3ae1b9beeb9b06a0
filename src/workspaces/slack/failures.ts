import { webApi } from '@slack/bolt'
import { GoneError, PermanentError, RetryableError } from '../../errors.ts'
import { isUnsent, networkCodeOf, type Attempt } from '../kit/network.ts'
import { scopes, type Scope } from './manifest.ts'

/** The errors that Slack documents, by what can be done about them: https://docs.slack.dev/reference/methods */
const roomErrors: Record<string, string> = {
  channel_not_found: 'there is no such channel any more, or Deskbell was taken out of it',
  is_archived: 'the channel is archived',
  not_in_channel: 'Deskbell is not in the channel',
  is_inactive: 'the channel is frozen',
  restricted_action: 'a setting of the workspace keeps Deskbell from posting in this channel',
  restricted_action_read_only_channel: 'the channel is read-only',
  restricted_action_thread_only_channel: 'the channel takes only replies in threads',
  restricted_action_non_threadable_channel: 'the channel takes no threads',
  channel_is_limited_access: 'the channel is closed to Deskbell',
  access_denied: 'Slack denies Deskbell the access',
  no_permission: "Deskbell's token may not do this",
  ekm_access_denied: "the workspace's administrators have suspended posting",
  team_access_not_granted: 'the organisation has not let Deskbell into this workspace',
  enterprise_is_restricted: "the organisation's rules forbid it",
  org_login_required: 'the workspace is being moved',
  team_not_found: 'there is no such workspace',
  account_inactive: 'the app was removed from the workspace',
  token_revoked: "the bot's token was revoked",
  token_expired: "the bot's token has expired: switch token rotation off in the app's settings",
  invalid_auth: "Slack does not know the bot's token",
  not_authed: 'Slack got no token',
}
const postErrors: Record<string, string> = {
  message_not_found: 'the message was deleted',
  thread_not_found: 'the thread was deleted',
  cannot_reply_to_message: 'this message takes no replies',
  restricted_action_thread_locked: 'the thread is locked',
  cant_update_message: 'this message is not ours to change',
  edit_window_closed: 'the workspace lets messages be edited only for a while',
}
const laterErrors: Record<string, number> = {
  ratelimited: 30_000,
  rate_limited: 30_000,
  message_limit_exceeded: 60_000,
  team_added_to_org: 300_000,
}
/** Slack says that some of it may have happened. */
const unclearErrors = /^(internal_error|fatal_error|service_unavailable|request_timeout|.*_unavailable)$/
const refusals: Record<string, string> = {
  msg_too_long: 'the message is too long',
  msg_blocks_too_long: 'the message is too long',
  invalid_blocks: 'the message is not built as Slack wants it',
  invalid_blocks_format: 'the message is not built as Slack wants it',
  cant_delete_message: 'the message is not ours to delete',
  compliance_exports_prevent_deletion: "the workspace's rules keep messages from being deleted",
  cant_delete_file: 'the file is not ours to delete',
  expired_trigger_id: 'it came too late',
  push_limit_reached: 'too many of them are open',
}

/** Slack's own code for a refused call: `channel_not_found`. Null where the call failed in another way. */
export function codeOf(error: unknown): string | null {
  if (!(error instanceof webApi.WebAPIPlatformError)) return null
  const code: unknown = error.data.error
  return typeof code === 'string' && /^[a-z0-9_.-]{1,80}$/.test(code) ? code : null
}

const tokenErrors = new Set(['account_inactive', 'token_revoked', 'token_expired', 'invalid_auth', 'not_authed'])

/** True for a failure in our own words that is about the bot's token, and so about every room alike. */
function isTokenRefused(error: unknown): error is GoneError {
  return error instanceof GoneError && tokenErrors.has(codeOf(error.cause) ?? '')
}

/** A refused token is tried again after so long. */
const refusedMs = 60_000

/**
 * `isOnlyToken`: there is one for all rooms, which the operator sets. Where Slack refuses it, it closes no room: it is set
 * anew, and what waits goes out.
 */
export async function patiently<T>(isOnlyToken: boolean, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!isOnlyToken || !isTokenRefused(error)) throw error
    throw new RetryableError(error.message, { cause: error, retryAfterMs: refusedMs })
  }
}

/** Runs a call, and tells its failure in our own words. Every call to Slack goes through here. */
export async function asking<T>(attempt: Attempt, what: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call()
  } catch (error) {
    throw failureOf(attempt, what, error)
  }
}

/**
 * What became of a call: RetryableError, GoneError or PermanentError when it certainly did not happen; the error itself
 * when a post may have happened all the same. `what` completes "Slack can't …": "post in the room".
 */
export function failureOf(attempt: Attempt, what: string, error: unknown): unknown {
  if (error instanceof RetryableError || error instanceof GoneError || error instanceof PermanentError) return error
  const say = (why: string) => `Slack can't ${what}: ${why}`
  const unclear = (why: string) => (attempt === 'post' ? error : new RetryableError(say(why), { cause: error }))

  if (error instanceof webApi.WebAPIRateLimitedError)
    return new RetryableError(say('too much at once'), { cause: error, retryAfterMs: error.retryAfter * 1000 })
  if (error instanceof webApi.WebAPIHTTPError) {
    const isRefusal = error.statusCode >= 400 && error.statusCode < 500 && error.statusCode !== 408
    const why = `it answered with status ${error.statusCode}`
    return isRefusal ? new RetryableError(say(why), { cause: error }) : unclear(why)
  }
  if (error instanceof webApi.WebAPIPlatformError)
    return refusalOf(attempt, say, error) ?? unclear('it has trouble of its own')
  if (error instanceof webApi.WebAPIRequestError) {
    const code = networkCodeOf(error.original)
    const why = `it can't be reached (${code ?? error.original.name})`
    return code && isUnsent(code) ? new RetryableError(say(why), { cause: error }) : unclear(why)
  }
  // The client has no class for a 429 that doesn't say how long to wait.
  if (error instanceof Error && error.message.startsWith('Retry header did not contain'))
    return new RetryableError(say('too much at once'), { cause: error })
  return unclear('the connection broke')
}

/** Null: it may have happened. */
function refusalOf(
  attempt: Attempt,
  say: (why: string) => string,
  error: InstanceType<typeof webApi.WebAPIPlatformError>,
): Error | null {
  const code = codeOf(error)
  if (code === null || unclearErrors.test(code)) return null
  const options = { cause: error }
  if (code in laterErrors)
    return new RetryableError(say('too much at once'), { ...options, retryAfterMs: laterErrors[code] ?? 30_000 })
  const gone = postErrors[code]
  if (gone) return new GoneError(say(gone), 'post', options)
  if (code === 'missing_scope') {
    const needed = neededScopes(error)
    const ours = needed.filter((scope) => scope in scopes)
    const missing = ours.length > 0 ? ours : needed
    const why = say(`the app lacks the permission ${missing.join(', ')}`)
    const action = scopeAction(missing)
    return attempt === 'post'
      ? new GoneError(`${why}. ${action}`, 'room', options)
      : new PermanentError(why, { ...options, action })
  }
  const closed = roomErrors[code]
  if (closed) return new GoneError(say(closed), 'room', options)
  const said = error.data.response_metadata?.messages?.join('; ')
  const why = refusals[code] ?? 'it refuses the call'
  return new PermanentError(say(`${why} (${code}${said ? `: ${said}` : ''})`), options)
}

function neededScopes({ data }: { data: object }): string[] {
  return 'needed' in data && typeof data.needed === 'string' ? data.needed.split(',') : []
}

/** What to click when permissions are missing. */
export function scopeAction(missing: string[]): string {
  const listed = missing.map((scope) => (scope in scopes ? `${scope} (to ${scopes[scope as Scope]})` : scope))
  return `Add ${listed.join(', ')} under OAuth & Permissions → Bot Token Scopes, then press Reinstall at the top of that page`
}

/** What to click when Slack refuses the token for Socket Mode. */
export const appTokenAction =
  'At https://api.slack.com/apps: switch Socket Mode on, and make a token under Basic Information → App-Level Tokens with the scope connections:write'
