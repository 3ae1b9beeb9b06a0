import { BadInputError } from '../../errors.ts'
import type { Teammate } from '../workspace.ts'
import { visible } from '../kit/text.ts'

/** The teammate of this name; the same id for the same name, however it is spaced or capitalised. Throws BadInputError. */
export function teammateNamed(given: string): Teammate {
  const name = visible(given).normalize('NFKC').replace(/\s+/g, ' ').trim()
  const id = name
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\p{M}]+/gu, '-')
    .replace(/^-+|-+$/g, '')
  if (id === '') throw new BadInputError('Write your name: at least one letter.')
  if (name.length > 60) throw new BadInputError('Write a shorter name: at most 60 characters.')
  return { id, name }
}
