import type { types } from '@slack/bolt'
import type { CustomerIdentityLine, CustomerNote, CustomerPage, Touchpoint } from '../../found.ts'
import { isBlank, oneLine, webAddress } from '../../kit/text.ts'
import type { AnswerLine } from '../../workspace.ts'
import { chartBlock } from './chart.ts'
import {
  bold,
  confirm,
  context,
  date,
  datePiece,
  header,
  line,
  linkPiece,
  list,
  marked,
  plain,
  richText,
  said,
  type Block,
  type Piece,
} from './elements.ts'
import { fitted, type BlockRoom, type Most } from './fit.ts'
import { formButton } from './form-link.ts'
import { changeButton, customerButton, fileButton, pageButton } from './history-link.ts'
import { mrkdwn } from './text.ts'

const counts = { identities: 10, facts: 8, lines: 5, notes: 5, journey: 8, alike: 3, joined: 3 }
const max = {
  summary: 300,
  channel: 40,
  identity: 150,
  fact: 150,
  line: 250,
  note: 400,
  about: 100,
  text: 120,
  why: 150,
}
const longestUrl = 300

/** Who a customer is, and what can be decided about them. `hasCharts`: false once Slack has refused them. */
export function customerBlocks(page: CustomerPage, room: BlockRoom, hasCharts: boolean): Block[] {
  return fitted(
    (most) => [
      header(nameOf(page.name, 100)),
      ...(isBlank(page.summary) ? [] : [richText(line(said(oneLine(page.summary, most(max.summary)))))]),
      ...identityBlocks(page.identities, most),
      ...factBlocks(page, most),
      ...lineBlocks('Waiting', page.waiting, most),
      ...lineBlocks('Promised', page.promises, most),
      ...noteBlocks(page, most),
      ...journeyBlocks(page.journey, most),
      ...pictureBlocks(page, most, hasCharts),
      ...alikeBlocks(page, most),
      ...joinedBlocks(page, most),
      { type: 'actions', elements: buttonsOf(page) },
    ],
    room,
  )
}

const nameOf = (name: string, most: number) => (isBlank(name) ? 'Somebody' : oneLine(name, most))
const title = (text: string) => line(bold(text))

function identityBlocks(identities: CustomerIdentityLine[], most: Most): Block[] {
  const items = identities
    .slice(0, counts.identities)
    .map(({ channel, text, isVerified, isPublic }): Piece[] => [
      bold(isBlank(channel) ? '–' : oneLine(channel, most(max.channel))),
      said(
        [
          `  ${isBlank(text) ? '–' : oneLine(text, most(max.identity))}`,
          ...(isVerified ? ['✅ verified'] : []),
          ...(isPublic ? ['public'] : []),
        ].join(' · '),
      ),
    ])
  const more = identities.length - items.length
  if (more > 0) items.push([said(`and ${more.toLocaleString('en')} more`)])
  return items.length > 0 ? [richText(list(items))] : []
}

function factBlocks({ facts }: CustomerPage, most: Most): Block[] {
  const fields = facts
    .filter(({ label, value }) => !isBlank(label) && !isBlank(value))
    .slice(0, counts.facts)
    .map(({ label, value }) =>
      marked(`*${mrkdwn(oneLine(label, most(40)))}*\n${mrkdwn(oneLine(value, most(max.fact)))}`),
    )
  return fields.length > 0 ? [{ type: 'section', fields }] : []
}

/** Only what leads to a card of this workspace is a link. */
function lineBlocks(name: string, lines: AnswerLine[], most: Most): Block[] {
  const items = lines
    .filter(({ text }) => !isBlank(text))
    .slice(0, counts.lines)
    .map(({ text, url }) => {
      const shown = oneLine(text, most(max.line))
      return [url !== undefined && webAddress(url, most(longestUrl)) !== null ? linkPiece(url, shown) : said(shown)]
    })
  return items.length > 0 ? [richText(title(name), list(items))] : []
}

function noteBlocks({ customerId, notes }: CustomerPage, most: Most): Block[] {
  const shown = notes.slice(0, counts.notes)
  if (shown.length === 0) return []
  return [richText(title(shown.length > 1 ? 'Notes' : 'Note')), ...shown.map(noteBlock)]

  function noteBlock({ noteId, text, by, at, canRemove }: CustomerNote, index: number): Block {
    const remove = changeButton('Remove', { kind: 'remove-note', customerId, noteId }, index)
    const sure = confirm('Remove this note?', 'Nobody will see it any more.', 'Remove', true)
    const words = isBlank(text) ? '–' : mrkdwn(oneLine(text, most(max.note)))
    return {
      type: 'section',
      // Lines of their own: right-to-left letters in one move nothing in the other.
      text: marked(`${words}\n${date(at)} · ${mrkdwn(nameOf(by, most(60)))}`),
      ...(canRemove ? { accessory: { ...remove, confirm: sure } } : {}),
    }
  }
}

function journeyBlocks(journey: Touchpoint[], most: Most): Block[] {
  const items = journey
    .slice(0, counts.journey)
    .map(({ at, about, text, state, url }): Piece[] => [
      datePiece(at),
      said('  '),
      bold(isBlank(about) ? '–' : oneLine(about, most(max.about))),
      ...(isBlank(state) ? [] : [said(` · ${oneLine(state, most(max.about))}`)]),
      ...(url !== null && webAddress(url, most(longestUrl)) !== null ? [said(' · '), linkPiece(url, 'Open card')] : []),
      ...(isBlank(text) ? [] : [said(`\n${oneLine(text, most(max.text))}`)]),
    ])
  return items.length > 0 ? [richText(title('Journey'), list(items))] : []
}

/** The caption says the same for who can't see it, and where Slack doesn't draw it. */
function pictureBlocks({ picture }: CustomerPage, most: Most, hasCharts: boolean): Block[] {
  if (!picture) return []
  const caption = context(plain(oneLine(isBlank(picture.alt) ? picture.title : picture.alt, most(500))))
  const drawn = hasCharts && most(100) >= 50 ? chartBlock(picture) : null
  return drawn ? [drawn, caption] : [caption]
}

function alikeBlocks({ customerId, name, alike }: CustomerPage, most: Most): Block[] {
  const shown = alike.slice(0, counts.alike)
  if (shown.length === 0) return []
  return [
    richText(title('Perhaps the same person')),
    ...shown.flatMap(({ customerId: otherId, name: other, reason }, index): Block[] => {
      const [one, two] = [nameOf(other, most(80)), nameOf(name, most(80))]
      const asked = `“${one}” and “${two}” become one customer, with one history. It can be undone.`
      const why = isBlank(reason) ? '' : `\n${mrkdwn(oneLine(reason, most(max.why)))}`
      return [
        { type: 'section', text: marked(`*${mrkdwn(one)}*${why}`) },
        {
          type: 'actions',
          elements: [
            {
              ...changeButton('Same person', { kind: 'join', customerId, otherId }, index),
              confirm: confirm('Are they one person?', asked, 'Same person', false),
            },
            changeButton('Not the same', { kind: 'distinguish', customerId, otherId }, index),
            customerButton('Look', { id: otherId, name: one }, index),
          ],
        },
      ]
    }),
  ]
}

function joinedBlocks({ customerId, joined }: CustomerPage, most: Most): Block[] {
  const shown = joined.slice(0, counts.joined)
  if (shown.length === 0) return []
  return [
    richText(title('Joined')),
    ...shown.map(({ mergeId, text }, index): Block => ({
      type: 'section',
      text: plain(isBlank(text) ? '–' : oneLine(text, most(max.line))),
      accessory: changeButton('Undo', { kind: 'part', customerId, mergeId }, index),
    })),
  ]
}

function buttonsOf({ customerId, name, history, isManager }: CustomerPage): types.Button[] {
  const note = formButton({ label: 'Add note…', form: 'note', about: { customerId } }, 'open', 100)
  const erase = formButton({ label: 'Erase…', form: 'forget', about: { customerId } }, 'open', 101)
  const asked = `Everything that is held about “${nameOf(name, 80)}” comes to you as a file, in your messages with Deskbell.`
  return [
    pageButton('list', 'All history', history),
    ...(note ? [note] : []),
    ...(isManager
      ? [
          {
            ...fileButton('Export…', { kind: 'customer', customerId }, 'json'),
            confirm: confirm('Export a customer?', asked, 'Export', false),
          },
          ...(erase ? [{ ...erase, style: 'danger' as const }] : []),
        ]
      : []),
  ]
}
