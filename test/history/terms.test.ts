import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  exchangeTerms,
  facet,
  isFacet,
  nearOf,
  reachOf,
  tsvectorOf,
  type ExchangeWords,
} from '../../src/history/terms.ts'

const nothing: ExchangeWords = {
  at: new Date('2026-11-20T23:30:00Z'),
  channel: 'email',
  account: 'Support@Example.com',
  theme: null,
  sentiment: null,
  urgency: null,
  language: null,
  topics: [],
  rating: null,
  teammate: null,
  state: 'waiting',
  said: [],
  answered: [],
  names: [],
  addresses: [],
}

describe('the terms of an exchange', () => {
  it('are what it is told by, and every word with its places and who said it', () => {
    const terms = exchangeTerms({
      ...nothing,
      theme: 'complaint',
      rating: 2,
      topics: ['Late  Delivery', 'late delivery'],
      teammate: 'slack:U1',
      said: ['Where is it? It is late', 'Where?', null],
      answered: ['It is on its way'],
      names: ['Mia Jansen', null],
      addresses: ['Mia@Example.com'],
    })
    expect(Object.fromEntries(terms)).toEqual({
      'day=2026-11-20': [],
      'month=2026-11': [],
      'channel=email': [],
      'account=support@example.com': [],
      'theme=complaint': [],
      'rating=2': [],
      'state=waiting': [],
      'teammate=slack:U1': [],
      'topic=late delivery': [],
      'name=mia': [],
      'name=jansen': [],
      'name=example': [],
      'name=com': [],
      'name=mia@example.com': [],
      mia: ['1C', '11C'],
      jansen: ['2C'],
      example: ['12C'],
      com: ['13C'],
      it: ['22B', '46A', '47A'],
      is: ['23B', '45A', '48A'],
      on: ['24B'],
      its: ['25B'],
      way: ['26B'],
      where: ['35A', '44A'],
      late: ['49A'],
    })
    expect([...terms.keys()].filter(isFacet)).toHaveLength(14)
  })

  it('keep to what Postgres can hold, whatever is said', () => {
    for (const part of ['word ', '漢字', 'ﷺ ', "'\\\\ x'", 'é'.repeat(70), '\0']) {
      const text = Array.from({ length: 200_000 / (part.length + 5) }, (_, n) => `${part}${n} `).join('')
      const terms = exchangeTerms({ ...nothing, said: [text, text], answered: [text], topics: [text], names: [text] })
      let bytes = 0
      for (const [term, places] of terms) {
        bytes += Buffer.byteLength(term) + 2 * places.length
        if (Buffer.byteLength(term) >= 2000 || places.length > 255) throw new Error(`Too long: ${term}`)
        for (const place of places) if (Number.parseInt(place, 10) > 16_383) throw new Error(`Too far: ${place}`)
      }
      expect(bytes).toBeLessThan(1_000_000)
    }
  })

  it('are written so that none can be taken for another', () => {
    expect(
      tsvectorOf(
        new Map([
          ["it's", ['1A', '2B']],
          ['a\\', []],
        ]),
      ),
    ).toBe("'it''s':1A,2B 'a\\\\'")
  })
})

describe('a facet', () => {
  it('is folded and cut; a teammate is told apart by case', () => {
    expect(facet('topic', ' Späte  LIEFERUNG ')).toBe('topic=spate lieferung')
    expect(facet('teammate', 'slack:U1')).toBe('teammate=slack:U1')
    expect(facet('account', '😀'.repeat(500))).toBe(`account=${'😀'.repeat(200)}`)
    expect(facet('account', '\0\ud800a')).toBe('account=a')
  })
})

describe('words that are near', () => {
  it('are the word, and it without a letter; of a longer one without two when it is looked for', () => {
    expect(nearOf('late')).toEqual(['late', 'ate', 'lte', 'lae', 'lat'])
    expect(reachOf('late')).toEqual(nearOf('late'))
    expect(reachOf('delivery')).toEqual(expect.arrayContaining(['delivery', 'delvery', 'dlvery']))
    for (const none of ['the', 'ab1234', 'topic=late', '返金返金', 'a'.repeat(25)]) expect(nearOf(none)).toEqual([])
  })

  it('share something when one letter is left out, added, mistaken or swapped', () => {
    const letters = fc.string({ unit: fc.constantFrom('a', 'b', 'c', 'é', 'ж'), minLength: 5, maxLength: 20 })
    fc.assert(
      fc.property(letters, fc.nat(), fc.constantFrom('left out', 'added', 'mistaken', 'swapped'), (word, nat, how) => {
        const all = Array.from(word)
        const at = nat % (all.length - 1)
        const [one = '', two = ''] = all.slice(at)
        const instead = { 'left out': [], added: [one, 'x'], mistaken: ['x'], swapped: [two, one] }[how]
        const typed = all.toSpliced(at, how === 'swapped' ? 2 : 1, ...instead).join('')
        const near = new Set(nearOf(word))
        expect(reachOf(typed).some((shared) => near.has(shared))).toBe(true)
      }),
    )
  })
})
