import { BadInputError, ConfigError, CredentialsError, messageOf, PermanentError } from '../../errors.ts'
import { allOf, pause } from '../../waiting.ts'
import { nothing, type Account, type ChannelIo, type Inbound, type OpenChannel } from '../channel.ts'
import { createApi } from './api.ts'
import { createLocations } from './locations.ts'
import { fetchPhoto } from './photo.ts'
import { createVerifyPush, reviewOf } from './push.ts'
import { sendReply } from './reply.ts'
import { deliveryOf, reviewNameIn } from './review.ts'
import type { GoogleAccount } from './settings.ts'
import { createWatch, type Connection } from './watch.ts'

/** What is due is looked for this often, and moderation no more often than this. */
const longestTickMs = 30_000

/** Opens the channel over its accounts. Throws ConfigError for one that is named twice. */
export function openGoogle(all: GoogleAccount[], io: Pick<ChannelIo, 'clock' | 'log' | 'publicUrl'>): OpenChannel {
  const { clock, log } = io
  const accounts: Account[] = []
  const connections = all.map((account): Connection => {
    const api = createApi(account, clock)
    return { account, api, locations: createLocations(account, api, clock, accounts) }
  })
  if (new Set(all.map(({ name }) => name)).size < all.length)
    throw new ConfigError(
      'GOOGLE_REVIEWS_ACCOUNT stands twice with the same account: list all its locations in one place',
    )

  /** By the review's own name, which holds the account's. */
  const connectionOf = (review: string): Connection => {
    const found = connections.find(({ account }) => review.startsWith(`${account.name}/`))
    if (found) return found
    const name = /^accounts\/\d+/.exec(review)?.[0] ?? review
    throw new PermanentError(`Deskbell has no Google ${name} any more`, {
      action: 'Set GOOGLE_REVIEWS_ACCOUNT to it again',
    })
  }

  const inbound: Inbound = {
    async run(inlet, signal) {
      const steps = connections.map((connection) => createWatch(connection, io))
      const tickMs = Math.min(longestTickMs, ...all.map(({ pollMs }) => pollMs))
      while (!signal.aborted) {
        const rounds = await Promise.allSettled(steps.map((step) => step(inlet, signal)))
        // Core starts this again then: nothing of it may still be going on.
        for (const round of rounds) if (round.status === 'rejected') throw round.reason
        await pause(tickMs, signal)
      }
    },
  }
  const pushed = all.filter(({ push }) => push !== null)
  if (pushed.length > 0) {
    const verify = createVerifyPush(pushed, clock)
    inbound.receive = async (request) => {
      if (request.method !== 'POST') throw new BadInputError('Pub/Sub pushes by POST', { status: 405 })
      const theirs = await verify(request)
      const told = reviewOf(await request.text())
      const ways = connections.flatMap(({ account, api, locations }) => {
        const named = told !== null && theirs.includes(account) ? reviewNameIn(account.name, told) : null
        return named && locations.has(named.locationId) ? [{ ...named, api }] : []
      })
      const way = ways.find(({ name }) => name === told) ?? ways[0]
      if (!way) return { delivery: nothing }
      const { name, locationId, api } = way
      try {
        const review = await api.review(name, request.signal)
        if (review) return { delivery: deliveryOf([review]) }
        // No push tells of a review that is gone: this one isn't there yet. Looking finds it.
        log.info('a review that was pushed is not to be read yet', { locationId })
      } catch (error) {
        // Pushed again it would be refused again; whatever there is to see is found by looking.
        if (!(error instanceof PermanentError) || error instanceof CredentialsError) throw error
        log.warn('a review that was pushed could not be read', { locationId, reason: messageOf(error) })
      }
      return { delivery: nothing }
    }
  }

  const incomplete = connections.filter(({ locations }) => !locations.isComplete)
  return {
    accounts,
    findsAccounts: all.some(({ locations }) => locations.length === 0),
    ...(incomplete.length > 0 && {
      async learnAccounts(signal) {
        await Promise.all(incomplete.map(({ locations }) => locations.refresh(signal)))
      },
    }),
    inbound,
    async send(reply, signal) {
      const connection = connectionOf(reply.conversation.externalId)
      return sendReply({ api: connection.api, clock }, reply, signal)
    },
    find: null,
    isResendSafe: true,
    async download(_account, source, signal) {
      const { api, account } = connectionOf(source['review'] ?? '')
      return fetchPhoto({ api, clock, addresses: account.addresses }, source, signal)
    },
    async check(wanted) {
      // What is wrong with another account says nothing of this one.
      const isAbout = ({ account, locations }: Connection) => account.name === wanted || locations.has(wanted ?? '')
      const asked = wanted === undefined ? connections : connections.filter(isAbout)
      return allOf(asked.map((connection) => check(connection, io.publicUrl, wanted)))
    },
  }
}

async function check({ account, api, locations }: Connection, publicUrl: string, wanted?: string): Promise<string[]> {
  const signal = new AbortController().signal
  await api.signIn()
  await locations.refresh(signal)
  const found: string[] = []
  const problems: unknown[] = []
  // One after the other: an account may have hundreds.
  for (const id of locations.open) {
    if (wanted !== undefined && wanted !== id) continue
    const name = locations.accounts.find((one) => one.id === id)?.name ?? id
    try {
      const { total } = await api.reviews(id, null, signal)
      found.push(`${name}: ${total === null ? 'its reviews can be read' : `${total} reviews`}`)
    } catch (error) {
      problems.push(error)
    }
  }
  if (problems.length > 0) throw problems.length === 1 ? problems[0] : new AggregateError(problems)
  if (wanted !== undefined) return found
  const push = account.push
    ? `Google pushes to ${publicUrl}/channels/google-reviews as ${account.push.email}`
    : `Nothing is pushed; reviews are looked for every ${account.pollMs / 60_000} minutes`
  return [`${account.name} lets us in; locations: ${locations.open.length}`, ...found, push]
}
