// How texts are compared, here and in SQL: without case, accents, and marks that nobody sees. All of it is told letter by letter, so that it
// doesn't depend on the locale of a database.

/**
 * What folding leaves out of a decomposed text, as a class of characters for a regular expression of JavaScript and of Postgres: controls,
 * marks over letters (Latin, Greek, Cyrillic; Hebrew points, Arabic vowels), joiners, variation selectors. Marks of Indic and
 * South-East Asian writing stay: there they are the vowels. Not U+0001, which can stand between texts.
 */
export const unseen =
  '[\\u0002-\\u0008\\u000e-\\u001f\\u007f-\\u009f\\u00ad\\u0300-\\u036f\\u0483-\\u0487\\u0591-\\u05bd\\u05bf\\u05c1\\u05c2\\u05c4\\u05c5\\u05c7\\u0610-\\u061a\\u0640\\u064b-\\u065f\\u0670\\u06d6-\\u06dc\\u06df-\\u06e4\\u06e7\\u06e8\\u06ea-\\u06ed\\u1ab0-\\u1aff\\u1dc0-\\u1dff\\u200b-\\u200f\\u202a-\\u202e\\u2060-\\u206f\\u20d0-\\u20ff\\ufe00-\\ufe0f\\ufe20-\\ufe2f\\ufeff]'
/** What compatibility decomposition leaves of them. */
export const spaces = '[ \\u0009-\\u000d\\u2028\\u2029]+'

const european = {
  ø: 'o',
  ł: 'l',
  đ: 'd',
  ð: 'd',
  ħ: 'h',
  ı: 'i',
  ŧ: 't',
  ŋ: 'n',
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  þ: 'th',
  ς: 'σ',
}
/** One letter on two keyboards: Arabic and Persian. */
const arabic = { ى: 'ي', ی: 'ي', ک: 'ك', ة: 'ه' }
/** Of the zeros of Arabic, Persian and Devanagari. */
const zeros = [0x660, 0x6f0, 0x966]

/** Decomposition leaves them whole, and people type something simpler. Lower case. */
export const simpler: ReadonlyMap<string, string> = new Map([
  ...Object.entries(european),
  ...Object.entries(arabic),
  ...zeros.flatMap((zero) =>
    Array.from({ length: 10 }, (_, n): [string, string] => [String.fromCharCode(zero + n), String(n)]),
  ),
])

const everyUnseen = new RegExp(unseen, 'g')
const everySpace = new RegExp(spaces, 'g')

const letterOrMark = /[\p{L}\p{N}\p{M}]/u
const letterOrDigit = /[\p{L}\p{N}]/u
/** Also soft hyphens and the like, of which folding leaves nothing. */
const formatting = /\p{Cf}/u
const apostrophe = /['’ʼ＇]/u
/**
 * Written without spaces. Hangul has them, but what is said of a noun is joined to it ("환불", "환불을", "환불이"): pairs find it all the same,
 * without a dictionary.
 */
const unspaced =
  /[\p{scx=Han}\p{scx=Hiragana}\p{scx=Katakana}\p{scx=Hangul}\p{scx=Thai}\p{scx=Lao}\p{scx=Khmer}\p{scx=Myanmar}]/u
/** Belongs to the character before it: a mark, or the vowel or ending of a Hangul syllable that is spelt out. */
const continuing = /[\p{M}\u1160-\u11ff]/u

/** The text as it is compared. Never throws; NUL, U+0001 and lone surrogates are left out. */
export function fold(text: string): string {
  return Array.from(text.replace(/\p{Cs}/gu, ''), foldLetter)
    .join('')
    .replaceAll('\0', '')
    .replaceAll('\u0001', '')
    .normalize('NFC')
    .replace(everySpace, ' ')
    .trim()
}

/** Of one code point, decomposed: NFC puts together again what belongs together (Hangul, kana). */
function foldLetter(letter: string): string {
  return look(letter).plain
}

type Spacing = 'spaced' | 'unspaced'

interface Letter {
  plain: string
  role: 'letter' | 'apostrophe' | 'nothing' | 'end'
  /** What it stands for in words. */
  parts: { text: string; kind: Spacing | 'mark' | 'end' }[]
}

const known = new Map<string, Letter>()

function look(letter: string): Letter {
  const before = known.get(letter)
  if (before) return before
  const decomposed = letter.normalize('NFKD').replace(everyUnseen, '').toLowerCase()
  const plain = Array.from(decomposed, (one) => simpler.get(one) ?? one).join('')
  const isApostrophe = apostrophe.test(letter)
  const isLetter = letterOrMark.test(letter) && !isApostrophe
  const isNothing = formatting.test(letter) || (plain === '' && letterOrMark.test(letter))
  const result: Letter = {
    plain,
    role: isApostrophe ? 'apostrophe' : isNothing ? 'nothing' : isLetter ? 'letter' : 'end',
    parts: Array.from(plain, (text) => ({ text, kind: kindOf(text) })),
  }
  // A half is no digit of the number before it.
  if (plain.includes('\u2044')) result.parts.unshift({ text: '', kind: 'end' })
  // A text may hold any of a million.
  if (known.size < 20_000) known.set(letter, result)
  return result
}

function kindOf(plain: string): Letter['parts'][number]['kind'] {
  if (!letterOrMark.test(plain)) return 'end'
  if (continuing.test(plain)) return 'mark'
  return unspaced.test(plain) ? 'unspaced' : 'spaced'
}

const longestWord = 64

export interface Token {
  /** Folded; at most 64 code points. */
  word: string
  /** Where it stands in the text as it was given. */
  start: number
  end: number
  /** The last character of writing without spaces: in longer writing a pair begins with it, so it is looked for as a beginning. */
  isBeginning: boolean
}

/** True for words of writing without spaces. */
export function isUnspaced(word: string): boolean {
  return unspaced.test(word)
}

/** A character with its marks. */
interface Unit {
  text: string
  start: number
  end: number
}

/**
 * The words of a text, in order: runs of letters, digits and marks. An address falls into its parts (mia@example.com: mia, example, com).
 * Writing without spaces: each two neighbouring characters, and the last alone. Symbols and emoji are none. Never throws; its
 * time is linear in the text's length.
 */
export function tokensOf(text: string): Token[] {
  const tokens: Token[] = []
  let run: Unit[] = []
  let kind: Spacing = 'spaced'
  /** Runs that apostrophes separate. */
  let parts: Unit[][] = []
  let isApostrophe = false

  const endRun = () => {
    if (run.length > 0) parts.push(run)
    run = []
  }
  const endWord = () => {
    endRun()
    if (kind === 'unspaced') for (const part of parts) addPairs(tokens, part)
    else addWords(tokens, parts)
    parts = []
    isApostrophe = false
  }

  let start = 0
  while (start < text.length) {
    const plain = run.length === 0 && parts.length === 0 ? plainWordAt(text, start) : ''
    if (plain !== '') {
      const end = start + plain.length
      tokens.push({ word: plain.slice(0, longestWord).toLowerCase(), start, end, isBeginning: false })
      kind = 'spaced'
      start = end
      continue
    }
    const letter = String.fromCodePoint(text.codePointAt(start) ?? 0)
    const end = start + letter.length
    const { role, parts: pieces } = look(letter)
    if (role === 'apostrophe' && run.length > 0 && kind === 'spaced' && !isApostrophe) isApostrophe = true
    else if (role === 'apostrophe' || role === 'end') endWord()
    else if (role === 'letter')
      for (const piece of pieces) {
        const last = run.at(-1)
        if (piece.kind === 'end') endWord()
        else if (piece.kind === 'mark' && last) {
          last.text += piece.text
          last.end = end
        } else {
          const itsKind: Spacing = piece.kind === 'mark' ? kind : piece.kind
          if (itsKind !== kind) endWord()
          else if (isApostrophe) endRun()
          isApostrophe = false
          kind = itsKind
          run.push({ text: piece.text, start, end })
        }
      }
    start = end
  }
  endWord()
  return tokens
}

/** Most words of most texts: ASCII, with an end after it that is no apostrophe. Nothing needs to be looked up for them. */
const plainWord = /[A-Za-z0-9]+(?=[\n !-&(-/:-@[-_{-~]|$)/y

function plainWordAt(text: string, start: number): string {
  plainWord.lastIndex = start
  return plainWord.exec(text)?.[0] ?? ''
}

function addPairs(tokens: Token[], units: Unit[]): void {
  for (const [at, unit] of units.entries()) {
    const next = units[at + 1]
    addToken(tokens, next ? [unit, next] : [unit], next === undefined)
  }
}

/** "don't" is one word; "l'hôtel", "dell'ordine" are two: people look for the second. O'Brien is one. */
function addWords(tokens: Token[], parts: Unit[][]): void {
  let word: Unit[] = []
  let isElision = false
  for (const part of parts) {
    if (isElision && part.length >= 3) {
      addToken(tokens, word, false)
      word = []
    }
    isElision = word.length === 0 && isElided(part)
    for (const unit of part) word.push(unit)
  }
  addToken(tokens, word, false)
}

function isElided(part: Unit[]): boolean {
  return part.length <= 8 && /^(?!o$)[a-z]+$/.test(part.map(({ text }) => text).join(''))
}

function addToken(tokens: Token[], units: Unit[], isBeginning: boolean): void {
  const [first, last] = [units[0], units.at(-1)]
  if (!first || !last) return
  const whole = units.slice(0, longestWord).map(({ text }) => text.slice(0, 4 * longestWord))
  const word = Array.from(whole.join('').normalize('NFC')).slice(0, longestWord).join('').toWellFormed()
  if (letterOrDigit.test(word)) tokens.push({ word, start: first.start, end: last.end, isBeginning })
}
