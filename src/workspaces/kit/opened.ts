import type { ItemsIndex } from '../report.ts'

/** Those that can be opened: of several that are about the same interactions, the first. */
export function openedOnce<Line extends { opens: ItemsIndex | null }>(
  lines: readonly Line[],
): (Line & { opens: ItemsIndex })[] {
  const opened = new Set<ItemsIndex>()
  return lines.flatMap((line) => {
    const { opens } = line
    if (opens === null || opened.has(opens)) return []
    opened.add(opens)
    return [{ ...line, opens }]
  })
}
