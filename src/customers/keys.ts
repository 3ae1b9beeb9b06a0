import { fold } from '../history/fold.ts'

// Two identities with the same key have the same address, number or name, however it was written.

/** A longer one is no address, and would be too long for an index. */
const longestKey = 320
const longestName = 120

/**
 * An address as it is compared: the domain in any form of writing, A to Z in small letters. Dots and "+shop" stay: only the provider
 * knows what they mean. Null for what is no address.
 */
export function emailKey(address: string): string | null {
  const trimmed = address.trim()
  const at = trimmed.lastIndexOf('@')
  // Beyond A to Z two letters that look different may become the same, and they may be two people's addresses.
  const local = trimmed.slice(0, Math.max(at, 0)).replace(/[A-Z]/g, (letter) => letter.toLowerCase())
  const domain = trimmed
    .slice(at + 1)
    .normalize('NFKC')
    .toLowerCase()
  const key = `${local}@${domain}`
  const isAddress = at > 0 && domain !== '' && key.length <= longestKey && !/[\s\p{C}]|@.*@/u.test(key)
  return isAddress ? key : null
}

/**
 * A number as it is compared: "+" and its digits, the country's code first. "+49 (0)30 123 45" and "0049-30-12345" are one.
 * Null for one without a country's code: in another country it is another number.
 */
export function phoneKey(number: string): string | null {
  const [plain, ...more] = number
    .normalize('NFKC')
    .replace(/^\s*tel:/i, '')
    .replace(/\(\s*0\s*\)/, '')
    .replace(/[\s\p{Pd}\p{Cf}()./]/gu, '')
    .replace(/^00/, '+')
    .split(';')
  return plain !== undefined && more.length === 0 && /^\+[1-9]\d{6,14}$/.test(plain) ? plain : null
}

/** Of names that anybody may have, or nobody: where all of a name is made of them, it says nothing. */
const sayingNothing = new Set(
  (
    'a an the my no not none null undefined nobody somebody someone name noname unknown unnamed unbekannt anonymous anonym anonyme anonimo ' +
    'hidden private secret google facebook instagram whatsapp trustpilot apple user users utilisateur usuario utente benutzer nutzer ' +
    'visitor visitors guest guests gast guess invite customer customers client clients cliente kunde kundin kunden klant buyer shopper ' +
    'info infos contact kontakt contacto contatto support service services kundenservice help helpdesk team office buero sales shop ' +
    'store admin administrator mail email noreply reply donotreply test tester testing caller number phone account member friend ' +
    'reviewer reviews review local guide mr mrs ms miss herr frau'
  ).split(' '),
)

/**
 * A name as it is compared: its words, folded and in one order ("Jansen, Mia" and "Mia Jansen" are one). Null for a single word, for fewer
 * than 5 letters, and for what says nothing ("Visitor 12", "Google User"): so many have it that it tells nothing.
 */
export function nameKey(name: string): string | null {
  if (name.includes('@')) return null
  const words = fold(name)
    .replace(/['’ʼ＇]/gu, '')
    .split(/[^\p{L}\p{M}\p{N}]+/u)
    .filter((word) => word !== '')
  const telling = words.filter((word) => !sayingNothing.has(word) && !/^\p{N}+$/u.test(word))
  const letters = words.join('').match(/\p{L}/gu)?.length ?? 0
  if (words.length < 2 || telling.length === 0 || letters < 5) return null
  return Array.from(words.toSorted((a, b) => (a < b ? -1 : 1)).join(' '))
    .slice(0, longestName)
    .join('')
    .trim()
}
