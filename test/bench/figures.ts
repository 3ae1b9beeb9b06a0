/** The value below which `share` of the values lie; NaN when there are none. */
export function quantile(values: number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}

export const median = (values: number[]): number => quantile(values, 0.5)

/** One line of the report. */
export interface Figure {
  what: string
  value: string
  aim: string
  isMet: boolean | null
}

/** A figure that must stay below its aim; null: told for information. */
export function below(what: string, value: number, aim: number | null, unit: string): Figure {
  return {
    what,
    value: `${Math.round(value)} ${unit}`,
    aim: aim === null ? '' : `< ${aim} ${unit}`,
    isMet: aim === null ? null : value < aim,
  }
}

/** A Markdown table that can be read in the terminal too. */
export function table(figures: Figure[]): string {
  const rows = figures.map(({ what, value, aim, isMet }) => [
    what,
    value,
    aim,
    isMet === null ? '' : isMet ? 'met' : 'MISSED',
  ])
  const all = [['What', 'measured', 'aim', ''], ...rows]
  const widths = [0, 1, 2, 3].map((column) => Math.max(...all.map((row) => row[column]?.length ?? 0)))
  const line = (cells: string[]) => `| ${cells.join(' | ')} |`
  const [head = '', ...body] = all.map((row) => line(row.map((cell, column) => cell.padEnd(widths[column] ?? 0))))
  return [head, line(widths.map((width) => '-'.repeat(width))), ...body].join('\n')
}
