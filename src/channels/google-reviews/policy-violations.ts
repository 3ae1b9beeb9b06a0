/** Why Google does not show a reply, and what the team can do. */
interface Violation {
  /** Goes on after "Rejected: ". */
  reason: string
  action: string
}

const sendAgain = 'change the words and send it again'
const profile = 'Mend that on business.google.com, then send the reply again'

/** Named in developers.google.com/my-business/reference/rest/v4/accounts.locations.reviews#PolicyViolation; there may be more one day. */
const words = new Map(
  Object.entries({
    FAKE_ENGAGEMENT: 'it looks as if it bought or made up an opinion',
    ADULT_THEMED: 'it reads as meant for adults only',
    SEXUALLY_EXPLICIT: 'it reads as sexually explicit',
    ADVERTISING_AND_SOLICITATION: 'it reads as advertising, or offers something in return',
    DANGEROUS: 'it reads as encouraging something dangerous',
    GIBBERISH_AND_REPETITIVE: 'it is unclear, or the same as other replies',
    REPETITIVE: 'it is the same as other replies, or nearly',
    UNCLEAR: 'it is unclear what it means',
    ILLEGAL: 'it reads as about something illegal',
    OFF_TOPIC: 'it is not about the visit',
    OFFENSIVE: 'it may insult somebody',
    VIOLENCE_AND_GORE: 'it reads as violent',
    CHILD_SAFETY: 'it may put children at risk',
    HARASSMENT: 'it reads as a threat, or as harassment',
    HATE_SPEECH: 'it reads as hatred against a group',
    IMPERSONATION: 'it seems to speak in the name of somebody else',
    MISINFORMATION: 'it seems to say something false that does harm',
    MISREPRESENTATION: 'it seems to mislead',
    OBSCENITY_AND_PROFANITY: 'it has words in it that count as vulgar',
    PERSONAL_INFO: 'it has personal details in it',
    PRIVACY: 'it has private details in it',
    REGULATED_GOODS_AND_SERVICES: 'it offers something whose sale the law restricts',
    GENERIC_VANDALISM: 'it counts as abuse, or as of low quality',
    GENERIC_FRAUD: 'it counts as deceptive',
    GENERIC_QUALITY: 'it counts as of low quality',
    GENERIC_VIOLATION: 'it breaks a rule that Google does not name',
    PHOTOS_AND_VIDEOS_CRITERIA: 'it breaks the rules for photos and videos',
  }),
)

/** What stands in the way is the profile, or whoever manages it: other words would not help. */
const profileWords = new Map(
  Object.entries({
    ACCOUNT_RESTRICTED_AND_SUSPENDED:
      'a Google account that manages the profile is restricted, and the profile suspended',
    ACCOUNT_RESTRICTED_AND_EDIT_REJECTED: 'a Google account that manages the profile is restricted',
    ASSOCIATED_ACCOUNT_SUSPENDED: 'a Google account that manages the profile is suspended',
    BUSINESS_INELIGIBLE: 'the business may not have a profile',
    OWNERSHIP_REVOKED: 'somebody else has claimed the profile',
    LOCATION_SUSPENDED: 'the profile is suspended',
    LOCATION_DISABLED: 'the profile is switched off',
    LOCATION_VERIFICATION_REQUIRED: 'the profile is not verified',
    PO_BOX: 'the profile is suspended, because its address is a PO box',
    GOOGLE_PAY_SUSPENSION: 'the payments profile is suspended',
    EDITING_RESTRICTION: 'nothing new may be published on the profile for now',
    IDENTITY_CHANGE: 'the profile has become that of another business',
    GEOGRAPHIC_LOCATION_CHANGE: 'the business has moved far since the profile was made',
  }),
)

/** In words that an agent can act on. `code`: what Google named, or null. */
export function violationOf(code: string | null): Violation {
  if (code === 'MODERATION_ERROR')
    return { reason: 'something went wrong while Google checked it', action: 'Send it again' }
  const ofProfile = code === null ? undefined : profileWords.get(code)
  if (ofProfile) return { reason: ofProfile, action: profile }
  const reason = (code === null ? undefined : words.get(code)) ?? named(code)
  return { reason, action: `Look at Google's rules for replies, ${sendAgain}` }
}

function named(code: string | null): string {
  const known = code && !code.endsWith('_UNSPECIFIED') && /^[A-Z][A-Z0-9_]{1,60}$/.test(code)
  return known
    ? `Google calls it "${code.toLowerCase().replaceAll('_', ' ')}"`
    : 'it breaks a rule that Google does not name'
}
