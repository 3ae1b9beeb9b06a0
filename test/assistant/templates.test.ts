import { describe, expect, it } from 'vitest'
import type { Brief, ConversationView } from '../../src/assistant/assistant.ts'
import { languages } from '../../src/assistant/languages.ts'
import { builtInTemplates, checkTemplates, fillTemplate } from '../../src/assistant/templates.ts'
import { themes } from '../../src/interactions/interaction.ts'
import { brief, conversation } from './conversation.ts'

const email = { id: 'email', name: 'Email', isPublic: false, isLetter: true }

function fill(
  templates: Record<string, string>,
  view: Partial<ConversationView> = {},
  triage: Partial<Brief['triage']> = {},
  brand: Partial<Brief['brand']> = {},
): string {
  const plain = brief()
  return fillTemplate(
    conversation('Hi', view),
    brief({ triage: { ...plain.triage, ...triage }, brand: { ...plain.brand, templates, ...brand } }),
  ).text
}

describe('the built-in templates', () => {
  it('cover every theme in every language, cleanly with and without values', () => {
    for (const theme of themes) {
      for (const language of languages) {
        for (const customerName of [null, 'Ana']) {
          for (const topics of [[], ['delivery'], ['something of the model’s']]) {
            for (const channel of [email, conversation('').channel]) {
              const text = fill({}, { customerName, channel }, { theme, language, topics })
              expect(text).not.toMatch(/[{}[\]]|  | [,.]|\( | ,|^[,.;]|undefined/m)
              expect(text.length).toBeGreaterThan(40)
            }
          }
        }
      }
    }
    expect(Object.keys(builtInTemplates)).toHaveLength(themes.length * languages.length)
    expect(checkTemplates(builtInTemplates)).toEqual([])
  })

  it('are letters where people write letters, and plain in a chat', () => {
    const brand = { name: 'Bluebird', signature: 'The Bluebird team' }
    expect(fill({}, { channel: email, customerName: 'Ana' }, { language: 'de', topics: ['delivery'] }, brand)).toBe(
      'Guten Tag Ana,\n\nVielen Dank für Ihre Frage zu der Lieferung. Wir sehen uns das an. Gibt es noch etwas, das wir wissen sollten?\n\nFreundliche Grüße\nThe Bluebird team',
    )
    expect(fill({}, { customerName: 'Ana' }, { topics: ['delivery'] }, brand)).toBe(
      'Thank you for your question about delivery. We are looking into it. Is there anything else we should know?',
    )
  })

  it('leave no hole where a name, a brand or a signature is missing', () => {
    expect(fill({}, { channel: email })).toMatch(/^Hello,\n\n[^]*\n\nKind regards$/)
    expect(fill({}, {}, { theme: 'compliment' })).toMatch(/^Thank you for your kind words! /)
  })
})

describe('a complaint that everybody can read', () => {
  const channel = { id: 'stars', name: 'Stars', isPublic: true, isLetter: false }
  const answer = (facts: string, language = 'en', templates = {}) =>
    fill(templates, { channel }, { theme: 'complaint', language }, { facts })

  it('is offered to be talked about in private, at the one address that the facts name for customers', () => {
    expect(answer('Open daily. Complaints: help@bluebird.example, help@bluebird.example.')).toMatch(
      /Please contact us directly at help@bluebird\.example, so that/,
    )
    expect(answer('Suppliers write to x@bluebird.example.')).toMatch(/Please contact us directly, so that/)
    for (const language of languages)
      expect(answer('help@bluebird.example', language)).toContain('help@bluebird.example')
  })

  it('is answered with the team’s own words where it has some, and elsewhere as before', () => {
    expect(answer('', 'en', { complaint: 'Sorry! {contact}' })).toBe('Sorry!')
    expect(fill({}, {}, { theme: 'complaint' })).toMatch(/Please tell us what would help you most/)
  })
})

describe('a team’s own templates', () => {
  const templates = {
    question: 'general',
    'question.de': 'deutsch',
    'question.de.email': 'deutsche E-Mail',
    'question.pl': 'polski',
  }

  it('are taken from the most specific key', () => {
    expect(fill(templates, { channel: email }, { language: 'de' })).toBe('deutsche E-Mail')
    expect(fill(templates, {}, { language: 'de' })).toBe('deutsch')
    expect(fill(templates, {}, { language: 'pl' })).toBe('polski')
    expect(fill(templates, { channel: email }, { language: 'pl' })).toBe('polski')
    expect(fill(templates, {}, { language: 'en' })).toBe('general')
    expect(fill(templates, {}, { language: 'sv' })).toBe('general')
    expect(fill(templates, {}, { language: 'fr' })).toMatch(/^Merci/)
  })

  it('get what they ask for, and close over what is missing', () => {
    const text = 'Hi {name}, {brand} here[ about {topic}]. [1] {signature}'
    expect(
      fill({ question: text }, { customerName: 'Ana' }, { topics: ['refund'] }, { name: 'Bluebird', signature: 'B.' }),
    ).toBe('Hi Ana, Bluebird here about refunds. [1] B.')
    expect(fill({ question: text })).toBe('Hi, here. [1]')
    expect(fill({ question: '{name}, thank you :-)\n{signature}' })).toBe('Thank you :-)')
  })

  it('keep a placeholder that nobody knows, for the teammate to see', () => {
    expect(fill({ question: 'Your number is {number}.' })).toBe('Your number is {number}.')
  })

  it('are checked for keys and placeholders that do not exist', () => {
    expect(
      checkTemplates({ ...templates, 'qestion.de': 'a', 'question.german': 'b', question: '{nmae} {name}' }),
    ).toEqual([
      '"question" has the unknown placeholder {nmae}. Use {name}, {brand}, {signature}, {topic}, {contact}.',
      expect.stringContaining('"qestion.de" is no template key. Use theme, theme.language or theme.language.channel'),
      expect.stringContaining('"question.german" is no template key.'),
    ])
  })
})

describe('a customer’s name', () => {
  it.each([
    'https://evil.example',
    'win at evil.com',
    '{signature}',
    'a@b.example',
    'x'.repeat(100),
    '  ',
    '[{brand}]',
    '48213',
  ])('is left out when it is "%s"', (customerName) => {
    expect(fill({ question: 'Hi {name}!' }, { customerName }, {}, { signature: 'S', name: 'B' })).toBe('Hi!')
  })

  it.each(['Ana', 'J. R. O’Neill', 'Zoé-Marie', '山田 太郎', 'María José'])(
    'is used when it is "%s"',
    (customerName) => {
      expect(fill({ question: 'Hi {name}!' }, { customerName })).toBe(`Hi ${customerName}!`)
    },
  )
})
