import { plainText } from '../kit/plain-text.ts'
import type { Mail } from './read-mail.ts'
import { stripQuotes } from './strip-quotes.ts'

/** Elements in which mail clients put what is quoted. */
const quotes = [
  '.gmail_quote',
  '.gmail_quote_container',
  '.gmail_extra',
  'blockquote[type="cite"]',
  '.yahoo_quoted',
  '.protonmail_quote',
  '.moz-cite-prefix',
  '.zmail_extra',
  'div[name="quote"]',
]

/** Elements after which everything is quoted. */
const quoteStarts = [
  '#divRplyFwdMsg',
  '#x_divRplyFwdMsg',
  '#appendonsend',
  '#stopSpelling',
  '#reply-intro',
  '#mail-editor-reference-message-container',
  '#ms-outlook-mobile-body-separator-line',
  '.ms-outlook-mobile-reference-message',
  '.OutlookMessageHeader',
  'div[style*="border-top:solid #E1E1E1"]',
  'div[style*="border-top:solid #B5C4DF"]',
]

const hasQuoteMarkup =
  /gmail_(?:quote|extra)|type="?cite|yahoo_quoted|protonmail_quote|moz-cite-prefix|zmail_extra|name="?quote|divRplyFwdMsg|appendonsend|stopSpelling|reply-intro|mail-editor-reference|ms-outlook-mobile|OutlookMessageHeader|border-top:solid #(?:E1E1E1|B5C4DF)/
const forwarded = /^\s*(?:fwd?|wg|tr|rv|enc|doorst|vs|vb|i|переслано|转发)\s*[:：]/iu

/** What the customer wrote: `text` is theirs alone, `full` is all of it. */
export function mailText(mail: Mail): { text: string; full: string } {
  const html = mail.html ?? ''
  const full = mail.text || plainText(html)
  if (forwarded.test(mail.subject)) return { text: full, full }
  const own = hasQuoteMarkup.test(html) ? plainText(html, { leaveOut: quotes, endAt: quoteStarts }) : ''
  return { text: stripQuotes(own || full), full }
}
