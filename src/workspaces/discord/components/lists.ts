import { counted } from '../../kit/text.ts'
import { small } from './markdown.ts'

/** As many items as there is room for, below one another; the last line says how many are left out. Null for none. */
export function listed(items: string[], most: number, room: number): string | null {
  const all = items.join('\n')
  if (items.length <= most && all.length <= room) return items.length > 0 ? all : null
  const shown: string[] = []
  let left = room - 40
  for (const item of items) {
    left -= item.length + 1
    if (shown.length >= most || left < 0) break
    shown.push(item)
  }
  return [...shown, small(`and ${counted(items.length - shown.length, 'more line')}`)].join('\n')
}
