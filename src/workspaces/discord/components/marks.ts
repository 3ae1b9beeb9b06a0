import { createHash } from 'node:crypto'
import { ComponentType, type APIMessageTopLevelComponent } from 'discord.js'

/**
 * A message carries the key that it was posted with in the numeric ids of its first two components: Discord keeps no
 * other note of ours. https://docs.discord.com/developers/components/reference#anatomy-of-a-component
 */
export type Marks = readonly [number, number]

export function marksOf(key: string): Marks {
  const digest = createHash('sha256').update(key).digest()
  // Small numbers are what Discord gives to components without an id.
  const at = (offset: number) => (digest.readUInt32BE(offset) & 0x3fff_ffff) | 0x4000_0000
  const [first, second] = [at(0), at(4)]
  return [first, second === first ? first ^ 1 : second]
}

/** At most 25 characters; with it Discord takes the same post twice for one, for a few minutes. */
export function nonceOf(key: string): string {
  return createHash('sha256').update(key).digest('base64url').slice(0, 25)
}

/** The same components, the first two of which tell that they were posted with this key. */
export function withMarks(components: APIMessageTopLevelComponent[], key: string): APIMessageTopLevelComponent[] {
  const left = [...marksOf(key)]
  const marked = <T extends { id?: number }>(component: T): T => {
    const id = left.shift()
    return id === undefined ? component : { ...component, id }
  }
  return components.map((component) => {
    const own = marked(component)
    return own.type === ComponentType.Container ? { ...own, components: own.components.map(marked) } : own
  })
}

/** Whether a message, as Discord returns it, was posted with this key. */
export function hasMarks(components: unknown, key: string): boolean {
  const [first, second] = marksOf(key)
  const ids = idsOf(components)
  return ids[0] === first && ids[1] === second
}

/** Of the outermost component first, then of what is in it. */
function idsOf(components: unknown): unknown[] {
  if (!Array.isArray(components)) return []
  return components.flatMap((component: unknown) =>
    typeof component === 'object' && component !== null
      ? ['id' in component ? component.id : null, ...('components' in component ? idsOf(component.components) : [])]
      : [],
  )
}
