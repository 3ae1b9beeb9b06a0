import { html } from 'hono/html'
import { maxLengths } from './submission.ts'

export type FieldName = keyof typeof maxLengths
export type Values = Record<FieldName, string>

/** The field that people don't see; only a machine fills it in. */
export const trapName = 'website'

type Html = ReturnType<typeof html>

interface Field {
  label: string
  isRequired: boolean
  hint?: string
  type?: 'text' | 'email'
  autocomplete?: string
}

const fields: Record<FieldName, Field> = {
  name: { label: 'Name', isRequired: false, type: 'text', autocomplete: 'name' },
  email: {
    label: 'E-mail address',
    isRequired: true,
    hint: 'Our answer goes to this address.',
    type: 'email',
    autocomplete: 'email',
  },
  subject: { label: 'Subject', isRequired: false, type: 'text', autocomplete: 'off' },
  message: { label: 'Message', isRequired: true },
}
const names = Object.keys(fields) as FieldName[]

interface FormState {
  token: string
  values: Values
  errors: Partial<Values>
  /** What went wrong with the page as a whole. */
  notice: string | null
}

/** The contact form, with what the visitor wrote so far and what is wrong with it. */
export function formPage({ token, values, errors, notice }: FormState): Promise<string> {
  const problems = names.filter((name) => errors[name])
  const isWrong = notice !== null || problems.length > 0
  return page(
    isWrong ? 'Not sent yet: Contact us' : 'Contact us',
    html`<h1>Contact us</h1>
      <p class="lead">Write to us, and a person will answer you.</p>
      ${isWrong ? summary(notice, errors, problems) : ''}
      <form method="post" action="/channels/form" accept-charset="utf-8" novalidate>
        ${names.map((name) => field(name, values[name], errors[name]))}
        <div class="trap" aria-hidden="true">
          <label for="${trapName}">Leave this field empty</label>
          <input id="${trapName}" name="${trapName}" type="text" tabindex="-1" autocomplete="off" />
        </div>
        <input type="hidden" name="token" value="${token}" autocomplete="off" />
        <button type="submit">Send message</button>
      </form>`,
  )
}

/** What a visitor sees once the message is kept. */
export function thanksPage(): Promise<string> {
  return page(
    'Thank you',
    html`<h1>Thank you</h1>
      <p class="lead">Your message has arrived. We will answer you by e-mail.</p>
      <p><a href="/form">Write another message</a></p>`,
  )
}

async function page(title: string, content: Html): Promise<string> {
  const document = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${title}</title>
        <link rel="stylesheet" href="/form.css" />
      </head>
      <body>
        <main>${content}</main>
      </body>
    </html>`
  return String(await document)
}

function summary(notice: string | null, errors: Partial<Values>, problems: FieldName[]): Html {
  return html`<div class="summary" role="alert" tabindex="-1" autofocus>
    <h2>Your message was not sent yet</h2>
    ${notice ? html`<p>${notice}</p>` : ''}
    ${
      problems.length > 0
        ? html`<ul>
            ${problems.map((name) => html`<li><a href="#${name}">${errors[name]}</a></li>`)}
          </ul>`
        : ''
    }
  </div>`
}

function field(name: FieldName, value: string, error: string | undefined): Html {
  const { label, isRequired, hint, type, autocomplete } = fields[name]
  const describedBy = [hint && `${name}-hint`, error && `${name}-error`].filter(Boolean).join(' ')
  const state = html`${isRequired ? 'required' : ''} aria-invalid="${error ? 'true' : 'false'}"
  aria-describedby="${describedBy}" maxlength="${maxLengths[name]}"`
  // The line break after <textarea> is the one that browsers drop; without it they would drop the visitor's own.
  return html`<div class="${error ? 'field wrong' : 'field'}">
    <label for="${name}">${label}${isRequired ? '' : html` <span class="optional">(optional)</span>`}</label>
    ${hint ? html`<p class="hint" id="${name}-hint">${hint}</p>` : ''}
    ${error ? html`<p class="error" id="${name}-error">${error}</p>` : ''}
    ${
      type
        ? html`<input
            id="${name}"
            name="${name}"
            type="${type}"
            autocomplete="${autocomplete}"
            value="${value}"
            ${state}
          />`
        : html`<textarea id="${name}" name="${name}" rows="8" ${state}>${'\n'}${value}</textarea>`
    }
  </div>`
}
