import type { Theme } from '../interactions/interaction.ts'
import type { Language } from './languages.ts'

/** What a letter begins and ends with. */
export const letterParts: Record<Language, { greeting: string; closing: string }> = {
  en: { greeting: 'Hello[ {name}],', closing: 'Kind regards' },
  de: { greeting: 'Guten Tag[ {name}],', closing: 'Freundliche Grüße' },
  fr: { greeting: 'Bonjour[ {name}],', closing: 'Bien cordialement' },
  es: { greeting: 'Hola[ {name}]:', closing: 'Un cordial saludo' },
  it: { greeting: 'Buongiorno[ {name}],', closing: 'Cordiali saluti' },
  pt: { greeting: 'Olá[ {name}],', closing: 'Com os melhores cumprimentos' },
  nl: { greeting: 'Hallo[ {name}],', closing: 'Met vriendelijke groet' },
}

/** Where anybody can read the answer, a complaint is better talked about elsewhere. */
export const publicComplaint: Record<Language, string> = {
  en: 'We are sorry about the trouble[ with {topic}]. This is not how it should be, and we are looking into it. Please contact us directly[ at {contact}], so that we can talk about the details.',
  de: 'Der Ärger[ mit {topic}] tut uns leid. So sollte es nicht sein, und wir gehen der Sache nach. Bitte schreiben Sie uns direkt[ an {contact}], damit wir die Einzelheiten besprechen können.',
  fr: 'Nous sommes désolés pour ce désagrément[ concernant {topic}]. Cela ne devrait pas arriver, et nous regardons ce qui s’est passé. Merci de nous contacter directement[ à l’adresse {contact}], afin d’en parler plus en détail.',
  es: 'Sentimos las molestias[ con {topic}]. No debería ser así y estamos averiguando qué ha pasado. Escríbanos directamente[ a {contact}], por favor, para hablar de los detalles.',
  it: 'Ci dispiace per il disagio[ riguardante {topic}]. Non dovrebbe succedere e stiamo verificando l’accaduto. Ci contatti direttamente[ all’indirizzo {contact}], per favore, per parlare dei dettagli.',
  pt: 'Lamentamos o incómodo[ com {topic}]. Não devia ser assim e estamos a apurar o que aconteceu. Contacte-nos diretamente[ através de {contact}], por favor, para falarmos dos pormenores.',
  nl: 'Wat vervelend[, dit probleem met {topic}]. Zo hoort het niet te gaan en we zoeken uit wat er is gebeurd. Neem rechtstreeks contact met ons op[ via {contact}], dan kunnen we het over de details hebben.',
}

/** The built-in drafts. They promise nothing, and fit a letter as well as a chat. */
export const texts: Record<Theme, Record<Language, string>> = {
  question: {
    en: 'Thank you for your question[ about {topic}]. We are looking into it. Is there anything else we should know?',
    de: 'Vielen Dank für Ihre Frage[ zu {topic}]. Wir sehen uns das an. Gibt es noch etwas, das wir wissen sollten?',
    fr: 'Merci pour votre question[ concernant {topic}]. Nous regardons cela. Y a-t-il autre chose que nous devrions savoir ?',
    es: 'Gracias por su pregunta[ sobre {topic}]. Lo estamos mirando. ¿Hay algo más que debamos saber?',
    it: 'Grazie per la sua domanda[ riguardante {topic}]. Stiamo verificando. C’è altro che dovremmo sapere?',
    pt: 'Obrigado pela sua pergunta[ sobre {topic}]. Estamos a verificar. Há mais alguma coisa que devamos saber?',
    nl: 'Bedankt voor uw vraag[ over {topic}]. We zoeken het uit. Is er nog iets dat we moeten weten?',
  },
  complaint: {
    en: 'We are sorry about the trouble[ with {topic}]. This is not how it should be, and we are looking into it. Please tell us what would help you most.',
    de: 'Der Ärger[ mit {topic}] tut uns leid. So sollte es nicht sein, und wir gehen der Sache nach. Bitte sagen Sie uns, womit Ihnen am besten geholfen wäre.',
    fr: 'Nous sommes désolés pour ce désagrément[ concernant {topic}]. Cela ne devrait pas arriver, et nous regardons ce qui s’est passé. Dites-nous ce qui vous aiderait le plus.',
    es: 'Sentimos las molestias[ con {topic}]. No debería ser así y estamos averiguando qué ha pasado. Díganos, por favor, qué le ayudaría más.',
    it: 'Ci dispiace per il disagio[ riguardante {topic}]. Non dovrebbe succedere e stiamo verificando l’accaduto. Ci dica, per favore, che cosa le sarebbe più utile.',
    pt: 'Lamentamos o incómodo[ com {topic}]. Não devia ser assim e estamos a apurar o que aconteceu. Diga-nos, por favor, o que mais o ajudaria.',
    nl: 'Wat vervelend[, dit probleem met {topic}]. Zo hoort het niet te gaan en we zoeken uit wat er is gebeurd. Laat ons weten waarmee we u het beste kunnen helpen.',
  },
  compliment: {
    en: 'Thank you for your kind words[, {name}]! We are happy to hear that and will pass it on to the team.',
    de: 'Vielen Dank für die netten Worte[, {name}]! Das freut uns sehr, und wir geben es gerne ans Team weiter.',
    fr: 'Merci pour ces mots gentils[, {name}] ! Cela nous fait très plaisir, et nous les transmettons à l’équipe.',
    es: '¡Gracias por sus amables palabras[, {name}]! Nos alegra mucho y se lo haremos llegar al equipo.',
    it: 'Grazie per le sue gentili parole[, {name}]! Ci fa molto piacere e le riferiremo a tutto il team.',
    pt: 'Obrigado pelas suas palavras simpáticas[, {name}]! Ficamos muito contentes e vamos partilhá-las com a equipa.',
    nl: 'Bedankt voor uw aardige woorden[, {name}]! Daar zijn we blij mee en we geven ze door aan het team.',
  },
  suggestion: {
    en: 'Thank you for the suggestion[ about {topic}]. That is useful to hear. We can’t say yet whether it will work out, but we are passing it on to the team.',
    de: 'Vielen Dank für den Vorschlag[ zu {topic}]. Das hilft uns weiter. Ob es klappt, können wir noch nicht sagen, aber wir geben ihn ans Team weiter.',
    fr: 'Merci pour votre suggestion[ concernant {topic}]. Elle nous est utile. Nous ne savons pas encore si ce sera possible, mais nous la transmettons à l’équipe.',
    es: 'Gracias por la sugerencia[ sobre {topic}]. Nos resulta útil. Todavía no sabemos si será posible, pero se la pasamos al equipo.',
    it: 'Grazie per il suggerimento[ riguardante {topic}]. Ci è utile. Non sappiamo ancora se sarà possibile, ma lo passiamo al team.',
    pt: 'Obrigado pela sugestão[ sobre {topic}]. É útil para nós. Ainda não sabemos se será possível, mas vamos passá-la à equipa.',
    nl: 'Bedankt voor uw suggestie[ over {topic}]. Daar hebben we iets aan. We weten nog niet of het lukt, maar we geven het door aan het team.',
  },
  comparison: {
    en: 'Thank you for telling us how we compare. It helps us to see where we stand. What matters most to you when you choose?',
    de: 'Danke, dass Sie uns vom Vergleich mit anderen erzählen. Das hilft uns zu sehen, wo wir stehen. Was ist Ihnen bei der Wahl am wichtigsten?',
    fr: 'Merci de nous dire ce que vous pensez de nous par rapport aux autres. Cela nous aide à nous situer. Qu’est-ce qui compte le plus pour vous au moment de choisir ?',
    es: 'Gracias por contarnos cómo nos ve frente a otros. Nos ayuda a saber dónde estamos. ¿Qué es lo más importante para usted al elegir?',
    it: 'Grazie per averci detto come ci vede rispetto ad altri. Ci aiuta a capire a che punto siamo. Che cosa conta di più per lei nella scelta?',
    pt: 'Obrigado por nos dizer como nos vê em relação a outros. Ajuda-nos a perceber onde estamos. O que é mais importante para si na escolha?',
    nl: 'Bedankt dat u ons vertelt hoe wij het doen vergeleken met anderen. Dat helpt ons te zien waar we staan. Wat is voor u het belangrijkst bij uw keuze?',
  },
}
