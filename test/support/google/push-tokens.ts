import { exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWTPayload } from 'jose'

/** Google's part of a signed push: a key, its public half as a key set, and tokens. */
export async function createPushTokens(now: () => Date, claims: { audience: string; email: string }) {
  const { privateKey, publicKey } = await generateKeyPair('RS256')
  const keySet = { keys: [{ ...(await exportJWK(publicKey)), kid: 'key-1', use: 'sig', alg: 'RS256' }] }
  return {
    keySet,
    /** A token as Pub/Sub sends it; `over` changes its claims, `key` who signs it. */
    async mint(over: JWTPayload = {}, key: CryptoKey = privateKey, kid = 'key-1'): Promise<string> {
      const seconds = Math.floor(now().getTime() / 1000)
      const payload: JWTPayload = {
        aud: claims.audience,
        azp: '113774264463038321964',
        sub: '113774264463038321964',
        email: claims.email,
        email_verified: true,
        iss: 'https://accounts.google.com',
        iat: seconds,
        exp: seconds + 3600,
        ...over,
      }
      return new SignJWT(payload).setProtectedHeader({ alg: 'RS256', kid, typ: 'JWT' }).sign(key)
    },
  }
}

/** The body of a push about a review. */
export function pushBody(notification: object, messageId = '1'): string {
  const data = Buffer.from(JSON.stringify(notification)).toString('base64')
  return JSON.stringify({
    message: { data, messageId, message_id: messageId, publishTime: '2026-03-02T09:00:00Z', attributes: {} },
    subscription: 'projects/bluebird/subscriptions/reviews',
  })
}
