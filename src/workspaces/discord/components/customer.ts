import type { APIButtonComponent, APIContainerComponent } from 'discord.js'
import type { CustomerNote, CustomerPage, Touchpoint } from '../../found.ts'
import { isBlank } from '../../kit/text.ts'
import type { AnswerLine } from '../../workspace.ts'
import {
  button,
  colours,
  container,
  divider,
  maxComponents,
  maxText,
  menu,
  messageFrom,
  picture,
  rowsOf,
  section,
  sizeOf,
  text,
  type Part,
} from './elements.ts'
import { pressId } from './ids.ts'
import { listed } from './lists.ts'
import { bold, bullet, heading, link, maxLink, moment, name, short, small } from './markdown.ts'
import type { DiscordMessage, SharedFile } from './message.ts'
import { optionOf } from './passage.ts'
import { pictureName } from './report.ts'
import { sharedOut } from './shares.ts'

interface CustomerLook {
  /** The picture, where it is uploaded. */
  files?: Pick<SharedFile, 'name'>[]
  /** Characters of all its texts. */
  room?: number
}

const most = { identities: 10, facts: 8, waiting: 5, promises: 5, notes: 5, journey: 8, alike: 3, joined: 3 }
const rooms = { name: 150, summary: 300, line: 250, text: 160, label: 60, person: 160 }
/** What stands beside the container: lines, a menu, two rows of buttons. */
const componentsBeside = 1 + 2 + 7

/** Who a customer is: what is known of them, what is open, what they did, and who else they may be. */
export function customerContainer(
  page: CustomerPage,
  { files = [], room = maxText }: CustomerLook = {},
): APIContainerComponent {
  const head = headText(page)
  const others = [...alikeParts(page), ...joinedParts(page)]
  const left = room - head.length - others.reduce((sum, { size }) => sum + size, 0)
  const [known, open, notes, journey] = blockTexts(blocksOf(page), left)
  const drawn = page.picture && files.some((file) => page.picture && file.name === pictureName(page.picture))
  const groups: Part[][] = [
    [text(head), ...texts(known)],
    texts(open),
    [...texts(notes), ...noteMenu(page)],
    [...texts(journey), ...(page.picture && drawn ? [pictureOf(page.picture)] : [])],
    others.map(({ part }) => part),
  ].filter((group) => group.length > 0)
  const parts = groups.flat()
  const hasDividers = sizeOf(parts) + groups.length <= maxComponents - componentsBeside
  return container(colours.quiet, hasDividers ? groups.flatMap(dividedAfterFirst) : parts)
}

/** What can be done about a customer. */
export function customerButtons({ customerId, history, isManager }: CustomerPage): APIButtonComponent[] {
  return [
    button('All history', pressId.list(history)),
    button('Add note…', pressId.open('note', { customerId })),
    ...(isManager
      ? [
          button('Export…', pressId.file({ kind: 'customer', customerId }, 'json')),
          button('Erase…', pressId.open('forget', { customerId }), 'danger'),
        ]
      : []),
  ]
}

/** Asks before two become one. `other`: who that is, in markup of ours. */
export function sameOf(customerId: string, otherId: string, other: string): DiscordMessage {
  const asked = bold('The same person?')
  return messageFrom([
    text(`${asked}\n${other}\nWhat is known of the two is shown together. It can be undone.`),
    ...rowsOf([
      button('Same person', pressId.join(customerId, otherId), 'primary'),
      button('Back', pressId.customer(customerId)),
    ]),
  ])
}

const texts = (words: string | undefined): Part[] => (words === undefined || words === '' ? [] : [text(words)])
const dividedAfterFirst = (group: Part[], index: number): Part[] => (index === 0 ? group : [divider(), ...group])
const pictureOf = (chart: NonNullable<CustomerPage['picture']>) => picture(pictureName(chart), chart.alt || chart.title)

function headText({ name: who, summary }: CustomerPage): string {
  const title = heading(name(who, rooms.name))
  return isBlank(summary) ? title : `${title}\n${short(summary, rooms.summary)}`
}

/** Lists of one text, each with its title. */
type Block = { title: string; items: string[]; most: number }[]

function blocksOf({ identities, facts, waiting, promises, notes, journey }: CustomerPage): Block[] {
  return [
    [
      { title: 'Known as', items: identities.map(identityItem), most: most.identities },
      { title: 'In numbers', items: facts.map(factItem), most: most.facts },
    ],
    [
      { title: 'Waiting', items: waiting.map(lineItem), most: most.waiting },
      { title: 'Promised', items: promises.map(lineItem), most: most.promises },
    ],
    [{ title: 'Notes', items: notes.map(noteItem), most: most.notes }],
    [{ title: 'Journey', items: journey.map(touchpointItem), most: most.journey }],
  ]
}

/** One text for each block; together at most `room` characters, the longest lists cut first. */
function blockTexts(blocks: Block[], room: number): string[] {
  const lists = blocks.flat().filter(({ items }) => items.length > 0)
  const made = sharedOut(
    lists.map((list) => (share) => listText(list, share)),
    room - lists.length,
  )
  const textOf = new Map(lists.map((list, index) => [list, made[index] ?? '']))
  return blocks.map((block) => block.flatMap((list) => textOf.get(list) || []).join('\n'))
}

function listText({ title, items, most: max }: Block[number], room: number): string {
  const head = bold(title)
  const shown = listed(items, max, room - head.length - 2)
  return shown === null ? '' : `${head}\n${shown}`
}

function identityItem({ channel, text: words, isVerified, isPublic }: CustomerPage['identities'][number]): string {
  const marks = [...(isVerified ? ['✓ verified'] : []), ...(isPublic ? ['public'] : [])]
  return bullet([bold(short(channel, rooms.label) || '–'), name(words, rooms.text), ...marks].join(' · '))
}

function factItem({ label, value }: CustomerPage['facts'][number]): string {
  return bullet(`${bold(short(label, rooms.label) || '–')}  ${short(value, rooms.text)}`)
}

function lineItem({ text: words, url }: AnswerLine): string {
  const open = url === undefined ? null : link(url, 'Open', maxLink)
  return bullet([short(words, rooms.line) || '–', ...(open === null ? [] : [open])].join(' · '))
}

function noteItem({ text: words, by, at }: CustomerNote): string {
  return `${name(words, rooms.line)}\n${small(`${name(by, rooms.label)} · ${moment(at, 'f')}`)}`
}

function touchpointItem({ at, about, text: words, state, url }: Touchpoint): string {
  const open = url === null ? null : link(url, 'Open', maxLink)
  const facts = [
    moment(at, 'f'),
    short(about, rooms.label),
    short(state, rooms.label),
    ...(open === null ? [] : [open]),
  ]
  const shown = facts.filter((fact) => fact !== '').join(' · ')
  return `${isBlank(words) ? '–' : name(words, rooms.text)}\n${small(shown)}`
}

function noteMenu({ customerId, notes }: CustomerPage): Part[] {
  const options = notes.filter(({ canRemove }) => canRemove).slice(0, most.notes)
  return options.length === 0
    ? []
    : [
        menu(
          pressId.unnote(customerId),
          'Remove a note…',
          options.map((one) => optionOf(one.noteId, one.text)),
        ),
      ]
}

interface Sized {
  part: Part
  /** In characters. */
  size: number
}

const sized = (words: string): Sized => ({ part: text(words), size: words.length })

/** Who may be the same person; each with its two buttons. */
function alikeParts({ customerId, alike }: CustomerPage): Sized[] {
  const byId = new Map(alike.slice(0, most.alike).map((one) => [one.customerId, one]))
  return [...byId.values()].flatMap(({ customerId: otherId, name: who, reason }, index) => {
    const words = `${bold(name(who, rooms.label))}${isBlank(reason) ? '' : ` · ${name(reason, rooms.person)}`}`
    const [row] = rowsOf([
      button('Same person', pressId.same(customerId, otherId)),
      button('Not the same', pressId.distinguish(customerId, otherId)),
    ])
    const title = index === 0 ? `${bold('Perhaps the same person')}\n` : ''
    return [sized(`${title}${words}`), ...(row ? [{ part: row, size: 0 }] : [])]
  })
}

function joinedParts({ customerId, joined }: CustomerPage): Sized[] {
  const byId = new Map(joined.slice(0, most.joined).map((one) => [one.mergeId, one]))
  return [...byId.values()].map(({ mergeId, text: words }, index) => {
    const line = `${index === 0 ? `${bold('Joined')}\n` : ''}${short(words, rooms.person) || '–'}`
    return { part: section(line, button('Undo', pressId.part(customerId, mergeId))), size: line.length }
  })
}
