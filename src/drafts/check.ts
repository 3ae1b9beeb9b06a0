import type { Turn } from '../conversations/conversation.ts'
import type { Brand } from '../settings/tuning.ts'
import type { Flag } from './draft.ts'

interface DraftToCheck {
  text: string
  /** In characters. */
  maxLength: number
  isPublic: boolean
  /** Texts that can be trusted: the brand's facts, templates and signature, the team's earlier turns. Never the customer's. */
  sources: string[]
}

/**
 * What a teammate should look at before approving; empty when nothing stands out.
 * Never throws. Every pattern here is bounded, so that the time grows with the text's length only.
 */
export function checkDraft({ text, maxLength, isPublic, sources }: DraftToCheck): Flag[] {
  const clean = text.normalize('NFKC').replace(/\p{Cf}+/gu, '')
  const known = sources.map((source) => source.normalize('NFKC'))
  return [
    ...checkLength(text, maxLength),
    ...checkPromises(clean),
    ...(isPublic ? checkPersonalData(clean, known) : []),
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

/** A promise is one of these, in a sentence that commits us and does not ask, unless denied just before. Without accents. */
const promises: [what: string, pattern: RegExp][] = [
  [
    'a refund',
    /\b(?:refund|reimburs|money back|erstatt|ruckerstatt|zuruckerstatt|geld zuruck|rembours|reembols|devolver(?:emos|le|te)?\b.{0,20}\bdinero|rimbors|dinheiro de volta|terugbeta|geld terug)/,
  ],
  [
    'a compensation or discount',
    /\b(?:compensat|voucher|discount|coupon|gift card|store credit|entschadig|gutschein|gutschrift|rabatt|nachlass|dedommag|bon d.achat|reduction|remise|avoir de|compensa|indemni|descuento|vale de|cupon|risarc|indennizz|buono|sconto|desconto|vale-|cupao|vergoed|tegoedbon|korting)|\b\d{1,3} ?(?:%|percent|prozent|pour ?cent|por ?ciento|per ?cento|procent)/,
  ],
  [
    'something for free',
    /\b(?:for free|free of charge|at no cost|at no charge|no extra charge|on the house|free (?:replacement|delivery|shipping|repair|upgrade|meal|drink|item)|kostenlos|kostenfrei|gratis|umsonst|ohne aufpreis|gratuit|sans frais|offert|sin coste|sin costo|sin cargo|senza costi|omaggio|gratuiti|sem custo|de graca|kosteloos)/,
  ],
  [
    'a guarantee',
    /\b(?:guarantee|we promise|i promise|you have my word|garantier|versprech|versichern ihnen|garantis|garantiss|promett|garantiz|garantizamos|prometemos|garantiamo|garantisco|garantimos|garanto|garander|beloven|beloof)/,
  ],
  [
    'a date or deadline',
    /\b(?:today|tonight|tomorrow|(?:by|on|before|until) (?:mon|tues|wednes|thurs|fri|satur|sun)day|by (?:the )?\d{1,2}|(?:with)?in (?:the next )?(?:\d{1,3}|one|two|three|a few) (?:working |business )?(?:minute|hour|day|week)|next week|by the end of|heute|(?<!guten )morgen|(?:bis|am) (?:zum |spatestens )?(?:montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonntag|\d{1,2})|innerhalb|binnen|in (?:\d{1,3}|zwei|drei|wenigen) (?:minuten|stunden|tagen|wochen)|nachste woche|aujourd.hui|demain|d.ici|avant (?:lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|le \d)|(?:sous|dans) (?:les )?\d{1,3} (?:minute|heure|jour|semaine)|hoy|manana|(?:antes del?|el) (?:lunes|martes|miercoles|jueves|viernes|sabado|domingo)|(?:en|dentro de) (?:un plazo de )?\d{1,3} (?:minuto|hora|dia|semana)|oggi|domani|entro|(?:in|tra|fra) \d{1,3} (?:minut|or[ae]\b|giorn|settiman)|hoje|amanha|(?:em|dentro de) (?:ate )?\d{1,3} (?:minuto|hora|dia|semana)|ate (?:segunda|terca|quarta|quinta|sexta|sabado|domingo)|vandaag|uiterlijk|voor (?:maandag|dinsdag|woensdag|donderdag|vrijdag|zaterdag|zondag)|(?:binnen|over) (?:\d{1,3}|een|twee|drie) (?:minu|uur|uren|dag|week|weken|werkdag))/,
  ],
]

const commitment =
  /\b(?:will|we.ll|i.ll|you.ll|it.ll|here is|here's|is on its way|is being|was issued|shall|going to|have (?:issued|refunded|sent|added|arranged)|(?:we|i) (?:are|am) (?:refunding|sending|offering|giving|adding)|we.re (?:refunding|sending|offering|giving)|(?:we|i) (?:offer|give|can offer|guarantee|promise|refund)|you (?:get|receive|are entitled)|is on us|is free|has been|(?:wir|ich) (?:erstatte|gebe|schenke|biete|schicke|sende|liefer|ersetze|garantiere|verspreche)n?|werden|wird|erhalten|bekommen|schenken|geben ihnen|bieten|schicken|senden|haben .{0,60}(?:veranlasst|erstattet|gutgeschrieben)|garantieren|versprechen|versichern|ist (?:fur sie )?kostenlos|(?:vous|nous|on) (?:allons|allez|va\b|offrons|remboursons|recevrez|garantissons|promettons|envoyons|aurez|beneficiez)|rembourserons|enverrons|offrirons|sera|serez|vous offr|recevrez|vamos a|le (?:daremos|enviaremos|ofrecemos|reembolsaremos|regalamos|garantizamos)|recibira|tendra|enviaremos|reembolsaremos|ofrecemos|daremos|sera|garantizamos|prometemos|es gratis|le (?:offriamo|invieremo|rimborseremo|daremo)|ricevera|avra|rimborseremo|invieremo|offriamo|garantiamo|arrivera|vamos|iremos|oferecemos|daremos|recebera|tera|garantimos|reembolsaremos|enviaremos|zullen|zal|krijgt|ontvangt|geven|bieden|sturen|garanderen|beloven|wordt|worden|llegara|chegara)\b/

const denial =
  /\b(?:not|no|nor|cannot|can't|won't|don't|isn't|unable|never|if|whether|nicht|kein\w{0,2}|ob|pas|aucun\w{0,2}|jamais|nunca|non|nessun\w{0,2}|nao|nenhum\w{0,2}|niet|geen)\b/

/** How far before the promise a denial counts, in characters of the same clause. */
const denialReach = 40

function checkPromises(text: string): Flag[] {
  const found = new Set<string>()
  for (const sentence of plain(text).match(/[^.!?\n]+[.!?\n]*/g) ?? []) {
    if (sentence.includes('?') || !commitment.test(sentence)) continue
    for (const clause of sentence.split(/[,;:]/)) {
      for (const [what, pattern] of promises) {
        const at = clause.search(pattern)
        if (at >= 0 && !denial.test(clause.slice(Math.max(0, at - denialReach), at))) found.add(what)
      }
    }
  }
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

/** Lower case, without accents, straight apostrophes. */
function plain(text: string): string {
  return text
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .replaceAll('’', "'")
    .toLowerCase()
}
