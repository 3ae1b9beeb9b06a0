import { openShelf } from '../../src/db/shelf.ts'
import { addNote } from '../../src/customers/notes.ts'
import { composeReport } from '../../src/digests/compose.ts'
import { saveReport } from '../../src/digests/stored.ts'
import { answerFind, sharePage } from '../../src/history/answer.ts'
import { indexHistory } from '../../src/history/index-history.ts'
import { keepProblem } from '../../src/jobs/keep.ts'
import { createLog } from '../../src/log.ts'
import { newPost } from '../../src/posts/queries.ts'
import { notify } from '../../src/posts/notify.ts'
import { wakeRoom } from '../../src/posts/rooms.ts'
import { posts } from '../../src/db/schema.ts'
import { defaultTuning } from '../../src/settings/tuning.ts'
import { knowTeammate } from '../../src/teammates/know.ts'
import { inbound } from '../support/channel.ts'
import type { Desk } from '../support/desk.ts'

/** What nobody else says, is called, or has. */
export const markers = [
  'zyxwvut',
  'quillon',
  'zq-marker@hidden.example',
  '1705550199',
  'flumadiddle',
  'octothorpe',
  'krummhorn',
  'wampeter',
  'gallimaufry',
  'bandersnatch',
  'snollygoster',
  'borborygmus',
  'brouhaha',
]

export const zyx = {
  externalId: 'zq-marker@hidden.example',
  name: 'Zyxwvut Quillon',
  handle: 'zq-marker@hidden.example',
  email: 'zq-marker@hidden.example',
  phone: '+491705550199',
}
export const ana = { id: 'ana', name: 'Ana' }

/** A person goes through the whole desk: answered once, waiting once, and in everything that there is. Returns their conversations. */
export async function livePerson(desk: Desk): Promise<{ customerId: string; answered: string; waiting: string }> {
  const { ctx, assistant } = desk
  assistant.onDraft = (view) => ({
    text: `Dear ${view.customerName}, your flumadiddle is on its way`,
    evidence: ['octothorpe'],
  })
  assistant.onTriage = (view) => ({
    theme: 'complaint',
    sentiment: 'negative',
    urgency: 'high',
    language: 'en',
    topics: ['delivery', 'brouhaha'],
    summary: `Wants: ${view.turns.at(-1)?.text.slice(0, 40)}`,
    translation: 'borborygmus',
    needsReply: true,
  })
  const by = await knowTeammate(ctx, 'fake', ana)
  const said = (externalId: string, text: string) =>
    inbound(externalId, {
      conversation: { externalId: `zyx-${externalId}`, subject: `octothorpe ${externalId}` },
      customer: zyx,
      text,
      fullText: `${text}\n> quoted octothorpe`,
      notes: ['From a flumadiddle'],
      attachments: [
        {
          name: 'krummhorn.pdf',
          mediaType: 'application/pdf',
          bytes: 8,
          content: new TextEncoder().encode('wampeter'),
        },
      ],
      occurredAt: ctx.clock.now(),
    })
  const answered = await desk.hearOne(said('one', 'My flumadiddle never came, octothorpe'))
  await desk.work()
  const { draft, inboundSeq } = await desk.conversation(answered)
  await desk.decide(answered, { kind: 'approve', draftId: draft?.id ?? '', seenSeq: inboundSeq })
  await desk.work()
  desk.clock.advance(60_000)
  const waiting = await desk.hearOne(said('two', 'Where is my octothorpe?'))
  await desk.work()
  const seen = await desk.conversation(waiting)
  await desk.decide(waiting, { kind: 'redraft', seenSeq: seen.inboundSeq, instruction: 'mention the bandersnatch' })
  await desk.work()
  const { id: customerId } = (await desk.conversation(waiting)).customer
  // An error that quotes them is what a thrower must not make, and what a table can hold all the same.
  await keepProblem(
    { ...ctx, log: createLog('silent') },
    {
      id: ctx.newId(),
      data: { conversationId: waiting, seq: 99, instruction: 'the bandersnatch' },
      sourceName: 'propose',
      sourceOutput: { message: 'No such flumadiddle' },
    },
  )
  await openShelf(ctx, 'fake').put({ about: { conversationId: waiting }, typed: 'gallimaufry of mine' })
  await openShelf(ctx, 'fake').put({ form: 'log', typed: 'Zyxwvut QUILLON rang: gallimaufry' })
  await addNote(ctx, { customerId, text: 'A snollygoster, beware', by })
  await indexHistory(ctx)
  const ask = {
    words: [{ kind: 'word' as const, text: 'flumadiddle', isExcluded: false }],
    where: {},
    dates: null,
    order: 'newest' as const,
  }
  const { found } = await answerFind(ctx, 'fake', ask, ana)
  if (!found) throw new Error('Nothing was found')
  await sharePage(ctx, 'fake', found.page, 'room', ana)
  await ctx.db.transaction((tx) =>
    notify(ctx, tx, {
      workspace: 'fake',
      room: 'room',
      key: `late:${waiting}`,
      title: 'Late: complaint',
      lines: [{ text: '', conversationId: waiting }, { text: 'Due 10:00' }],
    }),
  )
  const date = ctx.clock.now().toISOString().slice(0, 10)
  const report = await composeReport(ctx, defaultTuning, { from: date, to: date }, { interval: null, note: null })
  await saveReport(ctx, ctx.db, 'fake', report)
  await ctx.db.transaction(async (tx) => {
    const body = { kind: 'report' as const, reportId: report.report.id }
    await tx
      .insert(posts)
      .values(
        newPost(
          { workspace: 'fake', key: 'report:1', conversationId: null, room: 'room', body, rank: 0 },
          ctx.clock.now(),
        ),
      )
    await wakeRoom(ctx, tx, 'fake', 'room')
  })
  await desk.work()
  return { customerId, answered, waiting }
}
