import { onOff, setting } from '../../env.ts'
import { defineChannel, nothing } from '../channel.ts'
import { webhookSecrets } from '../kit/standard-webhooks.ts'
import { openHostedForm } from './hosted-form.ts'
import { receiveSigned } from './signed-api.ts'

/**
 * A contact form: a hosted page at `/form`, and a signed API at `POST /channels/form` for a site's own server.
 * Browsers can't keep a secret, so the page's posts are told by their content type and checked by a form token.
 */
export const form = defineChannel({
  id: 'form',
  name: 'Contact form',
  env: {
    FORM: setting('The contact form: `on` or `off`', onOff('on')),
    FORM_SECRETS: setting(
      'Secrets of the signed API: one, or two while you replace one. Unset: the signed API is off',
      webhookSecrets,
      { example: 'whsec_ and the output of: openssl rand -base64 32', secret: true },
    ),
  },
  limits: {
    maxLength: 10_000,
    isPublic: false,
    isLetter: true,
    replyWindowHours: null,
    graceSeconds: 10,
    quietSeconds: 0,
    isModerated: false,
  },
  open([settings], io) {
    if (!settings?.FORM) return null
    const secrets = settings.FORM_SECRETS
    const hosted = openHostedForm(io)
    return {
      accounts: [{ id: 'default', name: 'Contact form' }],
      inbound: {
        async receive(request, peer) {
          // A visitor who reloads the address that showed an error.
          if (request.method !== 'POST') return { delivery: nothing, respond: () => redirect('/form') }
          const isFromPage = request.headers.get('content-type')?.startsWith('application/x-www-form-urlencoded')
          return isFromPage ? hosted.receive(request, peer) : receiveSigned(request, secrets, io.clock.now())
        },
      },
      pages: hosted.pages,
      send: { via: 'email' },
      find: null,
      isResendSafe: false,
      check: async () => [
        `The contact form is at ${io.publicUrl}/form`,
        secrets.length > 0
          ? `The signed API at ${io.publicUrl}/channels/form takes ${secrets.length === 1 ? 'one secret' : 'two secrets'}`
          : 'The signed API is off; set FORM_SECRETS to switch it on',
      ],
    }
  },
})

function redirect(location: string): Response {
  return new Response(null, { status: 303, headers: { location } })
}
