import fc from 'fast-check'
import { BadInputError, SignatureError } from '../../../src/errors.ts'
import { expect } from 'vitest'
import { onBench, type Check } from './check.ts'
import { expectSound } from './delivered.ts'
import type { RawRequest } from './harness.ts'
import { edgesOf, receive, type Opened } from './opened.ts'

const said = 'Wombat'

export const hostileChecks: Check[] = [
  onBench(
    'never stumbles over what a stranger sends, and writes none of it into the log',
    ['receive'],
    async (opened) => {
      // What is put off for being too much isn't looked at.
      opened.io.allow = async () => true
      const { hostileRuns = 100 } = opened.harness
      for (const edge of edgesOf(opened)) {
        const { headers, ...raw } = await edge.say(said)
        await tryAll(opened, fc.uint8Array({ maxLength: 2000 }), (body) => ({ ...raw, headers: {}, body }))
        await tryAll(opened, fc.uint8Array({ maxLength: 2000 }), (body) => edge.genuine(body))
        await tryAll(opened, fc.json(), (json) => edge.genuine(Buffer.from(json)))
        const values = twisted(Buffer.from(raw.body).toString('utf8'))
        if (values) await tryAll(opened, values, (text) => edge.genuine(Buffer.from(text)))
        for (const body of monsters(Math.min(100, hostileRuns)))
          await trySafely(opened, edge.genuine(Buffer.from(body)))
        for (const method of ['GET', 'HEAD', 'PUT', 'DELETE', 'OPTIONS'])
          await trySafely(opened, { ...raw, method, headers })
        await trySafely(opened, { ...raw, headers, url: `${raw.url}?a=%00&a[b]=c&hub.mode=x&hub.challenge=<script>` })
      }
      expect(opened.logged()).not.toContain(said)
    },
  ),
]

async function tryAll<T>(opened: Opened, arbitrary: fc.Arbitrary<T>, raw: (value: T) => RawRequest): Promise<void> {
  const property = fc.asyncProperty(arbitrary, (value) => trySafely(opened, raw(value)))
  await fc.assert(property, { numRuns: opened.harness.hostileRuns ?? 100 })
}

/** It is taken, and sound; or refused with one of the errors that core knows. */
async function trySafely(opened: Opened, raw: RawRequest): Promise<void> {
  let delivery
  try {
    delivery = (await receive(opened, raw)).delivery
  } catch (error) {
    if (error instanceof SignatureError || error instanceof BadInputError) return
    throw error
  }
  expectSound(opened, delivery)
}

const strange = fc.oneof(
  fc.constantFrom(null, true, 0, -1, 1e308, '', ' ', said, '\0\u0007\ud800', '../../x?y#z', '__proto__', [], {}, [[]]),
  fc.string({ unit: 'binary', maxLength: 50 }),
  fc.double(),
  fc.jsonValue({ maxDepth: 3 }),
)

/** A genuine body in which one or two values are others; null: neither JSON nor a form. */
function twisted(text: string): fc.Arbitrary<string> | null {
  const json = parsed(text)
  if (json !== undefined) {
    const paths = pathsOf(json)
    return fc
      .array(fc.tuple(fc.constantFrom(...paths), strange), { minLength: 1, maxLength: 2 })
      .map((changes) => JSON.stringify(changes.reduce<unknown>((value, [path, to]) => replaced(value, path, to), json)))
  }
  const fields = [...new URLSearchParams(text).keys()]
  if (fields.length < 2) return null
  return fc.tuple(fc.constantFrom(...fields), fc.string({ unit: 'binary' })).map(([field, value]) => {
    const params = new URLSearchParams(text)
    params.set(field, value.toWellFormed())
    return params.toString()
  })
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function pathsOf(value: unknown, path: string[] = []): string[][] {
  const inside = typeof value === 'object' && value !== null ? Object.entries(value) : []
  return [path, ...inside.flatMap(([key, one]) => pathsOf(one, [...path, key]))]
}

function replaced(value: unknown, [key, ...rest]: string[], to: unknown): unknown {
  if (key === undefined) return to
  // A change before this one may have put something else there.
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map((one, index) => (String(index) === key ? replaced(one, rest, to) : one))
  return { ...value, [key]: replaced((value as Record<string, unknown>)[key], rest, to) }
}

/** With a size of 100, as large as core lets through. */
function monsters(size: number): string[] {
  const depth = size * 1000
  return [
    '['.repeat(depth),
    '['.repeat(depth) + ']'.repeat(depth),
    '{"a":'.repeat(depth) + '1' + '}'.repeat(depth),
    JSON.stringify({ text: said.repeat(depth) }),
    JSON.stringify(Array.from({ length: depth }, (_, index) => index)),
    `text=${'%'.repeat(depth * 9)}`,
    '&'.repeat(depth * 9),
    '\ufeff{}',
    'null',
  ]
}
