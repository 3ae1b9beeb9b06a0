import { sql } from 'drizzle-orm'
import { rowsOf, type Db } from '../db/client.ts'
import { distance } from '../workspaces/nearest.ts'
import { isUnspaced } from './fold.ts'
import { isFacet, mistakesIn, nearOf, reachOf } from './terms.ts'

// Table `terms` counts the exchanges that each term is in. It is written only where exchanges are, in the same transaction.

/** A word of the dictionary, and how many exchanges have it. */
export interface KnownWord {
  word: string
  count: number
}

/**
 * Adds to the counts (or takes from them, where negative) and forgets terms that nothing has any more. Once in a transaction: terms are
 * locked in one order, so that two never wait for one another.
 */
export async function addTerms(tx: Db, changes: ReadonlyMap<string, number>): Promise<void> {
  const changed = [...changes].filter(([, by]) => by !== 0)
  if (changed.length === 0) return
  const fresh = await rowsOf<{ term: string }>(
    tx,
    sql`with counted as (
      insert into terms (term, count, near)
      select key, value::int, '{}' from jsonb_each_text(${JSON.stringify(Object.fromEntries(changed))}::jsonb) order by key collate "C"
      on conflict (term) do update set count = terms.count + excluded.count
      returning term, near
    ) select term from counted where near = '{}'`,
  )
  const spelt = fresh.flatMap(({ term }) => {
    const near = nearOf(term)
    return near.length > 0 ? [{ term, near }] : []
  })
  if (spelt.length > 0)
    await tx.execute(sql`
      insert into terms (term, count, near)
      select term, 0, array(select jsonb_array_elements_text(near))
      from jsonb_to_recordset(${JSON.stringify(spelt)}::jsonb) as s(term text, near jsonb)
      on conflict (term) do update set near = excluded.near`)
  const fewer = changed.flatMap(([term, by]) => (by < 0 ? [term] : []))
  if (fewer.length > 0)
    await tx.execute(sql`
      delete from terms where count <= 0 and term = any(array(select jsonb_array_elements_text(${JSON.stringify(fewer)}::jsonb)))`)
}

/** How many exchanges have each of these terms. Those that nothing has are left out. */
export async function readCounts(db: Db, terms: readonly string[]): Promise<Map<string, number>> {
  if (terms.length === 0) return new Map()
  const rows = await rowsOf<{ term: string; count: number }>(
    db,
    sql`select term, count from terms where term = any(array(select jsonb_array_elements_text(${storable(terms)}::jsonb)))`,
  )
  return new Map(rows.map(({ term, count }) => [term, count]))
}

/** Known words that a mistyped one may have meant, the likeliest first: fewest mistakes, then the most frequent. `word` is folded. */
export async function wordsLike(db: Db, word: string, max: number): Promise<KnownWord[]> {
  const reach = reachOf(word)
  if (reach.length === 0) return []
  const rows = await rowsOf<KnownWord>(
    db,
    sql`select term as word, count from terms where near && array(select jsonb_array_elements_text(${storable(reach)}::jsonb))`,
  )
  return rows
    .map((row) => ({ row, mistakes: distance(word, row.word) }))
    .filter(({ row, mistakes }) => mistakes <= mistakesIn(word) && row.word !== word)
    .toSorted((a, b) => a.mistakes - b.mistakes || byCount(a.row, b.row))
    .slice(0, max)
    .map(({ row }) => row)
}

/** The most frequent words with this beginning, itself among them; facets when the beginning is one (`topic=deli`). */
export async function wordsBeginning(db: Db, prefix: string, max: number): Promise<KnownWord[]> {
  return rowsOf<KnownWord>(
    db,
    sql`select term as word, count from terms where ${beginsWith(prefix)}
        and (${isFacet(prefix)} or strpos(term, '=') = 0) order by count desc, term collate "C" limit ${max}`,
  )
}

const fewestLetters = 4
const longestEnding = 2
/** More than a language has. */
const mostEndings = 64

/**
 * The word, as far as it is known, and those that are it with up to two letters more or fewer at the end, the most frequent first. Of a short
 * word, or one with digits: itself at most.
 */
export async function endingsOf(db: Db, word: string): Promise<KnownWord[]> {
  const letters = Array.from(word)
  const hasEndings = letters.length >= fewestLetters && /^[\p{L}\p{M}]+$/u.test(word) && !isUnspaced(word)
  if (!hasEndings) return [...(await readCounts(db, [word]))].map(([known, count]) => ({ word: known, count }))
  const shorter = [0, 1, 2].map((fewer) => letters.slice(0, letters.length - fewer).join(''))
  const rows = await rowsOf<KnownWord>(
    db,
    sql`select term as word, count from terms
        where ${beginsWith(word)} and char_length(term) <= ${letters.length + longestEnding} and strpos(term, '=') = 0
        union
        select term, count from terms
        where term = any(array(select jsonb_array_elements_text(${JSON.stringify(shorter)}::jsonb))) and char_length(term) >= ${fewestLetters}`,
  )
  return rows.toSorted(byCount).slice(0, mostEndings)
}

/** Not `like`: of that, a statement that stays prepared finds no index. */
function beginsWith(prefix: string) {
  const begin = storableText(prefix)
  return sql`term ~>=~ ${begin} and term ~<~ ${`${begin}\u{10ffff}`}`
}

function byCount(a: KnownWord, b: KnownWord): number {
  return b.count - a.count || (a.word < b.word ? -1 : 1)
}

function storable(values: readonly string[]): string {
  return JSON.stringify(values.map(storableText))
}

/** What no database takes is in no term. */
function storableText(text: string): string {
  return text.replaceAll('\0', '').toWellFormed()
}
