import type { Sentiment } from '../../interactions/interaction.ts'
import { finder, type Speech } from './words.ts'

const findPositive = finder({
  en: `thank*, great, excellent, love*, lovely, wonderful*, amazing, awesome, perfect*, best, fantastic, helpful, happy, glad,
    friendly, delicious, beautiful*, brilliant, superb, outstanding, impressed, pleased, pleasure, appreciate*, recommend*,
    five stars, well done, good job, good work, very good, so good, really good, kudos, shout out, better than, enjoy*, nice`,
  de: `danke*, dank, toll*, super, spitze, klasse, wunderbar*, großartig*, hervorragend*, ausgezeichnet*, perfekt*, freundlich*,
    nett*, lecker*, köstlich*, begeistert, zufrieden, glücklich, empfehlen, weiterempfehl*, bestens, prima, liebe, lob, schön*,
    herzlich*, kompetent*, hilfsbereit*, gerne wieder, sehr gut*, besser als, freue*, kompliment, gelungen`,
  fr: `merci, parfait*, excellent*, super, génial*, formidable*, merveilleu*, délicieu*, chaleureu*, ravi*, content*, satisfait*,
    aimable*, sympa*, gentil*, agréable*, bravo, recommande, adore*, magnifique*, top, impeccable*, meilleur*, très bon*,
    félicitations, efficace*`,
  es: `gracias, excelente*, genial*, perfecto, perfecta, maravillos*, fantástic*, estupend*, increíble*, riquísim*, delicios*,
    amable*, encant*, content*, feliz, recomiendo, recomendable*, precios*, mejor*, buenísim*, felicidades, enhorabuena, satisfech*,
    simpátic*, volveremos, muy bien, muy buen*`,
  it: `grazie, ottim*, eccellent*, perfett*, fantastic*, meraviglios*, splendid*, bellissim*, buonissim*, delizios*, gentil*,
    cordial*, content*, felice, felici, consigliatissim*, complimenti, brav*, bravissim*, soddisfatt*, squisit*, adoro, torneremo,
    molto bene, simpatic*, super`,
  pt: `obrigad*, excelente*, ótim*, perfeit*, maravilhos*, fantástic*, incríve*, delicios*, simpátic*, ador*, recomendo, feliz,
    contente*, parabéns, satisfeit*, melhor*, muito bom, muito boa, muito bem, gentil*, atencios*, amei, impecáve*`,
  nl: `dank, bedankt, dankjewel, geweldig*, super, fantastisch*, uitstekend*, perfect*, heerlijk*, lekker*, vriendelijk*, top,
    prachtig*, blij, tevreden, aanrader, mooi*, aardig*, fijne, prima, complimenten, genoten, behulpzaam, goed geholpen,
    heel goed*, zeer goed*, beter dan`,
})

const findNegative = finder({
  en: `not good, terrible, horrible, awful, bad, worst, worse, rude*, disappoint*, unacceptable, ridiculous, disgust*, angry, furious, annoy*,
    frustrat*, unhappy, broken, broke, damaged, defective, faulty, dirty, noisy, useless, poor, cold food, missing, wrong, scam,
    overpriced, too expensive, never again, never arrived, not arrived, hasn t arrived, still not, still waiting, still no,
    still haven t, nobody, no one, no reply, no answer, no response, without any reply, doesn t work, not work*, isn t working,
    stopped working, won t, keeps crash*, crash*, fails, failed, error, charged twice, double charged, overcharged, money back,
    want a refund, demand a refund, too late, arrived late, is late, was late, delayed, delay, waited, waiting for, complain*,
    complaint, problem*, issue*, lost, leak*, torn, ignored, unfriendly, slow, waste*, sick, shame, higher, not recommend,
    can t log in, can t access`,
  de: `nicht gut, schlecht*, schlimm*, furchtbar*, schrecklich*, enttäusch*, unverschämt*, frechheit, unfreundlich*, unhöflich*, kaputt*, defekt*,
    beschädigt*, zerbrochen, dreckig*, schmutzig*, laut, fehlt, fehlen, falsch*, verärgert, ärger*, sauer, wütend, katastrophe*,
    inakzeptabel, unmöglich, nie wieder, niemand, keiner, immer noch nicht, noch immer nicht, funktioniert nicht, geht nicht,
    nicht angekommen, nicht erhalten, keine antwort, verspät*, zu spät, zu teuer, warte seit, gewartet, beschwer*, reklam*, problem*,
    fehler*, abzocke, betrug, mangel*, mängel, unzumutbar, unverständlich*, peinlich, doppelt abgebucht, geld zurück, kalt, nervt`,
  fr: `pas bon*, mauvais*, nul, nulle, horrible*, déçu*, déception, décevant*, inadmissible*, inacceptable*, scandaleu*, désagréable*, impoli*,
    cassé*, abîmé*, défectueu*, sale, sales, bruyant*, froid, froide, manque, manquant*, erreur*, retard*, personne ne, jamais plus,
    plus jamais, toujours pas, pas encore reçu, pas reçu, ne fonctionne, ne marche, aucune réponse, aucune nouvelle, arnaque*,
    remboursez, plainte, réclamation, problème*, honte, honteu*, furieu*, en colère, attends depuis, à éviter, inconfortable*, trop cher,
    deux fois, lent, lente, endommagé*`,
  es: `no es buen*, mal, malo, mala, malos, malas, pésim*, horrible*, terrible*, decepcion*, inaceptable*, vergüenza, vergonzos*, maleducad*,
    antipátic*, roto, rota, rotos, rotas, dañad*, defectuos*, suci*, ruidos*, frío, fría, falta, faltan, error*, retras*, nadie, nunca más,
    todavía no, aún no, no ha llegado, no llegó, no funciona*, no puedo, sin respuesta, estafa*, queja*, reclama*, problema*,
    enfadad*, indignad*, esperando, devuelvan, dos veces, demasiado caro, demasiado cara, lent*, fatal, peor*, tarde`,
  it: `non buon*, pessim*, brutt*, orribil*, terribil*, delus*, delud*, inaccettabil*, vergogn*, scortes*, maleducat*, rott*, danneggiat*,
    difettos*, sporc*, rumoros*, fredd*, manca, mancano, errore, errori, ritard*, nessuno, mai più, non è ancora, non funziona*,
    non ho ricevuto, nessuna risposta, truffa, reclam*, problema, problemi, arrabbiat*, furios*, aspetto da, due volte,
    voglio un rimborso, troppo car*, lent*, peggio*, sbagliat*`,
  pt: `não é bom, não é boa, péssim*, mau, má, ruim, horríve*, terríve*, decepcion*, desilud*, inaceitáve*, vergonh*, grosseir*, mal educad*, partid*, estragad*,
    danificad*, quebrad*, defeito*, defeituos*, suj*, barulhent*, frio, fria, falta, faltam, erro, erros, atras*, ninguém, nunca mais, não volto,
    ainda não, não chegou, não recebi, não funciona*, sem resposta, burla, golpe, queixa*, reclama*, problema*, zangad*, furios*,
    à espera, duas vezes, dinheiro de volta, muito car*, lent*, pior*`,
  nl: `niet goed, slecht*, vreselijk*, verschrikkelijk*, teleurgesteld*, teleurstell*, onacceptabel*, belachelijk*, schandalig*, onbeschoft*,
    onvriendelijk*, kapot*, stuk, defect*, beschadigd*, vies*, vuil*, koud*, ontbreekt, ontbreken, fout*, verkeerd*, vertraging,
    te laat, niemand, nooit meer, nog steeds niet, nog niet ontvangen, niet aangekomen, niet geleverd, werkt niet, doet het niet,
    geen antwoord, geen reactie, oplicht*, klacht*, probleem, problemen, boos, woedend, wacht al, twee keer, geld terug, te duur, duur, traag*`,
})

const findNegation = finder({
  en: 'not, no, never, t, cannot, hardly, without',
  de: 'nicht, kein*, nie, niemals, ohne, weder',
  fr: 'pas, ne, n, jamais, sans, aucun*',
  es: 'no, nunca, sin, ningun*, tampoco',
  it: 'non, mai, senza, nessun*',
  pt: 'não, nunca, sem, nenhum*',
  nl: 'niet, geen, nooit, zonder',
})

/** How many words speak for us, and how many against. */
export interface Weights {
  positive: number
  negative: number
}

/** How many words speak for and against us. A negation turns praise into blame, and blame into nothing. */
export function weigh(speech: Speech): Weights {
  const negations = findNegation(speech)
  const negationOf = (at: number) => negations.findLast((negation) => negation < at && at - negation <= 3)
  const blame = findNegative(speech)
  const spent = new Set(blame.map(negationOf))
  const negative = blame.filter((at) => negationOf(at) === undefined)
  const praise = findPositive(speech).filter((at) => !blame.includes(at))
  const denied = praise.filter((at) => {
    const negation = negationOf(at)
    return negation !== undefined && !spent.has(negation)
  })
  return { positive: praise.length - denied.length, negative: negative.length + denied.length }
}

export function sentimentOf({ positive, negative }: Weights): Sentiment {
  if (positive > 0 && negative > 0) {
    if (positive >= 3 * negative) return 'positive'
    return negative >= 3 * positive ? 'negative' : 'mixed'
  }
  if (positive === negative) return 'neutral'
  return positive > 0 ? 'positive' : 'negative'
}
