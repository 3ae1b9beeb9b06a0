import type { Workspace } from '../../../src/workspaces/workspace.ts'

export const origin = 'http://127.0.0.1:3000'

/** A browser without a browser: keeps the cookies, finds the token. */
export interface Visitor {
  get(path: string, init?: RequestInit): Promise<Response>
  /** Posts as a form of the page does. */
  form(
    path: string,
    fields: Record<string, string> | URLSearchParams,
    headers?: Record<string, string>,
  ): Promise<Response>
  /** Posts as the room's script does. */
  json(path: string, body: unknown, headers?: Record<string, string>): Promise<Response>
  cookie(): string
  csrf(): string
}

export function openVisitor(workspace: Workspace, address = '203.0.113.7'): Visitor {
  const jar = new Map<string, string>()
  const cookie = () => [...jar].map(([name, value]) => `${name}=${value}`).join('; ')
  let csrf = ''
  const call = async (path: string, init: RequestInit = {}) => {
    const headers = new Headers({
      accept: 'text/html',
      ...(jar.size > 0 && { cookie: cookie() }),
      ...Object.fromEntries(new Headers(init.headers)),
    })
    const answer = await workspace.fetch?.(new Request(origin + path, { ...init, headers }), { address })
    if (!answer) throw new Error(`${path} is not a path of the room`)
    for (const set of answer.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(set) ?? []
      if (value === '') jar.delete(name)
      else jar.set(name, value)
    }
    if (answer.headers.get('content-type')?.includes('text/html'))
      csrf = /name="csrf" content="([^"]+)"/.exec(await answer.clone().text())?.[1] ?? csrf
    return answer
  }
  return {
    get: call,
    cookie,
    csrf: () => csrf,
    form(path, fields, headers = {}) {
      const body = new URLSearchParams(fields)
      body.set('csrf', csrf)
      return call(path, { method: 'POST', body, headers })
    },
    json: (path, body, headers = {}) =>
      call(path, {
        method: 'POST',
        body: typeof body === 'string' ? body : JSON.stringify(body),
        headers: { accept: 'application/json', 'content-type': 'application/json', 'x-csrf': csrf, ...headers },
      }),
  }
}
