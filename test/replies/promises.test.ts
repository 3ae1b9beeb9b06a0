import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { builtInTemplates } from '../../src/assistant/templates.ts'
import { promisesIn } from '../../src/replies/promises.ts'

describe('the promises in a reply', () => {
  it.each([
    "We'll refund the full amount.",
    'Your refund of € 49.50 is on its way; you will see it by Friday.',
    'We will send you a new lamp.',
    'I will call you back tomorrow!',
    "I'll let you know once it is here.",
    'Here is a voucher for your next visit.',
    'Wir schicken Ihnen eine neue Lampe.',
    'Sie erhalten den Betrag bis zum 3. Dezember zurück, wir erstatten ihn heute.',
    'Wir werden uns bis Freitag bei Ihnen melden.',
    'Nous vous rappellerons demain.',
    'Le enviaremos otra lámpara.',
    'Se le enviará mañana: le daremos un vale de 10 €.',
    'Le invieremo una nuova lampada entro venerdì.',
    'Vamos enviar uma nova lâmpada.',
    'We zullen de lamp morgen vervangen.',
    'Als Entschuldigung erhalten Sie einen Gutschein.',
  ])('hold "%s", whole', (sentence) => {
    expect(promisesIn(`Hello Mia,\n\nsorry about that. ${sentence} Kind regards`)).toEqual([sentence])
  })

  it.each([
    'We can’t refund this.',
    'We will not send a replacement.',
    'Would you like a refund, or shall we send another one?',
    'If it does not arrive by Friday, we will refund you.',
    'We will refund you if it is broken.',
    'Wenn Sie uns die Rechnung schicken, erstatten wir den Betrag.',
    "S'il n'arrive pas, nous vous rembourserons.",
    'Als u de bon stuurt, zullen we het bedrag terugbetalen.',
    'Si no llega, le reembolsaremos el importe.',
    'Thank you for your question about refunds.',
    'We are open until six today.',
    'How can I help?',
  ])('do not hold "%s"', (sentence) => {
    expect(promisesIn(`Hello Mia,\n\nthanks. ${sentence}`)).toEqual([])
  })

  it('come in their order, without what stands around them', () => {
    const text =
      'Hello Mia,\n\nthanks for writing! We will send a new lamp today. Is the address still right? You will get a refund for the old one.\n\nKind regards\nAna'
    expect(promisesIn(text)).toEqual(['We will send a new lamp today.', 'You will get a refund for the old one.'])
  })

  it('are none in the built-in templates', () => {
    for (const template of Object.values(builtInTemplates))
      expect(promisesIn(template.replace(/[[\]{}]/g, ''))).toEqual([])
  })

  it('are pieces of the text, whatever it is', () => {
    const words = fc.constantFrom(
      'we will',
      ' refund',
      '. ',
      '? ',
      '\n',
      'bis zum 3. ',
      'if ',
      'ſ',
      '\ud800',
      ' 10 %',
      ',',
    )
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary' }),
          fc.array(words).map((all) => all.join('')),
        ),
        (text) => {
          for (const sentence of promisesIn(text)) expect(text).toContain(sentence)
        },
      ),
    )
  })
})
