import type { Download, FileFormat } from '../workspaces/found.ts'

type Value = string | number | null | readonly string[]

/** What a file tells of each row: with this title in a table, and this key in an object. */
export interface Column<Row> {
  title: string
  key: string
  value(row: Row): Value
}

/** Rows as a file, written while they are read: a table for spreadsheets (RFC 4180), or an array of objects. `name`: without its ending. */
export function fileOf<Row>(
  name: string,
  format: FileFormat,
  columns: readonly Column<Row>[],
  rows: AsyncIterable<Row>,
): Download {
  if (format === 'json') {
    const objectOf = (row: Row) => Object.fromEntries(columns.map(({ key, value }) => [key, value(row)]))
    return {
      name: `${name}.json`,
      mediaType: 'application/json; charset=utf-8',
      frame: { head: '[\n', between: ',\n', tail: '\n]\n' },
      rows: each(rows, (row) => JSON.stringify(objectOf(row))),
    }
  }
  return {
    name: `${name}.csv`,
    mediaType: 'text/csv; charset=utf-8',
    // By the mark at its beginning a spreadsheet knows the encoding: without it, Excel garbles names.
    frame: { head: `\uFEFF${csvLine(columns.map(({ title }) => title))}`, between: '', tail: '' },
    rows: each(rows, (row) => csvLine(columns.map(({ value }) => value(row)))),
  }
}

async function* each<Row>(rows: AsyncIterable<Row>, textOf: (row: Row) => string): AsyncGenerator<string> {
  for await (const row of rows) yield textOf(row)
}

function csvLine(values: readonly Value[]): string {
  return `${values.map(csvCell).join(',')}\r\n`
}

function csvCell(value: Value): string {
  if (value === null) return ''
  const plain = typeof value === 'object' ? value.join('; ') : value
  // A spreadsheet would take it for a formula and run it.
  const text = typeof plain === 'string' && /^\s*[=+\-@]|^[\t\r]/.test(plain) ? `'${plain}` : String(plain)
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
