/** Every word that a person reads in a message or a modal, in order. */
export function textOf(payload: unknown): string {
  const words: string[] = []
  collect(payload && typeof payload === 'object' && 'blocks' in payload ? payload.blocks : payload, words)
  return words.join('\n')
}

const readable = new Set(['text', 'title', 'label', 'hint', 'placeholder', 'initial_value', 'elements', 'accessory'])

function collect(value: unknown, words: string[]): void {
  if (typeof value === 'string') words.push(value)
  else if (Array.isArray(value)) for (const one of value) collect(one, words)
  else if (typeof value === 'object' && value !== null) {
    for (const [key, inner] of Object.entries(value)) {
      if (readable.has(key) || (typeof inner === 'object' && key !== 'confirm')) collect(inner, words)
    }
  }
}
