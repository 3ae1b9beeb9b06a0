import { z } from 'zod'
import type { Action, ActionId, Card } from '../card.ts'

/** `read` shows the whole conversation; it changes nothing, so no card lists it. */
export type Clickable = ActionId | 'read'

export interface Click {
  action: Clickable
  conversationId: string
  target: string | null
  seenSeq: number
  /** Nothing is asked before it is done. */
  isQuick: boolean
}

const clickables: Record<Clickable, true> = {
  approve: true,
  edit: true,
  schedule: true,
  template: true,
  redraft: true,
  assign: true,
  'assign-to': true,
  unassign: true,
  dismiss: true,
  snooze: true,
  spam: true,
  reopen: true,
  undo: true,
  'mark-sent': true,
  'mark-unsent': true,
  resend: true,
  copy: true,
  retry: true,
  customer: true,
  read: true,
}
const isClickable = (text: unknown): text is Clickable => typeof text === 'string' && Object.hasOwn(clickables, text)

/**
 * What a click carries: "approve! <conversation> <draft> <seq>". Slack's menus have room for 75 characters, Discord's
 * ids for 100, so UUIDs travel in 22 instead of 36.
 */
export function clickValue(
  card: Pick<Card, 'conversationId' | 'seenSeq'>,
  { id: action, target, form }: Pick<Action, 'target' | 'form'> & { id: Clickable },
): string {
  return [
    form === null ? `${action}!` : action,
    packed(card.conversationId),
    target === null ? '-' : packed(target),
    card.seenSeq.toString(36),
  ].join(' ')
}

const id = z.union([
  z
    .string()
    .regex(/^[\w-]{22}$/)
    .transform((text) =>
      Buffer.from(text, 'base64url')
        .toString('hex')
        .replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-'),
    ),
  z
    .string()
    .regex(/^=[\w.!~*'()%-]+$/)
    .transform((text, ctx) => {
      try {
        return decodeURIComponent(text.slice(1))
      } catch {
        ctx.addIssue('is no id')
        return z.NEVER
      }
    }),
])
const clickSchema = z.tuple([
  z
    .string()
    .regex(/^[a-z-]+!?$/)
    .transform((word) => ({ action: word.replace('!', ''), isQuick: word.endsWith('!') }))
    .pipe(z.object({ action: z.custom<Clickable>(isClickable), isQuick: z.boolean() })),
  id,
  z.union([z.literal('-').transform(() => null), id]),
  z
    .string()
    .regex(/^[0-9a-z]{1,11}$/)
    .transform((text) => Number.parseInt(text, 36))
    .pipe(z.int().min(0)),
])

/** The inverse. Null for what is no click on a card. */
export function parseClick(value: string): Click | null {
  if (value.length > 2000) return null
  const parsed = clickSchema.safeParse(value.split(' '))
  if (!parsed.success) return null
  const [{ action, isQuick }, conversationId, target, seenSeq] = parsed.data
  return { action, conversationId, target, seenSeq, isQuick }
}

function packed(text: string): string {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text)
    ? Buffer.from(text.replaceAll('-', ''), 'hex').toString('base64url')
    : `=${encodeURIComponent(text.toWellFormed())}`
}
