import { html } from 'hono/html'
import type { Assets } from '../assets.ts'
import { bell, documentOf, type Html } from './page.ts'

/** Asks for a name and the room's password. */
export function signInPage(assets: Assets, typed: { name: string; next: string }, problem: string | null): Html {
  return documentOf(
    assets,
    'Sign in · Deskbell',
    'alone',
    html`<main class="panel">
      <p class="logo">${bell}<span>Deskbell</span></p>
      <h1>Sign in to the room</h1>
      ${problem !== null && html`<p class="alert" role="alert">${problem}</p>`}
      <form method="post" action="/sign-in" class="stack">
        <input type="hidden" name="next" value="${typed.next}" />
        <label class="field"
          ><span>Your name, as the team knows you</span>
          <input name="name" value="${typed.name}" maxlength="60" required autocomplete="name" autofocus
        /></label>
        <label class="field"
          ><span>The team's password</span>
          <input name="password" type="password" required autocomplete="current-password"
        /></label>
        <button class="button primary">Sign in</button>
      </form>
    </main>`,
  )
}
