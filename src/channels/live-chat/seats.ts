/** How many of something are taken at once, by key. */
export interface Seats {
  /** Takes one of each; returns how to give them back, or null when one key has no more. */
  take(wanted: [key: string, most: number][]): (() => void) | null
}

export function createSeats(): Seats {
  const taken = new Map<string, number>()
  const count = (key: string) => taken.get(key) ?? 0
  return {
    take(wanted) {
      if (wanted.some(([key, most]) => count(key) >= most)) return null
      for (const [key] of wanted) taken.set(key, count(key) + 1)
      let isGiven = false
      return () => {
        if (isGiven) return
        isGiven = true
        for (const [key] of wanted) {
          if (count(key) > 1) taken.set(key, count(key) - 1)
          else taken.delete(key)
        }
      }
    },
  }
}
