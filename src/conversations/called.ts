import { nearest } from '../workspaces/nearest.ts'
import { oneLine } from '../workspaces/kit/text.ts'

/** Something that a command names by its id or as people call it. */
export interface Named {
  id: string
  name: string
}

const mostListed = 12

/** The one with this id or name, however it is capitalised. */
export function called<One extends Named>(all: readonly One[], word: string): One | undefined {
  const wanted = word.trim().toLowerCase()
  return all.find(({ id, name }) => wanted === id.toLowerCase() || wanted === name.toLowerCase())
}

/** What to answer to a name that nothing has, with the nearest that something has, and an example that is right. */
export function unknownText(command: string, what: string, all: readonly Named[], word: string): string {
  const names = all.flatMap(({ id, name }) => [id, name])
  const likely = called(all, nearest(word, names) ?? '')
  const listed = all.slice(0, mostListed).map(({ name }) => oneLine(name, 40))
  const more = all.length > mostListed ? ' and others' : ''
  const none = listed.length === 0 ? 'There is none yet.' : `There are ${listed.join(', ')}${more}.`
  const right = likely ? `Did you mean ${oneLine(likely.name, 40)}?` : none
  const example = likely ?? all[0]
  const value = example && (/^[^\s"“”,:]+$/.test(example.id) ? example.id : `"${oneLine(example.id, 60)}"`)
  return `/desk ${command} does not know the ${what} "${oneLine(word, 50)}". ${right}${value ? ` For example: /desk ${command} ${what}:${value}` : ''}`
}
