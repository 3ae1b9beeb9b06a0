import fc from 'fast-check'
import { expect, test } from 'vitest'
import { stripQuotes } from '../../../src/channels/email/strip-quotes.ts'

test.each([
  ['English', 'On Mon, 2 Mar 2026 at 10:12, Support <s@b.example> wrote:'],
  ['German', 'Am 02.03.2026 um 10:12 schrieb Support <s@b.example>:'],
  ['French', 'Le 2 mars 2026 à 10:12, Support <s@b.example> a écrit :'],
  ['Spanish', 'El lun, 2 mar 2026 a las 10:12, Support (<s@b.example>) escribió:'],
  ['Italian', 'Il giorno lun 2 mar 2026 alle ore 10:12 Support <s@b.example> ha scritto:'],
  ['Portuguese', 'Em seg., 2 de mar. de 2026 às 10:12, Support <s@b.example> escreveu:'],
  ['Dutch', 'Op ma 2 mrt 2026 om 10:12 schreef Support <s@b.example>:'],
  ['Swedish', 'Den mån 2 mars 2026 kl 10:12 skrev Support <s@b.example>:'],
  ['Polish', 'pon., 2 mar 2026 o 10:12 Support <s@b.example> napisał(a):'],
  ['Russian', 'пн, 2 мар. 2026 г. в 10:12, Support <s@b.example> написал(а):'],
  ['Chinese', '在 2026年3月2日 10:12，Support <s@b.example> 写道：'],
  ['Japanese', '2026年3月2日(月) 10:12 Support <s@b.example> のメッセージ:'],
  ['Turkish', 'Support <s@b.example>, 2 Mar 2026 Pzt, 10:12 tarihinde şunu yazdı:'],
])('the line above a quote is known in %s', (_, line) => {
  expect(stripQuotes(`Thanks!\n\n${line}\n\n> Dear Anna,\n> it is on its way.`)).toBe('Thanks!')
  expect(stripQuotes(`Thanks!\n\n${line}\n\nDear Anna,\nit is on its way.`)).toBe('Thanks!')
})

test.each([
  ['From: S\nSent: Monday\nTo: A\nSubject: Re: x'],
  ['Von: S\nGesendet: Montag\nAn: A\nBetreff: AW: x'],
  ['De : S\nEnvoyé : lundi\nÀ : A\nObjet : RE: x'],
  ['发件人: S\n发送时间: 2026年\n收件人: A\n主题: x'],
  ['差出人: S\n送信日時: 2026年\n宛先: A\n件名: x'],
])("Outlook's block ends the customer's words: %j", (block) => {
  expect(stripQuotes(`Yes please.\n\n________________________________\n${block}\n\nShall we?`)).toBe('Yes please.')
})

test.each([
  'Your shop wrote: we deliver on Monday. It did not.',
  'From: where do I start?\nWell, the lamp is broken.',
  'My order number is:\n4711',
  'Hello,\n\nthe manual says "-- do not open --" but it was open.',
  'I wrote on 2 March 2026 already.\n\nNothing came back.',
])('ordinary words stay as they are: %j', (text) => {
  expect(stripQuotes(text)).toBe(text)
})

test('a mail that is nothing but quote is shown whole', () => {
  expect(stripQuotes('> Dear Anna,\n> it is on its way.')).toBe('> Dear Anna,\n> it is on its way.')
})

test('what the phone adds is left out', () => {
  expect(stripQuotes('Still waiting.\n\nSent from my iPhone')).toBe('Still waiting.')
})

test('a farewell in mid-letter does not swallow the rest', () => {
  const letter = `Hello,\n\nplease see below.\n\nBest regards,\nAnna\n\n${'The order number is 4711 and it is long overdue. '.repeat(12)}`
  expect(stripQuotes(letter)).toContain('4711')
})

test('hostile text is read quickly', () => {
  const hostile = [
    'Op schreef\n'.repeat(20_000),
    `On ${'a '.repeat(100_000)}`,
    '在写道：\n'.repeat(20_000),
    '-'.repeat(200_000),
    'On 2 March 2026 Anna wrote:\n> x\n'.repeat(30_000),
  ]
  const start = performance.now()
  for (const text of hostile) stripQuotes(text)
  expect(performance.now() - start).toBeLessThan(3000)
})

test('any text gives some of its own words, or all of them', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 300 }), (text) => {
      const own = stripQuotes(text)
      expect(own === '').toBe(text.trim() === '')
    }),
  )
})
