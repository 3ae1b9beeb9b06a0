import { finder, type Speech } from './words.ts'

/** Single words, of which a message that needs no answer consists. */
const findCourtesy = finder({
  en: `thank*, you, so, very, much, a, lot, many, ok, okay, k, great, perfect, good, fine, cool, super, all, clear, got, it, cheers, bye, goodbye,
    see, have, nice, day, evening, weekend, too, noted, for, your, the, quick, reply, help, that, s, is, works, done, understood, brilliant, lovely`,
  de: `danke*, vielen, vielmals, besten, herzlichen, dank, schön, sehr, ok, okay, alles, klar, gut, super, prima, perfekt, passt, tschüss, ciao,
    auf, wiedersehen, schönen, tag, abend, noch, ihnen, auch, für, die, ihre, schnelle, antwort, hilfe, bestens, erledigt, verstanden, toll`,
  fr: `merci, beaucoup, bien, ok, d, accord, parfait, super, très, au, revoir, bonne, journée, soirée, à, vous, aussi, pour, votre, aide,
    réponse, rapide, la, c, est, noté, compris, génial, top, bientôt`,
  es: `gracias, muchas, mil, muchísimas, ok, vale, perfecto, genial, de, acuerdo, muy, bien, adiós, hasta, luego, buen, día, por, su, tu, la,
    ayuda, respuesta, rápida, todo, claro, entendido, listo`,
  it: `grazie, mille, tante, molte, ok, va, bene, perfetto, ottimo, ciao, arrivederci, buona, giornata, serata, per, il, l, la, vostro, vostra,
    aiuto, risposta, tutto, chiaro, capito, d, accordo, gentilissimi, a, tutti`,
  pt: `obrigad*, muito, muita, ok, certo, perfeito, ótimo, está, bem, tchau, adeus, até, logo, bom, dia, boa, tarde, noite, pela, pelo, ajuda, resposta,
    rápida, tudo, claro, entendido, combinado`,
  nl: `bedankt, dank, dankjewel, dankuwel, je, u, wel, hartelijk, ok, oké, prima, top, super, goed, fijn, fijne, dag, avond, doei, tot, ziens, voor, de,
    het, snelle, hulp, antwoord, is, duidelijk, begrepen, perfect, helemaal`,
})

const maxWords = 12

/** True for a plain thank-you, an "ok", a goodbye, an emoji or two: nothing that anybody waits for an answer to. */
export function isPlainCourtesy(speech: Speech, text: string): boolean {
  if (text.trim() === '' || /[?？؟]/.test(text) || speech.words.length > maxWords) return false
  if (speech.words.length === 0) return /\p{Extended_Pictographic}/u.test(text)
  const known = new Set(findCourtesy(speech))
  return speech.words.every((_, at) => known.has(at))
}
