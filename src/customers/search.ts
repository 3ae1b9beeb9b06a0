import { sql, type SQL } from 'drizzle-orm'
import type { PgColumn } from 'drizzle-orm/pg-core'
import { customers, identities } from '../db/schema.ts'
import { fold, simpler, spaces, unseen } from '../history/fold.ts'

/** Stands between two names. Folding leaves it out of what is searched for. */
const separator = '\u0001'

/** Where alphabets have their capitals: Latin, Greek, Cyrillic, Armenian, Georgian, Cherokee, and rarer ones. */
const alphabets = [
  [0xc0, 0x24f],
  [0x370, 0x556],
  [0x10a0, 0x10cd],
  [0x13a0, 0x13f5],
  [0x1c80, 0x1cbf],
  [0x1e9e, 0x1eff],
  [0x2132, 0x2183],
  [0x2c00, 0x2cf2],
  [0xa640, 0xa7ff],
  [0x10400, 0x10595],
  [0x10c80, 0x10d65],
  [0x118a0, 0x118bf],
  [0x16e40, 0x16eb8],
  [0x1e900, 0x1e921],
] as const
const capitals = alphabets
  .flatMap(([first, last]) => Array.from({ length: last - first + 1 }, (_, at) => String.fromCodePoint(first + at)))
  .filter((letter) => letter.toLowerCase() !== letter && letter.normalize('NFKD') === letter)
const letters = new Map([...capitals.map((capital): [string, string] => [capital, fold(capital)]), ...simpler])
const single = [...letters].filter(([, simple]) => Array.from(simple).length === 1)
const several = [...letters].filter(([, simple]) => Array.from(simple).length > 1)

/** True where `part` is in a name, a handle or an address of the customer with this id. Every character stands for itself. */
export function isKnownAs(customerId: PgColumn, part: string): SQL {
  const wanted = fold(part)
  if (wanted === '') return sql`false`
  const names = sql`concat_ws(${separator}, ${customers.name}, ${identities.name}, ${identities.handle}, ${identities.email})`
  return sql`exists (
    select from ${customers} left join ${identities} on ${identities.customerId} = ${customers.id}
    where ${customers.id} = ${customerId} and strpos(${foldedIn(names)}, ${wanted}) > 0)`
}

/** What `fold` makes of it, but for spaces at its ends. */
function foldedIn(text: SQL): SQL {
  // What nobody sees between two spaces leaves one.
  const plain = sql`regexp_replace(regexp_replace(normalize(${text}, NFKD), ${unseen}, '', 'g'), ${spaces}, ' ', 'g')`
  const lower = sql`lower(${plain} collate "C")`
  const [from, to] = [single.map(([letter]) => letter).join(''), single.map(([, simple]) => simple).join('')]
  const translated = several.reduce(
    (so, [letter, simple]) => sql`replace(${so}, ${letter}, ${simple})`,
    sql`translate(${lower}, ${from}, ${to})`,
  )
  // A long translation takes longer than all the rest, and most names don't need it.
  return sql`case when octet_length(${plain}) = char_length(${plain}) then ${lower} else normalize(${translated}, NFC) end`
}
