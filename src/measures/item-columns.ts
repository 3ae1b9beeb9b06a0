import type { Column } from './csv.ts'
import type { Item } from './read-items.ts'

const minuteMs = 60_000

/** What a file tells of what is behind a number. `names`: of teammates, by id; one without a name is shown by its id. */
export function itemColumns(names: ReadonlyMap<string, string>): Column<Item>[] {
  return [
    { title: 'Written (UTC)', key: 'writtenAt', value: ({ occurredAt }) => occurredAt.toISOString() },
    { title: 'Channel', key: 'channel', value: ({ channel }) => channel },
    { title: 'Account', key: 'account', value: ({ account }) => account },
    { title: 'Theme', key: 'theme', value: ({ theme }) => theme },
    { title: 'Topics', key: 'topics', value: ({ topics }) => topics },
    { title: 'Urgency', key: 'urgency', value: ({ urgency }) => urgency },
    { title: 'Language', key: 'language', value: ({ language }) => language },
    { title: 'What became of it', key: 'state', value: ({ settledAs }) => settledAs ?? 'waiting' },
    { title: 'Settled (UTC)', key: 'settledAt', value: ({ settledAt }) => settledAt?.toISOString() ?? null },
    { title: 'Response time (minutes)', key: 'responseMinutes', value: ({ responseMs }) => minutes(responseMs) },
    {
      title: 'Response time in business hours (minutes)',
      key: 'responseBusinessMinutes',
      value: ({ businessMs }) => minutes(businessMs),
    },
    {
      title: 'Answered by',
      key: 'answeredBy',
      value: ({ approvedBy }) => approvedBy && (names.get(approvedBy) ?? approvedBy),
    },
    {
      title: 'Draft edited (%)',
      key: 'draftEditedPercent',
      value: ({ editedShare }) => (editedShare === null ? null : Math.round(editedShare * 100)),
    },
    { title: 'Stars', key: 'stars', value: ({ rating }) => rating },
    { title: 'Would recommend (0 to 10)', key: 'wouldRecommend', value: ({ recommends }) => recommends },
    { title: 'Conversation', key: 'conversation', value: ({ conversationId }) => conversationId },
    { title: 'Interaction', key: 'interaction', value: ({ interactionId }) => interactionId },
  ]
}

/** "12.5" */
function minutes(ms: number | null): string | null {
  return ms === null ? null : (ms / minuteMs).toFixed(1)
}
