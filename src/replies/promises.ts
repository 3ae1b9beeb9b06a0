/** What a text of ours commits us to. Every pattern here is bounded, so that the time grows with the text's length only. */

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

/** What we said that we would do ourselves, in the customer's languages; too common in drafts to be worth a warning. */
const undertaking =
  /\b(?:(?:we|i)(?:'ll| will| shall| are going to| am going to) (?:\w{1,12} ){0,3}(?:send|ship|replace|exchange|deliver|repair|fix|refund|pay|credit|waive|cancel|book|reserve|call|ring|phone|write|let you know|get back|come back|be in touch|keep you)|(?:wir|ich) (?:(?:werden?) .{1,60}(?:schicken|senden|ersetzen|tauschen|liefern|reparieren|anrufen|melden)|(?:schicken|senden|ersetzen|tauschen|liefern|reparieren|melden|rufen|schicke|sende|ersetze|melde|rufe)\b)|nous (?:vous )?(?:enverrons|rappellerons|remplacerons|recontacterons|reparerons|tiendrons)|(?:le|les|te|lo|la) (?:enviaremos|llamaremos|cambiaremos|repararemos|avisaremos|contactaremos)|(?:la|le|vi|ti|lo) (?:richiameremo|invieremo|sostituiremo|ripareremo|contatteremo|ricontatteremo)|(?:vamos|iremos) (?:\w{1,4} )?(?:enviar|trocar|ligar|substituir|reparar|contactar)|(?:we|wij|ik) (?:(?:zullen|zal) .{1,60}(?:sturen|vervangen|bellen|repareren|leveren)|(?:sturen|vervangen|bellen|repareren|stuur|bel)\b))/

/** It holds only in a case that may not come. */
const condition =
  /\b(?:unless|in case|provided that|as long as|wenn|falls|sofern|indien)\b|\bif\b|(?:^|[,;:] ?)(?:si (?!,)|s'il|se (?!l[eoa]s?\b)|als (?:u|je|jij|het|de|er|we)\b)/

interface Commitment {
  /** As it was written. */
  sentence: string
  /** "a refund"; empty: something else that we undertook. */
  what: string[]
  /** Neither asked, nor only for a case that may not come. */
  isFirm: boolean
}

const longest = 10_000
const ends = new Intl.Segmenter('en', { granularity: 'sentence' })
/** "bis zum 3." is no end: the month follows. */
const ordinal = /\b(?:am|ab|bis|zum|vom|den|der|dem) \d{1,2}\.\s*$/i

/**
 * The sentences of a text that promise something, word for word and in their order: what we will do, and by when, what
 * they get. Neither questions, nor what is denied, nor what depends on an "if". Of a long text, its first 10,000
 * characters. Never throws.
 */
export function promisesIn(text: string): string[] {
  return commitmentsIn(text.slice(0, longest))
    .filter(({ isFirm }) => isFirm)
    .map(({ sentence }) => sentence.trim())
}

/** Whatever commits us, also to what is only done in some case. */
export function commitmentsIn(text: string): Commitment[] {
  return sentencesOf(text).flatMap((sentence) => {
    const words = plain(sentence)
    // People leave out the space behind a full stop, and the sentence that follows may be a question.
    const pieces = [words, ...(words.match(/[^.!?\n]+[.!?\n]*/g) ?? [])].filter((piece) => !piece.includes('?'))
    const committing = pieces.filter((piece) => commitment.test(piece)).flatMap(clausesOf)
    const what = promises
      .filter(([, pattern]) => committing.some((clause) => isMeant(clause, pattern)))
      .map(([name]) => name)
    const isUndertaken = pieces.flatMap(clausesOf).some((clause) => {
      const found = undertaking.exec(clause)?.[0]
      return found !== undefined && !denial.test(found) && isMeant(clause, undertaking)
    })
    if (what.length === 0 && !isUndertaken) return []
    return [{ sentence, what, isFirm: !words.includes('?') && !condition.test(words) }]
  })
}

const clausesOf = (sentence: string): string[] => sentence.split(/[,;:]/)

/** It is there, and not denied just before. */
function isMeant(clause: string, pattern: RegExp): boolean {
  const at = clause.search(pattern)
  return at >= 0 && !denial.test(clause.slice(Math.max(0, at - denialReach), at))
}

function sentencesOf(text: string): string[] {
  const sentences: string[] = []
  for (const { segment } of ends.segment(text)) {
    const before = sentences.at(-1)
    if (before !== undefined && ordinal.test(before.slice(-20))) sentences[sentences.length - 1] = before + segment
    else sentences.push(segment)
  }
  return sentences
}

/** Lower case, without accents, straight apostrophes. */
export function plain(text: string): string {
  return text
    .normalize('NFKD')
    .replace(/[\p{M}\p{Cf}]+/gu, '')
    .replaceAll('’', "'")
    .toLowerCase()
}
