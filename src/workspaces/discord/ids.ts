/**
 * What Discord's ids look like outside of this folder: `111/222`, a server (guild) and a channel in it; `111/@222`, a role.
 * People have one id everywhere: `222`.
 */
export interface Id {
  guild: string
  local: string
}

const pattern = /^(\d{5,20})\/(\d{5,20})$/

export function idOf(guild: string, local: string): string {
  return `${guild}/${local}`
}

/** Null for what is no id of ours. */
export function parseId(text: string): Id | null {
  const [, guild, local] = pattern.exec(text) ?? []
  return guild && local ? { guild, local } : null
}

/** Roles look different, so that a text with ids in it can be shown with their names. */
export function roleIdOf(guild: string, role: string): string {
  return `${guild}/@${role}`
}

/** As `parseId`, for a role. */
export function parseRoleId(text: string): Id | null {
  return text.includes('/@') ? parseId(text.replace('/@', '/')) : null
}

export const isSnowflake = (text: string): boolean => /^\d{5,20}$/.test(text)
