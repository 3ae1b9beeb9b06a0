import { googleReviews } from '../../../../src/channels/google-reviews/index.ts'
import { testClock } from '../../../support/clock.ts'
import { refusal, startGoogle, type Fault as PeerFault } from '../../../support/google/peer.ts'
import { pushBody } from '../../../support/google/push-tokens.ts'
import type { Bench, ChannelHarness, Fault, RawRequest } from '../harness.ts'

const push = {
  GOOGLE_REVIEWS_PUSH_AUDIENCE: 'https://desk.example.com/channels/google-reviews',
  GOOGLE_REVIEWS_PUSH_EMAIL: 'pusher@bluebird.iam.gserviceaccount.com',
}

export const harness: ChannelHarness = {
  channel: googleReviews,
  fixtures: 'test/support/google/reviews.ts',
  lacks: {
    find: 'A reply that is put again changes nothing',
    templates: 'A review can be answered at any time',
    echo: 'Our reply stands below the review, and is no review',
  },
  needed: {
    GOOGLE_REVIEWS_ACCOUNT: 'accounts/123',
    GOOGLE_REVIEWS_CLIENT_ID: 'client-1',
    GOOGLE_REVIEWS_CLIENT_SECRET: 'secret-1',
    GOOGLE_REVIEWS_REFRESH_TOKEN: 'refresh-1',
  },
  together: [push],
  start,
}

const retryAfterMs = 7000

/** Of a call that puts a reply. */
const faults: Record<Exclude<Fault, 'unauthorised'>, PeerFault> = {
  forbidden: { kind: 'error', status: 403, body: refusal(403, 'PERMISSION_DENIED') },
  'rate-limited': {
    kind: 'error',
    status: 429,
    body: refusal(429, 'RESOURCE_EXHAUSTED'),
    headers: { 'retry-after': String(retryAfterMs / 1000) },
  },
  'server-error': { kind: 'status', status: 503 },
  silence: { kind: 'silent' },
  'reset-before': { kind: 'reset' },
  'reset-after': { kind: 'lost' },
}

async function start(): Promise<Bench> {
  const clock = testClock()
  const peer = await startGoogle(() => clock.now())
  const token = await peer.mint()
  peer.state.expired.add('two')
  const genuine = (body: Uint8Array): RawRequest => ({
    method: 'POST',
    url: 'http://127.0.0.1:3000/channels/google-reviews',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body,
  })
  const isAboutNames = ({ path }: { path: string }) => path.startsWith('/v1/')
  const nameOf = (comment: string) => {
    const review = [...peer.reviews.all.values()].find((one) => one.comment === comment)
    if (!review) throw new Error(`Nobody wrote "${comment}"`)
    return review.name
  }
  return {
    env: { ...peer.env, GOOGLE_REVIEWS_LOCATIONS: '456', GOOGLE_REVIEWS_POLL_MINUTES: '0.005' },
    edges: [
      {
        name: 'A push',
        genuine,
        async say(comment) {
          const reviewName = peer.reviews.write({ comment, stars: 2 })
          return genuine(Buffer.from(pushBody({ notificationType: 'NEW_REVIEW', reviewName })))
        },
        proof: ['authorization'],
        unprovenBody: 'The token says only who pushes: the review is fetched from Google',
        replayed: 'refused',
      },
    ],
    stream: { say: async (comment) => void peer.reviews.write({ comment, stars: 2 }) },
    provider: {
      reply(changes) {
        const name = peer.reviews.write({ comment: 'It came broken', stars: 1 })
        return {
          id: '019a2b3c-4d5e-7f60-8a9b-0c1d2e3f4a5b',
          account: '456',
          text: 'We are sorry',
          to: { externalId: name, name: 'Mia', phone: null },
          conversation: { externalId: name, subject: null },
          references: [`${name}@${clock.now().toISOString()}`],
          approvedAt: clock.now(),
          attemptedAt: null,
          template: null,
          ...changes,
        }
      },
      fault(fault) {
        peer.state.isRefreshTokenGood = fault !== 'unauthorised'
        if (fault === 'unauthorised') peer.forgetTokens()
        peer.state.fault = ({ method }) =>
          method === 'PUT' && fault !== null && fault !== 'unauthorised' ? faults[fault] : null
      },
      retryAfterMs,
      serverError: 'retryable',
      arrived: async () => [...peer.reviews.all.values()].flatMap(({ reviewReply }) => reviewReply?.comment ?? []),
      attempts: () => peer.state.calls.filter(({ method }) => method === 'PUT').length,
    },
    learning: {
      learnt: [{ id: '456', name: 'Mill Street' }],
      asked: () => peer.state.calls.filter(isAboutNames).length,
      silence: (isSilent) =>
        void (peer.state.fault = (call) => (isSilent && isAboutNames(call) ? { kind: 'silent' } : null)),
    },
    elsewhere: {
      answer(said) {
        clock.advance(60_000)
        peer.reviews.answer(nameOf(said), 'Thank you')
      },
      change(said, comment) {
        clock.advance(60_000)
        peer.reviews.change(nameOf(said), { comment })
      },
    },
    files: {
      there: {
        source: { review: 'accounts/123/locations/456/reviews/1', index: '0', url: `${peer.url}/photos/one` },
        content: peer.photo,
      },
      gone: { review: 'accounts/123/locations/456/reviews/1', index: '0', url: `${peer.url}/photos/two` },
    },
    close: () => peer.close(),
  }
}
