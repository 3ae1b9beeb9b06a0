/**
 * What was tried. `post` may not be done twice, so a failure that leaves open whether it happened stays what it is;
 * `call` may be repeated: reads, and updates of what is there.
 */
export type Attempt = 'post' | 'call'

const unsent =
  /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|UND_ERR_CONNECT_TIMEOUT|CERT_.*|DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_.*|ERR_TLS_.*)$/

/** Nothing can have been sent: there was no connection. `code`: as `networkCodeOf` tells it. */
export const isUnsent = (code: string): boolean => unsent.test(code)

/** `ECONNREFUSED` and its kin, of an error or what caused it. */
export function networkCodeOf(error: unknown): string | null {
  for (let cause = error; cause instanceof Error; cause = cause.cause)
    if ('code' in cause && typeof cause.code === 'string' && /^\w{1,60}$/.test(cause.code)) return cause.code
  return null
}
