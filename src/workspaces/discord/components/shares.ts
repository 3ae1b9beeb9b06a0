/** The most that each of several texts may have, so that all of them have room; what the short ones leave is the long ones'. */
export function fairShare(sizes: number[], room: number): number {
  let left = room
  for (const [index, size] of sizes.toSorted((a, b) => a - b).entries()) {
    const share = Math.max(0, Math.floor(left / (sizes.length - index)))
    if (size > share) return share
    left -= size
  }
  return Number.POSITIVE_INFINITY
}

/** Texts that together have at most `room` characters; each maker keeps to what it is given, and may do with less. */
export function sharedOut(makers: ((room: number) => string)[], room: number): string[] {
  const whole = makers.map((make) => make(Number.POSITIVE_INFINITY))
  const share = fairShare(
    whole.map(({ length }) => length),
    room,
  )
  return makers.map((make, index) => {
    const text = whole[index] ?? ''
    return text.length <= share ? text : make(share)
  })
}
