import { afterEach, beforeEach, expect, test } from 'vitest'
import { interactions } from '../../../src/db/schema.ts'
import { eventually } from '../../support/eventually.ts'
import { startGoogle, type GooglePeer } from '../../support/google/peer.ts'
import { runApp, type RunningApp } from '../../support/running-app.ts'

let google: GooglePeer
let app: RunningApp
beforeEach(async () => {
  google = await startGoogle()
  app = await runApp({ ...google.env, GOOGLE_REVIEWS_POLL_MINUTES: '0.005' })
})
afterEach(async () => {
  await app.close()
  await google.close()
})

const texts = async () => (await app.ctx.db.select().from(interactions)).map(({ text }) => text)

test('in the running program reviews come by looking and by push, once, and every refusal has its status', async () => {
  google.reviews.write({ comment: 'Looked for' })
  await eventually(async () => expect(await texts()).toEqual(['Looked for']))
  expect(app.ctx.channels.get('google-reviews')?.open.accounts).toEqual([{ id: '456', name: 'Mill Street' }])

  const push = async (reviewName: string, token?: string) =>
    (
      await fetch(
        await google.pushed(
          `${app.url}/channels/google-reviews`,
          { notificationType: 'NEW_REVIEW', reviewName },
          token,
        ),
      )
    ).status
  const name = google.reviews.write({ comment: 'Pushed' })
  expect(await push(name)).toBe(200)
  expect(await push(name)).toBe(200)
  expect((await texts()).toSorted()).toEqual(['Looked for', 'Pushed'])

  expect(await push(name, 'forged')).toBe(401)
  const authorization = `Bearer ${await google.mint()}`
  const send = (init: RequestInit) =>
    fetch(`${app.url}/channels/google-reviews`, { headers: { authorization }, ...init })
  expect((await send({ method: 'POST', body: '{}' })).status).toBe(400)
  expect((await send({ method: 'GET' })).status).toBe(405)
  google.state.fault = () => ({ kind: 'status', status: 503 })
  expect(await push(name)).toBe(503)
})

test('a process that reads no reviews knows the names of locations all the same', async () => {
  const worker = await runApp({ ...google.env, ROLES: 'worker' })
  try {
    const accounts = () => worker.ctx.channels.get('google-reviews')?.open.accounts
    await eventually(async () => expect(accounts()).toEqual([{ id: '456', name: 'Mill Street' }]))
  } finally {
    await worker.close()
  }
})
