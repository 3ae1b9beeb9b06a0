import { z } from 'zod'

/** True of this machine: `localhost`, `127.0.0.1`, `::1`, `[::1]`. */
export const isLoopback = (host: string): boolean => /^(localhost|127\.\d+\.\d+\.\d+|::1|\[::1\])$/i.test(host)

/** Where a provider's API is, without a trailing slash. Secrets travel with every call: http is for this machine only. */
export const apiUrl = z
  .url({ protocol: /^https?$/, error: 'must be an https address' })
  .refine(
    (text) => {
      const { protocol, hostname = '' } = URL.parse(text) ?? {}
      return protocol === 'https:' || isLoopback(hostname)
    },
    { error: 'would send secrets unencrypted: http is for this machine only' },
  )
  .transform((url) => url.replace(/\/+$/, ''))
