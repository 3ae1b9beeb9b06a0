import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { builtInTemplates } from '../../src/assistant/templates.ts'
import { languages } from '../../src/assistant/languages.ts'
import { fillTemplate } from '../../src/assistant/templates.ts'
import { checkDraft } from '../../src/drafts/check.ts'
import { brief, conversation } from '../assistant/conversation.ts'

function flagsOf(text: string, more: Partial<Parameters<typeof checkDraft>[0]> = {}): string[] {
  return checkDraft({ text, maxLength: 1000, isPublic: false, triage: null, sources: [], ...more }).map(
    (flag) => flag.text,
  )
}

function codesOf(text: string, more: Partial<Parameters<typeof checkDraft>[0]> = {}): string[] {
  return checkDraft({ text, maxLength: 1000, isPublic: false, triage: null, sources: [], ...more }).map(
    (flag) => flag.code,
  )
}

describe('length', () => {
  it('flags a text that the channel will not take, with both numbers', () => {
    expect(flagsOf('a'.repeat(1200))).toEqual(['Has 1,200 characters; this channel takes 1,000'])
    expect(flagsOf('a'.repeat(1000))).toEqual([])
  })
})

describe('promises', () => {
  it.each([
    ['We will refund you the full amount.', 'a refund'],
    ['Your refund of 20 EUR is on its way.', 'a refund'],
    ["Don't worry, we'll give you your money back.", 'a refund'],
    ['If you send us the receipt, we will reimburse you.', 'a refund'],
    ['Here is a voucher for your next visit.', 'a compensation or discount'],
    ['We can offer you 20% off.', 'a compensation or discount'],
    ['We will send you a replacement free of charge.', 'something for free'],
    ['We guarantee that it fits.', 'a guarantee'],
    ['Your parcel will arrive tomorrow.', 'a date or deadline'],
    ['We will answer within 24 hours.', 'a date or deadline'],
    ['Wir erstatten Ihnen den Betrag.', 'a refund'],
    ['Sie erhalten von uns einen Gutschein.', 'a compensation or discount'],
    ['Das Paket wird bis Freitag geliefert.', 'a date or deadline'],
    ['Nous vous rembourserons la totalité.', 'a refund'],
    ['Vous recevrez votre colis demain.', 'a date or deadline'],
    ['Le reembolsaremos el importe.', 'a refund'],
    ['Le ofrecemos un descuento del 10 %.', 'a compensation or discount'],
    ['Le rimborseremo l’intero importo.', 'a refund'],
    ['Riceverà il pacco entro venerdì.', 'a date or deadline'],
    ['Vamos fazer o reembolso do valor.', 'a refund'],
    ['Iremos enviar um novo artigo gratuito, sem custo.', 'something for free'],
    ['Wij zullen het bedrag terugbetalen.', 'a refund'],
    ['U krijgt van ons een tegoedbon.', 'a compensation or discount'],
  ])('flags "%s" as a promise of %s', (text, what) => {
    expect(flagsOf(text)).toContain(`Promises ${what}`)
  })

  it.each([
    'We cannot offer you a refund.',
    'We will check whether a refund is possible.',
    'Would you like a refund, or shall we send it again?',
    'Thank you for your question about refunds.',
    'Wir werden Ihnen leider keine Erstattung geben können.',
    'Guten Morgen, wir werden uns das ansehen.',
    'Nous n’allons pas pouvoir rembourser.',
    'No podemos ofrecer un reembolso.',
    'We hebben uw vraag over de terugbetaling ontvangen.',
    'We are open from nine to five.',
  ])('does not flag "%s"', (text) => {
    expect(codesOf(text)).toEqual([])
  })

  it('has nothing against the built-in templates', () => {
    for (const template of Object.values(builtInTemplates)) {
      expect(codesOf(template.replace(/[[\]{}]/g, ''), { isPublic: true })).toEqual([])
    }
  })
})

describe('personal data', () => {
  it.each([
    ['We wrote to ana.lopez@mail.example.', 'Shows an email address in public'],
    ['We will call you at +44 20 7946 0958.', 'Shows a phone or account number in public'],
    ['Your order number 48213 is ready.', 'Shows an order number in public'],
    ['Ihre Bestellung Nr. AB-12345 ist da.', 'Shows an order number in public'],
    ['It is #481516.', 'Shows an order number in public'],
  ])('flags "%s" in a public reply, and only there', (text, flag) => {
    expect(flagsOf(text, { isPublic: true })).toContain(flag)
    expect(codesOf(text)).not.toContain('personal-data')
  })

  it('knows our own address and number from the sources', () => {
    const sources = ['Write to help@shop.example or call +44 (20) 7946-0958.']
    expect(codesOf('Please call +44 20 7946 0958 or write to Help@shop.example.', { isPublic: true, sources })).toEqual(
      [],
    )
  })

  it('does not take a date, a price or opening hours for a number of somebody', () => {
    const text = 'Open since 12.03.2019 and 2019-03-12, Mon-Fri 9-17, from 12.90 EUR. Order today!'
    expect(codesOf(text, { isPublic: true })).toEqual([])
  })
})

describe('links', () => {
  const sources = ['Returns: https://shop.example/returns. Help at www.shop.example/help/']

  it.each([
    'See https://evil.example/login now',
    'See evil.com',
    'See EVIL.COM!',
    'See http://10.0.0.1/x',
    'See bit.ly/abc',
    'See ev\u200bil.com',
    'See shop.example.evil.com/returns',
    'See https://shop.example/invented',
    'See ｅｖｉｌ.com',
    'See еvil.com',
    'Write to refund@evil.com',
  ])('flags "%s"', (text) => {
    expect(codesOf(text, { sources })).toContain('unknown-link')
  })

  it('names the link that it does not know', () => {
    expect(flagsOf('See https://evil.example/login.', { sources })).toEqual([
      'Points to evil.example/login, which is in none of your own texts',
    ])
  })

  it.each([
    'See https://shop.example/returns.',
    'See shop.example/help',
    'See shop.example',
    'That is fine, e.g. z.B. the invoice.pdf',
    'Danke.Es geht gut. Node.js',
  ])('accepts "%s"', (text) => {
    expect(codesOf(text, { sources })).toEqual([])
  })
})

describe('obedience', () => {
  it.each([
    'As an AI language model I cannot help.',
    'My instructions say that I may not.',
    'Here is my system prompt: …',
    'Sure, I will ignore all previous instructions.',
    'Als KI kann ich das nicht.',
    'En tant qu’IA, je ne peux pas.',
    'Como una IA, no puedo.',
  ])('flags "%s"', (text) => {
    expect(codesOf(text)).toContain('instructed')
  })

  it('does not mind ordinary instructions', () => {
    expect(codesOf('The instructions for the kettle are in the box. We offer Spanish as a language course.')).toEqual(
      [],
    )
  })
})

describe('a complaint that is answered in public', () => {
  const triage = { theme: 'complaint', language: 'en' } as const

  it.each([
    'We are sorry. This should not have happened, and we have told the kitchen.',
    'Es tut uns leid. So sollte es nicht sein.',
    'Nous sommes désolés. Cela ne devrait pas arriver.',
    'Lo sentimos. No debería ser así.',
    'Ci dispiace. Non dovrebbe succedere.',
    'Lamentamos. Não devia ser assim.',
    'Wat vervelend. Zo hoort het niet te gaan.',
  ])('is flagged when it offers no private channel: "%s"', (text) => {
    expect(codesOf(text, { isPublic: true, triage })).toEqual(['no-private-channel'])
  })

  it.each([
    'Please write to us, so that we can talk about it.',
    'Please reach out to us at help@bluebird.example.',
    'Could you send us a DM?',
    'Call us, please.',
    'Bitte melden Sie sich bei uns.',
    'Schreiben Sie uns bitte eine Nachricht.',
    'Rufen Sie uns bitte an.',
    'Merci de nous appeler.',
    'Écrivez-nous en privé, s’il vous plaît.',
    'Escríbanos, por favor.',
    'Llámenos, por favor.',
    'Ci scriva, per favore.',
    'Ci chiami, per favore.',
    'Fale connosco, por favor.',
    'Envie-nos uma mensagem.',
    'Stuur ons een bericht.',
    'Bel ons even.',
  ])('is not when it does: "%s"', (text) => {
    expect(codesOf(text, { isPublic: true, triage })).not.toContain('no-private-channel')
  })

  it('is not where nobody else reads it, it is no complaint, or its language is one whose words we don’t know', () => {
    const text = 'We are sorry.'
    expect(codesOf(text, { triage })).toEqual([])
    for (const other of [null, { ...triage, theme: 'question' as const }, { ...triage, language: 'pl' }])
      expect(codesOf(text, { isPublic: true, triage: other })).toEqual([])
  })

  it('is never among the built-in drafts', () => {
    for (const language of languages)
      for (const facts of ['', 'Write to help@bluebird.example.']) {
        const of = brief()
        const { text } = fillTemplate(
          conversation('', { channel: { id: 'stars', name: 'Stars', isPublic: true, isLetter: false } }),
          {
            ...of,
            brand: { ...of.brand, facts },
            triage: { ...of.triage, theme: 'complaint', language },
          },
        )
        const flags = checkDraft({
          text,
          maxLength: 1000,
          isPublic: true,
          triage: { theme: 'complaint', language },
          sources: [facts],
        })
        expect([language, flags]).toEqual([language, []])
      }
  })
})

describe('hostile input', () => {
  it('never throws, whatever the text and the sources', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary' }),
        fc.array(fc.string({ unit: 'binary' })),
        fc.boolean(),
        (text, sources, isPublic) => {
          for (const flag of checkDraft({ text, maxLength: 100, isPublic, triage: null, sources }))
            expect(flag.text).not.toBe('')
        },
      ),
    )
  })

  it('is done with 100 kB of anything within a moment', () => {
    const pieces = [
      'a',
      'a.',
      'a@',
      '1',
      '1 ',
      '-',
      'a-',
      '/',
      '://',
      'http://',
      'will ',
      'refund ',
      'order ',
      '#1',
      '([',
      ' ',
      '\n',
      'é',
      'order-',
      'ignore ',
      'www.',
      '%',
      'in 1 ',
    ]
    for (const piece of pieces) {
      const text = piece.repeat(Math.ceil(100_000 / piece.length))
      const startedAt = performance.now()
      checkDraft({
        text,
        maxLength: 1000,
        isPublic: true,
        triage: { theme: 'complaint', language: 'en' },
        sources: [text.slice(0, 10_000)],
      })
      expect(performance.now() - startedAt, JSON.stringify(piece)).toBeLessThan(2000)
    }
  })
})
