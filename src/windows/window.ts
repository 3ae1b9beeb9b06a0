/** Until when a provider takes the team's own words, counted from the customer's last. */

/** When fewer minutes than one of these are left, the card tells of it. */
export const warnings = [30, 120, 360] as const

const minuteMs = 60_000

/** When the provider takes no reply any more. */
export function windowEnd({ lastInboundAt }: { lastInboundAt: Date }, hours: number): Date {
  return new Date(lastInboundAt.getTime() + hours * 3_600_000)
}

/** Fewer minutes than this are left; 0: the window has closed. Null: plenty. */
export function minutesLeft(closesAt: Date, now: Date): number | null {
  const leftMs = closesAt.getTime() - now.getTime()
  if (leftMs <= 0) return 0
  return warnings.find((minutes) => leftMs < minutes * minuteMs) ?? null
}

interface Closed {
  /** Of the channel. */
  name: string
  hours: number
  /** There are texts that the provider approved beforehand. */
  hasTemplates: boolean
}

/** Why the team's own words can't be sent any more, and what to do. */
export function closedText({ name, hours, hasTemplates }: Closed): string {
  const why = `${name} takes no ${hasTemplates ? 'free text' : 'reply'} more than ${hours} h after their last message`
  return hasTemplates
    ? `${why}. Send a template, or wait until they write again`
    : `${why}. Answer them another way and dismiss this, or wait until they write again`
}
