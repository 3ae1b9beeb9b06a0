/** What a person reads, with what Discord made of it. */
export interface Read {
  text: string
  /** Where links and link buttons lead. */
  links: string[]
  /** Markup that worked, in order: "bold", "quote", "mention <@1>", … */
  marks: string[]
}

/** What a person reads in a message or a modal: markup that works is not in it, markup that doesn't stands letter by letter. */
export function readAsPerson(payload: unknown): Read {
  const read: Read = { text: '', links: [], marks: [] }
  const words: string[] = []
  see(Array.isArray(payload) ? { components: payload } : payload)
  read.text = shown(words.join('\n'))
  return read

  function see(value: unknown): void {
    if (typeof value !== 'object' || value === null) return
    const part = value as Record<string, unknown>
    if (typeof part['content'] === 'string') words.push(parse(part['content'], read))
    // Labels, titles and hints show no markup.
    for (const key of ['title', 'label', 'description', 'placeholder'])
      if (typeof part[key] === 'string') words.push(part[key])
    if (typeof part['url'] === 'string') read.links.push(part['url'])
    for (const key of ['components', 'options']) if (Array.isArray(part[key])) part[key].forEach(see)
    see(part['component'])
    see(part['accessory'])
  }
}

/** The same for one text. */
export function readMarkdown(markdown: string): Read {
  const read: Read = { text: '', links: [], marks: [] }
  read.text = shown(parse(markdown, read))
  return read
}

/** Marks that keep names from turning the writing direction of what stands beside them can't be seen. */
const shown = (text: string) => text.replace(/[\u2066-\u2069]/g, '')

interface Rule {
  shape: RegExp
  /** Only where a line begins. */
  isBlock?: true
  read(found: RegExpExecArray, seen: Read, inner: (text: string) => string): string
}

const marked =
  (mark: string, at = 1): Rule['read'] =>
  (found, seen, inner) => {
    seen.marks.push(mark)
    return inner(found[at] ?? '')
  }
const named =
  (kind: string, shownAs: (found: RegExpExecArray) => string): Rule['read'] =>
  (found, seen) => {
    seen.marks.push(`${kind} ${found[0]}`)
    return shownAs(found)
  }

/** In the order in which Discord tries them. */
const rules: Rule[] = [
  { shape: /^\\([^0-9A-Za-z\s])/, read: ([, mark = '']) => mark },
  {
    shape: /^```(?:[a-z0-9_+\-.#]+?\n)?\n*([^\n][^]*?)\n*```/i,
    read: (found, seen) => {
      seen.marks.push('code block')
      return (found[1] ?? '').replaceAll('`\u200b', '`')
    },
  },
  {
    shape: /^(?: *>>> +[^]*|(?: *>(?!>>) +[^\n]*(?:\n *>(?!>>) +[^\n]*)*\n?))/,
    isBlock: true,
    read: (found, seen, inner) => {
      seen.marks.push('quote')
      return inner(
        found[0]
          .replace(/\n$/, '')
          .replace(/^ *>>> ?/, '')
          .replace(/^ *> ?/gm, ''),
      )
    },
  },
  { shape: /^ *#{1,3}\s+([^\n]+?)#*\s*(?:\n|$)/, isBlock: true, read: marked('heading') },
  { shape: /^ *-# +((?!(?:-#)+)[^\n]+?) *(?=\n|$)/, isBlock: true, read: marked('small') },
  { shape: /^ *(?:[-+*]|\d+\.) +([^\n]+)/, isBlock: true, read: marked('list') },
  {
    shape: /^<((?:https?|mailto|tel|steam):[^ >]+)>/,
    read: (found, seen) => {
      seen.links.push(found[1] ?? '')
      return found[1] ?? ''
    },
  },
  {
    shape: /^(?:https?|steam):\/\/[^\s<]+[^<.,:;"'\]\s]/,
    read: (found, seen) => {
      seen.links.push(found[0])
      return found[0]
    },
  },
  {
    shape: /^\[((?:\[[^\]]*\]|[^[\]]|\](?=[^[]*\]))*)\]\(\s*<?((?:\([^)]*\)|[^\s\\()]|\\.)*?)>?\s*\)/,
    read: (found, seen, inner) => {
      seen.links.push(found[2] ?? '')
      return inner(found[1] ?? '')
    },
  },
  { shape: /^<t:(-?\d+)(?::[tTdDfFR])?>/, read: named('time', (found) => momentOf(found[1])) },
  { shape: /^<@[!&]?(\d+)>/, read: named('mention', (found) => `@${found[1]}`) },
  { shape: /^<#(\d+)>/, read: named('channel', (found) => `#${found[1]}`) },
  { shape: /^@(?:everyone|here|silent)/, read: named('mention', (found) => found[0]) },
  { shape: /^<a?:(\w+):\d+>/, read: named('emoji', () => '🖼') },
  { shape: /^<(?:\/[^:>]+:\d+|id:\w+|sound:\d+)>/, read: named('command', () => '▢') },
  { shape: /^:[^\s:]+?(?:::skin-tone-\d)?:/, read: named('emoji', () => '🖼') },
  { shape: /^\|\|([^]+?)\|\|/, read: marked('spoiler') },
  { shape: /^\*\*((?:\\[^]|[^\\])+?)\*\*(?!\*)/, read: marked('bold') },
  { shape: /^__((?:\\[^]|[^\\])+?)__(?!_)/, read: marked('underline') },
  { shape: /^~~([^]+?)~~(?!_)/, read: marked('strike') },
  {
    shape: /^(?:\b_((?:__|\\[^]|[^\\_])+?)_\b|\*(?=\S)((?:\*\*|\\[^]|\s+(?:\\[^]|[^\s*\\]|\*\*)|[^\s*\\])+?)\*(?!\*))/,
    read: (found, seen, inner) => {
      seen.marks.push('italic')
      return inner(found[1] ?? found[2] ?? '')
    },
  },
  {
    shape: /^(`+)([^]*?[^`])\1(?!`)/,
    read: (found, seen) => {
      seen.marks.push('code')
      return found[2] ?? ''
    },
  },
  { shape: /^[0-9A-Za-z]+|^[^]/u, read: (found) => found[0] },
]

/** https://support.discord.com/hc/en-us/articles/210298617 */
function parse(markdown: string, seen: Read): string {
  let rest = markdown
  let text = ''
  let isLineStart = true
  while (rest !== '') {
    // Nothing of Discord's begins with these, so there is no need to look.
    const [plain] = /^(?:(?:(?!¯)\P{ASCII})+|(?!https?:|steam:)[0-9A-Za-z]+)/u.exec(isLineStart ? '' : rest) ?? []
    if (plain !== undefined) {
      text += plain
      rest = rest.slice(plain.length)
      continue
    }
    for (const { shape, isBlock, read } of rules) {
      if (isBlock && !isLineStart) continue
      const found = shape.exec(rest)
      if (!found) continue
      text += read(found, seen, (inner) => parse(inner, seen))
      // What ends a line is part of some blocks.
      if (isBlock && found[0].endsWith('\n')) text += '\n'
      rest = rest.slice(found[0].length)
      isLineStart = /\n *$/.test(found[0]) || (isLineStart && /^ *$/.test(found[0]))
      break
    }
  }
  return text
}

function momentOf(seconds: string | undefined): string {
  return new Date(Number(seconds) * 1000).toISOString()
}
