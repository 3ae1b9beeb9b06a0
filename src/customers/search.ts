import { sql, type SQL } from 'drizzle-orm'
import type { PgColumn } from 'drizzle-orm/pg-core'
import { customers, identities } from '../db/schema.ts'

// Both sides of a comparison are folded in the same way, letter by letter, so that it doesn't depend on the locale of
// the database: case, accents, spaces, and marks that nobody sees.

/** What compatibility decomposition leaves of them. */
const spaces = '[ \\u0009-\\u000d\\u2028\\u2029]+'
const unseen =
  '[\\u0002-\\u0008\\u000e-\\u001f\\u007f-\\u009f\\u00ad\\u0300-\\u036f\\u200b-\\u200f\\u202a-\\u202e\\u2060-\\u2069\\ufeff]'
/** Stands between two names. Nobody can search for it. */
const separator = '\u0001'

/** Latin beyond ASCII, Greek, Cyrillic, Armenian. */
const alphabets = [
  [0xc0, 0x24f],
  [0x391, 0x3a9],
  [0x400, 0x556],
] as const
const capitals = alphabets
  .flatMap(([first, last]) => Array.from({ length: last - first + 1 }, (_, at) => String.fromCharCode(first + at)))
  .filter((letter) => letter.toLowerCase() !== letter && letter.normalize('NFKD') === letter)
const letters = new Map([
  ...capitals.map((capital): [string, string] => [capital, capital.toLowerCase()]),
  // Decomposition leaves them whole, and people type something simpler.
  ...Object.entries({ ø: 'o', Ø: 'o', ł: 'l', Ł: 'l', đ: 'd', Đ: 'd', ħ: 'h', Ħ: 'h', ı: 'i', ς: 'σ' }),
])

/** True where `part` is in a name, a handle or an address of the customer with this id. Every character stands for itself. */
export function isKnownAs(customerId: PgColumn, part: string): SQL {
  const wanted = folded(part)
  if (wanted === '') return sql`false`
  const names = sql`concat_ws(${separator}, ${customers.name}, ${identities.name}, ${identities.handle}, ${identities.email})`
  return sql`exists (
    select from ${customers} left join ${identities} on ${identities.customerId} = ${customers.id}
    where ${customers.id} = ${customerId} and strpos(${foldedIn(names)}, ${wanted}) > 0)`
}

function foldedIn(text: SQL): SQL {
  // What nobody sees between two spaces leaves one.
  const plain = sql`regexp_replace(regexp_replace(normalize(${text}, NFKD), ${unseen}, '', 'g'), ${spaces}, ' ', 'g')`
  const lower = sql`lower(${plain} collate "C")`
  const [from, to] = [[...letters.keys()].join(''), [...letters.values()].join('')]
  // A long translation takes longer than all the rest, and most names don't need it.
  return sql`case when octet_length(${plain}) = char_length(${plain}) then ${lower} else translate(${lower}, ${from}, ${to}) end`
}

function folded(text: string): string {
  return [...text.toWellFormed().replaceAll('\0', '').replaceAll(separator, '').normalize('NFKD')]
    .map((letter) => letters.get(letter) ?? letter)
    .join('')
    .replace(new RegExp(unseen, 'g'), '')
    .replace(new RegExp(spaces, 'g'), ' ')
    .replace(/[A-Z]/g, (letter) => letter.toLowerCase())
    .trim()
}
