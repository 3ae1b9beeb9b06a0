/** What a person reads in blocks: what Slack interprets is interpreted, what it doesn't stands letter by letter. */
export function readAsPerson(payload: unknown): { text: string; links: string[] } {
  const words: string[] = []
  const links: string[] = []
  const shown = payload as { blocks?: unknown; title?: unknown; text?: unknown } | null
  if (shown?.title) read(shown.title)
  if (shown?.blocks) read(shown.blocks)
  else if (typeof shown?.text === 'string') words.push(interpreted(shown.text, links))

  function read(value: unknown): void {
    if (Array.isArray(value)) for (const one of value) read(one)
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return
    const part = value as Record<string, unknown>
    switch (part['type']) {
      case 'plain_text':
      case 'text':
        return void words.push(String(part['text']))
      case 'mrkdwn':
        return void words.push(interpreted(String(part['text']), links))
      case 'link':
        links.push(String(part['url']))
        return void words.push(String(part['text'] ?? part['url']))
      case 'date':
        return void words.push(String(part['fallback'] ?? ''))
      default:
        for (const [name, inner] of Object.entries(part)) if (name !== 'confirm') read(inner)
    }
  }
  // Marks that keep names from turning the writing direction of what stands beside them can't be seen.
  return { text: words.join('\n').replace(/[\u2066-\u2069]/g, ''), links }
}

/** https://docs.slack.dev/messaging/formatting-message-text */
function interpreted(mrkdwn: string, links: string[]): string {
  return mrkdwn
    .replace(/<([^<>|]*)(?:\|([^<>]*))?>/g, (_, target: string, label?: string) => {
      if (/^(https?|mailto):/.test(target)) links.push(target)
      return label ?? target
    })
    .replace(/(^|\s)([*_~])(\S(?:.*?\S)?)\2(?=\s|$)/g, '$1$3')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&')
}
