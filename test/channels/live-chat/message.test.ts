import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readMessage } from '../../../src/channels/live-chat/message.ts'
import { BadInputError } from '../../../src/errors.ts'

const requestOf = (body: string | Uint8Array<ArrayBuffer>) =>
  new Request('http://127.0.0.1:3000/channels/live-chat', { method: 'POST', body })

const looksLikeOne = fc.record(
  {
    visitor: fc.oneof(fc.string(), fc.anything()),
    token: fc.oneof(fc.string(), fc.anything()),
    id: fc.oneof(fc.uuid(), fc.string()),
    text: fc.oneof(fc.string({ unit: 'binary', maxLength: 5000 }), fc.anything()),
    name: fc.oneof(fc.string({ unit: 'binary' }), fc.constant(undefined)),
    email: fc.oneof(fc.emailAddress(), fc.string()),
    page: fc.oneof(fc.webUrl(), fc.string()),
  },
  { requiredKeys: ['visitor', 'token', 'id', 'text'] },
)

test('whatever is posted is either a clean message or bad input with a reason', async () => {
  const body = fc.oneof(
    fc.json(),
    fc.string(),
    fc.uint8Array() as fc.Arbitrary<Uint8Array<ArrayBuffer>>,
    looksLikeOne.map((value) => JSON.stringify(value, (_, part: unknown) => (typeof part === 'bigint' ? 0 : part))),
  )
  await fc.assert(
    fc.asyncProperty(body, async (posted) => {
      const message = await readMessage(requestOf(posted)).catch((error: unknown) => error)
      if (message instanceof Error) {
        expect(message).toBeInstanceOf(BadInputError)
        expect(message.message).toMatch(/\.$/)
      } else {
        const { text, name = '' } = message as { text: string; name?: string }
        expect(text.length).toBeGreaterThan(0)
        expect(text.length).toBeLessThanOrEqual(4000)
        expect(text).toBe(text.trim().toWellFormed())
        expect(text).not.toMatch(/(?![\n\t])\p{Cc}/u)
        expect(name).not.toMatch(/\p{Cc}/u)
      }
    }),
    { numRuns: 500 },
  )
})

test('text in any language arrives as it was written', async () => {
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 300 }), async (words) => {
      const text = `a${words}z`
      const posted = { visitor: 'v', token: 't', id: '3e0b8f5c-6f1d-4b7e-9d55-0c9f4f2b8a11', text }
      expect((await readMessage(requestOf(JSON.stringify(posted)))).text).toBe(text)
    }),
  )
})
