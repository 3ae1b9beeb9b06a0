import fc from 'fast-check'
import { expect, test } from 'vitest'
import { cleanLine, cleanText } from '../../../src/channels/kit/clean-text.ts'
import { plainText } from '../../../src/channels/kit/plain-text.ts'

test('HTML becomes text as a person would read it', () => {
  expect(plainText('<h2>Hi</h2><p>a&nbsp;&lt;b&gt;<br>c</p><ul><li>one</li></ul><script>x()</script>')).toBe(
    'Hi\n\na\u00a0<b>\nc\n\n * one',
  )
})

test('a link shows where it leads, unless that is what it says', () => {
  expect(plainText('<a href="https://evil.example">your bank</a>')).toBe('your bank [https://evil.example]')
  expect(plainText('<a href="https://a.example">https://a.example</a>')).toBe('https://a.example')
})

test('elements can be left out, or end the text', () => {
  const html = '<p>mine</p><div class="q">theirs</div><p>mine too</p><hr id="cut"><p>old</p>'
  expect(plainText(html, { leaveOut: ['.q'], endAt: ['#cut'] })).toBe('mine\n\nmine too')
})

test('deep, huge and broken HTML is read without an error, and soon', () => {
  const start = performance.now()
  for (const html of [
    '<div>'.repeat(100_000) + 'x',
    '<'.repeat(200_000),
    '<p>word</p>'.repeat(50_000),
    '<!--'.repeat(50_000),
  ]) {
    expect(typeof plainText(html)).toBe('string')
  }
  expect(performance.now() - start).toBeLessThan(5000)
})

test('cleaned text can be stored anywhere', () => {
  expect(cleanText('a\r\nb\rc\u0000\u0007\td\ud800')).toBe('a\nb\nc\td\ufffd')
  expect(cleanLine('  a\r\n b\tc ', 100)).toBe('a b c')
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.integer({ min: 1, max: 20 }), (text, max) => {
      const line = cleanLine(text, max)
      expect(line.length).toBeLessThanOrEqual(max)
      expect(line.isWellFormed()).toBe(true)
      expect(line).not.toMatch(/\p{Cc}/u)
    }),
  )
})
