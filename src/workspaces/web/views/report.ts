import { html } from 'hono/html'
import { visible } from '../../kit/text.ts'
import type { CardLink, Chart, Figure, Report, ReportLine, ReportSection } from '../../report.ts'
import { cardPath, itemsPath, reportPath } from '../paths.ts'
import { csrfField, type Html } from './page.ts'

/** A report as a whole; `isTitled`: its title stands above it already. */
export function reportView(report: Report, csrf: string, isTitled = false): Html {
  return html`<article class="report" aria-label="${visible(report.title)}">
    <header>
      ${!isTitled && html`<h2>${reportTitle(report)}</h2>`}
      <p class="headline"><bdi>${visible(report.headline)}</bdi></p>
      ${report.note !== null && html`<p class="note"><bdi>${visible(report.note)}</bdi></p>`}
    </header>
    ${
      report.figures.length > 0 &&
      html`<ul class="figures">
        ${report.figures.map((figure) => figureView(report, figure))}
      </ul>`
    }
    ${report.waiting.length > 0 && waitingView(report.waiting, csrf)}
    ${
      report.charts.length > 0 &&
      html`<div class="charts">
        ${report.charts.map((chart) => chartView(chart, `${reportPath(report.id)}/charts/${chart.id}.svg`))}
      </div>`
    }
    ${
      report.sections.length > 0 &&
      html`<div class="tables">${report.sections.map((section) => sectionView(report, section))}</div>`
    }
  </article>`
}

export function reportTitle({ id, title }: Report): Html {
  return html`<a href="${reportPath(id)}">${visible(title)}</a>`
}

function figureView(report: Report, { label, value, change, tone, opens }: Figure): Html {
  return html`<li class="figure ${tone}">
    <span class="figure-label">${visible(label)}</span>
    <strong>${numberView(report, opens, value, label)}</strong>
    ${change !== null && html`<span class="change">${unbroken(visible(change))}</span>`}
  </li>`
}

/** A number and its unit stay on one line. */
function unbroken(text: string): string {
  return text.replace(/(?<=\d) (?=(?:%|d|h|min|s)(?!\p{L}))/gu, '\u00A0')
}

/** Every number leads to what is behind it. */
function numberView({ id }: Report, opens: number | null, text: string, label: string): Html {
  const shown = unbroken(visible(text))
  if (opens === null) return html`${shown}`
  const path = itemsPath({ reportId: id, index: opens })
  return html`<a href="${path}" aria-label="${visible(`${label}: ${text}`)}">${shown}</a>`
}

function waitingView(waiting: CardLink[], csrf: string): Html {
  return html`<section class="report-part">
    <h3>Waiting longest</h3>
    <ul class="waiting-list">
      ${waiting.map(
        (link) =>
          html`<li>
            ${linkView(link)}
            <form
              method="post"
              action="${cardPath(link.conversationId)}/decide"
              data-decide
              data-done="Assigned to you"
            >
              ${csrfField(csrf)}
              <button
                class="button plain"
                name="action"
                value="assign"
                aria-label="Assign to me: ${visible(link.text)}"
              >
                Assign to me
              </button>
            </form>
          </li>`,
      )}
    </ul>
  </section>`
}

function linkView({ conversationId, text }: CardLink): Html {
  return html`<a href="${cardPath(conversationId)}"><bdi>${visible(text)}</bdi></a>`
}

/** Four pictures, of which the browser takes one: for a desk or a phone, light or dark. `path`: where it is drawn. */
export function chartView({ title, alt }: Chart, path: string): Html {
  const at = (query: string) => `${path}${query}`
  return html`<figure>
    <figcaption>${visible(title)}</figcaption>
    <picture>
      <source
        media="(max-width: 560px) and (prefers-color-scheme: dark)"
        srcset="${at('?look=dark&size=narrow')}"
        width="380"
        height="260"
      />
      <source media="(max-width: 560px)" srcset="${at('?size=narrow')}" width="380" height="260" />
      <source media="(prefers-color-scheme: dark)" srcset="${at('?look=dark')}" width="760" height="280" />
      <img src="${at('')}" alt="${visible(alt)}" loading="lazy" width="760" height="280" />
    </picture>
  </figure>`
}

function sectionView(report: Report, { title, lines }: ReportSection): Html {
  const hasExamples = lines.some(({ example }) => example !== null)
  return html`<section class="report-part ${hasExamples && 'has-examples'}">
    <h3>${visible(title)}</h3>
    <table aria-label="${visible(title)}">
      <tbody>
        ${lines.map((line) => lineView(report, line, hasExamples))}
      </tbody>
    </table>
  </section>`
}

function lineView(report: Report, { label, text, tone, opens, example }: ReportLine, hasExamples: boolean): Html {
  return html`<tr class="${tone}">
    <th scope="row"><bdi>${visible(label)}</bdi></th>
    <td>${numberView(report, opens, text, label)}</td>
    ${hasExamples && html`<td class="example">${example && linkView(example)}</td>`}
  </tr>`
}
