import { createRandom, type Random } from '../chaos/random.ts'

/**
 * What customers and teams write, made up: each language has its commonest words, words of this trade, and a long tail of
 * rare ones, drawn as they are in real languages (Zipf), in messages of realistic lengths. The same seed writes the same.
 */
export interface Writer {
  language(): Language
  /** What a customer says, and what it is about. */
  message(language: Language, topic: string): string
  /** What the team answers. */
  answer(language: Language, topic: string, name: string): string
  topic(): string
  name(): { first: string; last: string }
  /** A word as it stands in messages: the rank in its language, 0 being the commonest. */
  wordAt(language: Language, rank: number): string
}

const languages = ['en', 'de', 'nl', 'fr', 'es', 'it', 'pt', 'ja'] as const
export type Language = (typeof languages)[number]
/** Of a hundred messages. */
const shares: Record<Language, number> = { en: 52, de: 16, nl: 8, fr: 8, es: 7, it: 3, pt: 3, ja: 3 }

const common: Record<Language, string> = {
  en: 'the to I and a my is it for of you in have not on this that with was be are me can but your at from please as we order if so will would when do has an received there get out what still been no all how back just had they one',
  de: 'ich die und das der zu nicht ist es in den mit für habe sie mir von auf ein eine dass wie bitte auch noch aber meine was wurde an haben kann nur wenn dem bei wir heute schon wieder sehr nach hat so keine vielen gerne',
  nl: 'ik de het een en van is niet dat in te heb met voor mijn op er maar aan om ook nog zijn wel graag kan als dit naar bij nu al was worden hoe kunt heeft deze geen door wat',
  fr: 'je de la le et à les un en que pour une pas est mon vous ne des du ai il dans me avec ce sur plus bonjour votre cette été mais si nous par qui sans bien comment très',
  es: 'de que la el en y no a mi un por con una para es lo los se me las he su pero ya muy como del al este si más cuando todo ha hola gracias qué bien sin',
  it: 'di che non il la e un per una mi in è ho del con le da si ma come al sono mio anche lo se questo molto più ancora grazie stato alla vorrei',
  pt: 'de que não o a e um para uma com do em é meu por minha da mas os se foi no já como está na ao ainda mais muito obrigado quero quando',
  ja: '注文 商品 届き ません まだ です ます 箱 壊れ て いました 返金 できますか お願いします 先週 昨日 電球 交換 配送 確認 連絡 ください ありがとう 請求書 サイズ 色',
}
const trade: Record<Language, string> = {
  en: 'delivery parcel refund invoice broken lamp return account password voucher discount size colour damaged missing late courier address cancel exchange warranty payment card charged twice email phone wait answer box lid glass shade bulb cable switch assembly screws manual website login code gift subscription shipping tracking number store replacement quality scratched wrong item reply days week urgent',
  de: 'lieferung paket erstattung rechnung kaputt lampe rückgabe konto passwort gutschein rabatt größe farbe beschädigt fehlt spät bote adresse stornieren umtausch garantie zahlung karte doppelt schraube anleitung glas schirm kabel schalter webseite sendung nummer ersatz qualität falsch artikel antwort tage woche dringend',
  nl: 'levering pakket terugbetaling factuur kapot lamp retour account wachtwoord bon korting maat kleur beschadigd ontbreekt laat bezorger adres annuleren ruilen garantie betaling kaart dubbel glas kap kabel schakelaar verzending nummer vervanging verkeerd antwoord dagen week dringend',
  fr: 'livraison colis remboursement facture cassé lampe retour compte mot passe bon réduction taille couleur abîmé manque retard livreur adresse annuler échange garantie paiement carte double verre câble interrupteur suivi numéro remplacement qualité mauvais article réponse jours semaine urgent',
  es: 'entrega paquete reembolso factura roto lámpara devolución cuenta contraseña cupón descuento talla color dañado falta tarde mensajero dirección cancelar cambio garantía pago tarjeta doble vidrio cable interruptor seguimiento número calidad equivocado artículo respuesta días semana urgente',
  it: 'consegna pacco rimborso fattura rotto lampada reso account password buono sconto taglia colore danneggiato manca ritardo corriere indirizzo annullare cambio garanzia pagamento carta doppio vetro cavo interruttore numero sostituzione qualità sbagliato articolo risposta giorni settimana urgente',
  pt: 'entrega encomenda reembolso fatura partido candeeiro devolução conta senha vale desconto tamanho cor danificado falta atraso estafeta morada cancelar troca garantia pagamento cartão vidro cabo interruptor número substituição qualidade errado artigo resposta dias semana urgente',
  ja: '配達 荷物 返品 返金 請求 ランプ 破損 口座 割引 交換 保証 支払い 遅延 住所 取消',
}
const closings: Record<Language, string> = {
  en: 'We are sorry about the trouble. Thank you for your patience. We will get back to you by tomorrow. Your refund is on its way.',
  de: 'Der Ärger tut uns leid. Vielen Dank für Ihre Geduld. Wir melden uns bis morgen. Ihre Erstattung ist unterwegs.',
  nl: 'Het spijt ons. Bedankt voor uw geduld. We komen er morgen op terug. Uw terugbetaling is onderweg.',
  fr: 'Nous sommes désolés. Merci de votre patience. Nous revenons vers vous demain. Votre remboursement est en route.',
  es: 'Lo sentimos. Gracias por su paciencia. Le responderemos mañana. Su reembolso está en camino.',
  it: 'Ci dispiace. Grazie per la pazienza. Le risponderemo domani. Il suo rimborso è in arrivo.',
  pt: 'Lamentamos. Obrigado pela paciência. Voltaremos a contactá-lo amanhã. O seu reembolso está a caminho.',
  ja: '申し訳ございません。明日までにご連絡いたします。返金の手続きをいたしました。',
}
const endings = Object.fromEntries(
  languages.map((language) => [language, closings[language].split(/(?<=[.。])\s*/)]),
) as Record<Language, string[]>
const syllables =
  'ba be bi bo bra da del den der do dra el en er fa fen fi ga gel gra ha hel in is ka kel kin la lan le len lo ma mar me mi mon na ne nel no ol on or pa per pi po ra re ri ro sa sel sen si so sta ta tel ten ti to tra ul un va vel ven vi vo wa wel za zel'.split(
    ' ',
  )
const kana = 'アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワン'.split('')
const topics =
  'delivery refund invoice broken parts warranty account password voucher discount size colour returns exchange payment assembly subscription website gift packaging'.split(
    ' ',
  )

/** How many words a language has. */
const vocabularySize = 60_000

export function createWriter(seed: number): Writer {
  const random = createRandom(seed)
  const vocabularies = new Map(languages.map((language) => [language, vocabularyOf(language, createRandom(seed + 1))]))
  const draw = zipf(vocabularySize)
  const vocabulary = (language: Language) => vocabularies.get(language) ?? []
  const lasts = Array.from({ length: 20_000 }, () => capital(word(random, 'en')))
  const firsts = Array.from({ length: 1500 }, () => capital(word(random, 'en')))
  const drawLast = zipf(lasts.length)
  const drawFirst = zipf(firsts.length)
  const drawTopic = zipf(topics.length * 3)
  const unit = () => random.between(0, 999_999) / 1_000_000

  function words(language: Language, count: number): string {
    const known = vocabulary(language)
    const said: string[] = []
    for (let at = 0; at < count; at++) {
      const next = known[draw(unit())] ?? ''
      said.push(at % 12 === 0 ? capital(next) : next)
      if (at % 12 === 11) said[at] += '.'
    }
    return said.join(language === 'ja' ? '' : ' ')
  }

  return {
    language() {
      let left = random.between(0, 99)
      return languages.find((one) => (left -= shares[one]) < 0) ?? 'en'
    },
    message(language, topic) {
      // Half have fewer than 30 words, one in a hundred more than 250.
      const length = Math.min(600, Math.round(4 + 26 * Math.exp(gauss(unit) * 0.95)))
      const number = random.chance(0.2) ? ` ${random.between(100_000, 9_999_999)}` : ''
      return `${words(language, length)} ${topic}${number}.`
    },
    answer(language, topic, name) {
      const length = Math.min(300, Math.round(6 + 24 * Math.exp(gauss(unit) * 0.6)))
      return `${name}, ${topic}: ${words(language, length)}. ${random.pick(endings[language])}`
    },
    topic() {
      const rank = drawTopic(unit())
      return rank < topics.length ? (topics[rank] ?? '') : `${topics[rank % topics.length]} ${lasts[rank]}`
    },
    name: () => ({ first: firsts[drawFirst(unit())] ?? '', last: lasts[drawLast(unit())] ?? '' }),
    wordAt: (language, rank) => vocabulary(language)[rank] ?? '',
  }
}

function vocabularyOf(language: Language, random: Random): string[] {
  const known = [...common[language].split(' '), ...trade[language].split(' ')]
  const all = new Set(known)
  while (all.size < vocabularySize) all.add(word(random, language))
  return [...all]
}

function word(random: Random, language: Language): string {
  if (language === 'ja') return Array.from({ length: random.between(2, 5) }, () => random.pick(kana)).join('')
  return Array.from({ length: random.between(2, 4) }, () => random.pick(syllables)).join('')
}

/** Ranks from 0 on, of which the first is the likeliest: the chance of the nth is in proportion to 1 / (n + 2). */
function zipf(size: number): (unit: number) => number {
  const sums = new Float64Array(size)
  let sum = 0
  for (let rank = 0; rank < size; rank++) sums[rank] = sum += 1 / (rank + 2.7)
  return (unit) => {
    let [low, high] = [0, size - 1]
    while (low < high) {
      const middle = (low + high) >> 1
      if ((sums[middle] ?? 0) < unit * sum) low = middle + 1
      else high = middle
    }
    return low
  }
}

/** Box and Muller. */
const gauss = (unit: () => number): number => Math.sqrt(-2 * Math.log(unit() + 1e-9)) * Math.cos(2 * Math.PI * unit())

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)
