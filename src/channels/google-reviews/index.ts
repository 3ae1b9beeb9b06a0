import { defineChannel } from '../channel.ts'
import { maxLength } from './reply.ts'
import { accountFrom, googleEnv } from './settings.ts'

/**
 * Reviews on Google Business Profiles: pushed by Pub/Sub or looked for, answered in public under the review.
 * Built from developers.google.com/my-business (reference/rest/v4, content/limits, content/latest-updates). Not documented there,
 * and easy to change: the casing of notifications, and how a translation stands in a review's words.
 */
export const googleReviews = defineChannel({
  id: 'google-reviews',
  name: 'Google reviews',
  accountsBy: 'GOOGLE_REVIEWS',
  env: googleEnv,
  limits: {
    maxLength,
    isPublic: true,
    isLetter: false,
    replyWindowHours: null,
    graceSeconds: 30,
    quietSeconds: 0,
    isModerated: true,
  },
  // What checks pushes is loaded where there is an account.
  async open(settings, io) {
    const { openGoogle } = await import('./open-google.ts')
    return openGoogle(settings.map(accountFrom), io)
  },
})
