import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Triage } from '../../src/interactions/interaction.ts'
import { offlineAssistant } from '../../src/assistant/offline/index.ts'
import { brief, calm, conversation } from './conversation.ts'
import { heldOut, samples, type Sample } from './samples.ts'

const assistant = offlineAssistant()

async function triage(...said: Parameters<typeof conversation>): Promise<Triage> {
  return (await assistant.triage(conversation(...said), calm)).value
}

/** The share of samples that were judged right, 0 to 1. */
async function score(set: Sample[], isRight: (found: Triage, sample: Sample) => boolean): Promise<number> {
  const right = await Promise.all(set.map(async (sample) => isRight(await triage(sample[3]), sample)))
  return right.filter(Boolean).length / set.length
}

describe('accuracy', () => {
  it.each([
    ['the samples it was tuned on', samples],
    ['samples it has never seen', heldOut],
  ])('is good enough on %s', async (_, set) => {
    const long = set.filter(([, , , text]) => text.length > 20)
    expect(await score(long, (found, [language]) => found.language === language)).toBeGreaterThanOrEqual(0.9)
    expect(await score(set, (found, [, theme]) => found.theme === theme)).toBeGreaterThanOrEqual(0.85)
    expect(await score(set, (found, [, , sentiment]) => found.sentiment === sentiment)).toBeGreaterThanOrEqual(0.8)
  })
})

describe('a message that needs no reply', () => {
  it.each([
    'ok',
    'Thanks a lot!!',
    'Danke!',
    'Vielen Dank für die schnelle Antwort',
    'merci beaucoup',
    'vale, gracias',
    'Grazie mille!',
    'Muito obrigado',
    'Dank u wel!',
    '👍',
    '❤️🙏',
  ])('is "%s"', async (text) => {
    expect(await triage(text)).toMatchObject({ needsReply: false, theme: 'compliment', urgency: 'low' })
  })

  it.each([
    '',
    'Thanks, but it is still broken',
    'Thank you! When do you open?',
    'Danke, aber das hilft mir nicht',
    'ok?',
    '12345',
    'Great food, lovely place, we had a wonderful evening with you',
  ])('is not "%s"', async (text) => {
    expect(await triage(text)).toMatchObject({ needsReply: true })
  })
})

describe('language', () => {
  it.each([
    ['Привет, где мой заказ?', 'ru'],
    ['注文はどこですか', 'ja'],
    ['Gdzie jest moja paczka?', 'pl'],
    ['hej, var är mitt paket?', 'sv'],
    ['merci', 'fr'],
    ['Obrigado', 'pt'],
    ['Rechnung https://shop.example/the/order/and/the/invoice?for=you bitte schicken', 'de'],
  ])('of "%s" is %s', async (text, language) => {
    expect((await triage(text)).language).toBe(language)
  })

  it.each(['ok', 'asdf', '12345', '???', '👍', ''])('of "%s" can not be told', async (text) => {
    expect((await triage(text)).language).toBe('und')
  })
})

describe('judgement', () => {
  it('turns denied praise into blame, and denied blame into nothing', async () => {
    expect((await triage('I am not happy with this at all.')).sentiment).toBe('negative')
    expect((await triage('Never been disappointed here, great place')).sentiment).toBe('positive')
    expect((await triage('Ich bin nicht zufrieden.')).theme).toBe('complaint')
  })

  it('takes a comparison with hopes for praise, not for a comparison', async () => {
    expect((await triage('The soup was better than expected.')).theme).toBe('compliment')
  })

  it('hears urgency in words and in shouting', async () => {
    expect((await triage('My account was hacked, please help')).urgency).toBe('high')
    expect((await triage('I WANT MY MONEY BACK NOW')).urgency).toBe('high')
    expect((await triage('Das ist dringend, bitte stornieren')).urgency).toBe('high')
    expect((await triage('You should add a bench.')).urgency).toBe('low')
  })

  it('names what it is about in English, in the order of speaking', async () => {
    expect((await triage('Wo bleibt die Rechnung, und wann kommt das Paket?')).topics).toEqual(['invoice', 'delivery'])
  })

  it('sums up with the first sentence, cut where it gets too long', async () => {
    expect((await triage('Hi there, where is my parcel? I ordered it last week.')).summary).toBe(
      'Hi there, where is my parcel?',
    )
    const { summary } = await triage('word '.repeat(100))
    expect(summary.length).toBeLessThanOrEqual(120)
    expect(summary).toMatch(/word…$/)
  })

  it.each([
    [1, 'complaint', 'negative', true],
    [3, 'complaint', 'neutral', true],
    [5, 'compliment', 'positive', false],
  ] as const)('takes %i stars without a word for what they say', async (rating, theme, sentiment, needsReply) => {
    const turns = [{ from: 'customer' as const, name: 'Ana', at: new Date('2026-03-02T09:00:00Z'), text: '', rating }]
    expect(await triage('', { turns })).toMatchObject({ theme, sentiment, needsReply, language: 'und' })
  })

  it.each([
    [5, 'They adjusted my brakes while I had a coffee. A fair price, too.', 'compliment', 'positive'],
    [1, 'I called three times. The phone rang.', 'complaint', 'negative'],
    [5, 'Are you open on Sunday?', 'question', 'positive'],
    [5, 'Terrible, rude, broken.', 'complaint', 'negative'],
  ] as const)('lets %i stars weigh as one word beside "%s"', async (rating, text, theme, sentiment) => {
    const turns = [{ from: 'customer' as const, name: 'Ana', at: new Date('2026-03-02T09:00:00Z'), text, rating }]
    expect(await triage('', { turns })).toMatchObject({ theme, sentiment })
  })

  it('judges only what was written since the team last answered', async () => {
    const at = new Date('2026-03-02T09:00:00Z')
    const turns = [
      { from: 'customer' as const, name: 'Ana', at, text: 'My parcel is broken, terrible!', rating: null },
      { from: 'team' as const, name: 'Tom', at, text: 'Sorry, a new one is on its way.', rating: null },
      { from: 'customer' as const, name: 'Ana', at, text: 'Thank you so much!', rating: null },
    ]
    const found = await triage('', { turns, subject: 'Re: broken parcel' })
    expect(found).toMatchObject({ theme: 'compliment', needsReply: false, topics: [] })
  })

  it('reads the subject of a first message too', async () => {
    expect(await triage('Please see above.', { subject: 'Complaint: invoice is wrong' })).toMatchObject({
      theme: 'complaint',
      topics: ['invoice'],
    })
  })

  it('answers anything at all, and quickly', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.string({ unit: 'binary' })), async (lines) => {
        const found = await triage(lines)
        expect(found.summary.length).toBeLessThanOrEqual(120)
        const { value } = await assistant.draft(conversation(lines), brief({ triage: found }), calm)
        expect(value.text).not.toBe('')
      }),
    )
    const startedAt = performance.now()
    for (const piece of ['a', 'the ', '1', '@', '!', 'www.', 'a@', '://']) await triage(piece.repeat(100_000))
    expect(performance.now() - startedAt).toBeLessThan(4000)
  })
})

describe('drafts', () => {
  it('say which template they come from, and that an instruction was not followed', async () => {
    const german = brief({
      triage: { ...brief().triage, language: 'de' },
      redraft: { instruction: 'shorter', previous: '…' },
    })
    const written = await assistant.draft(conversation('Hallo?'), german, calm)
    expect(written).toMatchObject({
      by: 'offline',
      fallback: null,
      value: {
        text: expect.stringContaining('Vielen Dank für Ihre Frage.'),
        evidence: ['Template: question, German'],
        caution: 'Your instruction was not followed: the offline assistant writes from templates',
      },
    })
  })

  it('are English for a language without templates', async () => {
    const polish = brief({ triage: { ...brief().triage, language: 'pl' } })
    const { value } = await assistant.draft(conversation('Gdzie?'), polish, calm)
    expect(value.text).toMatch(/^Thank you for your question\./)
    expect(value.evidence).toEqual(['Template: question, English'])
    expect(value.caution).toBe('They write Polish; there is no template in it, so this is English')
  })

  it('stop when the caller stops', async () => {
    const signal = AbortSignal.abort(new Error('shutting down'))
    await expect(assistant.draft(conversation('Hi'), brief(), signal)).rejects.toThrow('shutting down')
    await expect(assistant.triage(conversation('Hi'), signal)).rejects.toThrow('shutting down')
  })
})
