import type { APIButtonComponent, APIContainerComponent } from 'discord.js'
import type { Found, Passage } from '../../found.ts'
import { isBlank } from '../../kit/text.ts'
import type { FoundMessage } from '../../message.ts'
import { button, colours, container, divider, maxText, menu, text } from './elements.ts'
import { pressId } from './ids.ts'
import { heading, short, small } from './markdown.ts'
import { customerOptions, passageTexts } from './passage.ts'

const rooms = { asked: 200, note: 200 }

/** A page of what was found, for the one who asked. `room`: characters of all its texts. */
export function foundContainer({ page, asked, note, passages }: Found, room: number): APIContainerComponent {
  const lines = [
    heading(isBlank(asked) ? 'Found' : short(asked, rooms.asked)),
    ...(note === null || isBlank(note) ? [] : [small(short(note, rooms.note))]),
    ...(page.page > 0 ? [small(`Page ${page.page + 1}`)] : []),
    ...(passages.length > 0 ? [] : ['Nothing was found.']),
  ]
  return passagesContainer(lines.join('\n'), passages, room)
}

/** Turns the page, and shows it to everybody. */
export function foundButtons({ page: { listId, page }, hasNext, canShare, passages }: Found): APIButtonComponent[] {
  return [
    ...(page > 0 ? [button('Newer', pressId.turn({ listId, page: page - 1 }))] : []),
    ...(hasNext ? [button('Older', pressId.turn({ listId, page: page + 1 }))] : []),
    ...(canShare && passages.length > 0 ? [button('Share to channel', pressId.share({ listId, page }))] : []),
  ]
}

/** What somebody found, as it stands in a room. */
export function sharedContainer({ title, passages }: FoundMessage): APIContainerComponent {
  return passagesContainer(heading(isBlank(title) ? 'Found' : short(title, rooms.asked)), passages, maxText)
}

function passagesContainer(head: string, passages: Passage[], room: number): APIContainerComponent {
  const options = customerOptions(passages)
  const texts = passageTexts(passages, room - head.length - 20)
  const missing = passages.length - texts.length
  return container(colours.quiet, [
    text(head),
    ...texts.flatMap((one) => [divider(), text(one)]),
    ...(missing > 0 ? [text(small(`and ${missing} more`))] : []),
    ...(options.length > 0 ? [menu(pressId.who('found'), 'About a customer…', options)] : []),
  ])
}
