import type { Theme } from '../../interactions/interaction.ts'
import type { Weights } from './sentiment.ts'
import { finder, type Speech } from './words.ts'

const findComparison = finder({
  en: `compared to, compared with, in comparison, compare with, compare to, your plan compare, competitor*, competition, better than,
    worse than, cheaper than, higher than, faster than, slower than, more expensive than, elsewhere, other shops, other stores,
    other companies, other providers, unlike, switched from, coming from, versus, vs`,
  de: `im vergleich, verglichen mit, konkurrenz, konkurrent*, mitbewerber*, wettbewerber*, besser als, schlechter als, günstiger als,
    billiger als, teurer als, schneller als, woanders, anderswo, andere* anbieter*, andere* läden, gewechselt von`,
  fr: `par rapport, comparé*, en comparaison, concurren*, meilleur* que, mieux que, pire que, moins cher que, plus cher que, moins cher chez,
    moins cher ailleurs, ailleurs, différence entre votre, d en face, contrairement`,
  es: `en comparación, comparad*, comparar, competencia, competidor*, mejor* que, peor que, más barato que, más barato en, más car* que,
    otra* tienda*, otros proveedores, a diferencia, diferencia entre su`,
  it: `rispetto, in confronto, confronto a, paragon*, concorren*, meglio di, meglio del*, migliore di, peggio di, peggio del*, più economic* di,
    più car* di, altrove, altri negozi, differenza tra la vostra, a differenza`,
  pt: `em comparação, comparad*, comparar, concorrência, concorrente*, melhor que, melhor do que, pior que, pior do que, mais barato que,
    mais barato do que, mais car* que, mais car* do que, noutra loja, noutras lojas, outras lojas, ao contrário`,
  nl: `vergeleken met, in vergelijking, concurrent*, concurrentie, beter dan, slechter dan, goedkoper dan, duurder dan, sneller dan, elders,
    ergens anders, andere winkels, andere aanbieders, in tegenstelling, overgestapt van`,
})

/** Measured against hopes, not against others. */
const findExpectation = finder({
  en: 'than expected, than i expected, than i thought, than ever, than before, than last time, than nothing, late than never',
  de: 'als erwartet, als gedacht, als je zuvor, als beim letzten mal, als nichts',
  fr: 'que prévu, que jamais, que je pensais, que rien',
  es: 'que nunca, que nada, de lo esperado, que antes',
  it: 'di prima, del previsto, di niente',
  pt: 'que nunca, do que nunca, do que esperava, que nada',
  nl: 'dan verwacht, dan ooit, dan gedacht, dan niets',
})

const findSuggestion = finder({
  en: `suggest*, you should, you could, you might, would be great if, would be nice if, would be good if, would be lovely, would be helpful if,
    would be better if, would love to see, would like to see, please consider, please add, i wish, why not, why don t you, how about, what about adding,
    my idea, an idea, feature request, recommend that you, it might help, could you add`,
  de: `vorschlag*, vorschlagen, schlage vor, anregung*, wäre schön, wäre toll, wäre super, wäre gut, wäre nett, wäre praktisch, wäre hilfreich,
    fände es gut, fände es schön, ihr solltet, sie sollten, ihr könntet, sie könnten, könnten sie nicht, könntet ihr nicht, warum nicht,
    wünsche mir, würde mir wünschen, idee, wie wäre es, verbesserungsvorschl*`,
  fr: `suggère, suggestion*, propose que, je propose, vous devriez, vous pourriez, il faudrait, il serait bien, ce serait bien, serait bien,
    serait super, serait génial, serait sympa, pourquoi ne pas, pourquoi pas, j aimerais que, une idée, envisag*`,
  es: `sugiero, sugerir, sugerencia*, propongo, propuesta, deberían, podrían, sería genial, sería bueno, sería estupendo, sería ideal,
    estaría bien, estaría genial, por qué no, ojalá, me gustaría que, una idea`,
  it: `suggerisco, suggerimento, suggerire, propongo, proposta, dovreste, potreste, sarebbe bello, sarebbe utile, sarebbe ottimo,
    sarebbe meglio, sarebbe carino, perché non, mi piacerebbe che, un idea`,
  pt: `sugiro, sugestão, sugestões, sugerir, proponho, deveriam, deviam, podiam, poderiam, seria ótimo, seria bom, seria ideal, seria giro,
    seria excelente, por que não, porque não, gostaria que, uma ideia`,
  nl: `suggestie*, voorstel*, stel voor, zou fijn zijn, zou leuk zijn, zou mooi zijn, zou goed zijn, zou handig zijn, zou helpen, jullie zouden,
    u zou, jullie kunnen, jullie moeten, misschien kunnen, waarom niet, waarom geen, een idee, tip voor jullie`,
})

const findRequest = finder({
  en: `i would like to, i d like to, i want to, i need, we need, can i, can you, can we, could i, could you, could we, do you, are you able,
    is there, is it possible, how do, how can, how much, how long, what time, where can, where is, when will, when is, tell me, let me know,
    looking for, wondering, question, please send, please cancel, please change, whether, book a, want to know`,
  de: `ich möchte, wir möchten, ich hätte gern*, ich würde gern*, ich brauche, ich suche, können sie, könnten sie, könnt ihr, kann ich, gibt es,
    haben sie, habt ihr, wie kann, wie viel, wie lange, wann, wo finde, frage, bitte senden, bitte schicken, wüsste gern*, stornieren, ob sie`,
  fr: `je voudrais, je souhaite, j aimerais savoir, j ai besoin, pouvez vous, pourriez vous m, puis je, est ce que, avez vous, y a t il,
    comment, combien, quel*, quand, où puis, question, je cherche, annuler, savoir si`,
  es: `quisiera, me gustaría saber, necesito, pueden, puede, podría, puedo, tienen, hay, cómo, cuánto, cuándo, dónde, a qué hora, qué,
    pregunta, busco, cancelar, quiero cambiar, quiero reservar, saber si`,
  it: `vorrei, avrei bisogno, ho bisogno, potete, posso, è possibile, avete, c è, come posso, quanto, quando, dove, a che ora, domanda, cerco,
    annullare, disdire, sapere se`,
  pt: `gostaria de, queria, preciso, podem, posso, é possível, têm, há, como posso, quanto, quando, onde, a que horas, pergunta, procuro,
    cancelar, saber se, dúvida`,
  nl: `ik wil graag, ik zou graag, ik zoek, ik heb nodig, kunt u, kunnen jullie, kan ik, is er, hebben jullie, heeft u, hoe kan, hoeveel,
    hoe laat, hoe lang, wanneer, waar, vraag, annuleren, weten of`,
})

/** The first rule that fits: what a team most needs to act on comes first. */
export function themeOf(speech: Speech, text: string, weights: Weights): Theme {
  if (findComparison(speech).length > findExpectation(speech).length) return 'comparison'
  const isAsking = /[?？؟]/.test(text) || findRequest(speech).length > 0
  if (findSuggestion(speech).length > 0 && weights.negative <= 1) return 'suggestion'
  if (weights.negative > 0 && weights.negative >= weights.positive) return 'complaint'
  if (isAsking) return 'question'
  return weights.positive > 0 ? 'compliment' : 'question'
}
