import { plain } from '../replies/promises.ts'

const emails = /[\p{L}\p{N}._%+-]{1,64}@[\p{L}\p{N}-]{1,63}(?:\.[\p{L}\p{N}-]{1,63}){1,5}/gu

/** Words beside an address that customers are meant to write to, in the languages of the built-in templates. Without accents. */
const forCustomers =
  /\b(?:complain|feedback|questions?\b|help\b|support\b|(?:contact|write to|write|e-?mail|reach) us\b|(?:for|our) (?:customers|guests)\b|customer (?:care|service)|(?:contact|kontakt|contacto|contatti|contato|e-?mail): ?$|beschwerde|reklamation|kunden(?:service|dienst|betreuung)|fur (?:kunden|gaste)\b|fragen\b|(?:schreiben|erreichen) sie uns|reclam|service client|(?:contactez|ecrivez)[ -]|queja|atencion al cliente|escriba(?:nos)?\b|preguntas|servizio clienti|domande\b|(?:scrive|contatta)teci|apoio ao cliente|perguntas|contacte-nos|escreva|klacht|klantenservice|vragen\b|(?:schrijf|mail|bereik) ons)/
const ofCustomers =
  /^(?:help|helpdesk|support|service|care|customer\w*|contact|hello|hi|info|complaints|feedback|kontakt|kunden\w*|hallo|bonjour|hola|contacto|ciao|ola|klanten\w*)@/

/** Words beside one that is for somebody else, or not to be given away. */
const forOthers =
  /\b(?:not|never|don'?t|supplier|vendor|wholesale|press\b|media\b|journalist|jobs?\b|career|appl(?:y|icant|ication)|recruit|invoice|account(?:ing|ant|s payable)|intern(?:al|ally|e|en|er|es)?\b|staff|employee|partner|investor|legal|privacy|data protection|sales\b|nicht|niemals|kein|liefer|presse|bewerb|rechnung|buchhalt|mitarbeit|datenschutz|pas\b|jamais|fournisseur|candidat|factur|personnel|nunca|proveedor|prensa|empleo|mai\b|fornitor|stampa|lavor|fattur|fornecedor|imprensa|emprego|fatura|niet|nooit|leverancier|vacature|sollicit|factuur|medewerker)/

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
  const all = [...sentence.matchAll(emails)]
  // What an address itself says is no word of the sentence's.
  const words = plain(sentence.replace(emails, ' @ '))
  if (forOthers.test(words)) return []
  const isTheirs = words.split('@').some((part) => forCustomers.test(part.trimEnd()))
  return all.map(([email]) => email).filter((email) => isTheirs || ofCustomers.test(plain(email)))
}
