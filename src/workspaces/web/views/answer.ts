import { html } from 'hono/html'
import { visible } from '../../kit/text.ts'
import type { Answer } from '../../workspace.ts'
import { filePath, listPath } from '../paths.ts'
import { customerView } from './customer.ts'
import { formLinkView } from './form-link.ts'
import { foundView } from './found.ts'
import { linesView } from './lines.ts'
import type { Html } from './page.ts'
import { reportTitle, reportView } from './report.ts'
import { saidView } from './said.ts'

interface AnswerLook {
  now: Date
  csrf: string
}

/** What a command said, in the room. */
export function answerView(answer: Answer, { now, csrf }: AnswerLook): Html {
  const { title, lines, report, found, customer } = answer
  const isTitled = report?.title === title
  return html`<div class="answer-body">
    <header>
      <h2>${report && isTitled ? reportTitle(report) : saidView(title)}</h2>
      <a href="/" class="close" data-close aria-label="Close">×</a>
    </header>
    ${lines.length > 0 && linesView(lines)} ${optionsView(answer)} ${report && reportView(report, csrf, isTitled)}
    ${customer && customerView(customer, { now, csrf, chart: null })}
    ${found && foundView(found, { now, csrf, asked: null })}
  </div>`
}

/** What can be had beside the answer: its files, its forms, what is older. */
export function optionsView({ file, forms = [], more }: Answer): Html | '' {
  if (!file && forms.length === 0 && !more) return ''
  return html`<div class="options">
    ${more && html`<a class="button plain" href="${listPath(more)}">Older</a>`} ${file && filesView(file)}
    ${forms.map(formLinkView)}
  </div>`
}

/** The whole of it, in each format. */
export function filesView({ source, formats }: NonNullable<Answer['file']>): Html[] {
  return formats.map(
    (format) =>
      html`<a class="button plain" href="${filePath(source, format)}" download>Download as ${format.toUpperCase()}</a>`,
  )
}

/** An answer as a page's content. */
export function answerSheet(answer: Answer): Html {
  return html`<section class="sheet items">
    <h2>${saidView(visible(answer.title))}</h2>
    ${answer.lines.length > 0 && linesView(answer.lines)} ${optionsView(answer)}
  </section>`
}
