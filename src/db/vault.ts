import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { asc, eq, sql } from 'drizzle-orm'
import type { Clock } from '../clock.ts'
import { ConfigError } from '../errors.ts'
import type { Db } from './client.ts'
import { vault } from './schema.ts'

/** What `Vault` of the workspaces' contract asks for. */
interface SealedStore {
  isKeyApart: boolean
  /** Undefined when there is none. Throws ConfigError when it was stored with another key. */
  get(name: string): Promise<unknown>
  /** Anything that JSON can carry. */
  set(name: string, value: unknown): Promise<void>
  delete(name: string): Promise<void>
  names(prefix: string): Promise<string[]>
}

const cipher = 'aes-256-gcm'
const nonceBytes = 12
const tagBytes = 16

/**
 * Keeps secrets encrypted (AES-256-GCM), each bound to its name, so that none can be put in another's place.
 * `key`: 32 bytes. `scope`: a workspace's id; it sees no other's secrets.
 */
export function openVault(
  { db, clock }: { db: Db; clock: Clock },
  key: Buffer,
  isKeyApart: boolean,
  scope: string,
): SealedStore {
  const fullName = (name: string) => `${scope}/${name}`

  function seal(name: string, value: unknown): Uint8Array {
    const nonce = randomBytes(nonceBytes)
    const box = createCipheriv(cipher, key, nonce, { authTagLength: tagBytes }).setAAD(Buffer.from(name))
    const body = Buffer.concat([box.update(JSON.stringify(value), 'utf8'), box.final()])
    return Buffer.concat([nonce, box.getAuthTag(), body])
  }

  function unseal(name: string, content: Uint8Array): unknown {
    const bytes = Buffer.from(content)
    try {
      const box = createDecipheriv(cipher, key, bytes.subarray(0, nonceBytes), { authTagLength: tagBytes })
        .setAAD(Buffer.from(name))
        .setAuthTag(bytes.subarray(nonceBytes, nonceBytes + tagBytes))
      const body = Buffer.concat([box.update(bytes.subarray(nonceBytes + tagBytes)), box.final()])
      return JSON.parse(body.toString('utf8'))
    } catch (cause) {
      throw new ConfigError(
        `SECRET_KEY has changed since ${name} was stored, and it can't be read any more. Set the earlier key again, or install again.`,
        { cause },
      )
    }
  }

  return {
    isKeyApart,
    async get(name) {
      const [row] = await db
        .select({ content: vault.content })
        .from(vault)
        .where(eq(vault.name, fullName(name)))
      return row && unseal(fullName(name), row.content)
    },
    async set(name, value) {
      const row = { content: seal(fullName(name), value), updatedAt: clock.now() }
      await db
        .insert(vault)
        .values({ name: fullName(name), ...row })
        .onConflictDoUpdate({ target: vault.name, set: row })
    },
    async delete(name) {
      await db.delete(vault).where(eq(vault.name, fullName(name)))
    },
    async names(prefix) {
      const rows = await db
        .select({ name: vault.name })
        .from(vault)
        .where(sql`starts_with(${vault.name}, ${fullName(prefix)})`)
        .orderBy(asc(vault.name))
      return rows.map(({ name }) => name.slice(scope.length + 1))
    },
  }
}
