import { plain } from '../replies/promises.ts'

const emails = /[\p{L}\p{N}._%+-]{1,64}@[\p{L}\p{N}-]{1,63}(?:\.[\p{L}\p{N}-]{1,63}){1,5}/gu

// A line per language of the built-in templates, in the order of `languages`: without accents, "*" for any letters, "@" for the
// address itself.

/** Said beside an address that customers are meant to write to. */
const forCustomers = besideIt([
  'complain*, feedback*, question, questions, help, support, contact us, write to us, write us, email us, e-mail us, mail us, reach us, for customers, our customers, for guests, our guests, customer care, customer service, contact: @, email: @, e-mail: @',
  'beschwerde*, reklamation*, kundenservice, kundendienst, kundenbetreuung, fur kunden, fur gaste, fragen, schreiben sie uns, erreichen sie uns, kontakt: @',
  'reclam*, service client*, contactez, contactez-nous, ecrivez, ecrivez-nous, contact : @, e-mail : @',
  'reclam*, queja*, atencion al cliente, escriba, escribanos, preguntas, contacto: @',
  'reclam*, servizio clienti, domande, scriveteci, contattateci, contatti: @',
  'reclam*, apoio ao cliente, perguntas, contacte-nos, escreva*, contato: @, contacto: @',
  'klacht*, klantenservice, vragen, schrijf ons, mail ons, bereik ons, contact: @',
])

/** What an inbox for customers is called. */
const ofCustomers = wholly([
  'help, helpdesk, support, service, care, customer*, contact, hello, hi, info, complaints, feedback',
  'kontakt, kunden*, hallo',
  'bonjour',
  'hola, contacto',
  'ciao',
  'ola',
  'klanten*',
])

/** Said beside one that is for somebody else, or not to be given away. */
const forOthers = besideIt([
  "no, not, cannot, *n't, never, supplier*, vendor*, wholesale*, press, media, journalist*, job, jobs, career*, apply*, applicant*, application*, recruit*, invoice*, accounting*, accountant*, accounts payable, internal, internally, intern, staff*, employee*, partner*, investor*, legal*, privacy*, data protection, sales",
  'nicht*, nie, niemals, kein*, liefer*, presse*, bewerb*, rechnung*, buchhalt*, interne, internen, interner, internes, mitarbeit*, datenschutz*',
  'pas, jamais, fournisseur*, candidat*, factur*, personnel*',
  'no, nunca, proveedor*, prensa*, empleo*',
  'non, mai, fornitor*, stampa*, lavor*, fattur*',
  'nao, nunca, fornecedor*, imprensa*, emprego*, fatura*',
  'niet, nooit, leverancier*, vacature*, sollicit*, factuur*, medewerker*',
])

/**
 * The email address to which the team's facts plainly send customers: by the words of its sentence, or its own. Empty where there is
 * none, or several: an answer in public must not lead to a supplier's inbox.
 */
export function contactIn(facts: string): string {
  // What stands below a heading belongs to it.
  const sentences = facts.replace(/:[ \t]*\n\s*/g, ': ').split(/\n+|(?<=[.!?;])\s+/)
  const found = new Set(sentences.flatMap(customersIn))
  const [only = ''] = found
  return found.size === 1 ? only : ''
}

function customersIn(sentence: string): string[] {
  const all = [...sentence.matchAll(emails)].map(([email]) => email)
  // What an address itself says is no word of the sentence's.
  const words = plain(sentence.replace(emails, ' @ ')).replace(/\s+/g, ' ')
  if (forOthers.test(words)) return []
  const isTheirs = forCustomers.test(words)
  return all.filter((email) => isTheirs || ofCustomers.test(plain(email).replace(/@.*/, '')))
}

function besideIt(languages: string[]): RegExp {
  return new RegExp(`(?<!\\w)(?:${anyOf(languages)})(?!\\w)`)
}

function wholly(languages: string[]): RegExp {
  return new RegExp(`^(?:${anyOf(languages)})$`)
}

function anyOf(languages: string[]): string {
  return languages.join(', ').replaceAll(', ', '|').replaceAll('*', '\\w*')
}
