import type { Conversation } from '../conversations/conversation.ts'
import type { Reply } from '../replies/reply.ts'
import { closedText } from '../windows/window.ts'
import { isApprovable, isClosed } from './card-actions.ts'
import { dismissLabels, duration } from './card-words.ts'
import type { Status } from './card.ts'

export function statusOf(conversation: Conversation): Status | null {
  const { state, reply } = conversation
  const status = (text: string, tone: Status['tone'], at: Date | null = null): Status => ({
    text,
    tone,
    at,
    undoUntil: null,
  })
  if (state === 'quarantined') return status(`Suspected spam: ${conversation.suspicion.join('; ')}`, 'warn')
  if (state === 'dismissed' && conversation.dismissed) {
    return status(
      `Dismissed by ${conversation.dismissed.by}: ${dismissLabels[conversation.dismissed.reason].toLowerCase()}`,
      'plain',
    )
  }
  if (state === 'snoozed') return status('Snoozed until', 'plain', conversation.snoozedUntil)
  if (state === 'sending' && reply) return sendingStatus(reply)
  if (state === 'answered' && reply) {
    const isReviewed = reply.state === 'accepted' && conversation.channel.isModerated
    const text = isReviewed ? reviewedText(reply, conversation.channel.name) : sentText(reply)
    return {
      ...status(text, isReviewed ? 'plain' : 'good', reply.acceptedAt),
      ...(reply.url ? { url: reply.url } : {}),
    }
  }
  if (state === 'waiting' && conversation.isDrafting) {
    return status(conversation.draft ? 'Writing another draft…' : 'Writing a draft…', 'plain')
  }
  if (state === 'waiting' && conversation.triage?.needsReply === false && conversation.draft?.state !== 'proposed') {
    return status('Probably needs no reply', 'plain')
  }
  if (state === 'waiting' && isApprovable(conversation)) return approvalStatus(conversation)
  return null
}

/** Who approved, or must, where two are needed. */
function approvalStatus({ draft, secondApproval }: Conversation): Status | null {
  if (secondApproval.length === 0) return null
  const why = secondApproval.join(', ')
  const first = draft?.firstApprovedBy
  const text = first
    ? `Approved by ${first.name}. A second teammate must approve: ${why}`
    : `Two teammates must approve: ${why}`
  return { text, tone: first ? 'warn' : 'plain', at: null, undoUntil: null }
}

function sendingStatus(reply: Reply): Status | null {
  const base = { at: null, undoUntil: null }
  switch (reply.state) {
    case 'queued':
      if (reply.problem?.isHeld)
        return { ...base, text: `Waiting to be sent; approved by ${reply.approvedBy}`, tone: 'warn' }
      if (reply.isScheduled && reply.attempts === 0)
        return { ...base, text: `Approved by ${reply.approvedBy}. Sends at`, tone: 'plain', at: reply.sendAfter }
      return {
        text: `Sending… approved by ${reply.approvedBy}`,
        tone: 'plain',
        at: null,
        undoUntil: reply.sendAfter,
      }
    case 'by_hand':
      return {
        ...base,
        text: `Approved by ${reply.approvedBy}. This channel can't send: copy the text, send it yourself, then mark it as sent`,
        tone: 'warn',
      }
    case 'unknown':
      // Once the team is asked, the alert says it all.
      if (reply.problem) return null
      return { ...base, text: 'It is not known whether the reply arrived; looking it up', tone: 'warn' }
    default:
      return { ...base, text: `Sending… approved by ${reply.approvedBy}`, tone: 'plain' }
  }
}

function sentText(reply: Reply): string {
  const reached = reply.readAt ? ', read' : reply.deliveredAt ? ', delivered' : ''
  // In front: the time that follows the text is that of the sending.
  const sent = `Sent by ${reply.approvedBy}${reached}`
  const parts = [reply.state === 'published' ? `Published, approved by ${reply.approvedBy}` : sent]
  if (reply.template) parts.push('from a template')
  else if (reply.editedShare === null) parts.push('written by hand')
  else if (reply.editedShare > 0) parts.push(`edited ${Math.max(1, Math.round(reply.editedShare * 100))} %`)
  if (reply.acceptedAt && reply.waitingSince) {
    parts.push(`answered in ${duration(reply.acceptedAt.getTime() - reply.waitingSince.getTime())}`)
  }
  return parts.join(' · ')
}

/** Nobody but the provider sees it yet. */
function reviewedText({ approvedBy }: Reply, channelName: string): string {
  return `Sent by ${approvedBy} · not shown yet: being checked by ${channelName}`
}

export function alertsOf(conversation: Conversation): string[] {
  const { channel, state, reply, replyWindow, inboundSeq, problems } = conversation
  const alerts = problems.map((problem) => problem.text)
  if (state === 'waiting' && replyWindow && isClosed(conversation))
    alerts.push(closedText({ ...channel, hours: replyWindow.hours }))
  if (reply?.problem && !['accepted', 'published', 'withdrawn'].includes(reply.state)) {
    const { reason, action, isHeld } = reply.problem
    const what = { failed: 'Not sent', rejected: 'Rejected', unknown: 'Not known whether it arrived' }
    const title = what[reply.state as keyof typeof what] ?? 'Not sent yet'
    const parts = [`${title}: ${reason}`, action, isHeld ? 'It goes out by itself then' : '']
    alerts.push(parts.filter(Boolean).join('. '))
  }
  if (state === 'sending' && reply && reply.answersSeq < inboundSeq)
    alerts.push('They wrote again after this reply was approved')
  if (state === 'waiting' && reply?.state === 'withdrawn' && reply.problem) alerts.push(reply.problem.reason)
  return alerts
}
