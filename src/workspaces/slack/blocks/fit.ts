import { sizeOf, type Block } from './elements.ts'

/** What is left of a message. */
export interface BlockRoom {
  blocks: number
  characters: number
}

/** How long a text may be that has so much room where nothing is short of it. */
export type Most = (max: number) => number

const scales = [1, 0.5, 0.25, 0.1]
const least = 16

/** The longest look that fits: words are shortened before anything is left out. */
export function fitted(build: (most: Most) => Block[], room: BlockRoom): Block[] {
  let blocks: Block[] = []
  for (const scale of scales) {
    blocks = build((max) => Math.max(Math.min(max, least), Math.floor(max * scale)))
    if (blocks.length <= room.blocks && sizeOf(blocks) <= room.characters) break
  }
  return blocks.slice(0, Math.max(0, room.blocks))
}
