import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { emailKey, nameKey, phoneKey } from '../../src/customers/keys.ts'

describe('the key of an address', () => {
  it.each([
    [' Mia@Example.COM ', 'mia@example.com'],
    ['mia.jansen+shop@example.com', 'mia.jansen+shop@example.com'],
    ['mia@ｅｘａｍｐｌｅ.com', 'mia@example.com'],
    ['mia@MÜLLER.example', 'mia@müller.example'],
  ])('%s is %s', (address, key) => {
    expect(emailKey(address)).toBe(key)
  })

  it('takes no two letters beyond A to Z for one', () => {
    expect(emailKey('\u212aelly@example.com')).not.toBe(emailKey('kelly@example.com'))
    expect(emailKey('ſam@example.com')).not.toBe(emailKey('sam@example.com'))
  })

  it.each(['', 'mia', '@example.com', 'mia@', 'a b@example.com', 'a@b@example.com', `${'x'.repeat(400)}@example.com`])(
    '%s is no address',
    (text) => {
      expect(emailKey(text)).toBeNull()
    },
  )
})

describe('the key of a number', () => {
  it.each([
    ['+49 (0)30 1234567', '+49301234567'],
    ['0049 30 12 34-567', '+49301234567'],
    ['tel:+49.30/1234567', '+49301234567'],
    ['＋４９ 30 1234567', '+49301234567'],
    ['+1 (415) 555‑0100', '+14155550100'],
    ['+683 4000', '+6834000'],
    // In Italy the 0 belongs to the number.
    ['+39 06 12345678', '+390612345678'],
  ])('%s is %s', (number, key) => {
    expect(phoneKey(number)).toBe(key)
  })

  it.each([
    '030 1234567',
    '1234567',
    '+49',
    '+0 123 456 789',
    '+49 30 1234567 ext. 2',
    '+49 30 1234567;ext=2',
    '+1234567890123456',
    'call me',
  ])('%s is none: its country is unknown, or it is no number', (text) => {
    expect(phoneKey(text)).toBeNull()
  })
})

describe('the key of a name', () => {
  it.each([
    ['Mia Jansen', 'jansen mia'],
    ['JANSEN,  Mía', 'jansen mia'],
    ["Sean O'Brien", 'obrien sean'],
    ['Jürgen Groß', 'gross jurgen'],
    ['Анна Петрова', 'анна петрова'],
  ])('%s is %s', (name, key) => {
    expect(nameKey(name)).toBe(key)
  })

  it.each([
    '',
    'Mia',
    'Jo Li',
    'Visitor',
    'Visitor 1234',
    'Anonymous',
    'info',
    'A Google User',
    'Customer Service',
    'No name',
    '12 345',
    '😀 😀😀',
    'mia jansen@example.com',
  ])('%s says nothing', (name) => {
    expect(nameKey(name)).toBeNull()
  })
})

describe('any key', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 300 }),
    fc.stringMatching(/^[+0-9 ()./@a-zA-Zäöß-]{0,40}$/),
    fc.emailAddress(),
  )
  it.each([
    ['emailKey', emailKey],
    ['phoneKey', phoneKey],
    ['nameKey', nameKey],
  ] as const)('%s of a key is the key, and fits an index', (_name, keyOf) => {
    fc.assert(
      fc.property(text, (given) => {
        const key = keyOf(given)
        if (key === null) return
        expect(Buffer.byteLength(key)).toBeLessThan(2600)
        expect(key.isWellFormed() && !key.includes('\0')).toBe(true)
        expect(keyOf(key)).toBe(key)
      }),
      { numRuns: 500 },
    )
  })

  it('of a number has its digits, and nothing else', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[1-9][0-9]{6,14}$/), fc.constantFrom('+', '00'), (digits, prefix) => {
        expect(phoneKey(prefix + digits)).toBe(`+${digits}`)
        expect(phoneKey(prefix + digits.replaceAll(/(\d)(?=\d)/g, '$1 '))).toBe(`+${digits}`)
      }),
    )
  })
})
