/** Discord's marks as HTML. What no message of ours uses shows outlined, so that a leak leaps to the eye. */
export interface Names {
  /** By id, without the sign in front. */
  people: Record<string, string>
  roles: Record<string, string>
  channels: Record<string, string>
  now: Date
  timeZone: string
}

const codeBlock = /^```(?:[\w+.#-]+?\n)?\n*([^\n][^]*?)\n*```/

type Inline = [RegExp, (found: RegExpExecArray, names: Names) => string]

/** https://docs.discord.com/developers/reference#message-formatting, and the text formatting of Discord's help. */
export function drawMarkdown(text: string, names: Names): string {
  let rest = text
  let html = ''
  let plain = ''
  const flush = () => {
    if (plain !== '') html += `<div class="line">${inline(plain.replace(/\n$/, ''), names) || ' '}</div>`
    plain = ''
  }
  const block = (found: string, drawn: string) => {
    flush()
    html += drawn
    rest = rest.slice(found.length).replace(/^\n/, '')
  }
  while (rest !== '') {
    const code = codeBlock.exec(rest)
    const quote = /^>>> ([^]*)/.exec(rest) ?? /^> .*(?:\n> .*)*/.exec(rest)
    const small = /^-# +(.+)/.exec(rest)
    const head = /^(#{1,3}) +(.+)/.exec(rest)
    const bullet = /^- +(\S.*)/.exec(rest)
    const list = /^ *(?:[*-]|\d+\.) +\S.*/.exec(rest)
    if (code) block(code[0], `<discord-code multiline>${escaped(code[1] ?? '')}</discord-code>`)
    else if (quote) {
      const said = quote[1] ?? quote[0].replace(/^> /gm, '')
      block(quote[0], `<discord-quote><div>${drawMarkdown(said, names)}</div></discord-quote>`)
    } else if (small) block(small[0], `<div class="small">${inline(small[1] ?? '', names)}</div>`)
    else if (head) {
      const level = head[1]?.length ?? 1
      const isOurs = level === 2 && html === ''
      block(head[0], `<h${level}${isOurs ? '' : ' class="leak"'}>${inline(head[2] ?? '', names)}</h${level}>`)
    } else if (bullet) block(bullet[0], `<div class="bullet">${inline(bullet[1] ?? '', names)}</div>`)
    else if (list) block(list[0], `<div class="line leak">• ${inline(list[0].trim(), names)}</div>`)
    else {
      // A line, with the code that begins in it.
      const line = /^(?:\\.|```[^]+?```|[^\n])*\n?/.exec(rest)?.[0] || rest
      plain += line
      rest = rest.slice(line.length)
    }
  }
  flush()
  return html
}

const inlines: Inline[] = [
  [/^\\([^0-9A-Za-z\s])/, ([, sign]) => escaped(sign ?? '')],
  [codeBlock, ([, code]) => `<discord-code multiline>${escaped(code ?? '')}</discord-code>`],
  [/^(`+)([^]*?[^`])\1(?!`)/, ([, , code]) => `<discord-code>${escaped(code ?? '')}</discord-code>`],
  [
    /^<t:(-?\d{1,13})(?::([tTdDfFRsS]))?>/,
    ([, at, style], names) => `<discord-time>${timeOf(Number(at), style ?? 'f', names)}</discord-time>`,
  ],
  [/^<@!?(\d+)>/, ([, id], { people }) => mention('user', people[id ?? ''] ?? 'unknown-user')],
  [/^<@&(\d+)>/, ([, id], { roles }) => mention('role', roles[id ?? ''] ?? 'unknown-role')],
  [/^<#(\d+)>/, ([, id], { channels }) => mention('channel', channels[id ?? ''] ?? 'unknown')],
  [/^(?:<a?:\w+:\d+>|<\/[-\w ]+:\d+>|<id:\w+>|@everyone|@here)/, ([all]) => leak(escaped(all))],
  [/^:(?=[\w+-]*[a-z])[\w+-]+:/, ([all]) => leak(escaped(all))],
  [
    /^\[((?:\\.|[^\]\\])+)\]\(<?(https?:\/\/[^\s)>]+)>?\)/,
    ([, label, url], names) => link(inline(label ?? '', names), url ?? ''),
  ],
  [/^<(https?:\/\/[^\s>]+)>/, ([, url]) => link(escaped(url ?? ''), url ?? '')],
  [/^https?:\/\/[^\s<]*[^\s<.,:;"'\])]/, ([url]) => link(escaped(url), url)],
  [/^\*\*((?:\\[^]|[^\\])+?)\*\*(?!\*)/, ([, of], names) => `<b>${inline(of ?? '', names)}</b>`],
  [/^__((?:\\[^]|[^\\])+?)__(?!_)/, ([, of], names) => leak(`<u>${inline(of ?? '', names)}</u>`)],
  [/^\*(?=\S)((?:\\[^]|\*\*|[^\\*])+?)\*(?!\*)/, ([, of], names) => `<i>${inline(of ?? '', names)}</i>`],
  [/^_((?:\\[^]|[^\\_])+?)_(?!\w)/, ([, of], names) => `<i>${inline(of ?? '', names)}</i>`],
  [/^~~((?:\\[^]|[^\\])+?)~~/, ([, of], names) => leak(`<s>${inline(of ?? '', names)}</s>`)],
  [/^\|\|((?:\\[^]|[^\\])+?)\|\|/, ([, of], names) => leak(inline(of ?? '', names))],
  // What is no mark, up to where one could begin; a word with signs within is one.
  [/^(?:[A-Za-z0-9]+(?:_+(?=[A-Za-z0-9]))?|[^\\`<@:[*_~|A-Za-z0-9]+|[^])/, ([all]) => escaped(all)],
]

function inline(text: string, names: Names): string {
  let html = ''
  for (let rest = text; rest !== '';) {
    for (const [pattern, draw] of inlines) {
      const found = pattern.exec(rest)
      if (!found) continue
      html += draw(found, names)
      rest = rest.slice(found[0].length)
      break
    }
  }
  return html
}

function timeOf(seconds: number, style: string, { now, timeZone }: Names): string {
  const at = new Date(seconds * 1000)
  if (style === 'R') {
    const away = at.getTime() - now.getTime()
    const units = { day: 86_400_000, hour: 3_600_000, minute: 60_000, second: 1000 } as const
    const unit = (Object.keys(units) as (keyof typeof units)[]).find((one) => Math.abs(away) >= units[one]) ?? 'second'
    return new Intl.RelativeTimeFormat('en', { numeric: 'auto' }).format(Math.round(away / units[unit]), unit)
  }
  const looks: Record<string, Intl.DateTimeFormatOptions> = {
    t: { timeStyle: 'short' },
    T: { timeStyle: 'medium' },
    d: { dateStyle: 'short' },
    D: { dateStyle: 'long' },
    f: { dateStyle: 'long', timeStyle: 'short' },
    F: { dateStyle: 'full', timeStyle: 'short' },
  }
  return escaped(new Intl.DateTimeFormat('en-GB', { ...(looks[style] ?? looks['f']), timeZone }).format(at))
}

const mention = (type: string, name: string) => `<discord-mention type="${type}">${escaped(name)}</discord-mention>`
const link = (label: string, url: string) => `<a href="${escaped(url)}">${label}</a>`
const leak = (html: string) => `<span class="leak">${html}</span>`

export function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
}
