import { expect } from 'vitest'
import type { Delivery, InboundInteraction } from '../../../src/channels/channel.ts'
import { CredentialsError } from '../../../src/errors.ts'
import { kinds } from '../../../src/interactions/interaction.ts'
import type { Opened } from './opened.ts'

/** Holds what was delivered to what core relies on. */
export function expectSound({ channel, io, harness }: Opened, delivery: Delivery): void {
  const accounts = channel.accounts.map(({ id }) => id)
  const latest = io.clock.now().getTime() + 10 * 60_000
  const { removals = [], receipts = [], answers = [], broken = [] } = delivery
  const dates = [...removals, ...receipts, ...answers].map(({ at }) => at)
  if (harness.lacks.answers !== undefined) expect(answers, 'answers, which it lacks').toEqual([])
  for (const { account, text } of answers) {
    expect(accounts, 'the account of an answer').toContain(account)
    expect(text, 'what was answered').toMatch(/\w/)
  }
  for (const { account, problem } of broken) {
    expect(accounts, 'the account that is broken').toContain(account)
    expect(problem, 'what is to be done about it').toBeInstanceOf(CredentialsError)
  }
  for (const one of delivery.interactions) {
    expect(accounts, 'the account of an interaction').toContain(one.account)
    expect(kinds, 'the kind of an interaction').toContain(one.kind)
    const ids = [one.externalId, one.conversation.externalId, one.customer.externalId, one.versionOf]
    for (const id of ids) if (id !== undefined) expectId(id)
    expect(typeof one.text).toBe('string')
    for (const { bytes, content, name, mediaType } of one.attachments ?? []) {
      expect(bytes === (content?.length ?? bytes) && bytes >= 0, 'the bytes of an attachment').toBe(true)
      expect(typeof name).toBe('string')
      expect(mediaType).toMatch(/^[\w.+-]+\/[\w.+-]+$/)
    }
    const scales: [number | undefined, number, number][] = [
      [one.rating, 1, 5],
      [one.recommends, 0, 10],
    ]
    for (const [value, least, most] of scales)
      if (value !== undefined) expect(Number.isInteger(value) && value >= least && value <= most).toBe(true)
    dates.push(one.occurredAt)
  }
  for (const { externalId } of [...removals, ...receipts, ...answers]) expectId(externalId)
  for (const at of dates) {
    expect(at.getTime(), 'a time').not.toBeNaN()
    expect(at.getTime(), 'a time in the future').toBeLessThanOrEqual(latest)
  }
}

function expectId(id: string): void {
  expect(typeof id).toBe('string')
  expect(id.length > 0 && id.length <= 2000, 'an id of 1 to 2,000 characters').toBe(true)
}

export const idsOf = ({ interactions }: Delivery) =>
  interactions.map(({ account, externalId }) => [account, externalId])

/** Those in which this was said. */
export const saying = (interactions: InboundInteraction[], text: string) =>
  interactions.filter((one) => one.text.includes(text))

/** What somebody would have to answer. */
export const unanswered = (interactions: InboundInteraction[]) => interactions.filter((one) => !one.automatic)
