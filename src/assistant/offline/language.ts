import { detectAll } from 'tinyld'
import { languages } from '../languages.ts'
import { toWords } from './words.ts'

/** Everyday words and greetings: what tells languages apart in a short text. */
const everyday: Record<string, string> = {
  en: 'hello hi hey thanks thank you please the and is are was were my your our we they what when where how can could would do does have has this that with for not of to it yes sorry cheers bye good morning',
  de: 'hallo moin servus danke dankeschön bitte der die das und ist sind war ich sie wir ihr mein meine ihre nicht ein eine einen mit für auf wann wo wie kann können haben habe guten morgen tag abend grüße tschüss ja nein auch noch bei sehr alles gut',
  fr: 'bonjour bonsoir salut merci beaucoup svp le la les et est sont je vous nous mon ma mes votre vos ne pas un une des du avec pour sur quand où comment que qui ce cette très oui non au revoir chez aussi',
  es: 'hola buenos buenas días tardes gracias muchas por favor el la los las y es son yo usted mi mis su sus no un una con para en cuándo dónde cómo qué que muy sí adiós también más pero está han',
  it: 'ciao buongiorno buonasera salve grazie mille prego per favore il lo la gli le e è sono io voi mio mia vostro vostra non un una con di che quando dove come molto sì arrivederci anche ma della del ottima ottimo',
  pt: 'olá oi bom boa dia tarde noite obrigado obrigada por favor o a os as e é são eu você meu minha seu sua não um uma com para em quando onde como que muito sim tchau também mas está foi seria ótimo se do da no na',
  nl: 'hallo hoi dag goedemorgen bedankt dank dankjewel alstublieft de het een en is zijn ik u jullie wij mijn uw niet met voor op wanneer waar hoe kan kunnen heb hebben ook nog bij zeer erg ja nee doei groeten',
}

const everydayWords = Object.entries(everyday).map(([language, words]) => ({
  language,
  words: new Set(toWords(words)),
}))

/** Others that the detector may answer; a longer list makes short texts worse. */
const others = [
  'pl',
  'cs',
  'sv',
  'da',
  'no',
  'fi',
  'hu',
  'ro',
  'tr',
  'ru',
  'uk',
  'el',
  'ar',
  'he',
  'ja',
  'ko',
  'zh',
  'hi',
]
const only = [...languages, ...others]

const maxLength = 1000
/** Addresses, links and numbers are in no language. */
const noise = /\S{0,99}(?:@|:\/\/|www\.)\S{0,999}|\S{0,99}\d\S{0,99}/g

/** BCP 47 primary language; `und` when the text is too short to tell. */
export function detectLanguage(text: string): string {
  const clean = text.slice(0, maxLength).replace(noise, ' ')
  const words = toWords(clean)
  const scores = new Map<string, number>()
  for (const { language, accuracy } of detect(clean)) scores.set(language, accuracy)
  for (const { language, words: known } of everydayWords) {
    const share = words.filter((word) => known.has(word)).length / Math.max(words.length, 1)
    if (share > 0) scores.set(language, (scores.get(language) ?? 0) + share)
  }
  const [best, second] = [...scores].toSorted((a, b) => b[1] - a[1])
  if (!best || best[1] - (second?.[1] ?? 0) < minLead(words.length)) return 'und'
  return best[0]
}

function detect(text: string): { language: string; accuracy: number }[] {
  return detectAll(text, { only }).map(({ lang, accuracy }) => ({ language: lang, accuracy }))
}

/** One or two words have to be unmistakable. */
function minLead(words: number): number {
  return words < 3 ? 0.3 : 0.01
}
