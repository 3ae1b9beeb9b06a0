import { DiscordAPIError, HTTPError, RateLimitError, RESTJSONErrorCodes as Code } from 'discord.js'
import { GoneError, PermanentError, RetryableError } from '../../errors.ts'
import { isUnsent, networkCodeOf, type Attempt } from '../kit/network.ts'
import { needed } from './permissions.ts'

/** The errors that Discord documents, by what can be done about them: https://docs.discord.com/developers/topics/opcodes-and-status-codes */
const roomErrors = new Map<number, string>([
  [Code.UnknownChannel, 'there is no such channel any more'],
  [Code.UnknownGuild, 'there is no such server any more, or Deskbell was taken out of it'],
  [Code.MissingAccess, 'Deskbell can’t see the channel, or is not in the server'],
  [
    Code.MissingPermissions,
    `a permission is missing: give its role ${needed.map(({ name }) => name).join(', ')} in the channel`,
  ],
  [Code.CannotReplyWithoutPermissionToReadMessageHistory, 'the permission Read Message History is missing'],
  [Code.CannotReferenceAMessageWithoutPermissionToReadMessageHistory, 'the permission Read Message History is missing'],
  [Code.Unauthorized, "Deskbell's token may not do this"],
  [Code.VerifyYourAccount, "the bot's account has to be verified first"],
  [Code.CannotSendMessagesInNonTextChannel, 'it is no channel for text'],
  [Code.CannotExecuteActionOnThisChannelType, 'it is no channel for text'],
  [Code.CannotExecuteActionOnDMChannel, 'it is no channel of a server'],
  [Code.CannotSendAMessageInAForumChannel, 'it is a forum; choose a text channel'],
  [Code.ChannelVerificationLevelTooHighForYouToGainAccess, 'the channel asks for more verification'],
  [Code.TwoFactorAuthenticationIsRequired, 'the server asks the bot’s owner for two-factor authentication'],
  [Code.InvalidGuild, 'there is no such server'],
  [Code.ServerNotAvailableInYourLocation, 'the server is not available where Deskbell runs'],
])
const postErrors = new Map<number, string>([
  [Code.UnknownMessage, 'the message was deleted'],
  [Code.InvalidActionOnArchivedThread, 'the thread was closed'],
  [Code.ThreadLocked, 'the thread is locked'],
  [Code.CannotEditMessageAuthoredByAnotherUser, 'this message is not ours to change'],
  [Code.CannotExecuteActionOnSystemMessage, 'this message takes no replies'],
])
/** How long to wait, where Discord doesn't say. */
const laterErrors = new Map<number, number>([
  [Code.ActionCannotBePerformedDueToSlowmodeRateLimit, 30_000],
  [Code.AnnouncementEditLimitExceeded, 60_000],
  [Code.ChannelSendRateLimit, 30_000],
  [Code.ServerSendRateLimit, 60_000],
  [Code.MaximumNumberOfEditsToMessagesOlderThanOneHourReached, 60_000],
  [31_001, 60_000],
  [31_002, 60_000],
  [Code.ServiceResourceIsBeingRateLimited, 30_000],
  [Code.SendMessagesHasBeenTemporarilyDisabled, 300_000],
  [Code.FeatureTemporarilyDisabledServerSide, 300_000],
  [Code.CloudflareIsBlockingYourRequest, 300_000],
  [Code.IndexNotYetAvailable, 10_000],
  [Code.MaximumActiveThreads, 600_000],
  [Code.MaximumActiveAnnouncementThreads, 600_000],
])
const refusals = new Map<number, string>([
  [Code.GeneralError, 'it refuses the call'],
  [Code.InvalidFormBodyOrContentType, 'it is not built as Discord wants it'],
  [Code.RequestBodyContainsInvalidJSON, 'it is not built as Discord wants it'],
  [Code.CannotSendAnEmptyMessage, 'it is empty'],
  [Code.RequestEntityTooLarge, 'it is too large'],
  [Code.FileUploadedExceedsMaximumSize, 'a file is too large'],
  [Code.InvalidFileUploaded, 'a file is not as Discord wants it'],
  [Code.ProvidedFileIsInvalid, 'a file is not as Discord wants it'],
  [Code.AccessToFileUploadsHasBeenLimitedForThisGuild, 'the server takes no files for now'],
  [Code.ExplicitContentCannotBeSentToTheDesiredRecipient, 'it takes the content for explicit'],
  [Code.MessageWasBlockedByAutomaticModeration, "the server's AutoMod blocks it"],
  [Code.TitleWasBlockedByAutomaticModeration, "the server's AutoMod blocks its title"],
  [Code.MessageBlockedByHarmfulLinksFilter, 'it takes a link in it for harmful'],
  [Code.UnknownInteraction, 'it came too late'],
  [Code.UnknownWebhook, 'it came too late'],
  [Code.InvalidWebhookToken, 'it came too late'],
  [Code.InteractionHasAlreadyBeenAcknowledged, 'it was answered before'],
  [Code.ThisInteractionHasHitTheMaximumNumberOfFollowUpMessages, 'there were too many answers'],
  [Code.UnknownMember, 'there is no such person in the server'],
  [Code.UnknownUser, 'there is no such person'],
  [Code.UnknownRole, 'there is no such role'],
  [Code.ThreadAlreadyCreatedForMessage, 'there is a thread already'],
  [Code.MaximumDailyApplicationCommandCreatesReached, 'commands were registered too often today'],
])
/** What helps where nothing is wrong with the message itself. */
const actions = new Map<number, string>([
  [
    Code.MessageWasBlockedByAutomaticModeration,
    'Exempt Deskbell’s role or this channel: Server Settings → Safety Setup → AutoMod',
  ],
  [
    Code.TitleWasBlockedByAutomaticModeration,
    'Exempt Deskbell’s role or this channel: Server Settings → Safety Setup → AutoMod',
  ],
])
/** What the client says of a call that was given up while others came before it. */
const neverBegun = 'Request aborted manually'
/** Where Discord says only "too much", or somebody has to do something. */
const usualWaitMs = 60_000

/** Discord's own number for a refused call, also of a failure that was made of it: 10003. Null where the call failed in another way. */
export function codeOf(error: unknown): number | null {
  for (let cause = error; cause instanceof Error; cause = cause.cause)
    if (cause instanceof DiscordAPIError) return typeof cause.code === 'number' ? cause.code : null
  return null
}

/** Whether Discord does not know the bot's token; that of an interaction is another. */
export function isTokenRefused(error: unknown): boolean {
  return error instanceof DiscordAPIError && error.status === 401 && error.code !== Code.InvalidWebhookToken
}

/**
 * Every room is still there, and cards stay in theirs: another token mends it. `say` makes "Discord can't …" of a reason.
 * `cause`: left out where Discord was not even asked.
 */
export function tokenFailure(say: (why: string) => string, cause?: DiscordAPIError): RetryableError {
  const why = 'it does not know the bot’s token; set DISCORD_TOKEN anew (Bot → Reset Token)'
  return new RetryableError(say(why), { retryAfterMs: usualWaitMs, ...(cause ? { cause } : {}) })
}

/**
 * What became of a call: RetryableError, GoneError or PermanentError when it certainly did not happen; the error itself
 * when a post may have happened all the same. `what` completes "Discord can't …": "post in this channel".
 */
export function failureOf(attempt: Attempt, what: string, error: unknown): unknown {
  if (error instanceof RetryableError || error instanceof GoneError || error instanceof PermanentError) return error
  const say = (why: string) => `Discord can't ${what}: ${why}`
  const unclear = (why: string) => (attempt === 'post' ? error : new RetryableError(say(why), { cause: error }))

  if (error instanceof RateLimitError) {
    const retryAfterMs = error.retryAfter > 0 ? Math.ceil(error.retryAfter) : usualWaitMs
    return new RetryableError(say('too much at once'), { cause: error, retryAfterMs })
  }
  if (error instanceof DiscordAPIError) return refusalOf(say, error) ?? unclear('it has trouble of its own')
  if (error instanceof HTTPError) return unclear(`it answered with status ${error.status}`)
  if (error instanceof Error && error.name === 'AbortError') return unclear('it did not answer in time')
  if (error instanceof Error && error.message === neverBegun)
    return new RetryableError(say('others waited before it for too long'), { cause: error })
  const code = networkCodeOf(error)
  if (code && isUnsent(code)) return new RetryableError(say(`it can't be reached (${code})`), { cause: error })
  return unclear(code ? `the connection broke (${code})` : 'the connection broke')
}

/** Null: it may have happened. */
function refusalOf(say: (why: string) => string, error: DiscordAPIError): Error | null {
  const options = { cause: error }
  if (error.status === 408) return null
  if (isTokenRefused(error)) return tokenFailure(say, error)
  const code = codeOf(error)
  // Not from Discord itself, but from something on the way there.
  if (code === null)
    return error.status === 413
      ? new PermanentError(say('it is too large'), options)
      : new RetryableError(say(`it answered with status ${error.status}`), { ...options, retryAfterMs: usualWaitMs })
  const retryAfterMs = laterErrors.get(code) ?? (isOverload(code) ? 30_000 : undefined)
  if (retryAfterMs !== undefined) return new RetryableError(say('too much at once'), { ...options, retryAfterMs })
  const gone = postErrors.get(code)
  if (gone) return new GoneError(say(gone), 'post', options)
  const closed = roomErrors.get(code) ?? (isDenial(code, error.status) ? 'Discord denies Deskbell the access' : null)
  if (closed) return new GoneError(say(closed), 'room', options)
  const why = refusals.get(code) ?? 'it refuses the call'
  const field = code === Code.InvalidFormBodyOrContentType ? invalidFieldOf(error.rawError) : null
  const action = actions.get(code)
  return new PermanentError(say(`${why} (${[code, field].filter((part) => part !== null).join(', ')})`), {
    ...options,
    ...(action ? { action } : {}),
  })
}

const isOverload = (code: number) => code >= Code.APIResourceOverloaded && code < 131_000

const isDenial = (code: number, status: number) => status === 403 && !refusals.has(code)

/** Where it is wrong, and how: `components[0].content BASE_TYPE_MAX_LENGTH`. What Discord says about it may quote the message. */
function invalidFieldOf(raw: unknown): string | null {
  let node: unknown = isRecord(raw) ? raw['errors'] : null
  const path: string[] = []
  while (isRecord(node) && path.length < 20) {
    const found = node['_errors']
    if (Array.isArray(found)) {
      const first: unknown = found[0]
      const kind = isRecord(first) && typeof first['code'] === 'string' ? first['code'] : ''
      const place = path
        .map((part, at) => (/^\d+$/.test(part) ? `[${part}]` : `${at === 0 ? '' : '.'}${part}`))
        .join('')
      return [place, /^\w{1,80}$/.test(kind) ? kind : ''].filter((part) => part !== '').join(' ') || null
    }
    const [next] = Object.entries(node)
    if (!next || !/^\w{1,40}$/.test(next[0])) return null
    path.push(next[0])
    node = next[1]
  }
  return null
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
