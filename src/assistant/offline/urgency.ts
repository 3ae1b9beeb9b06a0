import type { Theme, Urgency } from '../../interactions/interaction.ts'
import { finder, type Speech } from './words.ts'

const findUrgent = finder({
  en: `urgent*, asap, as soon as possible, immediately, right now, emergency, today, tonight, tomorrow, lawyer*, legal action, police, injur*,
    allergic, dangerous, locked out, hacked, stolen, fraud, deadline, right away`,
  de: `dringend*, eilig*, eilt, sofort, umgehend, so schnell wie möglich, schnellstmöglich, notfall, heute, morgen früh, bis morgen, anwalt*,
    rechtlich*, polizei, verletzt, allergisch*, gefährlich*, gehackt, gestohlen, betrug, frist`,
  fr: `urgent*, urgence, au plus vite, dès que possible, immédiatement, tout de suite, aujourd hui, demain, ce soir, avocat*, police, blessé*,
    allergi*, dangereu*, piraté*, volé*, fraude`,
  es: `urgente*, urgencia, cuanto antes, lo antes posible, inmediatamente, ahora mismo, hoy, esta noche, abogad*, policía, herid*, alergi*,
    alérgic*, peligros*, hackead*, robad*, fraude`,
  it: `urgente*, urgenza, al più presto, il prima possibile, immediatamente, subito, oggi, domani, stasera, avvocat*, polizia, ferit*, allergi*,
    pericolos*, hackerat*, rubat*, frode`,
  pt: `urgente*, urgência, o mais rápido possível, quanto antes, imediatamente, agora mesmo, hoje, amanhã, advogad*, polícia, ferid*, alergi*,
    alérgic*, perigos*, hackead*, roubad*, fraude`,
  nl: `dringend*, spoed*, zo snel mogelijk, onmiddellijk, meteen, direct, vandaag, vanavond, morgen, advocaat, politie, gewond, allergi*,
    gevaarlijk*, gehackt, gestolen, fraude`,
})

export function urgencyOf(speech: Speech, text: string, theme: Theme): Urgency {
  if (theme !== 'compliment' && findUrgent(speech).length > 0) return 'high'
  if (theme === 'complaint' && isShouted(text)) return 'high'
  return theme === 'complaint' || theme === 'question' ? 'normal' : 'low'
}

function isShouted(text: string): boolean {
  const letters = text.replace(/\P{L}/gu, '')
  const capitals = text.replace(/\P{Lu}/gu, '')
  return text.includes('!!') || (letters.length > 15 && capitals.length > letters.length / 2)
}
