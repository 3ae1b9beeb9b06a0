/** What Slack's ids look like outside of this folder: `T0ACME/C0SUPPORT`, a workspace (team) and something in it. */
export interface Id {
  team: string
  /** A channel (`C…`, `G…`), a person (`U…`, `W…`) or a user group (`S…`). */
  local: string
}

const pattern = /^(T[A-Z0-9]+)\/([A-Z][A-Z0-9]+)$/

export function idOf(team: string, local: string): string {
  return `${team}/${local}`
}

/** Null for what is no id of ours. */
export function parseId(text: string): Id | null {
  const [, team, local] = pattern.exec(text) ?? []
  return team && local ? { team, local } : null
}
