import { within } from '../../../waiting.ts'
import type { Answer, Items } from '../../workspace.ts'
import { answerOf, needsShelf } from '../components/answer.ts'
import type { ShelvedLinks } from '../components/settings.ts'
import { patienceMs, type Asker, type Desk } from './desk.ts'

interface Asked {
  answer: Answer
  offersRoom?: boolean
}

/**
 * Tells one person what they asked, with its pictures. `replace`: in place of what they pressed, where there is something
 * to show; why there is nothing is told beside it. Rejects as `asking` does.
 */
export async function showAnswer(
  desk: Desk,
  { talk }: Asker,
  asking: Promise<Asked>,
  how: 'say' | 'replace' = 'say',
): Promise<void> {
  const acknowledge = () => talk.acknowledge(how === 'say' ? 'visibly' : 'quietly')
  const soon = await within(asking, patienceMs)
  // Pictures take a while, and follow the first answer.
  if (soon === null || chartsOf(soon.answer).length > 0) await acknowledge()
  const { answer, offersRoom = false } = soon ?? (await asking)
  const shelfId = needsShelf(answer)
    ? await desk.io.shelf.put({ links: answer.forms ?? [] } satisfies ShelvedLinks)
    : null
  const look = { offersRoom, shelfId }
  const way = how === 'replace' && showsSomething(answer) ? 'replace' : 'say'
  const without = answerOf(answer, look)
  const charts = chartsOf(answer)
  const { files, shared } = charts.length > 0 ? await desk.pictures({ charts }) : { files: [], shared: [] }
  if (files.length === 0) return talk[way](without)
  await talk[way](answerOf(answer, { ...look, files: shared }), { files, without })
}

function chartsOf({ report, customer }: Answer) {
  if (customer) return customer.picture ? [customer.picture] : []
  return report?.charts ?? []
}

/** More than a sentence. */
const showsSomething = ({ lines, report, found, customer }: Answer): boolean =>
  lines.length > 0 || [report, found, customer].some((part) => part !== undefined)

/** The same for an answer that stands for itself. */
export async function showAsked(
  desk: Desk,
  asker: Asker,
  asking: Promise<Answer>,
  how: 'say' | 'replace' = 'say',
): Promise<void> {
  await showAnswer(
    desk,
    asker,
    asking.then((answer) => ({ answer })),
    how,
  )
}

/** What is behind a number of a report. */
export async function openItems(desk: Desk, asker: Asker, items: Items): Promise<void> {
  await showAsked(desk, asker, desk.handlers.openItems(items, asker.teammate))
}

/** The same for what was chosen from a menu. */
export async function openChosen(desk: Desk, asker: Asker, reportId: string, chosen: string | null): Promise<void> {
  const index = chosen === null ? Number.NaN : Number(chosen)
  void asker.talk.acknowledge('afresh')
  if (Number.isInteger(index)) await openItems(desk, asker, { reportId, index })
}
