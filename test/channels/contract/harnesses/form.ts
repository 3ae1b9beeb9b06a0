import { readFileSync } from 'node:fs'
import { form } from '../../../../src/channels/form/index.ts'
import { writeToken } from '../../../../src/channels/form/token.ts'
import { testChannelIo } from '../../../support/channel-io.ts'
import type { ChannelHarness, Edge, RawRequest } from '../harness.ts'
import { signedBy, signedRequest } from '../signed.ts'

const url = 'http://127.0.0.1:3000/channels/form'
const secret = `whsec_${Buffer.alloc(32, 1).toString('base64')}`
const byEmail = 'Its replies leave by email, which is held to the rest'
let submissions = 0

export const harness: ChannelHarness = {
  channel: form,
  fixtures: 'test/channels/form/fixtures',
  lacks: {
    run: 'Sites and browsers send what was written',
    send: byEmail,
    find: byEmail,
    provider: byEmail,
    credentials: 'Nobody asks it for any',
    echo: byEmail,
    news: byEmail,
    templates: 'Email needs none',
    download: 'It takes no files',
    learnAccounts: 'Its forms stand in the settings',
    answers: byEmail,
  },
  needed: {},
  off: { FORM: 'off' },
  start: async () => ({
    env: { FORM_SECRETS: secret },
    edges: [signedEdge('The signed API', 'submission.json'), signedEdge('A survey', 'survey.json'), page()],
    close: async () => {},
  }),
}

const now = () => testChannelIo().clock.now()

function signedEdge(name: string, fixture: string): Edge {
  const submission: object = JSON.parse(
    readFileSync(new URL(`../../form/fixtures/${fixture}`, import.meta.url), 'utf8'),
  ) as object
  const genuine = (body: Uint8Array) => signedRequest(url, secret, body, now())
  return {
    name,
    genuine,
    async say(message) {
      const email = `mia${++submissions}@example.com`
      return genuine(Buffer.from(JSON.stringify({ ...submission, email, message })))
    },
    proof: signedBy,
    unprovenBody: null,
    replayed: 'refused',
  }
}

/** What a browser posts that shows the hosted page. */
function page(): Edge {
  const key = testChannelIo().key('form')
  const genuine = (body: Uint8Array): RawRequest => ({
    method: 'POST',
    url,
    headers: { 'content-type': 'application/x-www-form-urlencoded', 'sec-fetch-site': 'same-origin' },
    body,
  })
  return {
    name: 'The hosted page',
    genuine,
    async say(message) {
      const issuedAt = new Date(now().getTime() - 60_000)
      const token = writeToken(key, { issuedAt, nonce: `page${++submissions}` })
      const email = `mia${submissions}@example.com`
      return genuine(Buffer.from(new URLSearchParams({ token, name: 'Mia', email, subject: '', message }).toString()))
    },
    proof: [],
    forgeries(raw) {
      const posted = new URLSearchParams(Buffer.from(raw.body).toString())
      const withToken = (token: string) => {
        const other = new URLSearchParams(posted)
        other.set('token', token)
        return { ...raw, body: Buffer.from(other.toString()) }
      }
      return {
        'without a token': withToken(''),
        'with a token of another installation': withToken(
          writeToken(Buffer.alloc(32), { issuedAt: now(), nonce: 'page' }),
        ),
        'with another nonce': withToken((posted.get('token') ?? '').replace('page', 'wage')),
        'from a page of another site': { ...raw, headers: { ...raw.headers, 'sec-fetch-site': 'cross-site' } },
      }
    },
    unprovenBody: 'A browser keeps no secret: what was typed is what is in the body',
    replayed: 'refused',
  }
}
