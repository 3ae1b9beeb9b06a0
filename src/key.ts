import { createHmac } from 'node:crypto'

/** Keys of 32 bytes for one purpose each, made from the program's one secret. */
export function keysFrom(secret: string): (purpose: string) => Buffer {
  return (purpose) => createHmac('sha256', secret).update(purpose).digest()
}
