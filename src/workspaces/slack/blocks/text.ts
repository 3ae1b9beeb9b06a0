/**
 * Text for Slack's mrkdwn that stays text: `<!channel>`, `*bold*` and `:smile:` are shown as they are written.
 * There is no way to escape its marks for formatting, so they get look-alikes where they would work.
 * https://docs.slack.dev/messaging/formatting-message-text
 */
export function mrkdwn(text: string): string {
  return text
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/\*/g, '∗')
    .replace(/~/g, '∼')
    .replace(/`/g, 'ˋ')
    .replace(/(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu, '＿')
    .replace(/:(?=[\w+'-]+:)/g, ':\u2060')
}
