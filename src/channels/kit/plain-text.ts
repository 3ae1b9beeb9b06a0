import { htmlToText, type FormatCallback, type HtmlToTextOptions } from 'html-to-text'
import { cleanText } from './clean-text.ts'

interface PlainTextOptions {
  /** CSS selectors of elements to leave out. */
  leaveOut?: string[]
  /** CSS selectors of elements at which the text ends. */
  endAt?: string[]
}

/** Stands where the text ends; a private-use character that `cleanText` lets through but no sender means. */
const END = '\uF8FE'

/** Characters of HTML that are looked at. */
export const longestHtml = 1_000_000
/** Laying out more would hold up everything else for seconds. */
const mostTags = 50_000

/** Turns HTML into plain text. Loads nothing; never throws: what can't be laid out loses its tags. */
export function plainText(html: string, { leaveOut = [], endAt = [] }: PlainTextOptions = {}): string {
  const source = html.slice(0, longestHtml).replaceAll(END, '')
  const options: HtmlToTextOptions = {
    wordwrap: false,
    limits: { maxInputLength: longestHtml, maxDepth: 200 },
    formatters: { end },
    selectors: [
      { selector: 'img', format: 'skip' },
      { selector: 'a', options: { hideLinkHrefIfSameAsText: true, ignoreHref: false, noAnchorUrl: true } },
      ...['h1', 'h2', 'h3', 'h4', 'h5', 'h6'].map((selector) => ({ selector, options: { uppercase: false } })),
      ...leaveOut.map((selector) => ({ selector, format: 'skip' })),
      ...endAt.map((selector) => ({ selector, format: 'end' })),
    ],
  }
  const [text = ''] = layOut(source, options).split(END, 1)
  return cleanText(text).trim()
}

function layOut(html: string, options: HtmlToTextOptions): string {
  try {
    if (html.split('<').length <= mostTags) return htmlToText(html, options)
  } catch {
    // Falls through: nested too deep.
  }
  return html.replace(/<[^<>]*>/g, ' ')
}

const end: FormatCallback = (_element, _walk, builder) => {
  builder.openBlock()
  builder.addLiteral(END)
  builder.closeBlock()
}
