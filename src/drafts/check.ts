import { isLanguage } from '../assistant/languages.ts'
import type { Turn } from '../conversations/conversation.ts'
import type { Triage } from '../interactions/interaction.ts'
import { commitmentsIn, plain } from '../replies/promises.ts'
import type { Brand } from '../settings/tuning.ts'
import type { Flag } from './draft.ts'

interface DraftToCheck {
  text: string
  /** In characters. */
  maxLength: number
  isPublic: boolean
  /** Of what it answers; null while nobody knows it. */
  triage: Pick<Triage, 'theme' | 'language'> | null
  /** Texts that can be trusted: the brand's facts, templates and signature, the team's earlier turns. Never the customer's. */
  sources: string[]
}

/**
 * What a teammate should look at before approving; empty when nothing stands out.
 * Never throws. Every pattern here is bounded, so that the time grows with the text's length only.
 */
export function checkDraft({ text, maxLength, isPublic, triage, sources }: DraftToCheck): Flag[] {
  const clean = text.normalize('NFKC').replace(/\p{Cf}+/gu, '')
  const known = sources.map((source) => source.normalize('NFKC'))
  return [
    ...checkLength(text, maxLength),
    ...checkPromises(clean),
    ...(isPublic ? checkPersonalData(clean, known) : []),
    ...(isPublic ? checkPrivateChannel(clean, triage) : []),
    ...checkLinks(clean, known),
    ...checkObedience(clean),
  ]
}

/** The team's own texts, and what it said in this conversation. */
export function trustedTexts({ facts, signature, templates }: Brand, turns: Pick<Turn, 'from' | 'text'>[]): string[] {
  const said = turns.filter(({ from }) => from === 'team').map(({ text }) => text)
  return [facts, signature, ...Object.values(templates), ...said]
}

function checkLength(text: string, maxLength: number): Flag[] {
  if (text.length <= maxLength) return []
  const format = (count: number) => count.toLocaleString('en')
  return [{ code: 'too-long', text: `Has ${format(text.length)} characters; this channel takes ${format(maxLength)}` }]
}

function checkPromises(text: string): Flag[] {
  const found = new Set(commitmentsIn(text).flatMap(({ what }) => what))
  return [...found].map((what) => ({ code: 'promise', text: `Promises ${what}` }))
}

const emails = /[\p{L}\p{N}._%+-]{1,64}@[\p{L}\p{N}-]{1,63}(?:\.[\p{L}\p{N}-]{1,63}){1,5}/gu
const numbers = /\+?\(?\d[\d ()./-]{5,22}\d/g
const dates = /^(?:\d{1,2}[./-]\d{1,2}[./-]\d{2,4}|\d{4}[./-]\d{1,2}[./-]\d{1,2})\b/
const orderNumbers =
  /\b(?:order|booking|reference|invoice|tracking|customer|bestell\w{0,10}|auftrag\w{0,10}|rechnung\w{0,10}|kunden\w{0,10}|commande|reservation|facture|pedido|reserva|factura|ordine|prenotazione|fattura|encomenda|fatura|bestelling|reservering|factuur)[ -]{0,2}(?:number|no|nr|nummer|num|numero|n°|id)?[ .:#°]{0,4}(?=[a-z-]{0,8}\d)[a-z\d-]{4,24}\b|#\d{4,12}\b/

function checkPersonalData(text: string, sources: string[]): Flag[] {
  const trusted = sources.join('\n').toLowerCase()
  const trustedDigits = trusted.replace(/[^\d\n]+/g, '')
  const flags: Flag[] = []
  const hasEmail = [...text.matchAll(emails)].some(([email]) => !trusted.includes(email.toLowerCase()))
  if (hasEmail) flags.push({ code: 'personal-data', text: 'Shows an email address in public' })
  const hasNumber = [...text.matchAll(numbers)].some(([number]) => {
    const digits = number.replace(/\D+/g, '')
    return digits.length >= 8 && digits.length <= 19 && !dates.test(number) && !trustedDigits.includes(digits)
  })
  if (hasNumber) flags.push({ code: 'personal-data', text: 'Shows a phone or account number in public' })
  if (orderNumbers.test(plain(text))) flags.push({ code: 'personal-data', text: 'Shows an order number in public' })
  return flags
}

/** Some way to us that isn't public, in whatever words; a text without any of these offers none. Without accents. */
const privateChannel =
  /@|\bhttps?:|\+?\d[\d ()./-]{6,22}\d|\b(?:priva|prive|direct|dms?\b|pms?\b|inbox|e-?mail|mail|courriel|correo|postfach|contact|contat|kontakt|phone|telephon|telefon|tel\b|call (?:us|me)|ring us|give us a (?:call|ring)|text us|get in touch|be in touch|in touch with us|reach (?:out|us|me)|(?:write|message|speak|talk|chat) (?:to |with )?(?:us|me)|(?:send|drop) (?:us|me)|anruf|(?:ruf|schreib|meld|wend)\w{0,3} (?:sie|dich|euch|uns|mich)|ecri(?:re|v|s)|appel|envoyez|joindre|joignez|escri[bv]|llam|(?:envi|mand)[ea]r?-?(?:nos|me)|fale con|ligu?[ae]|scriv|chiam|scrivet|schrijf|stuur|bel(?:len)? (?:ons|me|naar)|bereik)/

/** Where a complaint is answered in public, what it takes to mend it is better said elsewhere. Only in languages whose words for it we know. */
function checkPrivateChannel(text: string, triage: DraftToCheck['triage']): Flag[] {
  if (triage?.theme !== 'complaint' || !isLanguage(triage.language)) return []
  if (privateChannel.test(plain(text))) return []
  return [{ code: 'no-private-channel', text: 'Offers no private channel' }]
}

const addresses =
  /\b[a-z][a-z0-9+.-]{1,20}:\/\/[^\s<>"')\]]{1,2000}|(?<![\p{L}\p{N}_-])(?:[\p{L}\p{N}_-]{1,63}\.){1,6}[\p{L}-]{2,24}(?![\p{L}\p{N}_-])(?::\d{1,5})?(?:\/[^\s<>"')\]]{0,2000})?/giu
/** Endings that make two words with a dot between them a domain; others need a path or `www.`. */
const endings =
  /\.(?:com|net|org|info|biz|io|co|ai|app|dev|shop|store|online|site|xyz|top|club|eu|uk|us|de|at|ch|fr|be|es|it|pt|nl|br|mx|ar|ca|au|ie|pl|se|no|dk|ru|cn|in|link|click|live|me|ly|gl|to|tk|example|test)$/

function checkLinks(text: string, sources: string[]): Flag[] {
  const trusted = new Set(sources.flatMap(linksIn).flatMap((link) => [link, hostOf(link)]))
  const unknown = new Set(linksIn(text).filter((link) => !trusted.has(link)))
  return [...unknown].slice(0, 3).map((link) => ({
    code: 'unknown-link',
    text: `Points to ${link.length > 80 ? `${link.slice(0, 79)}…` : link}, which is in none of your own texts`,
  }))
}

function linksIn(text: string): string[] {
  return [...text.matchAll(addresses)]
    .map(([found]) => found)
    .filter(isLink)
    .map(normalise)
}

function isLink(found: string): boolean {
  if (found.includes('://') || found.includes('/') || /^www\./i.test(found)) return true
  // "Danke.Es" is a missing space, "danke.es" and "DANKE.ES" are not.
  return !/\.\p{Lu}\p{Ll}+$/u.test(found) && endings.test(found.toLowerCase())
}

function normalise(link: string): string {
  return link
    .toLowerCase()
    .replace(/^https?:\/\//, '')
    .replace(/^www\./, '')
    .replace(/[.,;:!?/]{1,20}$/, '')
}

function hostOf(link: string): string {
  return link.split('/', 1)[0] ?? link
}

/** What only a machine that follows somebody's orders says. Without accents. */
const obedience =
  /\b(?:system ?-?prompts?|system message|developer message|as an? (?:ai|artificial intelligence|large language)\b|language model|sprachmodell|modele de langage|modelo de lenguaje|modello linguistico|modelo de linguagem|taalmodel|als ki\b|en tant qu.i\.?a\b|como (?:una? |uma )?i\.?a\b|in quanto ia\b|als ai\b|chatgpt|openai|gpt-\d|(?:ignor\w{0,6}|disregard\w{0,3}|forget|vergiss|vergeet|negeer|olvida\w{0,4}|dimentica\w{0,4}|esqueca\w{0,3}|oublie\w{0,3}) .{0,30}(?:instruction|prompt|anweisung|instruccion|istruzion|instruco|instrucao|instructie)|my (?:previous |initial )?(?:instructions|prompt)|i (?:was|am|have been) instructed|(?:previous|prior|vorherigen?|precedentes|anteriores|precedenti|vorige) (?:instructions|prompt|anweisungen|instrucciones|istruzioni|instrucoes|instructies)|ispublic|maxlength|customername|previousdraft)/

function checkObedience(text: string): Flag[] {
  if (!obedience.test(plain(text))) return []
  return [
    { code: 'instructed', text: 'Speaks of instructions or of being a machine: did the customer try to steer it?' },
  ]
}
