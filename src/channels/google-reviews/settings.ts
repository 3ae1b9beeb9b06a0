import { z } from 'zod'
import { setting, type Settings } from '../../env.ts'
import { ConfigError } from '../../errors.ts'
import { apiUrl } from '../kit/api-url.ts'

/** One Business Profile account, as the settings describe it. */
export interface GoogleAccount {
  /** `accounts/123` */
  name: string
  client: { id: string; secret: string; refreshToken: string }
  /** Empty: all of the account. A name is null where Google is asked for it. */
  locations: { id: string; name: string | null }[]
  /** Who must have signed a notification, and for whom. Null: nothing is pushed. */
  push: { audience: string; email: string } | null
  pollMs: number
  /** How old a review may be at the first start. */
  backMs: number
  addresses: Addresses
}

export interface Addresses {
  /** Turns the refresh token into access tokens. */
  token: string
  /** Reviews, version 4; without a trailing slash. */
  reviews: string
  /** The names of locations; without a trailing slash. */
  information: string
  /** Google's public keys. */
  keys: string
  /** Where files may come from besides Google's own hosts: an origin, or null. */
  files: string | null
}

const google: Addresses = {
  token: 'https://oauth2.googleapis.com/token',
  reviews: 'https://mybusiness.googleapis.com/v4',
  information: 'https://mybusinessbusinessinformation.googleapis.com/v1',
  keys: 'https://www.googleapis.com/oauth2/v3/certs',
  files: null,
}

const dayMs = 24 * 3600 * 1000
const text = z.string().trim().max(2000)

const accountName = text.transform((given, context) => {
  const number = /^(?:accounts\/)?(\d{1,30})$/.exec(given)?.[1]
  if (number) return `accounts/${number}`
  context.addIssue({ code: 'custom', message: 'is not a Business Profile account, such as accounts/123456789' })
  return z.NEVER
})

const locationList = z
  .string()
  .default('')
  .transform((given, context) =>
    given
      .split(/[,\n]/)
      .map((entry) => entry.trim())
      .filter(Boolean)
      .map((entry) => {
        const [, id = '', name = ''] =
          /^(?:(?:accounts\/\d+\/)?locations\/)?(\d{1,30})(?:\s*=\s*(.{1,100}))?$/.exec(entry) ?? []
        if (!id) context.addIssue(`has "${entry.slice(0, 60)}" in it, which is not a location, such as 456=Mill Street`)
        return { id, name: name || null }
      }),
  )

const numberOf = (least: number, most: number, fallback: number) =>
  z.coerce
    .number({ error: 'must be a number' })
    .min(least, `must be at least ${least}`)
    .max(most, `must be at most ${most}`)
    .default(fallback)

/** The settings of one account. Further ones are numbered: GOOGLE_REVIEWS_2_ACCOUNT … */
export const googleEnv = {
  GOOGLE_REVIEWS_ACCOUNT: setting('The Business Profile account whose reviews are answered', accountName, {
    example: 'accounts/123456789',
  }),
  GOOGLE_REVIEWS_CLIENT_ID: setting('The OAuth client of your Google Cloud project', text.min(1), {
    example: '1234-abc.apps.googleusercontent.com',
  }),
  GOOGLE_REVIEWS_CLIENT_SECRET: setting('Its secret', text.min(1), { example: 'GOCSPX-…', secret: true }),
  GOOGLE_REVIEWS_REFRESH_TOKEN: setting(
    'What a manager of the profile got when they let that client in, with the scope https://www.googleapis.com/auth/business.manage',
    text.min(1),
    { example: '1//0…', secret: true },
  ),
  GOOGLE_REVIEWS_LOCATIONS: setting(
    'Locations, with the names that cards show, separated by commas. Unset: all of the account, under the names they have on Google',
    locationList,
    { example: '456=Mill Street, 789=Harbour' },
  ),
  GOOGLE_REVIEWS_PUSH_AUDIENCE: setting(
    'The audience of the Pub/Sub subscription that pushes to PUBLIC_URL/channels/google-reviews. Unset: nothing is pushed, and reviews come by looking for them',
    text.optional(),
    { example: 'https://desk.example.com/channels/google-reviews' },
  ),
  GOOGLE_REVIEWS_PUSH_EMAIL: setting(
    'The service account that signs those pushes; both or none',
    text.toLowerCase().optional(),
    { example: 'pusher@project.iam.gserviceaccount.com' },
  ),
  GOOGLE_REVIEWS_POLL_MINUTES: setting(
    'Looks for reviews this often; may be a fraction. Default: 5',
    numberOf(0.001, 1440, 5),
    { example: '5' },
  ),
  GOOGLE_REVIEWS_DAYS_BACK: setting(
    'At the first start, how many days old a review may be to get a card. Default: 30',
    numberOf(0, 3650, 30),
    { example: '30' },
  ),
  GOOGLE_REVIEWS_API_URL: setting(
    'For tests and proxies: stands for the addresses of all of Google (…/token, …/v4, …/v1, …/oauth2/v3/certs)',
    apiUrl.optional(),
    { example: 'https://proxy.example.com/google' },
  ),
}

/** Gives one account's settings their names. Throws ConfigError for a half set push. */
export function accountFrom(settings: Settings<typeof googleEnv>): GoogleAccount {
  const { GOOGLE_REVIEWS_PUSH_AUDIENCE: audience, GOOGLE_REVIEWS_PUSH_EMAIL: email } = settings
  if (Boolean(audience) !== Boolean(email)) {
    const missing = audience ? 'GOOGLE_REVIEWS_PUSH_EMAIL' : 'GOOGLE_REVIEWS_PUSH_AUDIENCE'
    throw new ConfigError(
      `${missing} is not set: a pushed notification is checked by audience and email. Set both or none`,
    )
  }
  const base = settings.GOOGLE_REVIEWS_API_URL
  return {
    name: settings.GOOGLE_REVIEWS_ACCOUNT,
    client: {
      id: settings.GOOGLE_REVIEWS_CLIENT_ID,
      secret: settings.GOOGLE_REVIEWS_CLIENT_SECRET,
      refreshToken: settings.GOOGLE_REVIEWS_REFRESH_TOKEN,
    },
    locations: settings.GOOGLE_REVIEWS_LOCATIONS,
    push: audience && email ? { audience, email } : null,
    pollMs: settings.GOOGLE_REVIEWS_POLL_MINUTES * 60_000,
    backMs: settings.GOOGLE_REVIEWS_DAYS_BACK * dayMs,
    addresses: base
      ? {
          token: `${base}/token`,
          reviews: `${base}/v4`,
          information: `${base}/v1`,
          keys: `${base}/oauth2/v3/certs`,
          files: new URL(base).origin,
        }
      : google,
  }
}
