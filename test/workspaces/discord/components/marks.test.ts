import { ComponentType } from 'discord.js'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { hasMarks, marksOf, nonceOf, withMarks } from '../../../../src/workspaces/discord/components/marks.ts'
import { messageOf } from '../../../../src/workspaces/discord/components/message.ts'
import { problemsOf } from '../../../support/discord-limits.ts'
import { sampleCard } from '../../contract/sample-cards.ts'

const text = (content: string) => ({ type: ComponentType.TextDisplay as const, content })
const key = 'card:019a2b3c-4d5e-7f60-8a9b-0c1d2e3f4a5b'

describe('the marks of a message', () => {
  it('are two numbers that Discord takes, the same for the same key', () => {
    fc.assert(
      fc.property(fc.string(), (anyKey) => {
        const [first, second] = marksOf(anyKey)
        expect(marksOf(anyKey)).toEqual([first, second])
        expect(first).not.toBe(second)
        for (const id of [first, second]) {
          expect(Number.isInteger(id)).toBe(true)
          expect(id).toBeGreaterThanOrEqual(2 ** 30)
          expect(id).toBeLessThan(2 ** 31)
        }
      }),
    )
    expect(marksOf('a')).not.toEqual(marksOf('b'))
  })

  it('stand on what comes first, and are found there', () => {
    const { components } = messageOf({ kind: 'card', card: sampleCard() }, { key })
    expect(hasMarks(components, key)).toBe(true)
    expect(hasMarks(components, 'card:another')).toBe(false)
    expect(hasMarks(withMarks([text('a'), text('b')], key), key)).toBe(true)
    expect(problemsOf({ ...messageOf({ kind: 'card', card: sampleCard() }, { key }) })).toEqual([])
  })

  it('are found once Discord has given ids to the rest', () => {
    const { components } = messageOf({ kind: 'notice', title: 'Hello', lines: [] }, { key })
    const returned = structuredClone(components) as { components: { id?: number }[] }[]
    for (const [index, part] of (returned[0]?.components.slice(1) ?? []).entries()) part.id = index + 1
    expect(hasMarks(returned, key)).toBe(true)
  })

  it.each([null, undefined, 'x', 5, {}, [], [null], [{ id: 1 }], [{ components: 'x' }], [[{ id: 1 }]]])(
    'are not found in %j',
    (components) => {
      expect(hasMarks(components, key)).toBe(false)
    },
  )

  it('come with a nonce that Discord takes', () => {
    expect(nonceOf(key)).toMatch(/^[\w-]{25}$/)
    expect(nonceOf(key)).toBe(nonceOf(key))
    expect(nonceOf(key)).not.toBe(nonceOf(`${key}!`))
  })
})
